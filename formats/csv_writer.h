/* formats/csv_writer.h - writes CSV: results for people's spreadsheets, rejects for our own reader.
 *
 * results, lanes, differences are UTF-8, LF, RFC 4180, and no cell may begin a formula (= + - @ TAB CR gets a ' before it).
 * rejects keep the input's own encoding, delimiter, quote, line end and BOM, are not defused, and keep the record's bytes. */
#ifndef FORMATS_CSV_WRITER_H
#define FORMATS_CSV_WRITER_H

#include "etl/core/buf.h"
#include "etl/core/record.h"
#include "formats/csv_form.h"

void csv_write_row(struct buf *out, const struct str *cells, size_t count); /* defused */
/* The header line of a reject file: the input's own (or the given names, for a headerless one nothing) plus _errors; with BOM. */
void csv_reject_header(struct buf *out, const struct csv_form *form);
/* One reject: its raw bytes (padded with empty cells to `columns`), a delimiter, the reasons as one quoted cell, the line
 * end. replaced, where not NULL, has an entry for every cell of the record; replaced[i].ptr, where not NULL, stands instead of
 * cell i (sealed secrets): then the row is written from its cells. */
void csv_reject_row(struct buf *out, const struct csv_form *form, const struct record *record, size_t columns,
                    const struct str *replaced, struct str errors);

#endif
