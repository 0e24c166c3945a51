/* etl/apply/scheduler.c - sends the calls of a run: lanes side by side, the calls of a lane one after the other. */
#include "etl/apply/scheduler.h"

#include "etl/apply/full_report.h"
#include "etl/apply/reconcile.h"

enum {
    GROUP_MAX = 128,           /* calls a commit */
    SETTLE_AT_LATEST_MS = 100, /* an answer waits no longer for company in its commit */
    AHEAD = 2,                 /* claimed ahead, per connection: while the disk works nothing else can be sent */
    FLOWS = 5,                 /* per connection: one sent, AHEAD claimed, the others being settled */
    WAIT_MS = 500,
    CALL_MEMORY = 64 << 20
};

/* ---- groups: what is claimed and settled in one commit ---- */

static enum etl_status write_settlement(struct scheduler *s, struct call_flow *flow, struct err *err)
{
    enum call_state state = flow->settlement.state;
    enum etl_status st = ledger_settle(s->ledger, flow->call.number, &flow->settlement, err);

    if (st == ETL_OK && flow->final_for_run && state != CALL_PENDING)
        st = ledger_block_behind(s->ledger, flow->call.number, flow->call.lane, err);
    if (st == ETL_OK && flow->was_uncertain && (state == CALL_DONE || state == CALL_PENDING))
        st = ledger_release_behind(s->ledger, flow->call.number, flow->call.lane, err);
    return st;
}

static enum etl_status write_claim(struct scheduler *s, struct call_flow *flow, struct err *err)
{
    struct ledger_claim claim = { .number = flow->call.number };
    enum etl_status     st = ledger_claim(s->ledger, &claim, 1, err);

    flow->claim = claim.claimed ? CLAIM_OURS : CLAIM_REFUSED;
    if (st == ETL_OK && claim.claimed && flow->call.absent_at_ms != 0)
        /* sent anew: an absence seen before proves nothing now */
        st = ledger_absent(s->ledger, flow->call.number, 0, err);
    return st;
}

static enum etl_status write_notes(struct scheduler *s, const struct call_flow *flow, struct err *err)
{
    enum etl_status st = ETL_OK;

    if (flow->note_baseline)
        st = ledger_baseline(s->ledger, flow->call.number, flow->call.there_before, flow->call.baseline_print, err);
    if (st == ETL_OK && flow->note_absence)
        st = ledger_absent(s->ledger, flow->call.number, flow->call.absent_at_ms, err);
    return st;
}

/* If it is claimed and a crash keeps it from leaving: can its absence be proved, or is repeating it harmless? */
static bool can_be_cleared(const struct command *c, const struct value *values)
{
    return (c->verify.read != NULL && (c->verify.wants_nothing || lookup_absence_is_proof(&c->verify, values))) ||
           command_repeat_safe(c, values) || c->effect == EFFECT_READ;
}

/* May it be claimed now? See "claimed ahead". */
static bool may_claim(const struct call_flow *flow, size_t *room, size_t *ahead)
{
    if (flow->shared->exchanges->drain)
        return false;
    if (*room != 0) {
        (*room)--;
        return true;
    }
    if (*ahead == 0 || !can_be_cleared(flow->loaded.command, flow->loaded.values))
        return false;
    (*ahead)--;
    return true;
}

/* How many calls may wait claimed, so that no connection idles during a commit: at most those that leave within a second. */
static size_t ahead_now(const struct scheduler *s)
{
    const struct provider_limits *l = &s->shared.exchanges->connection->limits;
    size_t                        most = AHEAD * (size_t)l->concurrency, waiting = s->shared.exchanges->waiting_count;

    if (most > l->per_second)
        most = l->per_second;
    return waiting < most ? most - waiting : 0;
}

static enum etl_status write_group(struct scheduler *s, bool claims, struct err *err)
{
    size_t          room = exchanges_room(s->shared.exchanges), ahead = ahead_now(s);
    enum etl_status st = ledger_begin(s->ledger, err);

