/* etl/apply/reconcile.c - what full reports settle: calls before their first sending, and calls whose answer got lost. */
#include "etl/apply/reconcile.h"

#include "etl/core/must.h"

/* A full report is asked for as a whole, so no call's values are in the question. */
enum etl_status reconcile_read_baselines(struct flow_shared *shared, struct err *err)
{
    AUTO(arena_release) struct arena mem;
    struct str                      *names;
    struct value                    *none;
    size_t                           count;
    enum etl_status                  st;

    arena_init(&mem, 16 << 20, "the names of commands");
    st = ledger_pending_commands(shared->source.ledger, &mem, &names, &count, err);
    for (size_t i = 0; st == ETL_OK && i < count; i++) {
        const struct command *c = provider_command(shared->source.provider, names[i]);

        if (c == NULL || c->verify.read == NULL || !readback_is_shared(&c->verify) || !c->verify.baseline)
            continue;
        none = ARENA_ARRAY(&mem, struct value, c->param_count + 1);
        full_report_read(&shared->reports, shared->exchanges, &c->verify, none);
    }
    return st;
}

/* ---- uncertain calls ---- */

static void judge(struct call_flow *flow, struct full_report *report, bool *absent)
{
    const struct command    *c = flow->loaded.command;
    struct readback_baseline before = { .looked = flow->call.has_baseline, .there = flow->call.there_before };
    struct str               failed = full_report_failed(report);
    const char              *why = "reading back gave no answer";
    struct verdict           verdict;
    enum readback            answer;
    uint64_t                 seen = flow->call.absent_at_ms, now = clock_wall_ms(flow->shared->exchanges->clock);

    *absent = false;
    if (failed.ptr != NULL) {
        call_flow_settle_as(
            flow, CALL_UNCERTAIN,
            arena_fmt(&flow->mem, "its answer got lost, and reading back failed: %.*s", STR_ARG(failed)));
        return;
    }
    full_report_about(report, &c->verify, flow->loaded.values, &flow->mem, &verdict);
    answer = readback_judge(c, flow->loaded.values, &before, &verdict, &flow->mem, &why);
    flow->exchange.http = full_report_http(report);
    *absent = answer == READBACK_ABSENT;
    if (answer == READBACK_DONE) {
        call_flow_settle_as(flow, CALL_DONE, STR_NONE);
        flow->settlement.verified = true;
        call_flow_keep_read_back(flow, &verdict);
    } else if (*absent && seen != 0 && seen <= now && now >= seen + call_flow_settle_ms(c)) {
        call_flow_settle_as(flow, CALL_PENDING, STR("twice not found when read back: to be sent again"));
    } else if (answer == READBACK_NO_PROOF && flow->shared->resend_uncertain && flow->uncertain_at_start) {
        call_flow_settle_as(flow, CALL_PENDING, STR("not found when read back: to be sent again, as asked for"));
    } else {
        call_flow_settle_as(flow, CALL_UNCERTAIN,
                            arena_fmt(&flow->mem, "its answer got lost; %s%s", why,
                                      *absent ? "; run the same command again: it looks once more" : ""));
    }
}

static enum etl_status write_down(const struct reconcile *r, bool absent, struct err *err)
{
    struct call_flow *flow = r->flow;
    struct ledger    *ledger = r->shared->source.ledger;
    bool              again = flow->settlement.state == CALL_PENDING;
    uint64_t          now = clock_wall_ms(r->shared->exchanges->clock), seen = flow->call.absent_at_ms;
    enum etl_status   st = ledger_begin(ledger, err);

    if (st != ETL_OK)
        return st;
    st = ledger_settle(ledger, flow->call.number, &flow->settlement, err);
    if (st == ETL_OK && (absent || again))
        /* A first look that lies ahead of now was noted before the clock was set back: it would never count, so the looks begin anew. */
        st = ledger_absent(ledger, flow->call.number, again ? 0 : seen != 0 && seen <= now ? seen : now, err);
    if (st == ETL_OK) /* after a crash those behind it are pending; they must not be told as merely not sent */
        st = flow->settlement.state == CALL_UNCERTAIN
                 ? ledger_block_behind(ledger, flow->call.number, flow->call.lane, err)
                 : ledger_release_behind(ledger, flow->call.number, flow->call.lane, err);
    if (st == ETL_OK)
        st = ledger_commit(ledger, err);
    if (st != ETL_OK)
        ledger_rollback(ledger);
    return st;
}

