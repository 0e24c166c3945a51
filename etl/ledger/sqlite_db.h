/* etl/ledger/sqlite_db.h - the ledger's database, and the small steps that its statements take. Private to sqlite_*.c.
 *
 * Threads  one owner. Errors  as in ledger.h; a statement is reset after every use, also after a failed one. */
#ifndef ETL_LEDGER_SQLITE_DB_H
#define ETL_LEDGER_SQLITE_DB_H

#include <sqlite3.h>

#include "etl/ledger/ledger.h"
#include "etl/ledger/sqlite_statements.h"

#define AS_ENUM(name, sql) STMT_##name,
#define AS_TEXT(name, sql) sql,
enum statement { LEDGER_STATEMENTS(AS_ENUM) STATEMENTS };

struct ledger {
    sqlite3      *db;
    sqlite3_stmt *statements[STATEMENTS];
    char         *path, *spare;
    char          plan_root[65];
    uint64_t      calls, lanes, lanes_begin, after_begins;
    bool          loaded, in_group, writes;
};

enum etl_status db_failed(struct ledger *l, struct err *err);
/* The statement with its first two numbers, as far as it has places for them. */
sqlite3_stmt   *db_bind(struct ledger *l, enum statement which, uint64_t a, uint64_t b);
void            db_bind_str(sqlite3_stmt *s, int place, struct str text);
struct str      db_column(sqlite3_stmt *s, int i);
uint64_t        db_column_u64(sqlite3_stmt *s, int i);
enum etl_status db_finish(struct ledger *l, sqlite3_stmt *s, struct err *err); /* gives no rows */
enum etl_status db_row(struct ledger *l, sqlite3_stmt *s,
                       struct err *err); /* ETL_OK: a row; ETL_END: none; the caller resets */
enum etl_status db_run(struct ledger *l, const char *sql, struct err *err);
enum etl_status db_number(struct ledger *l, enum statement which, uint64_t *out, struct err *err);
enum etl_status db_fact_get(struct ledger *l, const char *name, struct arena *mem, struct str *out, struct err *err);
enum etl_status db_fact_set(struct ledger *l, const char *name, struct str value, struct err *err);
/* Begins a transaction for reads, which the next group goes on with. */
void db_hold(struct ledger *l);
/* Ends it, before a statement that must be durable by itself. */
void            db_let_go(struct ledger *l);
enum etl_status db_read_sizes(struct ledger *l, struct err *err); /* how many calls and lanes, and where they begin */

#endif
