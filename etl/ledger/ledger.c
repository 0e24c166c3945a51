/* etl/ledger/ledger.c - the ledger in SQLite: one file in the run folder, WAL, every commit on the disk. */
#include <errno.h>
#include <fcntl.h>
#include <libgen.h>
#include <limits.h>
#include <sys/stat.h>
#include <unistd.h>

#include "etl/ledger/sqlite_db.h"

const char *const call_state_names[] = { "pending", "sending", "done", "refused", "failed", "uncertain", "blocked" };

enum {
    APPLICATION_ID = 0x53464c31, /* "SFL1" */
    REASON_MAX = 400,
    REPLY_MAX = 1000,
    CHECKED_BYTES = 32 << 20, /* a ledger up to this size is checked whole when it is opened */
    /* Settling needs, per call in flight, its page, its answer's page and their copies in the WAL: 16 KiB. 256 calls. */
    RESERVE_BYTES = 4 << 20
};

#define LEDGER_TABLES                                                                                                  \
    "CREATE TABLE fact(name TEXT PRIMARY KEY, value TEXT) WITHOUT ROWID;"                                              \
    "CREATE TABLE command(number INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE);"                                     \
    "CREATE TABLE lane(number INTEGER PRIMARY KEY, key TEXT NOT NULL UNIQUE, first INTEGER, calls INTEGER);"           \
    "CREATE TABLE call(number INTEGER PRIMARY KEY, lane INTEGER NOT NULL, state INTEGER NOT NULL,"                     \
    " tries INTEGER NOT NULL, place INTEGER NOT NULL, length INTEGER NOT NULL, command INTEGER NOT NULL,"              \
    " id TEXT NOT NULL, source TEXT NOT NULL);"                                                                        \
    "CREATE TABLE answer(number INTEGER PRIMARY KEY, at INTEGER, http INTEGER, verified INTEGER, reason TEXT,"         \
    " reply TEXT);"                                                                                                    \
    "CREATE TABLE capture(number INTEGER, name TEXT, value TEXT, PRIMARY KEY(number, name)) WITHOUT ROWID;"            \
    "CREATE TABLE readback(number INTEGER PRIMARY KEY, there INTEGER, print INTEGER, absent_at INTEGER);"              \
    "CREATE TABLE test(number INTEGER PRIMARY KEY, outcome TEXT, reason TEXT, http INTEGER);"                          \
    "CREATE TABLE rung(name TEXT, account TEXT, connection TEXT, at TEXT, PRIMARY KEY(name, account)) WITHOUT ROWID;"

static const char *const statement_texts[] = { LEDGER_STATEMENTS(AS_TEXT) };

static enum etl_status wrong_state(struct err *err, uint64_t number, const char *step)
{
    return err_set(err, ETL_FAIL, "ledger-state",
                   "internal error: call %llu cannot be %s in the state it is in; nothing more is sent",
                   (unsigned long long)number, step);
}

/* ---- opening ---- */

