/* etl/pull/table_file.h - a normalized table being written as CSV: UTF-8, LF, a header, RFC 4180.
 *
 * joined  several reports fill the table, or one brings a row twice: rows of one key become one, at the place of the first, in which
 *         a later row only fills what is empty. They are joined on the disk, so memory stays flat.
 *
 * Threads one owner. Errors: ETL_AGAIN: the disk is full. */
#ifndef ETL_PULL_TABLE_FILE_H
#define ETL_PULL_TABLE_FILE_H

#include "etl/pull/normalize.h"

struct table_file;
/* fills: by the table's columns, which of them the file has. extras: names of further ones. Both are the caller's until it is closed. */
struct table_shape {
    const struct table *table;
    const bool         *fills;
    const struct str   *extras;
    size_t              extra_count;
};
enum etl_status table_file_open(const char *path, const struct table_shape *shape, bool joined, struct table_file **out,
                                struct err *err);
enum etl_status table_file_add(struct table_file *f, const struct normal_row *row, struct err *err);
/* All is on the disk; how many rows there are. */
enum etl_status table_file_end(struct table_file *f, uint64_t *rows, struct err *err);
void            table_file_free(struct table_file *f); /* not ended: nothing is left. NULL is fine */

#endif
