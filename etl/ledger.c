/* etl/ledger.c - the ledger in SQLite: one file in the run folder, WAL, every commit on the disk. */
#include "etl/ledger.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <sqlite3.h>
#include <sys/stat.h>
#include <unistd.h>

const char *const call_state_names[] = { "pending", "sending", "done", "refused", "failed", "uncertain", "blocked" };

enum {
    APPLICATION_ID = 0x53464c31,     /* "SFL1" */
    REASON_MAX = 400, REPLY_MAX = 1000,
    CHECKED_BYTES = 32 << 20,        /* a ledger up to this size is checked whole when it is opened */
    /* Settling needs, per call in flight, its page, its answer's page and their copies in the WAL: 16 KiB. 256 calls. */
    RESERVE_BYTES = 4 << 20
};

#define LEDGER_TABLES                                                                                         \
    "CREATE TABLE fact(name TEXT PRIMARY KEY, value TEXT) WITHOUT ROWID;"                                     \
    "CREATE TABLE command(number INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE);"                            \
    "CREATE TABLE lane(number INTEGER PRIMARY KEY, key TEXT NOT NULL UNIQUE, first INTEGER, calls INTEGER);"  \
    "CREATE TABLE call(number INTEGER PRIMARY KEY, lane INTEGER NOT NULL, state INTEGER NOT NULL,"            \
    " tries INTEGER NOT NULL, place INTEGER NOT NULL, length INTEGER NOT NULL, command INTEGER NOT NULL,"     \
    " id TEXT NOT NULL, source TEXT NOT NULL);"                                                               \
    "CREATE TABLE answer(number INTEGER PRIMARY KEY, at INTEGER, http INTEGER, verified INTEGER, reason TEXT," \
    " reply TEXT);"                                                                                           \
    "CREATE TABLE capture(number INTEGER, name TEXT, value TEXT, PRIMARY KEY(number, name)) WITHOUT ROWID;"   \
    "CREATE TABLE readback(number INTEGER PRIMARY KEY, there INTEGER, print INTEGER, absent_at INTEGER);" \
    "CREATE TABLE test(number INTEGER PRIMARY KEY, outcome TEXT, reason TEXT, http INTEGER);"                 \
    "CREATE TABLE rung(name TEXT, account TEXT, connection TEXT, at TEXT, PRIMARY KEY(name, account)) WITHOUT ROWID;"

#define CALL_COLUMNS                                                                                          \
    "SELECT c.number, c.lane, c.place, c.length, c.state, c.tries, r.there, r.absent_at, r.print"                      \
    " FROM call c LEFT JOIN readback r ON r.number = c.number "

/* All statements, prepared at open, so that a slip fails at the start of the night. States by number: pending 0, sending 1,
 * done 2, refused 3, failed 4, uncertain 5, blocked 6. */
