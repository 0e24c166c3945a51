/* formats/csv_reader.h - reads CSV, RFC 4180 and what real extracts do to it, as records.
 *
 * What real files do: a quote inside an unquoted cell is literal; text after a closing quote rejects that record and
 * reading resumes at the next line; a quote still open at the end, or past max_record, stops with ETL_UNREAD naming
 * the line where it opened; short rows are rejects, long ones too unless the surplus is empty; blanks are kept; empty lines
 * are skipped and counted; NUL bytes and bytes wrong in the encoding reject the record; line ends are LF, CRLF or CR.
 *
 * What stays of a rejected record: `damaged-*` rules tell one that is none (broken quote, wrong bytes, too long), row-short and
 * row-long one with the wrong number of cells; those are set then.
 *
 * Lifetime, threads  as record_reader.h says. Cells point into their block, or into its arena where they had to be changed (a
 *           doubled quote, an encoding).
 * Limits    a record longer than max_record (1 MiB) stops as above when a quote is open there, else it is damaged: it is skipped
 *           to the end of that line, whatever its size (100 MB too), without being held in memory.
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
/* The columns: the header's cells (trimmed, as UTF-8) or options->names. Empty and double names are told as they are. */
const struct str *csv_reader_columns(const struct record_reader *r, size_t *count);
/* How the input is written. */
const struct csv_form *csv_reader_form(const struct record_reader *r);

#endif
