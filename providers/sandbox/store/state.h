/* providers/sandbox/store/state.h - one provider's rows, in memory: tables of columns and values, with undo.
 *
 * Lifetime  a row is good until it is removed and that removal committed; its cells until the row changes. While a state is pinned
 *           its rows stay good, whatever becomes of them, and so does the state when it is freed.
 * Threads   none of its own: whoever uses a state holds the provider's lock.
 * Speed     every set of columns that is asked for gets a hashed index of its own, kept from then on, so that
 *           a few 100,000 rows are fine. */
#ifndef PROVIDERS_SANDBOX_STORE_STATE_H
#define PROVIDERS_SANDBOX_STORE_STATE_H

#include "etl/core/arena.h"
#include "providers/model/provider.h"

struct state;
struct state_table;
struct state_row;

struct state *state_new(void);
void          state_free(struct state *s);
void          state_pin(struct state *s);
void          state_unpin(struct state *s);

/* Made when first named. */
struct state_table *state_table(struct state *s, struct str name);
struct str          state_table_name(const struct state_table *t);
/* The nth table; NULL past the last. */
struct state_table *state_table_at(const struct state *s, size_t n);
size_t              state_table_count(const struct state_table *t);

/* Rows whose columns equal all of `keys`, oldest first; a column that a row does not have equals the empty text. No keys: all rows.
 * The array lives in `mem`. */
size_t state_select(struct state_table *t, const struct pair_value *keys, size_t count, struct arena *mem,
                    struct state_row ***out);

size_t     state_column_count(const struct state_table *t);
struct str state_column_name(const struct state_table *t, size_t column);
/* STR_NONE when the row does not have it. */
struct str state_cell(const struct state_table *t, const struct state_row *row, struct str column);

/* Changes belong to the transaction that is open from the first of them until commit or rollback. */
struct state_row *state_insert(struct state *s, struct state_table *t);
void state_set(struct state *s, struct state_table *t, struct state_row *row, struct str column, struct str value);
void state_remove(struct state *s, struct state_table *t, struct state_row *row);
void state_commit(struct state *s);
void state_rollback(struct state *s);

/* A number nothing here has had yet. A rollback does not give it back, as with the databases we stand for. */
uint64_t state_new_id(struct state *s);
void     state_note_id(struct state *s, uint64_t id); /* somebody else gave it: it will not be given again */

#endif
