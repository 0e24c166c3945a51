/* etl/ledger/load_plan.c - a plan becomes a ledger: all its calls, lane by lane, or none. */
#include "etl/ledger/sqlite_db.h"

bool ledger_loaded(const struct ledger *l)
{
    return l->loaded;
}

#define LOAD_STATEMENTS(X)                                                                                             \
    X(LOAD_CALL, "INSERT INTO temp.staged VALUES(?1, ?2, ?3, ?4, ?5, ?6, ?7)")                                         \
    X(LOAD_LANE, "INSERT INTO lane(key) VALUES(?1) ON CONFLICT(key) DO UPDATE SET key = key RETURNING number")         \
    X(LOAD_RANGE, "UPDATE lane SET first = ?2, calls = ?3 WHERE number = ?1")                                          \
    X(LOAD_COMMAND, "INSERT INTO command(name) VALUES(?1) ON CONFLICT(name) DO UPDATE SET name = name RETURNING number")

enum { LOADS = 4 };
struct loading {
    struct ledger *ledger;
    sqlite3_stmt  *call, *lane, *range, *command;
    struct arena   mem;
    struct buf     last_lane, last_command; /* neighbours mostly share them */
    uint64_t       last_lane_number, last_command_number;
};

static enum etl_status number_for(struct loading *w, sqlite3_stmt *s, struct str text, struct buf *last,
                                  uint64_t *number, struct err *err)
{
    enum etl_status st;

    if (*number != 0 && str_eq(buf_str(last), text))
        return ETL_OK;
    db_bind_str(s, 1, text);
    st = db_row(w->ledger, s, err);
    if (st == ETL_OK)
        *number = db_column_u64(s, 0);
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
    db_bind_str(s, 6, line.id);
    db_bind_str(s, 7, line.from);
    return db_finish(w->ledger, s, err);
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
    sqlite3_stmt           **places[LOADS] = { &w->call, &w->lane, &w->range, &w->command };
    struct ledger           *l = w->ledger;
    enum etl_status          st = db_run(
                 l,
                 "PRAGMA temp.cache_size=-1024; CREATE TEMP TABLE staged(lane INTEGER, seq INTEGER, place INTEGER, length INTEGER,"
                          " command INTEGER, id TEXT, source TEXT)",
                 err);

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
    "DROP TABLE temp.staged;";

static enum etl_status write_range(struct loading *w, const struct ledger_lane *lane, struct err *err)
{
    if (lane->number == LANE_BEFORE || lane->number == LANE_AFTER)
        return ETL_OK;
    sqlite3_bind_int64(w->range, 1, (sqlite3_int64)lane->number);
    sqlite3_bind_int64(w->range, 2, (sqlite3_int64)lane->first);
    sqlite3_bind_int64(w->range, 3, (sqlite3_int64)lane->count);
    return db_finish(w->ledger, w->range, err);
}

/* Every lane gets its range, in one pass: a GROUP BY would sort all calls once more. */
static enum etl_status write_ranges(struct loading *w, struct err *err)
{
    struct ledger     *l = w->ledger;
    struct ledger_lane at = { 0 };
    sqlite3_stmt      *s = l->statements[STMT_STATES];
    uint64_t           number = 0;
    enum etl_status    st;

    while ((st = db_row(l, s, err)) == ETL_OK) {
        uint64_t lane = db_column_u64(s, 0);

        number++; /* the calls were just numbered, from 1 */
        if (lane != at.number) {
            st = write_range(w, &at, err);
            at = (struct ledger_lane){ .number = lane, .first = number };
        }
        at.count++;
        if (st != ETL_OK)
            break;
    }
    sqlite3_reset(s);
    return st == ETL_END ? write_range(w, &at, err) : st;
}

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
        st = db_run(l, sort_calls, err);
    if (st == ETL_OK)
        st = write_ranges(&w, err);
    if (st == ETL_OK)
        st = db_fact_set(l, "plan", str_from(l->plan_digest), err);
    sqlite3_finalize(w.call);
    sqlite3_finalize(w.lane);
    sqlite3_finalize(w.range);
    sqlite3_finalize(w.command);
    if (st == ETL_OK)
        st = ledger_commit(l, err);
    else
        ledger_rollback(l);
    l->loaded = st == ETL_OK;
    arena_release(&w.mem);
    buf_release(&w.last_lane);
    buf_release(&w.last_command);
    return st == ETL_OK ? db_read_sizes(l, err) : st;
}
