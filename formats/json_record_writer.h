/* formats/json_record_writer.h - writes a JSON record back as it came, with the reasons why it was rejected: our own reader reads it again.
 *
 * The record's bytes are unchanged, with two exceptions: a scalar under a secret path is replaced, and _errors becomes the last member
 * (an older one is left out). */
#ifndef FORMATS_JSON_RECORD_WRITER_H
#define FORMATS_JSON_RECORD_WRITER_H

#include "etl/core/buf.h"

struct json_secrets {
    const struct str *paths; /* dotted_path.h */
    size_t            count;
    /* Appends what is written instead of `text`, the decoded scalar, as a text without quotes. */
    void (*replace)(void *context, struct str path, struct str text, struct buf *out);
    void *context;
};
/* `record` is one that json_reader.h gave as a record, so it is valid; `errors` are its reasons. */
void json_record_write(struct buf *out, struct str record, const struct json_secrets *secrets, struct str errors);

#endif
