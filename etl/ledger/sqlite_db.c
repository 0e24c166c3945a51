/* etl/ledger/sqlite_db.c - the ledger's database: the small steps its statements take. */
#include "etl/ledger/sqlite_db.h"

enum etl_status db_failed(struct ledger *l, struct err *err)
{
    int code = sqlite3_errcode(l->db) & 0xff;

    switch (code) {
    case SQLITE_FULL:
    case SQLITE_IOERR:
        return err_set(err, ETL_AGAIN, "disk-full",
                       "the ledger cannot be written: %s; make room and run the same command again",
                       sqlite3_errmsg(l->db));
    case SQLITE_BUSY:
    case SQLITE_LOCKED: return err_set(err, ETL_AGAIN, "ledger-busy", "another program holds the ledger %s", l->path);
    case SQLITE_CORRUPT:
    case SQLITE_NOTADB:
        return err_set(
            err, ETL_FAIL, "ledger-damaged",
            "%s is damaged (%s). Nothing is sent from it: bring back a copy that was made after the last apply (an older one would send again what was sent since), or plan what the provider lacks anew",
            l->path, sqlite3_errmsg(l->db));
    default: return err_set(err, ETL_FAIL, "ledger", "%s: %s", l->path, sqlite3_errmsg(l->db));
    }
}

sqlite3_stmt *db_bind(struct ledger *l, enum statement which, uint64_t a, uint64_t b)
{
    sqlite3_stmt *s = l->statements[which];
    int           places = sqlite3_bind_parameter_count(s);

    if (places >= 1)
        sqlite3_bind_int64(s, 1, (sqlite3_int64)a);
    if (places >= 2)
        sqlite3_bind_int64(s, 2, (sqlite3_int64)b);
    return s;
}

void db_bind_str(sqlite3_stmt *s, int place, struct str text)
{
    if (text.ptr == NULL)
        sqlite3_bind_null(s, place);
    else
        sqlite3_bind_text(s, place, text.ptr, (int)text.len, SQLITE_STATIC);
}

struct str db_column(sqlite3_stmt *s, int i)
{
    const char *text = (const char *)sqlite3_column_text(s, i);

    return text != NULL ? str_of(text, (size_t)sqlite3_column_bytes(s, i)) : STR_NONE;
}

uint64_t db_column_u64(sqlite3_stmt *s, int i)
{
    return (uint64_t)sqlite3_column_int64(s, i);
}

enum etl_status db_finish(struct ledger *l, sqlite3_stmt *s, struct err *err)
{
    int code = sqlite3_step(s);

    sqlite3_reset(s);
    return code == SQLITE_DONE ? ETL_OK : db_failed(l, err);
}

enum etl_status db_row(struct ledger *l, sqlite3_stmt *s, struct err *err)
{
    int code = sqlite3_step(s);

    return code == SQLITE_ROW ? ETL_OK : code == SQLITE_DONE ? ETL_END : db_failed(l, err);
}

/* A read outside a transaction takes and releases a lock: six system calls for each call that is sent. So all reads between two groups
 * share one transaction, and the next group continues it. */
void db_hold(struct ledger *l)
{
    if (l->writes && sqlite3_get_autocommit(l->db) != 0)
        db_finish(l, l->statements[STMT_BEGIN], NULL);
}

void db_let_go(struct ledger *l)
{
    if (!l->in_group && sqlite3_get_autocommit(l->db) == 0)
        db_finish(l, l->statements[STMT_COMMIT], NULL);
}

enum etl_status db_run(struct ledger *l, const char *sql, struct err *err)
{
    return sqlite3_exec(l->db, sql, NULL, NULL, NULL) == SQLITE_OK ? ETL_OK : db_failed(l, err);
}

enum etl_status db_number(struct ledger *l, enum statement which, uint64_t *out, struct err *err)
{
    sqlite3_stmt   *s = l->statements[which];
    enum etl_status st = db_row(l, s, err);

    if (st == ETL_OK)
        *out = db_column_u64(s, 0);
    sqlite3_reset(s);
    return st;
}

enum etl_status db_fact_get(struct ledger *l, const char *name, struct arena *mem, struct str *out, struct err *err)
{
    sqlite3_stmt   *s = l->statements[STMT_FACT_GET];
    enum etl_status st;

    db_bind_str(s, 1, str_from(name));
    st = db_row(l, s, err);
    *out = st == ETL_OK ? arena_str(mem, db_column(s, 0)) : STR_NONE;
    sqlite3_reset(s);
    return st == ETL_END ? ETL_OK : st;
}

enum etl_status db_fact_set(struct ledger *l, const char *name, struct str value, struct err *err)
{
    sqlite3_stmt *s = l->statements[STMT_FACT_SET];

    db_bind_str(s, 1, str_from(name));
    db_bind_str(s, 2, value);
    return db_finish(l, s, err);
}