static enum etl_status settle_one(const struct reconcile *r, const struct ledger_call *call, struct err *err)
{
    struct call_flow         *flow = r->flow;
    const struct lookup_read *v;
    struct full_report       *report;
    uint64_t                  since = 0;
    bool                      absent;
    enum etl_status           st;

    arena_reset(&flow->mem);
    *flow = (struct call_flow){ .shared = r->shared, .mem = flow->mem, .call = *call };
    st = loaded_call_read(&r->shared->source, call, false, &flow->mem, &flow->loaded, err);
    if (st != ETL_OK)
        return st == ETL_REJECT ? ETL_OK : st;
    MUST(flow->loaded.command != NULL); /* a call that was loaded has its command */
    v = &flow->loaded.command->verify;
    if (v->read == NULL || !readback_is_shared(v))
        return ETL_OK;
    st = ledger_settled_at(r->shared->source.ledger, call->number, &since, err);
    if (st != ETL_OK)
        return st;
    flow->uncertain_at_start = since < r->began_ms;
    report = full_report_read(&r->shared->reports, r->shared->exchanges, v, flow->loaded.values);
    judge(flow, report, &absent);
    if (r->by_state[CALL_UNCERTAIN] != 0)
        r->by_state[CALL_UNCERTAIN]--;
    r->by_state[flow->settlement.state]++;
    return write_down(r, absent, err);
}

/* How long a report can say nothing new of this call. It was absent once; absence proves something when it is seen again settle_seconds later. */
static enum etl_status settles_in(const struct reconcile *r, const struct ledger_call *call, uint64_t *ms,
                                  struct err *err)
{
    struct call_flow *flow = r->flow;
    uint64_t          now = clock_wall_ms(r->shared->exchanges->clock), seen = call->absent_at_ms;
    enum etl_status   st;

    *ms = 0;
    if (seen == 0 || seen > now)
        return ETL_OK;
    arena_reset(&flow->mem);
    st = loaded_call_read(&r->shared->source, call, false, &flow->mem, &flow->loaded, err);
    if (st != ETL_OK)
        return st == ETL_REJECT ? ETL_OK : st;
    if (readback_is_shared(&flow->loaded.command->verify) && seen + call_flow_settle_ms(flow->loaded.command) > now)
        *ms = seen + call_flow_settle_ms(flow->loaded.command) - now;
    return ETL_OK;
}

/* A command reads a report once. Read before settle_seconds have passed, it could prove nothing, and a user who repeats the command at once,
 * as the message says, would get no further. So this run waits: it is seconds, by the description. */
static enum etl_status wait_to_settle(const struct reconcile *r, struct err *err)
{
    struct ledger_call call;
    uint64_t           from = 1, longest = 0, until, ms;
    enum etl_status    st;

    while ((st = ledger_next_open(r->shared->source.ledger, from, &call, err)) == ETL_OK) {
        from = call.number + 1;
        if (call.state != CALL_UNCERTAIN || !lane_selection_has(r->selection, call.lane))
            continue;
        st = settles_in(r, &call, &ms, err);
        if (st != ETL_OK)
            return st;
        longest = ms > longest ? ms : longest;
    }
    until = clock_monotonic_ms(r->shared->exchanges->clock) + longest;
    while (longest != 0 && clock_monotonic_ms(r->shared->exchanges->clock) < until && !r->shared->exchanges->drain)
        exchanges_next(r->shared->exchanges, until - clock_monotonic_ms(r->shared->exchanges->clock) < 1000
                                                 ? until - clock_monotonic_ms(r->shared->exchanges->clock) + 1
                                                 : 1000);
    return st == ETL_END ? ETL_OK : st;
}

enum etl_status reconcile_settle(const struct reconcile *r, struct err *err)
{
    struct ledger_call call;
    uint64_t           from = 1;
    enum etl_status    st = wait_to_settle(r, err);

    if (st != ETL_OK)
        return st;
    full_reports_free(&r->shared->reports); /* what was read before the first sending is old now */
    while ((st = ledger_next_open(r->shared->source.ledger, from, &call, err)) == ETL_OK) {
        from = call.number + 1;
        if (call.state != CALL_UNCERTAIN || !lane_selection_has(r->selection, call.lane))
            continue;
        st = settle_one(r, &call, err);
        if (st != ETL_OK)
            break;
    }
    r->flow->step = FLOW_IDLE;
    r->shared->settle_since_ms = 0;
    r->shared->report_is_read = true;
    return st == ETL_END ? ETL_OK : st;
}
