/* etl/pull/request_journal.c - what a pull asks and what came of it, in SQLite. */
#include "etl/pull/request_journal.h"

#include <sqlite3.h>
#include <sys/stat.h>

/* In these tables an entry is called a question, as the file is: an interrupted pull of an earlier version must still open. */
#define TABLES                                                                                                         \
    "CREATE TABLE IF NOT EXISTS fact(name TEXT PRIMARY KEY, value TEXT) WITHOUT ROWID;"                                \
    "CREATE TABLE IF NOT EXISTS question(number INTEGER PRIMARY KEY, report TEXT NOT NULL, params TEXT NOT NULL,"      \
    " row TEXT NOT NULL, state INTEGER NOT NULL DEFAULT 0, records INTEGER, repairs INTEGER, file TEXT,"               \
    " offset INTEGER, bytes INTEGER, digest TEXT, print TEXT, why TEXT, UNIQUE(report, params));"                      \
    "CREATE INDEX IF NOT EXISTS by_state ON question(report, state, number);"                                          \
    "CREATE TABLE IF NOT EXISTS extra(tbl TEXT, name TEXT, PRIMARY KEY(tbl, name)) WITHOUT ROWID;"

#define COLUMNS "number, params, row, state, records, repairs, offset, bytes, file, digest, print, why"

/* All statements are prepared at open, so a typo fails at the start. */
#define STATEMENTS(X)                                                                                                   \
    X(FACT_GET, "SELECT value FROM fact WHERE name = ?1")                                                               \
    X(FACT_SET, "INSERT OR REPLACE INTO fact(name, value) VALUES(?1, ?2)")                                              \
    X(ADD, "INSERT OR IGNORE INTO question(report, params, row) VALUES(?1, ?2, ?3)")                                    \
    X(NEXT,                                                                                                             \
      "SELECT " COLUMNS " FROM question WHERE report = ?1 AND state = ?3 AND number > ?2 ORDER BY number LIMIT 1")      \
    X(ANY, "SELECT " COLUMNS " FROM question WHERE report = ?1 AND number > ?2 ORDER BY number LIMIT 1")                \
    X(SETTLE,                                                                                                           \
      "UPDATE question SET state = ?2, records = ?3, repairs = ?4, offset = ?5, bytes = ?6, file = ?7, digest = ?8,"    \
      " print = ?9, why = ?10 WHERE number = ?1")                                                                       \
    X(REOPEN, "UPDATE question SET state = 0 WHERE state = 3")                                                          \
    X(COUNT,                                                                                                            \
      "SELECT count(*), sum(state = 0), sum(state = 1), sum(state = 2), sum(state = 3), total(records), total(repairs)" \
      " FROM question WHERE report = ?1")                                                                               \
    X(WHY, "SELECT why FROM question WHERE report = ?1 AND state IN (2, 3) ORDER BY state DESC, number LIMIT 1")        \
    X(EXTRA_ADD, "INSERT OR IGNORE INTO extra(tbl, name) VALUES(?1, ?2)")                                               \
    X(EXTRAS, "SELECT name FROM extra WHERE tbl = ?1 ORDER BY name")

enum statement {
#define X(name, text) S_##name,
    STATEMENTS(X)
#undef X
        S_COUNT_OF
};
static const char *const texts[] = {
#define X(name, text) text,
    STATEMENTS(X)
#undef X
};

struct request_journal {
    sqlite3      *db;
    sqlite3_stmt *statements[S_COUNT_OF];
};

static enum etl_status fault(struct request_journal *q, struct err *err)
{
    int code = sqlite3_errcode(q->db) & 0xff;

    if (code == SQLITE_FULL || code == SQLITE_IOERR)
        return err_set(err, ETL_AGAIN, "disk-full", "cannot write down what was asked: %s", sqlite3_errmsg(q->db));
    if (code == SQLITE_BUSY || code == SQLITE_LOCKED)
        return err_set(err, ETL_AGAIN, "pull-lock", "another pull is writing this archive");
    return err_set(err, ETL_FAIL, "pull-folder", "what was asked cannot be read: %s", sqlite3_errmsg(q->db));
}

static sqlite3_stmt *take(struct request_journal *q, enum statement which)
{
    sqlite3_reset(q->statements[which]);
    return q->statements[which];
}

