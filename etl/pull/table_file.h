/* etl/pull/table_file.h - writes a normalized table as CSV: UTF-8, LF, a header, RFC 4180.
 *
 * Joined   where several reports fill a table, or one brings a row twice, rows of one key become one row at the place of the first; a
 *          later row only fills cells that are empty. The rows are joined on the disk, so memory does not grow with them.
 * Threads  one owner.
 * Errors   ETL_AGAIN: the disk is full. */
#ifndef ETL_PULL_TABLE_FILE_H
#define ETL_PULL_TABLE_FILE_H

#include "etl/pull/normalizer.h"

struct table_file;
/* fills: by the table's columns, which of them the file has. extras: names of further columns. Both outlive the table file. */
struct table_shape {
    const struct table *table;
    const bool         *fills;
    const struct str   *extras;
    size_t              extra_count;
};
enum etl_status table_file_open(const char *path, const struct table_shape *shape, bool joined, struct table_file **out,
                                struct err *err);
enum etl_status table_file_add(struct table_file *f, const struct normal_row *row, struct err *err);
/* Everything is on the disk now; rows: how many there are. */
enum etl_status table_file_end(struct table_file *f, uint64_t *rows, struct err *err);
void            table_file_free(struct table_file *f); /* a file that was not ended is removed. NULL is fine */

#endif
