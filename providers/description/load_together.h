/* providers/description/load_together.h - rules between the parameters of a command, and conditions on them. */
#ifndef PROVIDERS_DESCRIPTION_LOAD_TOGETHER_H
#define PROVIDERS_DESCRIPTION_LOAD_TOGETHER_H

#include "providers/description/description_reader.h"

void read_together(struct description_reader *r, const struct yaml *node, struct command *c);
/* `pass`, or {nopass: "1"}: a parameter, or a parameter with a value. */
struct together_item read_item(struct description_reader *r, const struct yaml *node, const struct command *c);

#endif