static void bind(sqlite3_stmt *s, int at, struct str text)
{
    if (text.ptr == NULL)
        sqlite3_bind_null(s, at);
    else
        sqlite3_bind_text(s, at, text.ptr, (int)text.len, SQLITE_TRANSIENT);
}

static struct str column(sqlite3_stmt *s, int at, struct arena *mem)
{
    const char *text = (const char *)sqlite3_column_text(s, at);

    return text != NULL ? arena_str(mem, str_of(text, (size_t)sqlite3_column_bytes(s, at))) : STR_NONE;
}

static enum etl_status run(struct request_journal *q, sqlite3_stmt *s, struct err *err)
{
    int rc = sqlite3_step(s);

    sqlite3_reset(s);
    return rc == SQLITE_DONE || rc == SQLITE_ROW ? ETL_OK : fault(q, err);
}

static enum etl_status check_identity(struct request_journal *q, struct str identity, struct err *err)
{
    sqlite3_stmt *s = take(q, S_FACT_GET);
    int           rc;
    bool          same;

    bind(s, 1, STR("identity"));
    rc = sqlite3_step(s);
    if (rc == SQLITE_DONE) {
        sqlite3_reset(s);
        s = take(q, S_FACT_SET);
        bind(s, 1, STR("identity"));
        bind(s, 2, identity);
        return run(q, s, err);
    }
    if (rc != SQLITE_ROW)
        return fault(q, err);
    same = str_is(identity, (const char *)sqlite3_column_text(s, 0));
    sqlite3_reset(s);
    return same
               ? ETL_OK
               : err_set(
                     err, ETL_FAIL, "pull-other",
                     "an interrupted pull with other connection, dates or secrets lies there; finish it as it was begun, or remove its folder");
}

enum etl_status request_journal_open(const char *path, struct str identity, struct request_journal **out,
                                     struct err *err)
{
    struct request_journal *q = calloc(1, sizeof *q);
    mode_t                  mask = umask(077);
    enum etl_status         st = ETL_OK;

    if (q == NULL)
        memory_exhausted("what is asked", sizeof *q);
    if (sqlite3_open_v2(path, &q->db, SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_EXRESCODE, NULL) !=
            SQLITE_OK ||
        sqlite3_exec(
            q->db,
            "PRAGMA locking_mode=EXCLUSIVE; PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL; PRAGMA cache_size=-4096; "
            "PRAGMA trusted_schema=OFF;" TABLES,
            NULL, NULL, NULL) != SQLITE_OK)
        st = fault(q, err);
    umask(mask);
    for (size_t i = 0; i < S_COUNT_OF && st == ETL_OK; i++)
        if (sqlite3_prepare_v3(q->db, texts[i], -1, SQLITE_PREPARE_PERSISTENT, &q->statements[i], NULL) != SQLITE_OK)
            st = fault(q, err);
    if (st == ETL_OK)
        st = check_identity(q, identity, err);
    if (st != ETL_OK) {
        request_journal_close(q);
        return st;
    }
    *out = q;
    return ETL_OK;
}

void request_journal_close(struct request_journal *q)
{
    if (q == NULL)
        return;
    for (size_t i = 0; i < S_COUNT_OF; i++)
        sqlite3_finalize(q->statements[i]);
    sqlite3_close(q->db);
    free(q);
}

enum etl_status request_journal_add(struct request_journal *q, struct str report, struct str params, struct str row,
                                    struct err *err)
{
    sqlite3_stmt *s = take(q, S_ADD);

    bind(s, 1, report);
    bind(s, 2, params);
    bind(s, 3, row);
    return run(q, s, err);
}

static enum etl_status read_one(struct request_journal *q, sqlite3_stmt *s, struct arena *mem,
                                struct journal_entry *out, struct err *err)
{
    int rc = sqlite3_step(s);

