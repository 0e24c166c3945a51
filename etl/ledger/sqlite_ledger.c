/* etl/ledger/sqlite_ledger.c - the ledger in SQLite: one file in the run folder, WAL, every commit on the disk. Opened and checked here. */
#include <errno.h>
#include <libgen.h>
#include <limits.h>

#include "etl/core/system/files.h"

#include "etl/ledger/sqlite_db.h"

const char *const call_state_names[] = { "pending", "sending", "done", "refused", "failed", "uncertain", "blocked" };

enum {
    APPLICATION_ID = 0x53464c31, /* "SFL1" */
    LEDGER_EDITION = 2,          /* in user_version; 1 had a line of the plan for each call */
    CHECKED_BYTES = 32 << 20     /* a ledger up to this size is checked whole when it is opened */
};

static const char *const statement_texts[] = { LEDGER_STATEMENTS(AS_TEXT) };

static char *path_in(const char *folder)
{
    char *path = NULL;

    if (asprintf(&path, "%s/ledger.db", folder) < 0)
        memory_exhausted("the ledger's path", strlen(folder));
    return path;
}

/* Without this a power cut could lose the new file's entry in the folder, and its claims with it. */
static void sync_folder(const char *path)
{
    char copy[PATH_MAX];

    snprintf(copy, sizeof copy, "%s", path);
    files_sync_folder(dirname(copy));
}

static enum etl_status open_db(struct ledger *l, bool write, struct err *err)
{
    int flags = SQLITE_OPEN_NOMUTEX | (write ? SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE : SQLITE_OPEN_READWRITE);

    if (write) { /* made with 0600 first, since SQLite gives the WAL the mode of the file */
        int fd = files_open(l->path, O_RDWR | O_CREAT);

        if (fd < 0)
            return files_fault(err, "open", l->path);
        files_close(fd);
        sync_folder(l->path);
    }
    if (sqlite3_open_v2(l->path, &l->db, flags, NULL) != SQLITE_OK)
        return db_failed(l, err);
    sqlite3_busy_timeout(l->db, 5000);
    sqlite3_extended_result_codes(l->db, 1);
    /* FULL: in WAL mode each commit is synced, so a claim is on the disk before the first byte leaves. */
    return db_run(l,
                  "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA cache_size=-4096;"
                  "PRAGMA wal_autocheckpoint=2000; PRAGMA trusted_schema=OFF; PRAGMA cell_size_check=ON;",
                  err);
}

static enum etl_status pragma_number(struct ledger *l, const char *sql, int64_t *out, struct err *err)
{
    sqlite3_stmt   *s = NULL;
    enum etl_status st =
        sqlite3_prepare_v2(l->db, sql, -1, &s, NULL) == SQLITE_OK ? db_row(l, s, err) : db_failed(l, err);

    if (st == ETL_OK)
        *out = sqlite3_column_int64(s, 0);
    sqlite3_finalize(s);
    return st;
}

static enum etl_status check_whole(struct ledger *l, struct err *err)
{
    sqlite3_stmt   *s = NULL;
    struct stat     stat_now;
    enum etl_status st;

    if (files_stat(l->path, &stat_now) != 0 || stat_now.st_size > CHECKED_BYTES)
        return ETL_OK;
    st = sqlite3_prepare_v2(l->db, "PRAGMA quick_check(1)", -1, &s, NULL) == SQLITE_OK ? db_row(l, s, err)
                                                                                       : db_failed(l, err);
    if (st == ETL_OK && !str_is(db_column(s, 0), "ok"))
        st = err_set(
            err, ETL_FAIL, "ledger-damaged",
            "%s is damaged (%.200s). Nothing is sent from it: bring back a copy that was made after the last apply (an older one would send again what was sent since), or plan what the provider lacks anew",
            l->path, (const char *)sqlite3_column_text(s, 0));
    sqlite3_finalize(s);
    return st;
}

static enum etl_status make_tables(struct ledger *l, bool write, struct err *err)
{
    int64_t         id = 0, tables = 0, edition = 0;
    enum etl_status st = pragma_number(l, "PRAGMA application_id", &id, err);

    if (st == ETL_OK)
        st = pragma_number(l, "SELECT count(*) FROM sqlite_schema", &tables, err);
    if (st != ETL_OK)
        return st;
    if (tables == 0 && !write)
        return ETL_END;
    if (tables == 0)
        return db_run(
            l, "BEGIN IMMEDIATE; PRAGMA application_id = 1397115953; PRAGMA user_version = 2;" LEDGER_TABLES "COMMIT;",
            err);
    if (id != APPLICATION_ID)
        return err_set(err, ETL_FAIL, "ledger-damaged", "%s is no ledger of subferry", l->path);
    st = pragma_number(l, "PRAGMA user_version", &edition, err);
    if (st != ETL_OK)
        return st;
    if (edition != LEDGER_EDITION)
        return err_set(err, ETL_FAIL, "edition",
                       "%s was written by %s version of subferry; finish its run with that one", l->path,
                       edition < LEDGER_EDITION ? "an older" : "a newer");
    return check_whole(l, err);
}

