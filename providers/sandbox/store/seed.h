/* providers/sandbox/store/seed.h - the first rows of a state: invented subscribers, made by the provider's own commands.
 *
 * Each row comes from a create command of the description whose values pass the rules, so every row could have been made by a
 * call. A table that no command fills gets rows from the columns of its report. The same numbers give the same rows. */
#ifndef PROVIDERS_SANDBOX_STORE_SEED_H
#define PROVIDERS_SANDBOX_STORE_SEED_H

#include "providers/sandbox/store/state.h"

struct seeding {
    uint64_t          subscribers, seed;
    struct str        today;
    const struct str *tables; /* only these, TABLE or PROVIDER/TABLE; count 0: all */
    size_t            table_count;
};
/* Does "mailboxes" or "ispn/mailboxes" name this table? */
bool seed_names(struct str name, const struct provider *p, struct str table);
/* The state's lock is held, or no other thread knows the state yet. Returns how many rows were made. */
uint64_t seed_state(struct state *state, const struct provider *p, const struct seeding *s);

#endif
