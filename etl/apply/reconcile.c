/* etl/apply/reconcile.c - what full reports say: of calls before their first sending, and of those whose answer got lost. */
#include "etl/apply/call_flow.h"
#include "etl/apply/full_report.h"

/* A full report is asked for as a whole, so no call's values are in the question. */
enum etl_status reconcile_read_baselines(struct scheduler *w, struct err *err)
{
    AUTO(arena_release) struct arena mem;
    struct str                      *names;
    struct value                    *none;
    size_t                           count;
    enum etl_status                  st;

    arena_init(&mem, 16 << 20, "the names of commands");
    st = ledger_pending_commands(w->ledger, &mem, &names, &count, err);
    for (size_t i = 0; st == ETL_OK && i < count; i++) {
        const struct command *c = provider_command(w->source.provider, names[i]);

        if (c == NULL || c->verify.read == NULL || !lookup_is_shared(&c->verify) || !c->verify.baseline)
            continue;
        none = ARENA_ARRAY(&mem, struct value, c->param_count + 1);
        full_report_read(&w->reports, w->exchanges, &c->verify, none);
    }
    return st;
}

void reconcile_look(struct scheduler *w, struct call_flow *j)
{
    const struct lookup_read *v = &j->loaded.command->verify;
    struct full_report       *r = full_report_find(w->reports, v->read);
    struct verdict            verdict;

    if (r == NULL || full_report_failed(r).ptr != NULL) {
        j->x.why = r != NULL ? full_report_failed(r) : STR("the report was not read");
        call_flow_looked(j, NULL, 0);
        return;
    }
    full_report_about(r, v, j->loaded.values, &j->mem, &verdict);
    call_flow_looked(j, &verdict, 0);
}

/* ---- in doubt ---- */

static void judge(struct call_flow *j, struct full_report *r, bool *absent)
{
    const struct command *c = j->loaded.command;
    struct before         before = { .looked = j->call.has_baseline, .there = j->call.there_before };
    struct str            failed = full_report_failed(r);
    const char           *why = "reading back gave no answer";
    struct verdict        verdict;
    enum readback         answer;
    uint64_t              seen = j->call.absent_at_ms, now = wall_ms();

    *absent = false;
    if (failed.ptr != NULL) {
        call_flow_settle_as(j, CALL_UNCERTAIN,
                            arena_fmt(&j->mem, "its answer got lost, and reading back failed: %.*s", STR_ARG(failed)));
        return;
    }
    full_report_about(r, &c->verify, j->loaded.values, &j->mem, &verdict);
    answer = readback_judge(c, j->loaded.values, &before, &verdict, &j->mem, &why);
    j->x.http = full_report_http(r);
    *absent = answer == READBACK_ABSENT;
    if (answer == READBACK_DONE) {
        call_flow_settle_as(j, CALL_DONE, STR_NONE);
        j->settlement.verified = true;
        call_flow_keep_read_back(j, &verdict);
    } else if (*absent && seen != 0 && seen <= now && now >= seen + call_flow_settle_ms(c)) {
        call_flow_settle_as(j, CALL_PENDING, STR("twice not found when read back: to be sent again"));
    } else if (answer == READBACK_NO_PROOF && j->lanes->resend_uncertain && j->old_doubt) {
        call_flow_settle_as(j, CALL_PENDING, STR("not found when read back: to be sent again, as asked for"));
    } else {
        call_flow_settle_as(j, CALL_UNCERTAIN,
                            arena_fmt(&j->mem, "its answer got lost; %s%s", why,
                                      *absent ? "; run the same command again: it looks once more" : ""));
    }
}

static enum etl_status write_down(struct scheduler *w, struct call_flow *j, bool absent, struct err *err)
{
    bool            again = j->settlement.state == CALL_PENDING;
    enum etl_status st = ledger_begin(w->ledger, err);

    if (st != ETL_OK)
        return st;
    st = ledger_settle(w->ledger, j->call.number, &j->settlement, err);
    if (st == ETL_OK && (absent || again))
        st = ledger_absent(w->ledger, j->call.number,
                           again                       ? 0
                           : j->call.absent_at_ms != 0 ? j->call.absent_at_ms
                                                       : wall_ms(),
                           err);
    if (st == ETL_OK && j->settlement.state != CALL_UNCERTAIN)
        st = ledger_release_behind(w->ledger, j->call.number, j->call.lane, err);
    if (st == ETL_OK)
        st = ledger_commit(w->ledger, err);
    if (st != ETL_OK)
        ledger_rollback(w->ledger);
    return st;
}

