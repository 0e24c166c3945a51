/* etl/ledger/sqlite_facts.c - what a ledger says of the run as a whole: its connection, rungs, tests, counts, and all its rows. */
#include "etl/ledger/sqlite_db.h"

enum { REASON_MAX = 400 };

/* ---- the run's own facts ---- */

static const char *const binding_facts[4] = { "bound-connection", "bound-provider", "bound-url", "bound-account" };

enum etl_status ledger_bound(struct ledger *l, struct arena *mem, struct ledger_binding *out, struct err *err)
{
    struct str     *places[4] = { &out->connection, &out->provider, &out->url, &out->account };
    enum etl_status st = ETL_OK;

    for (size_t i = 0; st == ETL_OK && i < 4; i++)
        st = db_fact_get(l, binding_facts[i], mem, places[i], err);
    return st;
}

enum etl_status ledger_bind(struct ledger *l, const struct ledger_binding *b, struct err *err)
{
    const struct str values[4] = { b->connection, b->provider, b->url, b->account };
    enum etl_status  st = ledger_begin(l, err);

    for (size_t i = 0; st == ETL_OK && i < 4; i++)
        st = db_fact_set(l, binding_facts[i], values[i], err);
    if (st == ETL_OK)
        return ledger_commit(l, err);
    ledger_rollback(l);
    return st;
}

enum etl_status ledger_rung_add(struct ledger *l, const struct ledger_rung *rung, struct err *err)
{
    sqlite3_stmt *s = l->statements[STMT_RUNG_ADD];

    db_let_go(l);
    db_bind_str(s, 1, rung->name);
    db_bind_str(s, 2, rung->account);
    db_bind_str(s, 3, rung->connection);
    db_bind_str(s, 4, rung->at);
    return db_finish(l, s, err);
}

enum etl_status ledger_rungs(struct ledger *l, struct arena *mem, struct ledger_rung **out, size_t *count,
                             struct err *err)
{
    sqlite3_stmt       *s = l->statements[STMT_RUNGS];
    struct ledger_rung *list = NULL;
    size_t              n = 0, cap = 0;
    enum etl_status     st;

    while ((st = db_row(l, s, err)) == ETL_OK)
        ARENA_PUSH(mem, list, n, cap) =
            (struct ledger_rung){ arena_str(mem, db_column(s, 0)), arena_str(mem, db_column(s, 1)),
                                  arena_str(mem, db_column(s, 2)), arena_str(mem, db_column(s, 3)) };
    sqlite3_reset(s);
    *out = list;
    *count = n;
    return st == ETL_END ? ETL_OK : st;
}

enum etl_status ledger_test_outcome(struct ledger *l, uint64_t number, struct str outcome, struct str reason, int http,
                                    struct err *err)
{
    sqlite3_stmt *s = db_bind(l, STMT_TESTED, number, 0);

    db_bind_str(s, 2, outcome);
    db_bind_str(s, 3, str_head(reason, REASON_MAX));
    sqlite3_bind_int(s, 4, http);
    return db_finish(l, s, err);
}

/* ---- reading it all ---- */

enum etl_status ledger_count(struct ledger *l, struct ledger_counts *out, struct err *err)
{
    sqlite3_stmt        *s = l->statements[STMT_COUNT];
    struct ledger_counts counts = { .lanes = l->lanes };
    enum etl_status      st;

    while ((st = db_row(l, s, err)) == ETL_OK) {
        int state = sqlite3_column_int(s, 0);

        counts.calls += db_column_u64(s, 1);
        if (state >= 0 && state < CALL_STATES)
            counts.by_state[state] += db_column_u64(s, 1);
    }
    sqlite3_reset(s);
    if (st == ETL_END)
        *out = counts;
    return st == ETL_END ? ETL_OK : st;
}

enum etl_status ledger_tested(struct ledger *l, struct arena *mem, struct ledger_tested **out, size_t *count,
                              struct err *err)
{
    sqlite3_stmt         *s = l->statements[STMT_TEST_COUNT];
    struct ledger_tested *list = NULL;
    size_t                n = 0, cap = 0;
    enum etl_status       st;

