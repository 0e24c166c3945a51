/* providers/sandbox/store/state.h - one provider's rows, in memory: tables of columns and values, with undo.
 *
 * Lifetime  a row is valid until its removal is committed; its cells until the row changes. While a state is pinned, removed rows
 *           stay valid, and so does the state itself after state_free().
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

/* The table is made when it is first named. */
struct state_table *state_table(struct state *s, struct str name);
struct str          state_table_name(const struct state_table *t);
/* The nth table; NULL past the last. */
struct state_table *state_table_at(const struct state *s, size_t n);
size_t              state_table_count(const struct state_table *t);

/* Rows whose columns equal all of `keys`, oldest first; a column without a value equals the empty text. No keys: all rows.
 * The array lives in `mem`. */
size_t state_select(struct state_table *t, const struct pair_value *keys, size_t count, struct arena *mem,
                    struct state_row ***out);

size_t     state_column_count(const struct state_table *t);
struct str state_column_name(const struct state_table *t, size_t column);
/* STR_NONE: the row has no value there. */
struct str state_cell(const struct state_table *t, const struct state_row *row, struct str column);

/* The first change opens a transaction; state_commit() or state_rollback() ends it. */
struct state_row *state_insert(struct state *s, struct state_table *t);
void state_set(struct state *s, struct state_table *t, struct state_row *row, struct str column, struct str value);
void state_remove(struct state *s, struct state_table *t, struct state_row *row);
void state_commit(struct state *s);
void state_rollback(struct state *s);

/* A number that was never used here. A rollback does not release it, as in most databases. */
uint64_t state_new_id(struct state *s);
void     state_note_id(struct state *s, uint64_t id); /* `id` came from outside: state_new_id() will not return it */

#endif