    if (st != ETL_OK)
        return st;
    for (size_t i = 0; st == ETL_OK && i < s->flow_count; i++) {
        struct call_flow *flow = &s->flows[i];

        st = write_notes(s, flow, err);
        if (st == ETL_OK && flow->step == FLOW_SETTLING) {
            st = write_settlement(s, flow, err);
        } else if (st == ETL_OK && flow->step == FLOW_READY && claims && may_claim(flow, &room, &ahead)) {
            st = write_claim(s, flow, err);
        }
    }
    if (st == ETL_OK)
        return ledger_commit(s->ledger, err);
    ledger_rollback(s->ledger);
    return st;
}

static enum etl_status next_in_lane(struct scheduler *s, struct call_flow *flow, struct err *err)
{
    struct ledger_call next;
    enum etl_status    st =
        s->shared.exchanges->drain ? ETL_END : ledger_next_open(s->ledger, flow->call.number + 1, &next, err);

    if (st == ETL_END || (st == ETL_OK && next.lane != flow->call.lane)) {
        call_flow_leave(flow);
        return ETL_OK;
    }
    return st == ETL_OK ? call_flow_take(flow, &next, err) : st;
}

static void count_change(struct scheduler *s, enum call_state from, enum call_state to)
{
    if (s->by_state[from] != 0)
        s->by_state[from]--;
    s->by_state[to]++;
}

static enum etl_status after_settlement(struct scheduler *s, struct call_flow *flow, struct err *err)
{
    enum call_state state = flow->settlement.state;

    count_change(s, flow->call.state, state);
    flow->call.state = state;
    if (state == CALL_DONE)
        return next_in_lane(s, flow, err);
    if (state == CALL_UNCERTAIN && !flow->final_for_run && !s->shared.exchanges->drain)
        call_flow_resolve(flow);
    else
        call_flow_leave(flow);
    return ETL_OK;
}

/* The group is on the disk: every call in it takes its next step. */
static enum etl_status after_group(struct scheduler *s, struct err *err)
{
    enum etl_status st = ETL_OK;

    s->shared.settle_since_ms = 0;
    for (size_t i = 0; st == ETL_OK && i < s->flow_count; i++) {
        struct call_flow *flow = &s->flows[i];

        flow->note_baseline = flow->note_absence = false;
        if (flow->step == FLOW_SETTLING) {
            st = after_settlement(s, flow, err);
        } else if (flow->step == FLOW_READY && flow->claim == CLAIM_REFUSED) {
            call_flow_leave(flow); /* another owner has the call, and so the lane behind it */
        } else if (flow->step == FLOW_READY && flow->claim == CLAIM_OURS) {
            count_change(s, flow->call.state, CALL_SENDING);
            call_flow_send(flow);
        }
    }
    return st;
}

/* On a full disk: free the reserved space, use it to record the answers of requests in flight, and send nothing more. */
static enum etl_status commit_group(struct scheduler *s, struct err *err)
{
    enum etl_status st = write_group(s, true, err);

    if (st == ETL_AGAIN && s->stop == ETL_OK) {
        s->stop = ETL_AGAIN;
        s->stop_err = *err;
        s->shared.exchanges->drain = true;
        ledger_use_reserve(s->ledger);
        for (size_t i = 0; i < s->flow_count; i++)
            s->flows[i].claim = CLAIM_NONE;
        st = write_group(s, false, err);
    }
    return st == ETL_OK ? after_group(s, err) : st;
}

/* A commit is due when a connection is idle, when the queue of claimed calls runs low, or when an answer has waited long enough. */
static bool group_is_due(struct scheduler *s)
{
    size_t settling = 0, now = 0, ahead = 0, room = exchanges_room(s->shared.exchanges), more = ahead_now(s);
    bool   low = s->shared.exchanges->waiting_count <= s->shared.exchanges->connection->limits.concurrency / 2;

    for (size_t i = 0; i < s->flow_count; i++) {
        size_t had_room = room;

        settling += s->flows[i].step == FLOW_SETTLING;
        if (s->flows[i].step == FLOW_READY && may_claim(&s->flows[i], &room, &more)) {
            now += room != had_room;
            ahead += room == had_room;
        }
    }
    return now != 0 || settling >= GROUP_MAX || (low && settling + ahead != 0) ||
           (s->shared.settle_since_ms != 0 &&
            clock_monotonic_ms(s->shared.exchanges->clock) >= s->shared.settle_since_ms + SETTLE_AT_LATEST_MS);
}