static enum etl_status prepare_all(struct ledger *l, struct err *err)
{
    for (int i = 0; i < STATEMENTS; i++)
        if (sqlite3_prepare_v3(l->db, statement_texts[i], -1, SQLITE_PREPARE_PERSISTENT, &l->statements[i], NULL) !=
            SQLITE_OK)
            return db_failed(l, err);
    return ETL_OK;
}

enum etl_status db_read_sizes(struct ledger *l, struct err *err)
{
    enum etl_status st = db_number(l, STMT_LAST, &l->calls, err);

    if (st == ETL_OK)
        st = db_number(l, STMT_LANES, &l->lanes, err);
    if (st != ETL_OK)
        return st;
    if (l->lanes == 0) { /* only before: and after: */
        st = db_number(l, STMT_BEFORES, &l->lanes_begin, err);
        l->after_begins = ++l->lanes_begin;
        return st;
    }
    st = db_number(l, STMT_LANES_BEGIN, &l->lanes_begin, err);
    return st == ETL_OK ? db_number(l, STMT_LANES_END, &l->after_begins, err) : st;
}

static enum etl_status check_plan(struct ledger *l, struct str plan_root, bool write, struct err *err)
{
    AUTO(arena_release) struct arena mem;
    struct str                       known;
    enum etl_status                  st;

    arena_init(&mem, 1 << 20, "the ledger's facts");
    st = db_fact_get(l, "plan", &mem, &known, err);
    if (st != ETL_OK)
        return st;
    if (known.ptr != NULL && plan_root.ptr != NULL && !str_eq(known, plan_root))
        return err_set(err, ETL_FAIL, "ledger-plan", "%s belongs to another plan; each run folder keeps its own ledger",
                       l->path);
    l->loaded = known.ptr != NULL;
    if (!l->loaded && !write)
        return ETL_END;
    return l->loaded ? db_read_sizes(l, err) : ETL_OK;
}

enum etl_status ledger_open(const char *folder, struct str plan_root, bool write, struct ledger **out, struct err *err)
{
    struct ledger  *l;
    char           *path = path_in(folder);
    enum etl_status st;

    _Static_assert(APPLICATION_ID == 1397115953, "as written in the tables");
    if (!write && !files_exists(path)) {
        free(path);
        return ETL_END;
    }
    l = calloc(1, sizeof *l);
    if (l == NULL)
        memory_exhausted("the ledger", sizeof *l);
    l->path = path;
    snprintf(l->plan_root, sizeof l->plan_root, "%.*s", STR_ARG(plan_root));
    st = open_db(l, write, err);
    if (st == ETL_OK)
        st = make_tables(l, write, err);
    if (st == ETL_OK)
        st = prepare_all(l, err);
    if (st == ETL_OK)
        st = check_plan(l, plan_root, write, err);
    if (st != ETL_OK) {
        ledger_close(l);
        return st;
    }
    l->writes = write;
    *out = l;
    return ETL_OK;
}

void ledger_close(struct ledger *l)
{
    if (l == NULL)
        return;
    ledger_rollback(l);
    for (int i = 0; i < STATEMENTS; i++)
        sqlite3_finalize(l->statements[i]);
    sqlite3_close(l->db);
    if (l->spare != NULL)
        files_remove(l->spare);
    free(l->spare);
    free(l->path);
    free(l);
}

enum ledger_sent ledger_anything_sent(const char *folder)
{
    char            *path = path_in(folder);
    sqlite3         *db = NULL;
    sqlite3_stmt    *s = NULL;
    enum ledger_sent sent = LEDGER_SENT;

    if (!files_exists(path)) {
        free(path);
        return LEDGER_NONE;
    }
    if (sqlite3_open_v2(path, &db, SQLITE_OPEN_READWRITE, NULL) == SQLITE_OK &&
        sqlite3_prepare_v2(db, "SELECT EXISTS(SELECT 1 FROM call WHERE tries > 0 OR state <> 0)", -1, &s, NULL) ==
            SQLITE_OK &&
        sqlite3_step(s) == SQLITE_ROW)
        sent = sqlite3_column_int(s, 0) != 0 ? LEDGER_SENT : LEDGER_UNSENT;
    else if (db != NULL && s == NULL && (sqlite3_errcode(db) & 0xff) == SQLITE_ERROR)
        sent = LEDGER_NONE; /* no table of calls: it was never loaded, or it was emptied */
    sqlite3_finalize(s);
    sqlite3_close(db);
    free(path);
    return sent;
}
