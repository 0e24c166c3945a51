/* providers/description/load_answers.h - of a command: where it is sent, where its answer has the records, and what is taken from it. */
#ifndef PROVIDERS_DESCRIPTION_LOAD_ANSWERS_H
#define PROVIDERS_DESCRIPTION_LOAD_ANSWERS_H

#include "providers/description/node_reader.h"

void read_routes(struct reading *r, const struct yaml *node, struct command *c);
/* These two look at the command's reply, so it must be set before. */
void read_record(struct reading *r, const struct yaml *node, struct command *c);
void read_captures(struct reading *r, const struct yaml *node, struct command *c);

#endif
