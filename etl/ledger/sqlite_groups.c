/* etl/ledger/sqlite_groups.c - the changes of calls, in groups: claimed, settled, blocked, noted. */
#include "etl/core/must.h"
#include "etl/ledger/sqlite_db.h"

enum { REASON_MAX = 400, REPLY_MAX = 1000 };

enum etl_status ledger_begin(struct ledger *l, struct err *err)
{
    enum etl_status st;

    MUST(!l->in_group);
    st = sqlite3_get_autocommit(l->db) != 0 ? db_finish(l, l->statements[STMT_BEGIN], err) : ETL_OK;
    l->in_group = st == ETL_OK;
    return st;
}

enum etl_status ledger_commit(struct ledger *l, struct err *err)
{
    enum etl_status st;

    MUST(l->in_group);
    st = db_finish(l, l->statements[STMT_COMMIT], err);
    if (st != ETL_OK)
        ledger_rollback(l);
    l->in_group = false;
    MUST(sqlite3_get_autocommit(l->db) != 0); /* durable or undone: no change is left in between */
    return st;
}

void ledger_rollback(struct ledger *l)
{
    if (l->db != NULL && sqlite3_get_autocommit(l->db) == 0)
        sqlite3_exec(l->db, "ROLLBACK", NULL, NULL, NULL);
    l->in_group = false;
}

enum etl_status ledger_claim(struct ledger *l, struct ledger_claim *claims, size_t count, struct err *err)
{
    enum etl_status st = ETL_OK;

    MUST(l->in_group); /* a claim takes effect with its commit, before the first byte leaves */
    for (size_t i = 0; st == ETL_OK && i < count; i++) {
        int changed;

        st = db_finish(l, db_bind(l, STMT_CLAIM, claims[i].number, 0), err);
        changed = st == ETL_OK ? sqlite3_changes(l->db) : 0;
        MUST(changed == 0 || changed == 1);
        claims[i].claimed = changed == 1;
    }
    return st;
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

static enum etl_status settle_captures(struct ledger *l, uint64_t number, const struct settlement *s, struct err *err)
{
    enum etl_status st = ETL_OK;

    for (size_t i = 0; st == ETL_OK && i < s->capture_count; i++) {
        sqlite3_stmt *q = db_bind(l, STMT_CAPTURED, number, 0);

        if (s->captures[i].value.ptr == NULL)
            continue;
        db_bind_str(q, 2, s->captures[i].name);
        db_bind_str(q, 3, s->captures[i].value);
        st = db_finish(l, q, err);
    }
    return st;
}

enum etl_status ledger_settle(struct ledger *l, uint64_t number, const struct settlement *s, struct err *err)
{
    sqlite3_stmt   *q = db_bind(l, STMT_SETTLE, number, (uint64_t)s->state);
    enum etl_status st;

    MUST(l->in_group);
    MUST(s->state != CALL_SENDING && s->state != CALL_BLOCKED); /* a settlement is an outcome */
    sqlite3_bind_int64(q, 3, s->tries);
    st = db_finish(l, q, err);
    if (st != ETL_OK)
        return st;
    MUST(sqlite3_changes(l->db) == 1); /* exactly this call, and it had no final outcome yet */
    st = settle_answer(l, number, s, err);
    return st == ETL_OK ? settle_captures(l, number, s, err) : st;
}

/* Changes the calls of the lane behind `number`. A lane is a range of numbers, and so are the calls of before: and of after:. */
static enum etl_status behind(struct ledger *l, enum statement which, uint64_t number, uint64_t lane, struct err *err)
{
    struct ledger_lane at = { 0 };
    uint64_t           end = lane == LANE_BEFORE ? l->lanes_begin : l->calls + 1;
    enum etl_status    st = ETL_OK;

    MUST(l->in_group);
    if (lane != LANE_BEFORE && lane != LANE_AFTER) {
        st = ledger_lane_at(l, lane, &at, err);
        MUST(st != ETL_END); /* the call was read from this lane */
        if (st != ETL_OK)
            return st;
        end = at.first + at.count;
        MUST(number >= at.first && number < end); /* else another lane would be blocked */
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

    MUST(!l->in_group);
    db_let_go(l);
    st = db_finish(l, l->statements[STMT_RECOVER], err);
    if (st == ETL_OK)
        *calls = (uint64_t)sqlite3_changes64(l->db);
    return st;
}
