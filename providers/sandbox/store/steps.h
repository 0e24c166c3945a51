/* providers/sandbox/store/steps.h - what a command does to the tables, all of it or nothing.
 *
 * Where the description leaves room, the sandbox is strict: a row of another owner than the step's `within` names is not found; a change may not
 * give a row the identity (the key of some make) of another row; a change or removal without any key is refused, since it would select every row. */
#ifndef PROVIDERS_SANDBOX_STORE_STEPS_H
#define PROVIDERS_SANDBOX_STORE_STEPS_H

#include "providers/sandbox/store/fill.h"

struct steps_done {
    uint64_t use_id; /* the number for {new_id}; 0: a new one */
    uint64_t new_id;
    uint64_t count; /* rows made, removed or changed */
};

/* ETL_REJECT: refused with the reason in err, one line without secrets; nothing has changed. With `keep` false everything is checked and nothing
 * changes. */
enum etl_status steps_apply(struct state *s, const struct command *command, const struct value *values, bool keep,
                            struct arena *mem, struct steps_done *out, struct err *err);

/* Does some parameter that is secret feed this column? */
bool steps_secret_column(const struct provider *p, struct str table, struct str column);
/* The key that identifies rows of a table: that of the first `make`. NULL: no command makes such rows. */
const struct pairs *steps_identity(const struct provider *p, struct str table);

#endif