    while ((st = db_row(l, s, err)) == ETL_OK)
        ARENA_PUSH(mem, list, n, cap) = (struct ledger_tested){ arena_str(mem, db_column(s, 0)), db_column_u64(s, 1) };
    sqlite3_reset(s);
    *out = list;
    *count = n;
    return st == ETL_END ? ETL_OK : st;
}

static enum etl_status first_key(struct ledger *l, sqlite3_stmt *s, struct arena *mem, struct str *key, struct err *err)
{
    enum etl_status st = db_row(l, s, err);

    if (st == ETL_OK)
        *key = arena_str(mem, db_column(s, 0));
    sqlite3_reset(s);
    return st;
}

enum etl_status ledger_first_lane(struct ledger *l, enum call_state state, struct arena *mem, struct str *key,
                                  struct err *err)
{
    return first_key(l, db_bind(l, STMT_FIRST_LANE, (uint64_t)state, 0), mem, key, err);
}

enum etl_status ledger_first_tested(struct ledger *l, const char *outcome, struct arena *mem, struct str *key,
                                    struct err *err)
{
    sqlite3_stmt *s = l->statements[STMT_FIRST_TESTED];

    db_bind_str(s, 1, str_from(outcome));
    return first_key(l, s, mem, key, err);
}

enum etl_status ledger_each_state(struct ledger *l, void (*visit)(void *context, uint64_t lane, enum call_state state),
                                  void *context, struct err *err)
{
    sqlite3_stmt   *s = l->statements[STMT_STATES];
    enum etl_status st;

    while ((st = db_row(l, s, err)) == ETL_OK) {
        int state = sqlite3_column_int(s, 1);

        if (state < 0 || state >= CALL_STATES) {
            st = err_set(err, ETL_FAIL, "ledger-damaged", "%s holds a state that does not exist", l->path);
            break;
        }
        visit(context, db_column_u64(s, 0), (enum call_state)state);
    }
    sqlite3_reset(s);
    return st == ETL_END ? ETL_OK : st;
}

static void read_row(sqlite3_stmt *s, struct ledger_row *out)
{
    *out = (struct ledger_row){ .number = db_column_u64(s, 0),
                                .lane = db_column_u64(s, 1),
                                .state = (enum call_state)sqlite3_column_int(s, 2),
                                .tries = (uint32_t)sqlite3_column_int(s, 3),
                                .id = db_column(s, 4),
                                .source = db_column(s, 5),
                                .command = db_column(s, 6),
                                .lane_key = db_column(s, 7),
                                .at_ms = db_column_u64(s, 8),
                                .http = sqlite3_column_int(s, 9),
                                .verified = sqlite3_column_int(s, 10) != 0,
                                .reason = db_column(s, 11),
                                .reply = db_column(s, 12),
                                .test_outcome = db_column(s, 13),
                                .test_reason = db_column(s, 14),
                                .test_http = sqlite3_column_int(s, 15) };
}

void ledger_places_begin(struct ledger *l, uint64_t offset)
{
    ledger_places_end(l);
    db_bind(l, STMT_PLACES, offset, 0);
}

enum etl_status ledger_places_next(struct ledger *l, struct ledger_place *out, struct err *err)
{
    sqlite3_stmt   *s = l->statements[STMT_PLACES];
    enum etl_status st = db_row(l, s, err);

    if (st == ETL_OK)
        *out = (struct ledger_place){ db_column_u64(s, 0), db_column_u64(s, 1),
                                      (enum call_state)sqlite3_column_int(s, 2) };
    if (st == ETL_OK && (unsigned)out->state >= CALL_STATES)
        return err_set(err, ETL_FAIL, "ledger-damaged", "%s holds a state that does not exist", l->path);
    return st;
}

void ledger_places_end(struct ledger *l)
{
    sqlite3_reset(l->statements[STMT_PLACES]);
}

enum etl_status ledger_each(struct ledger *l, uint64_t                                                   first,
                            enum etl_status (*visit)(void *context, const struct ledger_row *row), void *context,
                            struct err *err)
{
    sqlite3_stmt     *s = db_bind(l, STMT_EACH, first, 0);
    struct ledger_row now;
    enum etl_status   st;

    while ((st = db_row(l, s, err)) == ETL_OK) {
        read_row(s, &now);
        st = visit(context, &now);
        if (st != ETL_OK)
            break;
    }
    sqlite3_reset(s);
    return st == ETL_END ? ETL_OK : st;
}