#define LEDGER_STATEMENTS(X)                                                                                  \
    X(BEGIN, "BEGIN")                                                                               \
    X(COMMIT, "COMMIT")                                                                                       \
    X(FACT_GET, "SELECT value FROM fact WHERE name = ?1")                                                     \
    X(FACT_SET, "INSERT OR REPLACE INTO fact(name, value) VALUES(?1, ?2)")                                    \
    X(NEXT_OPEN, CALL_COLUMNS "WHERE c.number >= ?1 AND c.state IN (0, 5) ORDER BY c.number LIMIT 1")         \
    X(CALL_AT, CALL_COLUMNS "WHERE c.number = ?1")                                                            \
    X(SETTLED_AT, "SELECT at FROM answer WHERE number = ?1")                                                  \
    X(PENDING_COMMANDS, "SELECT m.name FROM command m WHERE EXISTS(SELECT 1 FROM call c WHERE c.command = m.number AND c.state = 0)") \
    X(LANE_FIND, "SELECT number, first, calls FROM lane WHERE key = ?1")                                      \
    X(LANE_AT, "SELECT number, first, calls FROM lane WHERE number = ?1")                                     \
    X(CLAIM, "UPDATE call SET state = 1, tries = tries + 1 WHERE number = ?1 AND state IN (0, 5)")            \
    X(SETTLE, "UPDATE call SET state = ?2, tries = tries + ?3 WHERE number = ?1 AND state IN (0, 1, 5)")      \
    X(ANSWER, "INSERT OR REPLACE INTO answer(number, at, http, verified, reason, reply)"                      \
              " VALUES(?1, ?2, ?3, ?4, ?5, ?6)")                                                              \
    X(CAPTURED, "INSERT OR REPLACE INTO capture(number, name, value) VALUES(?1, ?2, ?3)")                     \
    X(BLOCK, "UPDATE call SET state = 6 WHERE number > ?1 AND number < ?2 AND state = 0")                     \
    X(RELEASE, "UPDATE call SET state = 0 WHERE number > ?1 AND number < ?2 AND state = 6")                   \
    X(BASELINE, "INSERT OR REPLACE INTO readback(number, there, print) VALUES(?1, ?2, ?3)")             \
    X(ABSENT, "INSERT INTO readback(number, absent_at) VALUES(?1, ?2)"                                        \
              " ON CONFLICT(number) DO UPDATE SET absent_at = ?2")                                            \
    X(RECOVER, "UPDATE call SET state = 5 WHERE state = 1")                                                   \
    X(CAPTURE_GET, "SELECT value FROM capture WHERE number >= ?1 AND number < ?2 AND name = ?3"               \
                   " ORDER BY number DESC LIMIT 1")                                                           \
    X(RUNG_ADD, "INSERT OR REPLACE INTO rung(name, account, connection, at) VALUES(?1, ?2, ?3, ?4)")          \
    X(RUNGS, "SELECT name, account, connection, at FROM rung ORDER BY at")                                    \
    X(TESTED, "INSERT OR REPLACE INTO test(number, outcome, reason, http) VALUES(?1, ?2, ?3, ?4)")            \
    X(COUNT, "SELECT state, count(*) FROM call GROUP BY state")                                               \
    X(TEST_COUNT, "SELECT outcome, count(*) FROM test GROUP BY outcome ORDER BY 2 DESC, 1")                    \
    X(FIRST_TESTED, "SELECT l.key FROM test t JOIN call c ON c.number = t.number JOIN lane l ON l.number = c.lane" \
                    " WHERE t.outcome = ?1 ORDER BY t.number LIMIT 1")                                        \
    X(FIRST_LANE, "SELECT l.key FROM call c JOIN lane l ON l.number = c.lane WHERE c.state = ?1"               \
                  " ORDER BY c.number LIMIT 1")                                                               \
    X(LANES, "SELECT count(*) FROM lane")                                                                     \
    X(LAST, "SELECT max(number) FROM call")                                                                   \
    X(LANES_BEGIN, "SELECT first FROM lane ORDER BY number LIMIT 1")                                           \
    X(LANES_END, "SELECT first + calls FROM lane ORDER BY number DESC LIMIT 1")                               \
    X(BEFORES, "SELECT count(*) FROM call WHERE lane = 0")                                                    \
    X(STATES, "SELECT lane, state FROM call ORDER BY number")                                                 \
    X(EACH, "SELECT c.number, c.lane, c.state, c.tries, c.id, c.source, m.name, l.key, a.at, a.http, a.verified," \
            " a.reason, a.reply, t.outcome, t.reason, t.http FROM call c JOIN command m ON m.number = c.command"  \
            " LEFT JOIN lane l ON l.number = c.lane LEFT JOIN answer a ON a.number = c.number"                \
            " LEFT JOIN test t ON t.number = c.number WHERE c.number >= ?1 ORDER BY c.number")

#define AS_ENUM(name, sql) STMT_##name,
#define AS_TEXT(name, sql) sql,
enum statement { LEDGER_STATEMENTS(AS_ENUM) STATEMENTS };
static const char *const statement_texts[] = { LEDGER_STATEMENTS(AS_TEXT) };

struct ledger {
    sqlite3      *db;
    sqlite3_stmt *statements[STATEMENTS];
    char         *path, *spare;
    char          plan_digest[65];
    uint64_t      calls, lanes, lanes_begin, after_begins;
    bool          loaded, in_group, writes;
};

/* ---- errors ---- */

static enum etl_status db_failed(struct ledger *l, struct err *err)
{
    int code = sqlite3_errcode(l->db) & 0xff;

    switch (code) {
    case SQLITE_FULL:
    case SQLITE_IOERR:
        return err_set(err, ETL_AGAIN, "disk-full", "the ledger cannot be written: %s; make room and run the same command again",
                       sqlite3_errmsg(l->db));
    case SQLITE_BUSY:
    case SQLITE_LOCKED:
        return err_set(err, ETL_AGAIN, "ledger-busy", "another program holds the ledger %s", l->path);
    case SQLITE_CORRUPT:
    case SQLITE_NOTADB:
        return err_set(err, ETL_FAIL, "ledger-damaged",
                       "%s is damaged (%s). Nothing is sent from it: bring it back from a copy, or plan what the provider lacks anew",
                       l->path, sqlite3_errmsg(l->db));
    default:
        return err_set(err, ETL_FAIL, "ledger", "%s: %s", l->path, sqlite3_errmsg(l->db));
    }
}