/* ---- lanes ---- */

static uint64_t behind_lane(struct scheduler *s, const struct ledger_lane *lane, uint64_t number)
{
    return number == LANE_BEFORE  ? s->first_of_lanes
           : number == LANE_AFTER ? ledger_call_count(s->ledger) + 1
                                  : lane->first + lane->count;
}

/* The next lane of this phase that has something to do and is chosen. */
static enum etl_status next_lane(struct scheduler *s, struct ledger_call *out, struct err *err)
{
    for (;;) {
        struct ledger_lane lane = { 0 };
        enum etl_status    st = ledger_next_open(s->ledger, s->cursor, out, err);

        if (st == ETL_OK && out->lane > s->phase_last)
            return ETL_END;
        if (st == ETL_OK && out->lane != LANE_BEFORE && out->lane != LANE_AFTER)
            st = ledger_lane_at(s->ledger, out->lane, &lane, err);
        if (st != ETL_OK)
            return st;
        s->cursor = behind_lane(s, &lane, out->lane);
        /* The report did not settle an uncertain call; taking it again would ask the same report. */
        if (lane_selection_has(&s->selection, out->lane) && !(s->shared.report_is_read && out->state == CALL_UNCERTAIN))
            return ETL_OK;
    }
}

static enum etl_status take_lanes(struct scheduler *s, struct err *err)
{
    enum etl_status st = ETL_OK;

    for (size_t i = 0; st == ETL_OK && !s->exhausted && !s->shared.exchanges->drain && i < s->flow_count; i++) {
        struct ledger_call call;

        if (s->flows[i].step != FLOW_IDLE)
            continue;
        st = next_lane(s, &call, err);
        if (st == ETL_END) {
            s->exhausted = true;
            return ETL_OK;
        }
        if (st == ETL_OK) {
            s->shared.busy++;
            st = call_flow_take(&s->flows[i], &call, err);
        }
    }
    return st;
}

/* Stopped: a call that is ready and not claimed stays in the ledger as it is. */
static void drop_ready(struct scheduler *s)
{
    for (size_t i = 0; i < s->flow_count; i++)
        if (s->flows[i].step == FLOW_READY)
            call_flow_leave(&s->flows[i]);
}

static uint64_t wait_ms(struct scheduler *s)
{
    uint64_t wait = s->shared.settle_since_ms != 0 ? SETTLE_AT_LATEST_MS / 2 : WAIT_MS, pause;

    for (size_t i = 0; i < s->flow_count; i++)
        if (s->flows[i].step == FLOW_READY) { /* it may only wait for the allowed rate */
            pause = exchanges_pause_ms(s->shared.exchanges);
            return pause != 0 && pause < wait ? pause : wait;
        }
    return wait;
}

static void come_back(struct scheduler *s)
{
    struct exchange *x = exchanges_next(s->shared.exchanges, wait_ms(s));

    for (; x != NULL; x = exchanges_next(s->shared.exchanges, 0))
        call_flow_came_back(x->owner);
    if (s->progress != NULL)
        s->progress(s->progress_context, s->by_state);
}

static enum etl_status run_phase(struct scheduler *s, uint64_t first_call, uint64_t last_lane, struct err *err)
{
    s->cursor = first_call;
    s->phase_last = last_lane;
    s->exhausted = false;
    for (;;) {
        enum etl_status st;

        if (s->shared.exchanges->drain)
            drop_ready(s);
        st = take_lanes(s, err);
        if (st == ETL_OK && group_is_due(s))
            st = commit_group(s, err);
        if (st != ETL_OK)
            return st;
        if (s->shared.busy != 0)
            come_back(s);
        else if (s->exhausted || s->shared.exchanges->drain)
            return ETL_OK; /* else the lanes just taken had nothing to send, and there are more of them */
    }
}

