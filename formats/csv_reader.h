/* formats/csv_reader.h - reads CSV as records: RFC 4180, and what real extracts make of it.
 *
 * Quotes    a quote inside an unquoted cell is literal. Text after a closing quote rejects the record; reading goes on at the next line. A
 *           quote that is still open at the end, or past max_record, is ETL_UNREAD with the line where it opened.
 * Rows      a short row is a reject; so is a long one, unless the surplus cells are empty. Empty lines are skipped and counted.
 * Bytes     a NUL, or a byte that is wrong in the encoding, rejects the record. Lines end with LF, CRLF or CR. Blanks are kept.
 * Rejects   rule damaged-*: it is not a record (broken quote, wrong bytes, too long). Rules row-short and row-long: the number of cells
 *           is wrong; the cells are set.
 * Lifetime, threads  as record_reader.h says. A cell points into its block, or into the block's arena when it had to be changed (a
 *           doubled quote, an encoding).
 * Limits    a record longer than max_record (1 MiB) is damaged, unless a quote is open there (above). It is skipped to the end of that
 *           line, whatever its size, without being held in memory.
 * Not here  types and dates: a cell is text. */
#ifndef FORMATS_CSV_READER_H
#define FORMATS_CSV_READER_H

#include "formats/csv_form.h"
#include "formats/record_reader.h"
#include "formats/source.h"

struct csv_options {
    char              delimiter; /* ',' */
    char              quote;     /* '"'; 0: none */
    enum encoding     encoding;  /* AUTO: UTF-8. A BOM at the beginning wins over any name */
    bool              has_header;
    const struct str *names; /* the columns, where the file has no header */
    size_t            name_count;
    size_t            max_record;  /* 0: 1 MiB */
    size_t            block_bytes; /* 0: 256 KiB */
};

enum etl_status csv_reader_open(struct source *source, const struct csv_options *options, struct record_reader **out,
                                struct err *err);
/* The columns: the header's cells (trimmed, as UTF-8) or options->names. Empty and double names are not refused here. */
const struct str *csv_reader_columns(const struct record_reader *r, size_t *count);
/* How the input is written. */
const struct csv_form *csv_reader_form(const struct record_reader *r);

#endif