static enum etl_status wrong_state(struct err *err, uint64_t number, const char *step)
{
    return err_set(err, ETL_FAIL, "ledger-state", "internal error: call %llu cannot be %s in the state it is in; nothing more is sent",
                   (unsigned long long)number, step);
}

/* ---- small steps ---- */

static sqlite3_stmt *bind_numbers(struct ledger *l, enum statement which, uint64_t a, uint64_t b)
{
    sqlite3_stmt *s = l->statements[which];
    int           places = sqlite3_bind_parameter_count(s);

    if (places >= 1)
        sqlite3_bind_int64(s, 1, (sqlite3_int64)a);
    if (places >= 2)
        sqlite3_bind_int64(s, 2, (sqlite3_int64)b);
    return s;
}

static void bind_str(sqlite3_stmt *s, int place, struct str text)
{
    if (text.ptr == NULL)
        sqlite3_bind_null(s, place);
    else
        sqlite3_bind_text(s, place, text.ptr, (int)text.len, SQLITE_STATIC);
}

static struct str column(sqlite3_stmt *s, int i)
{
    const char *text = (const char *)sqlite3_column_text(s, i);

    return text != NULL ? str_of(text, (size_t)sqlite3_column_bytes(s, i)) : STR_NONE;
}

static uint64_t column_u64(sqlite3_stmt *s, int i)
{
    return (uint64_t)sqlite3_column_int64(s, i);
}

/* Runs a statement that gives no rows. */
static enum etl_status finish(struct ledger *l, sqlite3_stmt *s, struct err *err)
{
    int code = sqlite3_step(s);

    sqlite3_reset(s);
    return code == SQLITE_DONE ? ETL_OK : db_failed(l, err);
}

/* Steps to a row: ETL_OK with the row, ETL_END without; the caller resets. */
static enum etl_status row(struct ledger *l, sqlite3_stmt *s, struct err *err)
{
    int code = sqlite3_step(s);

    return code == SQLITE_ROW ? ETL_OK : code == SQLITE_DONE ? ETL_END : db_failed(l, err);
}

/* Reading outside a transaction takes and gives back a lock a statement, six calls of the kernel for each call that is sent. So what
 * is read between two groups is read in one transaction, which the next group goes on with. */
static void hold(struct ledger *l)
{
    if (l->writes && sqlite3_get_autocommit(l->db) != 0)
        finish(l, l->statements[STMT_BEGIN], NULL);
}

/* What is durable by itself must not go into a transaction that is merely held. */
static void let_go(struct ledger *l)
{
    if (!l->in_group && sqlite3_get_autocommit(l->db) == 0)
        finish(l, l->statements[STMT_COMMIT], NULL);
}

static enum etl_status run_sql(struct ledger *l, const char *sql, struct err *err)
{
    return sqlite3_exec(l->db, sql, NULL, NULL, NULL) == SQLITE_OK ? ETL_OK : db_failed(l, err);
}

static enum etl_status number_of(struct ledger *l, enum statement which, uint64_t *out, struct err *err)
{
    sqlite3_stmt   *s = l->statements[which];
    enum etl_status st = row(l, s, err);

    if (st == ETL_OK)
        *out = column_u64(s, 0);
    sqlite3_reset(s);
    return st;
}

static enum etl_status fact_get(struct ledger *l, const char *name, struct arena *mem, struct str *out, struct err *err)
{
    sqlite3_stmt   *s = l->statements[STMT_FACT_GET];
    enum etl_status st;

    bind_str(s, 1, str_from(name));
    st = row(l, s, err);
    *out = st == ETL_OK ? arena_str(mem, column(s, 0)) : STR_NONE;
    sqlite3_reset(s);
    return st == ETL_END ? ETL_OK : st;
}

static enum etl_status fact_set(struct ledger *l, const char *name, struct str value, struct err *err)
{
    sqlite3_stmt *s = l->statements[STMT_FACT_SET];

    bind_str(s, 1, str_from(name));
    bind_str(s, 2, value);
    return finish(l, s, err);
}

/* ---- opening ---- */

static enum etl_status open_db(struct ledger *l, bool write, struct err *err)
{
    int flags = SQLITE_OPEN_NOMUTEX | (write ? SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE : SQLITE_OPEN_READWRITE);

    if (write) {   /* SQLite gives the WAL the mode of the file: 0600 from the start */
        int fd = open(l->path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);

        if (fd < 0)
            return err_set(err, errno == ENOSPC ? ETL_AGAIN : ETL_FAIL, "ledger-open", "cannot open %s: %s", l->path, strerror(errno));
        close(fd);
    }
    if (sqlite3_open_v2(l->path, &l->db, flags, NULL) != SQLITE_OK)
        return db_failed(l, err);
    sqlite3_busy_timeout(l->db, 5000);
    sqlite3_extended_result_codes(l->db, 1);
    /* FULL: in WAL mode each commit is synced, so `sending` is on the disk before the first byte leaves. */
    return run_sql(l, "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA cache_size=-4096;"
                      "PRAGMA wal_autocheckpoint=2000; PRAGMA trusted_schema=OFF; PRAGMA cell_size_check=ON;", err);
}

