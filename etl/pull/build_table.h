/* etl/pull/build_table.h - writes a normalized table from the stored answers of all reports that fill it. It may be built again when more
 * answers have come.
 *
 * Incomplete answers: their rows before the damage are kept.
 * Errors: those of stored_answer_read() and table_file.h. */
#ifndef ETL_PULL_BUILD_TABLE_H
#define ETL_PULL_BUILD_TABLE_H

#include "etl/pull/pulled.h"

/* table: its place in p->tables. */
enum etl_status build_table(struct pulled *p, size_t table, struct err *err);

#endif
