/* providers/replies/rows.h - the records of an answer as they come, piece by piece: the one reader both for whole answers and for reports of
 * any size.
 *
 * Memory    one record, whatever the answer's length. A style that cannot read piece by piece is read whole, up to REPLY_WHOLE_BYTES_MAX.
 * Damage    what repair.h can mend is mended, and `repairs` counts it. What cannot be read safely is ETL_REJECT, naming the place.
 * Threads   one reader, one thread. */
#ifndef PROVIDERS_REPLIES_ROWS_H
#define PROVIDERS_REPLIES_ROWS_H

#include "etl/core/limits.h"
#include "providers/replies/reply_style.h"

struct rows_sink {
    /* The record is valid during the call. Anything but ETL_OK ends the reading and comes back from feed or end. */
    enum etl_status (*record)(void *context, const struct reply_record *record, struct err *err);
    void *context;
};
struct rows_end {
    bool     proven; /* the document's own syntax proves that it is whole: its root was closed */
    uint64_t records, repairs;
};
struct rows;
struct rows    *rows_new(const struct command *command, const struct wire *wire,
                         const struct rows_sink *sink); /* wire NULL: the default */
enum etl_status rows_feed(struct rows *r, struct str bytes, struct err *err);
/* No more bytes. ETL_REJECT: the document is cut off or broken. */
enum etl_status rows_end(struct rows *r, struct rows_end *out, struct err *err);
void            rows_free(struct rows *r); /* NULL is fine */

/* All records of a whole answer, into an arena. */
enum etl_status rows_all(const struct command *command, const struct wire *wire, struct str body,
                         struct arena *call_mem, const struct reply_record **out, size_t *count, struct err *err);

/* ---- what a style brings: its parser behind these four ---- */
struct row_parser {
    void *(*begin)(struct rows *r);
    enum etl_status (*feed)(void *parser, struct str bytes, struct err *err);
    enum etl_status (*end)(void *parser, bool *proven, struct err *err);
    void (*release)(void *parser);
};
const struct command *rows_command(const struct rows *r);
const void           *rows_own(const struct rows *r); /* the values of the style's own keys; NULL: it has none */
/* For parsers: a record is whole. */
enum etl_status rows_emit(struct rows *r, const struct reply_field *fields, size_t count, struct err *err);
void            rows_repaired(struct rows *r);

#endif