static enum etl_status pragma_number(struct ledger *l, const char *sql, int64_t *out, struct err *err)
{
    sqlite3_stmt   *s = NULL;
    enum etl_status st = sqlite3_prepare_v2(l->db, sql, -1, &s, NULL) == SQLITE_OK ? row(l, s, err) : db_failed(l, err);

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
    st = sqlite3_prepare_v2(l->db, "PRAGMA quick_check(1)", -1, &s, NULL) == SQLITE_OK ? row(l, s, err) : db_failed(l, err);
    if (st == ETL_OK && !str_is(column(s, 0), "ok"))
        st = err_set(err, ETL_FAIL, "ledger-damaged",
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
        return run_sql(l, "BEGIN IMMEDIATE; PRAGMA application_id = 1397115953; PRAGMA user_version = 1;" LEDGER_TABLES "COMMIT;", err);
    if (id != APPLICATION_ID)
        return err_set(err, ETL_FAIL, "ledger-damaged", "%s is no ledger of subferry", l->path);
    return check_whole(l, err);
}

static enum etl_status prepare_all(struct ledger *l, struct err *err)
{
    for (int i = 0; i < STATEMENTS; i++)
        if (sqlite3_prepare_v3(l->db, statement_texts[i], -1, SQLITE_PREPARE_PERSISTENT, &l->statements[i], NULL) != SQLITE_OK)
            return db_failed(l, err);
    return ETL_OK;
}

static enum etl_status read_sizes(struct ledger *l, struct err *err)
{
    enum etl_status st = number_of(l, STMT_LAST, &l->calls, err);

    if (st == ETL_OK)
        st = number_of(l, STMT_LANES, &l->lanes, err);
    if (st != ETL_OK)
        return st;
    if (l->lanes == 0) {           /* only before: and after: */
        st = number_of(l, STMT_BEFORES, &l->lanes_begin, err);
        l->after_begins = ++l->lanes_begin;
        return st;
    }
    st = number_of(l, STMT_LANES_BEGIN, &l->lanes_begin, err);
    return st == ETL_OK ? number_of(l, STMT_LANES_END, &l->after_begins, err) : st;
}

static enum etl_status check_plan(struct ledger *l, struct str plan_digest, bool write, struct err *err)
{
    AUTO(arena_release) struct arena mem;
    struct str      known;
    enum etl_status st;

    arena_init(&mem, 1 << 20, "the ledger's facts");
    st = fact_get(l, "plan", &mem, &known, err);
    if (st != ETL_OK)
        return st;
    if (known.ptr != NULL && plan_digest.ptr != NULL && !str_eq(known, plan_digest))
        return err_set(err, ETL_FAIL, "ledger-plan", "%s belongs to another plan; each run folder keeps its own ledger", l->path);
    l->loaded = known.ptr != NULL;
    if (!l->loaded && !write)
        return ETL_END;
    return l->loaded ? read_sizes(l, err) : ETL_OK;
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
        sqlite3_prepare_v2(db, "SELECT EXISTS(SELECT 1 FROM call WHERE tries > 0 OR state <> 0)", -1, &s, NULL) == SQLITE_OK &&
        sqlite3_step(s) == SQLITE_ROW)
        sent = sqlite3_column_int(s, 0) != 0;
    else if (db != NULL && s == NULL && (sqlite3_errcode(db) & 0xff) == SQLITE_ERROR)
        sent = false;   /* no table of calls yet: it was never loaded */
    sqlite3_finalize(s);
    sqlite3_close(db);
    return sent;
}

/* ---- loading a plan ---- */

bool ledger_loaded(const struct ledger *l)
{
    return l->loaded;
}

#define LOAD_STATEMENTS(X)                                                                                    \
    X(LOAD_CALL, "INSERT INTO temp.staged VALUES(?1, ?2, ?3, ?4, ?5, ?6, ?7)")                                \
    X(LOAD_LANE, "INSERT INTO lane(key) VALUES(?1) ON CONFLICT(key) DO UPDATE SET key = key RETURNING number") \
    X(LOAD_COMMAND, "INSERT INTO command(name) VALUES(?1) ON CONFLICT(name) DO UPDATE SET name = name RETURNING number")

enum { LOADS = 3 };
struct loading {
    struct ledger *ledger;
    sqlite3_stmt  *call, *lane, *command;
    struct arena   mem;
    struct buf     last_lane, last_command;      /* neighbours mostly share them */
    uint64_t       last_lane_number, last_command_number;
};

