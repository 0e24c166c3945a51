/* formats/csv_writer.h - writes CSV: results for people's spreadsheets, rejects for our own reader.
 *
 * Results  UTF-8, LF, RFC 4180. No cell begins a formula: one that starts with = + - @ TAB or CR gets a ' before it.
 * Rejects  encoding, delimiter, quote, line end and BOM of the input, and the record's own bytes; formulas stay as they are. */
#ifndef FORMATS_CSV_WRITER_H
#define FORMATS_CSV_WRITER_H

#include "etl/core/buf.h"
#include "etl/core/record.h"
#include "formats/csv_form.h"

void csv_write_row(struct buf *out, const struct str *cells, size_t count); /* a result; a formula gets a ' before it */
/* The header line of a reject file: the input's own and _errors, behind a BOM if the input has one. Nothing for an input without a header. */
void csv_reject_header(struct buf *out, const struct csv_form *form);
/* One reject: its raw bytes (padded with empty cells to `columns`), a delimiter, the reasons as one quoted cell, the line
 * end. replaced, where not NULL, has an entry for every cell of the record; replaced[i].ptr, where not NULL, stands instead of
 * cell i (sealed secrets): then the row is written from its cells. */
void csv_reject_row(struct buf *out, const struct csv_form *form, const struct record *record, size_t columns,
                    const struct str *replaced, struct str errors);

#endif
