/* providers/sandbox/store/fill.h - the description's texts with their {places} filled: from a call, a row, and what the sandbox made up. */
#ifndef PROVIDERS_SANDBOX_STORE_FILL_H
#define PROVIDERS_SANDBOX_STORE_FILL_H

#include "etl/core/buf.h"
#include "etl/core/value.h"
#include "providers/sandbox/store/state.h"

/* How a value is put into an answer: as it is, or escaped for a JSON string or an XML element. */
enum fill_as { FILL_PLAIN, FILL_JSON, FILL_XML };
struct fill {
    const struct value       *values; /* by the command's params; NULL: none */
    const struct pair_value  *extras; /* new_id, count, reason */
    size_t                    extra_count;
    const struct state_table *table; /* for {row.column}; NULL: none */
    const struct state_row   *row;
    enum fill_as              as; /* fill_answer() only */
};

/* One absent place makes the whole text absent: STR_NONE. A cleared value is the empty text. */
struct str fill_or_none(const struct text *t, const struct fill *from, struct arena *mem);
/* An absent place is empty. */
struct str fill_answer(const struct text *t, const struct fill *from, struct arena *mem);

/* A text, escaped for an element or an attribute. */
void fill_xml(struct buf *out, struct str text);

/* Fills a list of pairs; absent ones are left out. Returns how many were filled. */
size_t fill_pairs(const struct pairs *pairs, const struct fill *from, struct arena *mem, struct pair_value **out);

#endif