static enum etl_status number_for(struct loading *w, sqlite3_stmt *s, struct str text, struct buf *last, uint64_t *number,
                                  struct err *err)
{
    enum etl_status st;

    if (*number != 0 && str_eq(buf_str(last), text))
        return ETL_OK;
    bind_str(s, 1, text);
    st = row(w->ledger, s, err);
    if (st == ETL_OK)
        *number = column_u64(s, 0);
    sqlite3_reset(s);
    buf_reset(last);
    buf_add(last, text);
    return st;
}

static enum etl_status load_line(struct loading *w, struct str text, uint64_t offset, struct err *err)
{
    struct plan_line line;
    sqlite3_stmt    *s = w->call;
    uint64_t         lane = LANE_BEFORE;
    enum etl_status  st;

    arena_reset(&w->mem);
    st = plan_line_parse(text, &w->mem, &line, err);
    if (st == ETL_OK && line.stage == STAGE_LANE) {
        st = number_for(w, w->lane, line.lane, &w->last_lane, &w->last_lane_number, err);
        lane = w->last_lane_number;
    } else if (line.stage == STAGE_AFTER) {
        lane = LANE_AFTER;
    }
    if (st == ETL_OK)
        st = number_for(w, w->command, line.command, &w->last_command, &w->last_command_number, err);
    if (st != ETL_OK)
        return st;
    sqlite3_bind_int64(s, 1, (sqlite3_int64)lane);
    sqlite3_bind_int64(s, 2, (sqlite3_int64)line.seq);
    sqlite3_bind_int64(s, 3, (sqlite3_int64)offset);
    sqlite3_bind_int64(s, 4, (sqlite3_int64)text.len);
    sqlite3_bind_int64(s, 5, (sqlite3_int64)w->last_command_number);
    bind_str(s, 6, line.id);
    bind_str(s, 7, line.from);
    return finish(w->ledger, s, err);
}

static enum etl_status load_lines(struct loading *w, const char *plan_path, struct err *err)
{
    struct plan_reader *reader;
    struct str          text;
    uint64_t            offset;
    enum etl_status     st = plan_reader_open(plan_path, &reader, err);

    if (st != ETL_OK)
        return st;
    while ((st = plan_reader_next(reader, &text, &offset, err)) == ETL_OK) {
        st = load_line(w, text, offset, err);
        if (st != ETL_OK)
            break;
    }
    plan_reader_close(reader);
    return st == ETL_END ? ETL_OK : st;
}

static enum etl_status prepare_loading(struct loading *w, struct err *err)
{
    static const char *const texts[LOADS] = { LOAD_STATEMENTS(AS_TEXT) };
    sqlite3_stmt           **places[LOADS] = { &w->call, &w->lane, &w->command };
    struct ledger           *l = w->ledger;
    enum etl_status          st = run_sql(l, "CREATE TEMP TABLE staged(lane INTEGER, seq INTEGER, place INTEGER, length INTEGER,"
                                             " command INTEGER, id TEXT, source TEXT)", err);

    for (int i = 0; st == ETL_OK && i < LOADS; i++)
        if (sqlite3_prepare_v2(l->db, texts[i], -1, places[i], NULL) != SQLITE_OK)
            st = db_failed(l, err);
    return st;
}

/* The calls of one lane may stand far apart in the plan (one input after the other). Sorted here, they are neighbours: a lane is then
 * a range of numbers, and what is sent together lies on the same pages, which is what a commit costs. */
static const char *const sort_calls =
    "INSERT INTO call(lane, state, tries, place, length, command, id, source)"
    " SELECT lane, 0, 0, place, length, command, id, source FROM temp.staged ORDER BY lane, seq, place;"
    "DROP TABLE temp.staged;"
    "UPDATE lane SET first = g.f, calls = g.n FROM (SELECT lane, min(number) AS f, count(*) AS n FROM call GROUP BY lane) g"
    " WHERE g.lane = lane.number;";

enum etl_status ledger_load(struct ledger *l, const char *plan_path, struct err *err)
{
    struct loading  w = { .ledger = l };
    enum etl_status st;

