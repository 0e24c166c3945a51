/* etl/ledger/sqlite_calls.c - reads calls, lanes and captures. */
#include "etl/ledger/sqlite_db.h"

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
                                     .baseline_print = db_column_u64(s, 8),
                                     .nth = db_column_u64(s, 9) };
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
