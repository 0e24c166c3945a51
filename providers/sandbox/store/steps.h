/* providers/sandbox/store/steps.h - what a command does to the tables, all of it or nothing.
 *
 * Strict where the description leaves room: a row that hangs on another owner than the step's `within` names is not
 * found; a change may not give a row the identity (some make's key) that another row has; a change or removal of which no
 * key is given is refused, since it would mean every row. */
#ifndef PROVIDERS_SANDBOX_STORE_STEPS_H
#define PROVIDERS_SANDBOX_STORE_STEPS_H

#include "providers/sandbox/store/fill.h"

struct steps_done {
    uint64_t use_id; /* given: the number for {new_id}; 0: one that nothing has had */
    uint64_t new_id;
    uint64_t count; /* rows made, removed, or of which some column was set */
};

/* ETL_OK, or ETL_REJECT with the reason in err, one line, secrets not shown; then nothing has changed. With `keep` false
 * everything is checked, and nothing changes either way. */
enum etl_status steps_apply(struct state *s, const struct command *command, const struct value *values, bool keep,
                            struct arena *mem, struct steps_done *out, struct err *err);

/* Does some parameter that is secret feed this column? */
bool steps_secret_column(const struct provider *p, struct str table, struct str column);
/* The key by which rows of a table are told apart: of the first make. NULL: nothing makes it. */
const struct pairs *steps_identity(const struct provider *p, struct str table);

#endif