/* So that the file is there after a power cut too, with what it claims. */
static void sync_folder(const char *path)
{
    char copy[PATH_MAX];
    int  fd;

    snprintf(copy, sizeof copy, "%s", path);
    fd = open(dirname(copy), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (fd < 0)
        return;
    fsync(fd);
    close(fd);
}

static enum etl_status open_db(struct ledger *l, bool write, struct err *err)
{
    int flags = SQLITE_OPEN_NOMUTEX | (write ? SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE : SQLITE_OPEN_READWRITE);

    if (write) { /* SQLite gives the WAL the mode of the file: 0600 from the start */
        int fd = open(l->path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);

        if (fd < 0)
            return err_set(err, errno == ENOSPC ? ETL_AGAIN : ETL_FAIL, "ledger-open", "cannot open %s: %s", l->path,
                           strerror(errno));
        close(fd);
        sync_folder(l->path);
    }
    if (sqlite3_open_v2(l->path, &l->db, flags, NULL) != SQLITE_OK)
        return db_failed(l, err);
    sqlite3_busy_timeout(l->db, 5000);
    sqlite3_extended_result_codes(l->db, 1);
    /* FULL: in WAL mode each commit is synced, so `sending` is on the disk before the first byte leaves. */
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

    if (stat(l->path, &stat_now) != 0 || stat_now.st_size > CHECKED_BYTES)
        return ETL_OK;
    st = sqlite3_prepare_v2(l->db, "PRAGMA quick_check(1)", -1, &s, NULL) == SQLITE_OK ? db_row(l, s, err)
                                                                                       : db_failed(l, err);
    if (st == ETL_OK && !str_is(db_column(s, 0), "ok"))
        st = err_set(
            err, ETL_FAIL, "ledger-damaged",
            "%s is damaged (%.200s). Nothing is sent from it: bring it back from a copy, or plan what the provider lacks anew",
            l->path, (const char *)sqlite3_column_text(s, 0));
    sqlite3_finalize(s);
    return st;
}

static enum etl_status make_tables(struct ledger *l, bool write, struct err *err)
{
    int64_t         id = 0, tables = 0;
    enum etl_status st = pragma_number(l, "PRAGMA application_id", &id, err);

    if (st == ETL_OK)
        st = pragma_number(l, "SELECT count(*) FROM sqlite_schema", &tables, err);
    if (st != ETL_OK)
        return st;
    if (tables == 0 && !write)
        return ETL_END;
    if (tables == 0)
        return db_run(
            l, "BEGIN IMMEDIATE; PRAGMA application_id = 1397115953; PRAGMA user_version = 1;" LEDGER_TABLES "COMMIT;",
            err);
    if (id != APPLICATION_ID)
        return err_set(err, ETL_FAIL, "ledger-damaged", "%s is no ledger of subferry", l->path);
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

static enum etl_status check_plan(struct ledger *l, struct str plan_digest, bool write, struct err *err)
{
    AUTO(arena_release) struct arena mem;
    struct str                       known;
    enum etl_status                  st;

    arena_init(&mem, 1 << 20, "the ledger's facts");
    st = db_fact_get(l, "plan", &mem, &known, err);
    if (st != ETL_OK)
        return st;
    if (known.ptr != NULL && plan_digest.ptr != NULL && !str_eq(known, plan_digest))
        return err_set(err, ETL_FAIL, "ledger-plan", "%s belongs to another plan; each run folder keeps its own ledger",
                       l->path);
    l->loaded = known.ptr != NULL;
    if (!l->loaded && !write)
        return ETL_END;
    return l->loaded ? db_read_sizes(l, err) : ETL_OK;
}

enum etl_status ledger_open(const char *path, struct str plan_digest, bool write, struct ledger **out, struct err *err)
{
    struct ledger  *l;
    enum etl_status st;

    _Static_assert(APPLICATION_ID == 1397115953, "as written in the tables");
    if (!write && access(path, F_OK) != 0)
        return ETL_END;
    l = calloc(1, sizeof *l);
    if (l == NULL)
        memory_exhausted("the ledger", sizeof *l);
    l->path = strdup(path);
    snprintf(l->plan_digest, sizeof l->plan_digest, "%.*s", STR_ARG(plan_digest));
    st = open_db(l, write, err);
    if (st == ETL_OK)
        st = make_tables(l, write, err);
    if (st == ETL_OK)
        st = prepare_all(l, err);
    if (st == ETL_OK)
        st = check_plan(l, plan_digest, write, err);
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
        unlink(l->spare);
    free(l->spare);
    free(l->path);
    free(l);
}

bool ledger_anything_sent(const char *path)
{
    sqlite3      *db = NULL;
    sqlite3_stmt *s = NULL;
    bool          sent = true;

    if (access(path, F_OK) != 0)
        return false;
    if (sqlite3_open_v2(path, &db, SQLITE_OPEN_READWRITE, NULL) == SQLITE_OK &&
        sqlite3_prepare_v2(db, "SELECT EXISTS(SELECT 1 FROM call WHERE tries > 0 OR state <> 0)", -1, &s, NULL) ==
            SQLITE_OK &&
        sqlite3_step(s) == SQLITE_ROW)
        sent = sqlite3_column_int(s, 0) != 0;
    else if (db != NULL && s == NULL && (sqlite3_errcode(db) & 0xff) == SQLITE_ERROR)
        sent = false; /* no table of calls yet: it was never loaded */
    sqlite3_finalize(s);
    sqlite3_close(db);
    return sent;
}

/* ---- calls and lanes ---- */

static enum etl_status read_call(struct ledger *l, sqlite3_stmt *s, struct ledger_call *out, struct err *err)
{
    enum etl_status st;

    db_hold(l);
    st = db_row(l, s, err);

    if (st == ETL_OK) {
        *out = (struct ledger_call){ .number = db_column_u64(s, 0),
                                     .lane = db_column_u64(s, 1),
                                     .offset = db_column_u64(s, 2),
                                     .length = db_column_u64(s, 3),
                                     .state = (enum call_state)sqlite3_column_int(s, 4),
                                     .tries = (uint32_t)sqlite3_column_int(s, 5),
                                     .absent_at_ms = db_column_u64(s, 7),
                                     .baseline_print = db_column_u64(s, 8) };
        out->has_baseline = sqlite3_column_type(s, 6) != SQLITE_NULL;
        out->there_before = out->has_baseline && sqlite3_column_int(s, 6) != 0;
        if ((unsigned)out->state >= CALL_STATES)
            st = err_set(err, ETL_FAIL, "ledger-damaged", "%s holds a state that does not exist", l->path);
    }
    sqlite3_reset(s);
    return st;
}

enum etl_status ledger_next_open(struct ledger *l, uint64_t number, struct ledger_call *out, struct err *err)
{
    return read_call(l, db_bind(l, STMT_NEXT_OPEN, number, 0), out, err);
}

enum etl_status ledger_call_at(struct ledger *l, uint64_t number, struct ledger_call *out, struct err *err)
{
    return read_call(l, db_bind(l, STMT_CALL_AT, number, 0), out, err);
}

enum etl_status ledger_settled_at(struct ledger *l, uint64_t number, uint64_t *at_ms, struct err *err)
{
    sqlite3_stmt   *s = db_bind(l, STMT_SETTLED_AT, number, 0);
    enum etl_status st = db_row(l, s, err);

    *at_ms = st == ETL_OK ? db_column_u64(s, 0) : 0;
    sqlite3_reset(s);
    return st == ETL_END ? ETL_OK : st;
}

enum etl_status ledger_pending_commands(struct ledger *l, struct arena *mem, struct str **names, size_t *count,
                                        struct err *err)
{
    sqlite3_stmt   *s = l->statements[STMT_PENDING_COMMANDS];
    struct str     *list = NULL;
    size_t          n = 0, cap = 0;
    enum etl_status st;

    while ((st = db_row(l, s, err)) == ETL_OK)
        ARENA_PUSH(mem, list, n, cap) = arena_str(mem, db_column(s, 0));
    sqlite3_reset(s);
    *names = list;
    *count = n;
    return st == ETL_END ? ETL_OK : st;
}

uint64_t ledger_call_count(const struct ledger *l)
{
    return l->calls;
}

uint64_t ledger_lanes_begin(const struct ledger *l)
{
    return l->lanes_begin;
}

uint64_t ledger_after_begins(const struct ledger *l)
{
    return l->after_begins;
}

uint64_t ledger_lane_count(const struct ledger *l)
{
    return l->lanes;
}

static enum etl_status read_lane(struct ledger *l, sqlite3_stmt *s, struct ledger_lane *out, struct err *err)
{
    enum etl_status st;

    db_hold(l);
    st = db_row(l, s, err);

    if (st == ETL_OK)
        *out = (struct ledger_lane){ db_column_u64(s, 0), db_column_u64(s, 1), db_column_u64(s, 2) };
    sqlite3_reset(s);
    return st;
}

enum etl_status ledger_lane_find(struct ledger *l, struct str key, struct ledger_lane *out, struct err *err)
{
    db_bind_str(l->statements[STMT_LANE_FIND], 1, key);
    return read_lane(l, l->statements[STMT_LANE_FIND], out, err);
}

enum etl_status ledger_lane_at(struct ledger *l, uint64_t lane, struct ledger_lane *out, struct err *err)
{
    return read_lane(l, db_bind(l, STMT_LANE_AT, lane, 0), out, err);
}

/* ---- changes ---- */

enum etl_status ledger_begin(struct ledger *l, struct err *err)
{
    enum etl_status st = sqlite3_get_autocommit(l->db) != 0 ? db_finish(l, l->statements[STMT_BEGIN], err) : ETL_OK;

    l->in_group = st == ETL_OK;
    return st;
}

enum etl_status ledger_commit(struct ledger *l, struct err *err)
{
    enum etl_status st = db_finish(l, l->statements[STMT_COMMIT], err);

    if (st != ETL_OK)
        ledger_rollback(l);
    l->in_group = false;
    return st;
}

void ledger_rollback(struct ledger *l)
{
    if (l->db != NULL && sqlite3_get_autocommit(l->db) == 0)
        sqlite3_exec(l->db, "ROLLBACK", NULL, NULL, NULL);
    l->in_group = false;
}

/* A change of exactly one call. */
static enum etl_status change_one(struct ledger *l, sqlite3_stmt *s, uint64_t number, const char *step, struct err *err)
{
    enum etl_status st = db_finish(l, s, err);

    return st == ETL_OK && sqlite3_changes(l->db) != 1 ? wrong_state(err, number, step) : st;
}

enum etl_status ledger_claim(struct ledger *l, uint64_t number, struct err *err)
{
    return change_one(l, db_bind(l, STMT_CLAIM, number, 0), number, "sent", err);
}

static enum etl_status settle_answer(struct ledger *l, uint64_t number, const struct settlement *s, struct err *err)
{
    sqlite3_stmt *q = db_bind(l, STMT_ANSWER, number, s->at_ms);

    sqlite3_bind_int(q, 3, s->http);
    sqlite3_bind_int(q, 4, s->verified);
    db_bind_str(q, 5, str_head(s->reason, REASON_MAX));
    db_bind_str(q, 6, str_head(s->reply, REPLY_MAX));
    return db_finish(l, q, err);
}

enum etl_status ledger_settle(struct ledger *l, uint64_t number, const struct settlement *s, struct err *err)
{
    sqlite3_stmt   *q = db_bind(l, STMT_SETTLE, number, (uint64_t)s->state);
    enum etl_status st;

    sqlite3_bind_int64(q, 3, s->tries);
    st = change_one(l, q, number, "settled", err);
    if (st == ETL_OK)
        st = settle_answer(l, number, s, err);
    for (size_t i = 0; st == ETL_OK && i < s->capture_count; i++) {
        if (s->captures[i].value.ptr == NULL)
            continue;
        q = db_bind(l, STMT_CAPTURED, number, 0);
        db_bind_str(q, 2, s->captures[i].name);
        db_bind_str(q, 3, s->captures[i].value);
        st = db_finish(l, q, err);
    }
    return st;
}

/* Lanes are ranges: the lane's end is where the next begins. before: and after: are ranges too. */
static enum etl_status behind(struct ledger *l, enum statement which, uint64_t number, uint64_t lane, struct err *err)
{
    struct ledger_lane at = { 0 };
    uint64_t           end = lane == LANE_BEFORE ? l->lanes_begin : l->calls + 1;
    enum etl_status    st = ETL_OK;

    if (lane != LANE_BEFORE && lane != LANE_AFTER) {
        st = ledger_lane_at(l, lane, &at, err);
        if (st != ETL_OK)
            return st == ETL_END ? wrong_state(err, number, "blocked") : st;
        end = at.first + at.count;
    }
    return number + 1 == end ? ETL_OK : db_finish(l, db_bind(l, which, number, end), err);
}

enum etl_status ledger_block_behind(struct ledger *l, uint64_t number, uint64_t lane, struct err *err)
{
    return behind(l, STMT_BLOCK, number, lane, err);
}

enum etl_status ledger_release_behind(struct ledger *l, uint64_t number, uint64_t lane, struct err *err)
{
    return behind(l, STMT_RELEASE, number, lane, err);
}

enum etl_status ledger_baseline(struct ledger *l, uint64_t number, bool there, uint64_t fingerprint, struct err *err)
{
    sqlite3_stmt *s = db_bind(l, STMT_BASELINE, number, there);

    sqlite3_bind_int64(s, 3, (sqlite3_int64)fingerprint);
    return db_finish(l, s, err);
}

enum etl_status ledger_absent(struct ledger *l, uint64_t number, uint64_t at_ms, struct err *err)
{
    sqlite3_stmt *s = db_bind(l, STMT_ABSENT, number, at_ms);

    if (at_ms == 0)
        sqlite3_bind_null(s, 2);
    return db_finish(l, s, err);
}

enum etl_status ledger_recover(struct ledger *l, uint64_t *calls, struct err *err)
{
    enum etl_status st;

    db_let_go(l);
    st = db_finish(l, l->statements[STMT_RECOVER], err);
    if (st == ETL_OK)
        *calls = (uint64_t)sqlite3_changes64(l->db);
    return st;
}

static enum etl_status capture_between(struct ledger *l, uint64_t first, uint64_t end, struct str name,
                                       struct arena *mem, struct str *out, struct err *err)
{
    sqlite3_stmt   *s = db_bind(l, STMT_CAPTURE_GET, first, end);
    enum etl_status st;

    db_bind_str(s, 3, name);
    st = db_row(l, s, err);
    if (st == ETL_OK)
        *out = arena_str(mem, db_column(s, 0));
    sqlite3_reset(s);
    return st;
}

enum etl_status ledger_capture(struct ledger *l, const struct ledger_call *call, struct str name, struct arena *mem,
                               struct str *out, struct err *err)
{
    struct ledger_lane lane = { 0 };
    enum etl_status    st = ETL_END;

    if (call->lane != LANE_BEFORE && call->lane != LANE_AFTER) {
        st = ledger_lane_at(l, call->lane, &lane, err);
        if (st == ETL_OK)
            st = capture_between(l, lane.first, call->number, name, mem, out, err);
    }
    if (st != ETL_END)
        return st;
    /* What the calls of before: made stands for all lanes. */
    return capture_between(l, 1, call->number < l->lanes_begin ? call->number : l->lanes_begin, name, mem, out, err);
}

enum etl_status ledger_capture_of_lane(struct ledger *l, struct str lane_key, struct str name, struct arena *mem,
                                       struct str *out, struct err *err)
{
    struct ledger_lane lane;
    enum etl_status    st = ledger_lane_find(l, lane_key, &lane, err);

    return st == ETL_OK ? capture_between(l, lane.first, lane.first + lane.count, name, mem, out, err) : st;
}

/* ---- space ---- */

enum etl_status ledger_reserve(struct ledger *l, struct err *err)
{
    char path[PATH_MAX];
    int  fd, code;

    snprintf(path, sizeof path, "%s.reserve", l->path);
    fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
    if (fd < 0)
        return err_set(err, ETL_AGAIN, "disk-full", "cannot reserve space at %s: %s", path, strerror(errno));
    code = posix_fallocate(fd, 0, RESERVE_BYTES);
    close(fd);
    if (code != 0) {
        unlink(path);
        return err_set(err, ETL_AGAIN, "disk-full",
                       "no room for the answers (%d MiB are reserved beside the ledger): %s; nothing is sent",
                       RESERVE_BYTES >> 20, strerror(code));
    }
    l->spare = strdup(path);
    return ETL_OK;
}

void ledger_use_reserve(struct ledger *l)
{
    if (l->spare != NULL)
        unlink(l->spare);
    free(l->spare);
    l->spare = NULL;
}