    arena_init(&w.mem, 256U << 20, "a line of plan.jsonl");
    buf_init(&w.last_lane, 1 << 20, "a lane's key");
    buf_init(&w.last_command, 1 << 16, "a command's name");
    st = ledger_begin(l, err);
    if (st == ETL_OK)
        st = prepare_loading(&w, err);
    if (st == ETL_OK)
        st = load_lines(&w, plan_path, err);
    if (st == ETL_OK)
        st = run_sql(l, sort_calls, err);
    if (st == ETL_OK)
        st = fact_set(l, "plan", str_from(l->plan_digest), err);
    sqlite3_finalize(w.call);
    sqlite3_finalize(w.lane);
    sqlite3_finalize(w.command);
    if (st == ETL_OK)
        st = ledger_commit(l, err);
    else
        ledger_rollback(l);
    l->loaded = st == ETL_OK;
    arena_release(&w.mem);
    buf_release(&w.last_lane);
    buf_release(&w.last_command);
    return st == ETL_OK ? read_sizes(l, err) : st;
}

/* ---- calls and lanes ---- */

static enum etl_status read_call(struct ledger *l, sqlite3_stmt *s, struct ledger_call *out, struct err *err)
{
    enum etl_status st;

    hold(l);
    st = row(l, s, err);

    if (st == ETL_OK) {
        *out = (struct ledger_call){ .number = column_u64(s, 0), .lane = column_u64(s, 1), .offset = column_u64(s, 2),
                                     .length = column_u64(s, 3), .state = (enum call_state)sqlite3_column_int(s, 4),
                                     .tries = (uint32_t)sqlite3_column_int(s, 5), .absent_at_ms = column_u64(s, 7), .baseline_print = column_u64(s, 8) };
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
    return read_call(l, bind_numbers(l, STMT_NEXT_OPEN, number, 0), out, err);
}

enum etl_status ledger_call_at(struct ledger *l, uint64_t number, struct ledger_call *out, struct err *err)
{
    return read_call(l, bind_numbers(l, STMT_CALL_AT, number, 0), out, err);
}

enum etl_status ledger_settled_at(struct ledger *l, uint64_t number, uint64_t *at_ms, struct err *err)
{
    sqlite3_stmt   *s = bind_numbers(l, STMT_SETTLED_AT, number, 0);
    enum etl_status st = row(l, s, err);

    *at_ms = st == ETL_OK ? column_u64(s, 0) : 0;
    sqlite3_reset(s);
    return st == ETL_END ? ETL_OK : st;
}

enum etl_status ledger_pending_commands(struct ledger *l, struct arena *mem, struct str **names, size_t *count, struct err *err)
{
    sqlite3_stmt   *s = l->statements[STMT_PENDING_COMMANDS];
    struct str     *list = NULL;
    size_t          n = 0, cap = 0;
    enum etl_status st;

    while ((st = row(l, s, err)) == ETL_OK)
        ARENA_PUSH(mem, list, n, cap) = arena_str(mem, column(s, 0));
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

    hold(l);
    st = row(l, s, err);

    if (st == ETL_OK)
        *out = (struct ledger_lane){ column_u64(s, 0), column_u64(s, 1), column_u64(s, 2) };
    sqlite3_reset(s);
    return st;
}

enum etl_status ledger_lane_find(struct ledger *l, struct str key, struct ledger_lane *out, struct err *err)
{
    bind_str(l->statements[STMT_LANE_FIND], 1, key);
    return read_lane(l, l->statements[STMT_LANE_FIND], out, err);
}

enum etl_status ledger_lane_at(struct ledger *l, uint64_t lane, struct ledger_lane *out, struct err *err)
{
    return read_lane(l, bind_numbers(l, STMT_LANE_AT, lane, 0), out, err);
}

/* ---- changes ---- */

enum etl_status ledger_begin(struct ledger *l, struct err *err)
{
    enum etl_status st = sqlite3_get_autocommit(l->db) != 0 ? finish(l, l->statements[STMT_BEGIN], err) : ETL_OK;

    l->in_group = st == ETL_OK;
    return st;
}

enum etl_status ledger_commit(struct ledger *l, struct err *err)
{
    enum etl_status st = finish(l, l->statements[STMT_COMMIT], err);

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
    enum etl_status st = finish(l, s, err);

    return st == ETL_OK && sqlite3_changes(l->db) != 1 ? wrong_state(err, number, step) : st;
}

enum etl_status ledger_claim(struct ledger *l, uint64_t number, struct err *err)
{
    return change_one(l, bind_numbers(l, STMT_CLAIM, number, 0), number, "sent", err);
}

static enum etl_status settle_answer(struct ledger *l, uint64_t number, const struct settlement *s, struct err *err)
{
    sqlite3_stmt *q = bind_numbers(l, STMT_ANSWER, number, s->at_ms);

    sqlite3_bind_int(q, 3, s->http);
    sqlite3_bind_int(q, 4, s->verified);
    bind_str(q, 5, str_head(s->reason, REASON_MAX));
    bind_str(q, 6, str_head(s->reply, REPLY_MAX));
    return finish(l, q, err);
}

enum etl_status ledger_settle(struct ledger *l, uint64_t number, const struct settlement *s, struct err *err)
{
    sqlite3_stmt   *q = bind_numbers(l, STMT_SETTLE, number, (uint64_t)s->state);
    enum etl_status st;