static enum etl_status settle_one(struct scheduler *w, struct call_flow *j, const struct ledger_call *call,
                                  struct err *err)
{
    const struct lookup_read *v;
    struct full_report       *r;
    uint64_t                  since = 0;
    bool                      absent;
    enum etl_status           st;

    arena_reset(&j->mem);
    *j = (struct call_flow){ .lanes = w, .mem = j->mem, .call = *call };
    st = call_load(&w->source, call, false, &j->mem, &j->loaded, err);
    v = &j->loaded.command->verify;
    if (st != ETL_OK || v->read == NULL || !lookup_is_shared(v))
        return st == ETL_REJECT ? ETL_OK : st;
    st = ledger_settled_at(w->ledger, call->number, &since, err);
    if (st != ETL_OK)
        return st;
    j->old_doubt = since < w->began_ms;
    r = full_report_read(&w->reports, w->exchanges, v, j->loaded.values);
    judge(j, r, &absent);
    if (w->by_state[CALL_UNCERTAIN] != 0)
        w->by_state[CALL_UNCERTAIN]--;
    w->by_state[j->settlement.state]++;
    return write_down(w, j, absent, err);
}

/* How long until a report says something new of this call: it was not there once, and that must be seen again settle_seconds later. */
static enum etl_status settles_in(struct scheduler *w, struct call_flow *j, const struct ledger_call *call,
                                  uint64_t *ms, struct err *err)
{
    uint64_t        now = wall_ms(), seen = call->absent_at_ms;
    enum etl_status st;

    *ms = 0;
    if (seen == 0 || seen > now)
        return ETL_OK;
    arena_reset(&j->mem);
    st = call_load(&w->source, call, false, &j->mem, &j->loaded, err);
    if (st != ETL_OK)
        return st == ETL_REJECT ? ETL_OK : st;
    if (lookup_is_shared(&j->loaded.command->verify) && seen + call_flow_settle_ms(j->loaded.command) > now)
        *ms = seen + call_flow_settle_ms(j->loaded.command) - now;
    return ETL_OK;
}

/* A report is read once a command: sooner than that it would be read for nothing, and whoever runs the same command again at once, as he is
 * told to, would get no further. It is seconds, as the description says. */
static enum etl_status wait_to_settle(struct scheduler *w, struct call_flow *j, struct err *err)
{
    struct ledger_call call;
    uint64_t           from = 1, longest = 0, until, ms;
    enum etl_status    st;

    while ((st = ledger_next_open(w->ledger, from, &call, err)) == ETL_OK) {
        from = call.number + 1;
        if (call.state != CALL_UNCERTAIN || !lane_is_selected(&w->choice, call.lane))
            continue;
        st = settles_in(w, j, &call, &ms, err);
        if (st != ETL_OK)
            return st;
        longest = ms > longest ? ms : longest;
    }
    until = now_ms() + longest;
    while (longest != 0 && now_ms() < until && !w->exchanges->drain)
        exchanges_next(w->exchanges, until - now_ms() < 1000 ? until - now_ms() + 1 : 1000);
    return st == ETL_END ? ETL_OK : st;
}

enum etl_status reconcile_settle(struct scheduler *w, struct err *err)
{
    struct call_flow  *j = &w->jobs[0];
    struct ledger_call call;
    uint64_t           from = 1;
    enum etl_status    st = wait_to_settle(w, j, err);

    if (st != ETL_OK)
        return st;
    full_reports_free(&w->reports); /* what was read before the first sending is old now */
    while ((st = ledger_next_open(w->ledger, from, &call, err)) == ETL_OK) {
        from = call.number + 1;
        if (call.state != CALL_UNCERTAIN || !lane_is_selected(&w->choice, call.lane))
            continue;
        st = settle_one(w, j, &call, err);
        if (st != ETL_OK)
            break;
    }
    j->step = FLOW_IDLE;
    w->settle_since_ms = 0;
    w->report_is_read = true;
    return st == ETL_END ? ETL_OK : st;
}
