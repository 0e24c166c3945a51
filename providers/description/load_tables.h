/* providers/description/load_tables.h - what a command does to the tables, and what the sandbox answers from them. */
#ifndef PROVIDERS_DESCRIPTION_LOAD_TABLES_H
#define PROVIDERS_DESCRIPTION_LOAD_TABLES_H

#include "providers/description/description_reader.h"

/* What the sandbox can fill into an answer: places beside the parameters, NULL-ended. */
extern const char *const answer_extras[];
void                     read_steps(struct description_reader *r, const struct yaml *node, struct command *c);
void                     read_finds(struct description_reader *r, const struct yaml *node, struct command *c);
/* These name reports, which are read after the commands. */
void link_finds(struct description_reader *r, const struct yaml *node, struct command *c);
void link_lists(struct description_reader *r, const struct yaml *node, struct command *c);

#endif