    if (rc == SQLITE_ROW) {
        *out = (struct journal_entry){ .number = (uint64_t)sqlite3_column_int64(s, 0),
                                       .params = column(s, 1, mem),
                                       .row = column(s, 2, mem),
                                       .state = (enum entry_state)sqlite3_column_int(s, 3),
                                       .records = (uint64_t)sqlite3_column_int64(s, 4),
                                       .repairs = (uint64_t)sqlite3_column_int64(s, 5),
                                       .offset = (uint64_t)sqlite3_column_int64(s, 6),
                                       .bytes = (uint64_t)sqlite3_column_int64(s, 7),
                                       .file = column(s, 8, mem),
                                       .digest = column(s, 9, mem),
                                       .print = column(s, 10, mem),
                                       .why = column(s, 11, mem) };
        sqlite3_reset(s);
        return ETL_OK;
    }
    sqlite3_reset(s);
    return rc == SQLITE_DONE ? ETL_END : fault(q, err);
}

enum etl_status request_journal_next(struct request_journal *q, struct str report, enum entry_state state,
                                     uint64_t after, struct arena *mem, struct journal_entry *out, struct err *err)
{
    sqlite3_stmt *s = take(q, S_NEXT);

    bind(s, 1, report);
    sqlite3_bind_int64(s, 2, (sqlite3_int64)after);
    sqlite3_bind_int(s, 3, (int)state);
    return read_one(q, s, mem, out, err);
}

enum etl_status request_journal_any(struct request_journal *q, struct str report, uint64_t after, struct arena *mem,
                                    struct journal_entry *out, struct err *err)
{
    sqlite3_stmt *s = take(q, S_ANY);

    bind(s, 1, report);
    sqlite3_bind_int64(s, 2, (sqlite3_int64)after);
    return read_one(q, s, mem, out, err);
}

enum etl_status request_journal_settle(struct request_journal *q, const struct journal_entry *a, struct err *err)
{
    sqlite3_stmt *s = take(q, S_SETTLE);

    sqlite3_bind_int64(s, 1, (sqlite3_int64)a->number);
    sqlite3_bind_int(s, 2, (int)a->state);
    sqlite3_bind_int64(s, 3, (sqlite3_int64)a->records);
    sqlite3_bind_int64(s, 4, (sqlite3_int64)a->repairs);
    sqlite3_bind_int64(s, 5, (sqlite3_int64)a->offset);
    sqlite3_bind_int64(s, 6, (sqlite3_int64)a->bytes);
    bind(s, 7, a->file);
    bind(s, 8, a->digest);
    bind(s, 9, a->print);
    bind(s, 10, a->why);
    return run(q, s, err);
}

enum etl_status request_journal_reopen(struct request_journal *q, struct err *err)
{
    return run(q, take(q, S_REOPEN), err);
}

enum etl_status request_journal_count(struct request_journal *q, struct str report, struct arena *mem,
                                      struct journal_counts *out, struct err *err)
{
    sqlite3_stmt *s = take(q, S_COUNT);

    bind(s, 1, report);
    if (sqlite3_step(s) != SQLITE_ROW)
        return fault(q, err);
    *out = (struct journal_counts){ .asked = (uint64_t)sqlite3_column_int64(s, 0),
                                    .records = (uint64_t)sqlite3_column_int64(s, 5),
                                    .repairs = (uint64_t)sqlite3_column_int64(s, 6) };
    for (int i = 0; i < 4; i++)
        out->by_state[i] = (uint64_t)sqlite3_column_int64(s, 1 + i);
    sqlite3_reset(s);
    s = take(q, S_WHY);
    bind(s, 1, report);
    if (sqlite3_step(s) == SQLITE_ROW)
        out->why = column(s, 0, mem);
    sqlite3_reset(s);
    return ETL_OK;
}

enum etl_status request_journal_extra_add(struct request_journal *q, struct str table, struct str name, struct err *err)
{
    sqlite3_stmt *s = take(q, S_EXTRA_ADD);

    bind(s, 1, table);
    bind(s, 2, name);
    return run(q, s, err);
}

enum etl_status request_journal_extras(struct request_journal *q, struct str table, struct arena *mem, struct str **out,
                                       size_t *count, struct err *err)
{
    sqlite3_stmt *s = take(q, S_EXTRAS);
    struct str   *names = NULL;
    size_t        n = 0, cap = 0;
    int           rc;

    bind(s, 1, table);
    while ((rc = sqlite3_step(s)) == SQLITE_ROW)
        ARENA_PUSH(mem, names, n, cap) = column(s, 0, mem);
    sqlite3_reset(s);
    *out = names;
    *count = n;
    return rc == SQLITE_DONE ? ETL_OK : fault(q, err);
}
