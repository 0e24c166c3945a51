/* etl/core/notation/list.h - a list of texts that travels as one text: a JSON array of strings, or of such arrays, without blanks.
 *
 *   ["105 Main St","","Kansas City"]     [["Ann","555-0147"],["Bob",""]]
 *
 * One text, so that it is copied, sealed, compared and written to plan.jsonl like any other. A place that is empty stays: parts are
 * told by where they stand. Whoever makes one uses the writers here; list_is_valid() tells it from a text that only looks alike.
 *
 * Limits    two levels, as composites have: a list, or a list of lists. */
#ifndef ETL_CORE_NOTATION_LIST_H
#define ETL_CORE_NOTATION_LIST_H

#include "etl/core/arena.h"
#include "etl/core/buf.h"

/* begin, text…, end; an inner list is begun and ended inside. Commas come by themselves. `out` holds nothing else. */
void list_begin(struct buf *out);
void list_text(struct buf *out, struct str text);
void list_end(struct buf *out);

bool list_is_valid(struct str text);

/* What is left of a list being read. list_open() takes a valid list, or an item that is one. */
struct list_reader {
    struct str rest;
};
struct list_item {
    bool       is_list;
    struct str text; /* the text itself, or the inner list */
};
struct list_reader list_open(struct str list);
bool               list_next(struct list_reader *r, struct arena *mem, struct list_item *out);
size_t             list_count(struct str list);
/* Nothing but empty texts, at any level: as good as not given. */
bool list_is_empty(struct str list);

#endif