    sqlite3_bind_int64(q, 3, s->tries);
    st = change_one(l, q, number, "settled", err);
    if (st == ETL_OK)
        st = settle_answer(l, number, s, err);
    for (size_t i = 0; st == ETL_OK && i < s->capture_count; i++) {
        if (s->captures[i].value.ptr == NULL)
            continue;
        q = bind_numbers(l, STMT_CAPTURED, number, 0);
        bind_str(q, 2, s->captures[i].name);
        bind_str(q, 3, s->captures[i].value);
        st = finish(l, q, err);
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
    return number + 1 == end ? ETL_OK : finish(l, bind_numbers(l, which, number, end), err);
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
    sqlite3_stmt *s = bind_numbers(l, STMT_BASELINE, number, there);

    sqlite3_bind_int64(s, 3, (sqlite3_int64)fingerprint);
    return finish(l, s, err);
}

enum etl_status ledger_absent(struct ledger *l, uint64_t number, uint64_t at_ms, struct err *err)
{
    sqlite3_stmt *s = bind_numbers(l, STMT_ABSENT, number, at_ms);

    if (at_ms == 0)
        sqlite3_bind_null(s, 2);
    return finish(l, s, err);
}

enum etl_status ledger_recover(struct ledger *l, uint64_t *calls, struct err *err)
{
    enum etl_status st;

    let_go(l);
    st = finish(l, l->statements[STMT_RECOVER], err);
    if (st == ETL_OK)
        *calls = (uint64_t)sqlite3_changes64(l->db);
    return st;
}

static enum etl_status capture_between(struct ledger *l, uint64_t first, uint64_t end, struct str name, struct arena *mem,
                                       struct str *out, struct err *err)
{
    sqlite3_stmt   *s = bind_numbers(l, STMT_CAPTURE_GET, first, end);
    enum etl_status st;

