/* providers/description/find_named.h - what a description names elsewhere, looked up in what was read before; a fault says "did you mean". */
#ifndef PROVIDERS_DESCRIPTION_FIND_NAMED_H
#define PROVIDERS_DESCRIPTION_FIND_NAMED_H

#include "providers/description/description_reader.h"

/* NULL after a fault: the node is no text, or nothing that was read so far bears the name. */
const struct wire       *find_wire(struct description_reader *r, const struct yaml *node);
const struct rule       *find_rule(struct description_reader *r, const struct yaml *node);
const struct value_type *find_type(struct description_reader *r, const struct yaml *node);
const struct reply      *find_reply(struct description_reader *r, const struct yaml *node);
const struct command    *find_command(struct description_reader *r, const struct yaml *node);
const struct report     *find_report(struct description_reader *r, const struct yaml *node); /* the node is a text */
/* The parameter's index; -1 after a fault. */
int param_named(struct description_reader *r, const struct yaml *node, const struct command *c, struct str name);

#endif
