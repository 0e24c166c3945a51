/* formats/json_record_writer.h - writes JSON records back, as they stood: rejects for our own reader.
 *
 * A record's bytes are unchanged, except that scalars under secret paths stand as something else, and that _errors is its last
 * member (an older one goes). */
#ifndef FORMATS_JSON_RECORD_WRITER_H
#define FORMATS_JSON_RECORD_WRITER_H

#include "etl/core/arena.h"
#include "etl/core/buf.h"

/* Is `path` this place or below it? Numbers in either do not count: services.0.name is within services, and services.name. */
bool       json_path_is_within(struct str path, struct str place);
struct str json_path_without_numbers(struct str path, struct arena *mem);

/* What stands under a secret path, instead of what stands there: appends a text (no JSON string) for the decoded one. */
struct json_secrets {
    const struct str *paths;
    size_t            count;
    void (*replace)(void *context, struct str path, struct str text, struct buf *out);
    void *context;
};
/* One reject. `record` is a record that json_reader.h gave as one, `errors` its reasons. */
void json_reject(struct buf *out, struct str record, const struct json_secrets *secrets, struct str errors);
/* What stands around the list of records: its path's objects, "data.customers", and the list's own bracket. */
void json_list_begin(struct buf *out, struct str records);
void json_list_end(struct buf *out, struct str records);
/* A JSON string's text; `quoted` has its quotes and is valid. */
void json_unescape(struct buf *out, struct str quoted);

#endif