    bind_str(s, 3, name);
    st = row(l, s, err);
    if (st == ETL_OK)
        *out = arena_str(mem, column(s, 0));
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
        return err_set(err, ETL_AGAIN, "disk-full", "no room for the answers (%d MiB are reserved beside the ledger): %s; nothing is sent",
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

/* ---- the run's own facts ---- */

static const char *const binding_facts[4] = { "bound-connection", "bound-provider", "bound-url", "bound-account" };

enum etl_status ledger_bound(struct ledger *l, struct arena *mem, struct ledger_binding *out, struct err *err)
{
    struct str *places[4] = { &out->connection, &out->provider, &out->url, &out->account };
    enum etl_status st = ETL_OK;

    for (size_t i = 0; st == ETL_OK && i < 4; i++)
        st = fact_get(l, binding_facts[i], mem, places[i], err);
    return st;
}

enum etl_status ledger_bind(struct ledger *l, const struct ledger_binding *b, struct err *err)
{
    const struct str values[4] = { b->connection, b->provider, b->url, b->account };
    enum etl_status  st = ledger_begin(l, err);

    for (size_t i = 0; st == ETL_OK && i < 4; i++)
        st = fact_set(l, binding_facts[i], values[i], err);
    if (st == ETL_OK)
        return ledger_commit(l, err);
    ledger_rollback(l);
    return st;
}

enum etl_status ledger_rung_add(struct ledger *l, const struct ledger_rung *rung, struct err *err)
{
    sqlite3_stmt *s = l->statements[STMT_RUNG_ADD];

    let_go(l);
    bind_str(s, 1, rung->name);
    bind_str(s, 2, rung->account);
    bind_str(s, 3, rung->connection);
    bind_str(s, 4, rung->at);
    return finish(l, s, err);
}

enum etl_status ledger_rungs(struct ledger *l, struct arena *mem, struct ledger_rung **out, size_t *count, struct err *err)
{
    sqlite3_stmt       *s = l->statements[STMT_RUNGS];
    struct ledger_rung *list = NULL;
    size_t              n = 0, cap = 0;
    enum etl_status     st;

    while ((st = row(l, s, err)) == ETL_OK)
        ARENA_PUSH(mem, list, n, cap) = (struct ledger_rung){ arena_str(mem, column(s, 0)), arena_str(mem, column(s, 1)),
                                                              arena_str(mem, column(s, 2)), arena_str(mem, column(s, 3)) };
    sqlite3_reset(s);
    *out = list;
    *count = n;
    return st == ETL_END ? ETL_OK : st;
}

enum etl_status ledger_test_outcome(struct ledger *l, uint64_t number, struct str outcome, struct str reason, int http,
                                    struct err *err)
{
    sqlite3_stmt *s = bind_numbers(l, STMT_TESTED, number, 0);

    bind_str(s, 2, outcome);
    bind_str(s, 3, str_head(reason, REASON_MAX));
    sqlite3_bind_int(s, 4, http);
    return finish(l, s, err);
}

/* ---- reading it all ---- */

enum etl_status ledger_count(struct ledger *l, struct ledger_counts *out, struct err *err)
{
    sqlite3_stmt        *s = l->statements[STMT_COUNT];
    struct ledger_counts counts = { .lanes = l->lanes };
    enum etl_status      st;

    while ((st = row(l, s, err)) == ETL_OK) {
        int state = sqlite3_column_int(s, 0);

        counts.calls += column_u64(s, 1);
        if (state >= 0 && state < CALL_STATES)
            counts.by_state[state] += column_u64(s, 1);
    }
    sqlite3_reset(s);
    if (st == ETL_END)
        *out = counts;
    return st == ETL_END ? ETL_OK : st;
}

enum etl_status ledger_tested(struct ledger *l, struct arena *mem, struct ledger_tested **out, size_t *count, struct err *err)
{
    sqlite3_stmt         *s = l->statements[STMT_TEST_COUNT];
    struct ledger_tested *list = NULL;
    size_t                n = 0, cap = 0;
    enum etl_status       st;

    while ((st = row(l, s, err)) == ETL_OK)
        ARENA_PUSH(mem, list, n, cap) = (struct ledger_tested){ arena_str(mem, column(s, 0)), column_u64(s, 1) };
    sqlite3_reset(s);
    *out = list;
    *count = n;
    return st == ETL_END ? ETL_OK : st;
}

static enum etl_status first_key(struct ledger *l, sqlite3_stmt *s, struct arena *mem, struct str *key, struct err *err)
{
    enum etl_status st = row(l, s, err);

    if (st == ETL_OK)
        *key = arena_str(mem, column(s, 0));
    sqlite3_reset(s);
    return st;
}

enum etl_status ledger_first_lane(struct ledger *l, enum call_state state, struct arena *mem, struct str *key, struct err *err)
{
    return first_key(l, bind_numbers(l, STMT_FIRST_LANE, (uint64_t)state, 0), mem, key, err);
}

enum etl_status ledger_first_tested(struct ledger *l, const char *outcome, struct arena *mem, struct str *key, struct err *err)
{
    sqlite3_stmt *s = l->statements[STMT_FIRST_TESTED];

    bind_str(s, 1, str_from(outcome));
    return first_key(l, s, mem, key, err);
}

enum etl_status ledger_each_state(struct ledger *l, void (*visit)(void *context, uint64_t lane, enum call_state state), void *context,
                                  struct err *err)
{
    sqlite3_stmt   *s = l->statements[STMT_STATES];
    enum etl_status st;

    while ((st = row(l, s, err)) == ETL_OK) {
        int state = sqlite3_column_int(s, 1);

        if (state < 0 || state >= CALL_STATES) {
            st = err_set(err, ETL_FAIL, "ledger-damaged", "%s holds a state that does not exist", l->path);
            break;
        }
        visit(context, column_u64(s, 0), (enum call_state)state);
    }
    sqlite3_reset(s);
    return st == ETL_END ? ETL_OK : st;
}

static void read_row(sqlite3_stmt *s, struct ledger_row *out)
{
    *out = (struct ledger_row){
        .number = column_u64(s, 0), .lane = column_u64(s, 1), .state = (enum call_state)sqlite3_column_int(s, 2),
        .tries = (uint32_t)sqlite3_column_int(s, 3), .id = column(s, 4), .source = column(s, 5), .command = column(s, 6),
        .lane_key = column(s, 7), .at_ms = column_u64(s, 8), .http = sqlite3_column_int(s, 9),
        .verified = sqlite3_column_int(s, 10) != 0, .reason = column(s, 11), .reply = column(s, 12),
        .test_outcome = column(s, 13), .test_reason = column(s, 14), .test_http = sqlite3_column_int(s, 15)
    };
}

enum etl_status ledger_each(struct ledger *l, uint64_t first, enum etl_status (*visit)(void *context, const struct ledger_row *row),
                            void *context, struct err *err)
{
    sqlite3_stmt     *s = bind_numbers(l, STMT_EACH, first, 0);
    struct ledger_row now;
    enum etl_status   st;

    while ((st = row(l, s, err)) == ETL_OK) {
        read_row(s, &now);
        st = visit(context, &now);
        if (st != ETL_OK)
            break;
    }
    sqlite3_reset(s);
    return st == ETL_END ? ETL_OK : st;
}
