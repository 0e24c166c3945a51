/* formats/json_reader.h - reads JSON as records: a list of objects, wherever it stands in its document, or JSON Lines.
 *
 * A cell is what stands at a column's path (json_paths.h), as text: numbers as they are written, true, false, null as empty; a list
 * of texts as ["a","b"]. For `each:`, a list's elements are the record's rows. The document around the list is parsed by yajl, the
 * records on any thread; where they end is found by brackets and quotes alone.
 *
 * What is broken inside a record's brackets rejects that record (json_record.h). Where brackets or quotes themselves do not close,
 * nobody knows where the next record begins: ETL_UNREAD, with line and column. So does a document that is cut off, goes on behind its
 * end, or has the list twice. In JSON Lines every line is for itself.
 *
 * Lifetime, threads  as record_reader.h says.
 * Limits    a record longer than max_record (1 MiB) is damaged: it is skipped, whatever its size, without being held in memory. UTF-8
 *           only (RFC 8259 8.1), with or without a BOM. */
#ifndef FORMATS_JSON_READER_H
#define FORMATS_JSON_READER_H

#include "formats/json_options.h"
#include "formats/json_wanted.h"
#include "formats/record_reader.h"
#include "formats/source.h"

/* `wanted` is kept, it must outlive the reader. */
enum etl_status json_reader_open(struct source *source, const struct json_options *options,
                                 const struct json_wanted *wanted, struct record_reader **out, struct err *err);
/* One record from its text, without a reader: what json_reader would make of it. Cells live in `mem`. */
enum etl_status json_record_parse(struct str text, const struct json_wanted *wanted, struct arena *mem,
                                  struct record *out, struct err *err);
/* When all is read: was there such a place in any record? list -1: the record's own columns; a list's column_count: the list. */
bool json_reader_has_seen(const struct record_reader *r, int list, size_t column);

#endif
