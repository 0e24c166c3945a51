/* formats/json_reader.h - reads JSON as records: a list of objects, wherever it stands in its document, or JSON Lines.
 *
 * Cells     the value at a column's path as text: numbers as they are written, true, false, null as empty, a list of texts as ["a","b"]. For
 *           `each:`, the elements of a list are the record's rows.
 * Rejects   a fault inside a record's brackets rejects that record alone; in JSON Lines a fault never reaches beyond its line.
 * Errors    ETL_UNREAD with line and column: a bracket or quote does not close, so the next record cannot be found; the document is cut
 *           off, goes on behind its end, or has the list twice.
 * Lifetime, threads  as record_reader.h says.
 * Limits    a record longer than max_record (1 MiB) is damaged: it is skipped, whatever its size, without being held in memory. UTF-8
 *           only (RFC 8259 8.1), with or without a BOM. */
#ifndef FORMATS_JSON_READER_H
#define FORMATS_JSON_READER_H

#include "formats/json_options.h"
#include "formats/json_wanted.h"
#include "formats/record_reader.h"
#include "formats/source.h"

/* `wanted` outlives the reader. */
enum etl_status json_reader_open(struct source *source, const struct json_options *options,
                                 const struct json_wanted *wanted, struct record_reader **out, struct err *err);
/* Parses one record from its text, without a reader. Its cells live in `mem`. */
enum etl_status json_record_parse(struct str text, const struct json_wanted *wanted, struct arena *mem,
                                  struct record *out, struct err *err);
/* After everything was read: did any record have this place? list -1: the record's own columns; column == the list's column_count: the
 * list itself. */
bool json_reader_has_seen(const struct record_reader *r, int list, size_t column);

#endif
