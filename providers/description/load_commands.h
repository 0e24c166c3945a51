/* providers/description/load_commands.h - commands of a description. */
#ifndef PROVIDERS_DESCRIPTION_LOAD_COMMANDS_H
#define PROVIDERS_DESCRIPTION_LOAD_COMMANDS_H

#include "providers/description/description_reader.h"

void read_commands(struct description_reader *r, const struct yaml *node);
/* One command; pair is its name and what it says. A login has one of its own. */
void read_command(struct description_reader *r, const struct yaml_pair *pair, struct command *c);

#endif
