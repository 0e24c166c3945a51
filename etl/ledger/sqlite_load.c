/* etl/ledger/sqlite_load.c - fills a new ledger with a plan's calls, lane by lane: all of them or none. */
#include "etl/ledger/sqlite_db.h"

bool ledger_loaded(const struct ledger *l)
{
    return l->loaded;
}

enum { LOADS = 4 };
struct ledger_load {
    struct ledger *ledger;
    sqlite3_stmt  *call, *lane, *range, *command;
    struct buf     last_lane, last_command; /* the next call mostly has the same */
    uint64_t       last_lane_number, last_command_number;
};

static enum etl_status number_for(struct ledger_load *w, sqlite3_stmt *s, struct str text, struct buf *last,
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

static enum etl_status load_call(struct ledger_load *w, const struct ledger_new_call *call, struct err *err)
{
    sqlite3_stmt   *s = w->call;
    uint64_t        lane = call->stage == LEDGER_AFTER ? LANE_AFTER : LANE_BEFORE;
    enum etl_status st = ETL_OK;

    if (call->stage == LEDGER_LANE) {
        st = number_for(w, w->lane, call->lane, &w->last_lane, &w->last_lane_number, err);
        lane = w->last_lane_number;
    }
    if (st == ETL_OK)
        st = number_for(w, w->command, call->command, &w->last_command, &w->last_command_number, err);
    if (st != ETL_OK)
        return st;
    sqlite3_bind_int64(s, 1, (sqlite3_int64)lane);
    sqlite3_bind_int64(s, 2, (sqlite3_int64)call->order);
    sqlite3_bind_int64(s, 3, (sqlite3_int64)call->offset);
    sqlite3_bind_int64(s, 4, (sqlite3_int64)call->length);
    sqlite3_bind_int64(s, 5, (sqlite3_int64)w->last_command_number);
    db_bind_str(s, 6, call->id);
    db_bind_str(s, 7, call->source);
    sqlite3_bind_int64(s, 8, (sqlite3_int64)call->nth);
    return db_finish(w->ledger, s, err);
}

static enum etl_status load_calls(struct ledger_load *w, const struct ledger_source *source, struct err *err)
{
    struct ledger_new_call call;
    enum etl_status        st;

    while ((st = source->next(source->context, &call, err)) == ETL_OK) {
        st = load_call(w, &call, err);
        if (st != ETL_OK)
            break;
    }
    return st == ETL_END ? ETL_OK : st;
}

static enum etl_status prepare_loading(struct ledger_load *w, struct err *err)
{
    static const char *const texts[LOADS] = { LOAD_STATEMENTS(AS_TEXT) };
    sqlite3_stmt           **places[LOADS] = { &w->call, &w->lane, &w->range, &w->command };
    struct ledger           *l = w->ledger;
    enum etl_status          st = db_run(
                 l,
                 "PRAGMA temp.cache_size=-1024; CREATE TEMP TABLE staged(lane INTEGER, seq INTEGER, place INTEGER, length INTEGER,"
                          " command INTEGER, id TEXT, source TEXT, nth INTEGER)",
                 err);

    for (int i = 0; st == ETL_OK && i < LOADS; i++)
        if (sqlite3_prepare_v2(l->db, texts[i], -1, places[i], NULL) != SQLITE_OK)
            st = db_failed(l, err);
    return st;
}

/* The calls of one lane may stand far apart in the plan, since it has one input after the other. Sorted here they are neighbours: a lane
 * is a range of numbers, and calls that are sent together lie on the same pages. A commit costs by the pages it writes. */
static const char *const sort_calls =
    "INSERT INTO call(lane, state, tries, place, length, nth, command, id, source)"
    " SELECT lane, 0, 0, place, length, nth, command, id, source FROM temp.staged ORDER BY lane, seq, place, nth;"
    "DROP TABLE temp.staged;";

static enum etl_status write_range(struct ledger_load *w, const struct ledger_lane *lane, struct err *err)
{
    if (lane->number == LANE_BEFORE || lane->number == LANE_AFTER)
        return ETL_OK;
    sqlite3_bind_int64(w->range, 1, (sqlite3_int64)lane->number);
    sqlite3_bind_int64(w->range, 2, (sqlite3_int64)lane->first);
    sqlite3_bind_int64(w->range, 3, (sqlite3_int64)lane->count);
    return db_finish(w->ledger, w->range, err);
}

/* Gives every lane its range, in one pass: a GROUP BY would sort all calls once more. */
static enum etl_status write_ranges(struct ledger_load *w, struct err *err)
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

enum etl_status ledger_load(struct ledger *l, const struct ledger_source *source, struct err *err)
{
    struct ledger_load w = { .ledger = l };
    enum etl_status    st;

    buf_init(&w.last_lane, 1 << 20, "a lane's key");
    buf_init(&w.last_command, 1 << 16, "a command's name");
    st = ledger_begin(l, err);
    if (st == ETL_OK)
        st = prepare_loading(&w, err);
    if (st == ETL_OK)
        st = load_calls(&w, source, err);
    if (st == ETL_OK)
        st = db_run(l, sort_calls, err);
    if (st == ETL_OK)
        st = write_ranges(&w, err);
    if (st == ETL_OK)
        st = db_fact_set(l, "plan", str_from(l->plan_root), err);
    sqlite3_finalize(w.call);
    sqlite3_finalize(w.lane);
    sqlite3_finalize(w.range);
    sqlite3_finalize(w.command);
    if (st == ETL_OK)
        st = ledger_commit(l, err);
    else
        ledger_rollback(l);
    l->loaded = st == ETL_OK;
    buf_release(&w.last_lane);
    buf_release(&w.last_command);
    return st == ETL_OK ? db_read_sizes(l, err) : st;
}
