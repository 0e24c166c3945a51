/* formats/csv/csv_input.h - the bytes of a CSV input as UTF-8, with their places: what was read and not yet given out.
 *
 * UTF-16 is transcoded as it is read; other encodings are decoded cell by cell (csv_block.h), so that a wrong byte costs one record.
 * Threads  one at a time. Private to formats. */
#ifndef FORMATS_CSV_CSV_INPUT_H
#define FORMATS_CSV_CSV_INPUT_H

#include "formats/csv/csv_split.h"
#include "formats/csv_form.h"
#include "formats/source.h"

enum { CSV_BLOCK_BYTES = 256 << 10 };
struct csv_input {
    struct source *source;
    enum encoding  encoding;
    char           newline;
    struct buf     carry; /* bytes read and not given out: the beginning of a record */
    struct buf     wide;  /* UTF-16: bytes that are not transcoded yet */
    bool           source_ended;
    uint64_t       offset, line; /* of the carry's first byte */
};
void csv_input_init(struct csv_input *in, struct source *source, size_t max_bytes);
void csv_input_release(struct csv_input *in);
/* Reads the first block, takes a BOM off and finds out how lines end. Sets d->newline; form->encoding, has_bom and line_end. */
enum etl_status csv_input_open(struct csv_input *in, enum encoding given, struct csv_dialect *d, struct csv_form *form,
                               struct err *err);
/* Reads about `wanted` bytes more into the carry. The input's end is no error: source_ended says so. */
enum etl_status csv_input_more(struct csv_input *in, size_t wanted, struct err *err);
/* Drops the carry's first bytes: they were given out. */
void csv_input_drop(struct csv_input *in, size_t len);

#endif