/* ---- the whole ---- */

static void open_flows(struct scheduler *s)
{
    s->flow_count = FLOWS * (size_t)s->shared.exchanges->connection->limits.concurrency;
    s->flows = calloc(s->flow_count, sizeof *s->flows);
    if (s->flows == NULL)
        memory_exhausted("the lanes in work", s->flow_count * sizeof *s->flows);
    for (size_t i = 0; i < s->flow_count; i++) {
        s->flows[i].shared = &s->shared;
        arena_init(&s->flows[i].mem, CALL_MEMORY, "a call");
    }
}

static void close_flows(struct scheduler *s)
{
    for (size_t i = 0; i < s->flow_count; i++)
        arena_release(&s->flows[i].mem);
    free(s->flows);
    s->flows = NULL;
    full_reports_free(&s->shared.reports);
}

/* Are all calls numbered below `end` done? */
static enum etl_status all_done(struct scheduler *s, uint64_t end, bool *done, struct err *err)
{
    *done = true;
    for (uint64_t n = 1; *done && n < end; n++) {
        struct ledger_call call;
        enum etl_status    st = ledger_call_at(s->ledger, n, &call, err);

        if (st != ETL_OK)
            return st;
        *done = call.state == CALL_DONE;
    }
    return ETL_OK;
}

static enum etl_status run_before(struct scheduler *s, struct err *err)
{
    bool            done = true;
    enum etl_status st = run_phase(s, 1, LANE_BEFORE, err);

    if (st == ETL_OK)
        st = all_done(s, s->first_of_lanes, &done, err);
    if (st == ETL_OK && !done && !s->shared.exchanges->drain)
        st = err_set(err, ETL_REJECT, "before",
                     "a call of before: did not get done; the lanes behind it were not begun");
    return st;
}

/* The calls of after: are sent when no lane has anything left to do, whatever became of its calls. */
static enum etl_status run_after(struct scheduler *s, struct err *err)
{
    struct ledger_call call;
    enum etl_status    st = ledger_next_open(s->ledger, 1, &call, err);

    if (st != ETL_OK || call.lane != LANE_AFTER)
        return st == ETL_END ? ETL_OK : st;
    return run_phase(s, ledger_after_begins(s->ledger), LANE_AFTER, err);
}

static enum etl_status run_all(struct scheduler *s, struct err *err)
{
    enum etl_status st = run_before(s, err);

    if (st == ETL_OK && !s->shared.exchanges->drain)
        st = reconcile_read_baselines(&s->shared, err);
    if (st == ETL_OK)
        st = run_phase(s, s->first_of_lanes, LANE_AFTER - 1, err);
    if (st == ETL_OK && s->shared.waits_for_report != 0 && !s->shared.exchanges->drain) {
        st = reconcile_settle(&(struct reconcile){ &s->shared, &s->selection, &s->flows[0], s->by_state, s->began_ms },
                              err);
        if (st == ETL_OK && !s->shared.exchanges->drain)
            st = run_phase(s, s->first_of_lanes, LANE_AFTER - 1, err);
    }
    if (st == ETL_OK && !s->shared.exchanges->drain)
        st = run_after(s, err);
    return st;
}

enum etl_status scheduler_run(struct scheduler *s, struct err *err)
{
    enum etl_status st;

    s->first_of_lanes = ledger_lanes_begin(s->ledger);
    s->began_ms = clock_wall_ms(s->shared.exchanges->clock);
    open_flows(s);
    st = run_all(s, err);
    close_flows(s);
    if (st != ETL_OK && st != ETL_REJECT)
        return st;
    if (s->stop != ETL_OK) {
        *err = s->stop_err;
        return s->stop;
    }
    if (s->shared.exchanges->stop != ETL_OK) {
        *err = s->shared.exchanges->stop_err;
        return s->shared.exchanges->stop;
    }
    return st;
}
