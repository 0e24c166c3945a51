/* providers/description/load_answers.h - of a command: where it is sent, where its answer has the records, and what is taken from it. */
#ifndef PROVIDERS_DESCRIPTION_LOAD_ANSWERS_H
#define PROVIDERS_DESCRIPTION_LOAD_ANSWERS_H

#include "providers/description/description_reader.h"

void read_routes(struct description_reader *r, const struct yaml *node, struct command *c);
/* These two look at the command's reply, so it must be set before. */
void read_record(struct description_reader *r, const struct yaml *node, struct command *c);
void read_captures(struct description_reader *r, const struct yaml *node, struct command *c);

#endif
