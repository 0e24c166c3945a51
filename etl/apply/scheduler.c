/* etl/apply/scheduler.c - sends the calls of a run: lanes side by side, the calls of a lane one after the other. */
#include "etl/apply/scheduler.h"

#include "etl/apply/call_flow.h"
#include "etl/apply/full_report.h"

enum {
    GROUP_MAX = 128,           /* calls a commit */
    SETTLE_AT_LATEST_MS = 100, /* an answer waits no longer for company in its commit */
    AHEAD = 2,                 /* claimed ahead, per connection: while the disk works nothing else can be sent */
    JOBS = 5,                  /* per connection: one sent, AHEAD claimed, the others being settled */
    WAIT_MS = 500,
    CALL_MEMORY = 64 << 20
};

/* ---- groups: what is claimed and settled in one commit ---- */

static enum etl_status write_settlement(struct scheduler *w, struct call_flow *j, struct err *err)
{
    enum call_state state = j->settlement.state;
    enum etl_status st = ledger_settle(w->ledger, j->call.number, &j->settlement, err);

    if (st == ETL_OK && j->last_word && state != CALL_PENDING)
        st = ledger_block_behind(w->ledger, j->call.number, j->call.lane, err);
    if (st == ETL_OK && j->was_uncertain && (state == CALL_DONE || state == CALL_PENDING))
        st = ledger_release_behind(w->ledger, j->call.number, j->call.lane, err);
    return st;
}

static enum etl_status write_claim(struct scheduler *w, struct call_flow *j, struct err *err)
{
    enum etl_status st = ETL_OK;

    if (j->call.absent_at_ms != 0)
        st = ledger_absent(w->ledger, j->call.number, 0,
                           err); /* it is sent anew: what was seen before no longer counts */
    return st == ETL_OK ? ledger_claim(w->ledger, j->call.number, err) : st;
}

static enum etl_status write_notes(struct scheduler *w, const struct call_flow *j, struct err *err)
{
    enum etl_status st = ETL_OK;

    if (j->note_baseline)
        st = ledger_baseline(w->ledger, j->call.number, j->call.there_before, j->call.baseline_print, err);
    if (st == ETL_OK && j->note_absence)
        st = ledger_absent(w->ledger, j->call.number, j->call.absent_at_ms, err);
    return st;
}

/* If it was claimed and never left: could that be found out, or does it not matter? */
static bool can_be_cleared(const struct command *c, const struct value *values)
{
    return (c->verify.read != NULL && (c->verify.wants_nothing || lookup_absence_is_proof(&c->verify, values))) ||
           command_repeat_safe(c, values) || c->effect == EFFECT_READ;
}

/* May it be claimed now? See "claimed ahead". */
static bool may_claim(const struct call_flow *j, size_t *room, size_t *ahead)
{
    if (j->lanes->exchanges->drain)
        return false;
    if (*room != 0) {
        (*room)--;
        return true;
    }
    if (*ahead == 0 || !can_be_cleared(j->loaded.command, j->loaded.values))
        return false;
    (*ahead)--;
    return true;
}

/* How many may wait their turn, claimed, so that no connection idles while the disk works: never more than leave within a second. */
static size_t ahead_now(const struct scheduler *w)
{
    const struct provider_limits *l = &w->exchanges->connection->limits;
    size_t                        most = AHEAD * (size_t)l->concurrency, waiting = w->exchanges->waiting_count;

    if (most > l->per_second)
        most = l->per_second;
    return waiting < most ? most - waiting : 0;
}

static enum etl_status write_group(struct scheduler *w, bool claims, struct err *err)
{
    size_t          room = exchanges_room(w->exchanges), ahead = ahead_now(w);
    enum etl_status st = ledger_begin(w->ledger, err);

    if (st != ETL_OK)
        return st;
    for (size_t i = 0; st == ETL_OK && i < w->job_count; i++) {
        struct call_flow *j = &w->jobs[i];

        st = write_notes(w, j, err);
        if (st == ETL_OK && j->step == FLOW_SETTLING) {
            st = write_settlement(w, j, err);
        } else if (st == ETL_OK && j->step == FLOW_READY && claims && may_claim(j, &room, &ahead)) {
            j->claimed = true;
            st = write_claim(w, j, err);
        }
    }
    if (st == ETL_OK)
        return ledger_commit(w->ledger, err);
    ledger_rollback(w->ledger);
    return st;
}

static enum etl_status next_in_lane(struct scheduler *w, struct call_flow *j, struct err *err)
{
    struct ledger_call next;
    enum etl_status    st = w->exchanges->drain ? ETL_END : ledger_next_open(w->ledger, j->call.number + 1, &next, err);

    if (st == ETL_END || (st == ETL_OK && next.lane != j->call.lane)) {
        call_flow_leave(j);
        return ETL_OK;
    }
    return st == ETL_OK ? call_flow_take(j, &next, err) : st;
}

static void count_change(struct scheduler *w, enum call_state from, enum call_state to)
{
    if (w->by_state[from] != 0)
        w->by_state[from]--;
    w->by_state[to]++;
}

static enum etl_status after_settlement(struct scheduler *w, struct call_flow *j, struct err *err)
{
    enum call_state state = j->settlement.state;

    count_change(w, j->call.state, state);
    j->call.state = state;
    if (state == CALL_DONE)
        return next_in_lane(w, j, err);
    if (state == CALL_UNCERTAIN && !j->last_word && !w->exchanges->drain)
        call_flow_resolve_doubt(j);
    else
        call_flow_leave(j);
    return ETL_OK;
}

/* The group is on the disk: go on from there. */
static enum etl_status after_group(struct scheduler *w, struct err *err)
{
    enum etl_status st = ETL_OK;

    w->settle_since_ms = 0;
    for (size_t i = 0; st == ETL_OK && i < w->job_count; i++) {
        struct call_flow *j = &w->jobs[i];

        j->note_baseline = j->note_absence = false;
        if (j->step == FLOW_SETTLING) {
            st = after_settlement(w, j, err);
        } else if (j->step == FLOW_READY && j->claimed) {
            j->claimed = false;
            count_change(w, j->call.state, CALL_SENDING);
            call_flow_send(j);
        }
    }
    return st;
}

/* A full disk: the reserve goes, what is in flight is settled with it, and nothing new begins. */
static enum etl_status commit_group(struct scheduler *w, struct err *err)
{
    enum etl_status st = write_group(w, true, err);

    if (st == ETL_AGAIN && w->stop == ETL_OK) {
        w->stop = ETL_AGAIN;
        w->stop_err = *err;
        w->exchanges->drain = true;
        ledger_use_reserve(w->ledger);
        for (size_t i = 0; i < w->job_count; i++)
            w->jobs[i].claimed = false;
        st = write_group(w, false, err);
    }
    return st == ETL_OK ? after_group(w, err) : st;
}

/* Worth a commit: an idle connection could work; the queue of those that may leave runs low; or an answer has waited long enough. */
static bool group_is_due(struct scheduler *w)
{
    size_t settling = 0, now = 0, ahead = 0, room = exchanges_room(w->exchanges), more = ahead_now(w);
    bool   low = w->exchanges->waiting_count <= w->exchanges->connection->limits.concurrency / 2;

    for (size_t i = 0; i < w->job_count; i++) {
        size_t had_room = room;

        settling += w->jobs[i].step == FLOW_SETTLING;
        if (w->jobs[i].step == FLOW_READY && may_claim(&w->jobs[i], &room, &more)) {
            now += room != had_room;
            ahead += room == had_room;
        }
    }
    return now != 0 || settling >= GROUP_MAX || (low && settling + ahead != 0) ||
           (w->settle_since_ms != 0 && now_ms() >= w->settle_since_ms + SETTLE_AT_LATEST_MS);
}

/* ---- lanes ---- */

static uint64_t behind_lane(struct scheduler *w, const struct ledger_lane *lane, uint64_t number)
{
    return number == LANE_BEFORE  ? w->first_of_lanes
           : number == LANE_AFTER ? ledger_call_count(w->ledger) + 1
                                  : lane->first + lane->count;
}

/* The next lane of this phase that has something to do and is chosen. */
static enum etl_status next_lane(struct scheduler *w, struct ledger_call *out, struct err *err)
{
    for (;;) {
        struct ledger_lane lane = { 0 };
        enum etl_status    st = ledger_next_open(w->ledger, w->cursor, out, err);

        if (st == ETL_OK && out->lane > w->phase_last)
            return ETL_END;
        if (st == ETL_OK && out->lane != LANE_BEFORE && out->lane != LANE_AFTER)
            st = ledger_lane_at(w->ledger, out->lane, &lane, err);
        if (st != ETL_OK)
            return st;
        w->cursor = behind_lane(w, &lane, out->lane);
        /* What the report left in doubt is told; taking it up again would only ask the same report. */
        if (lane_is_selected(&w->choice, out->lane) && !(w->report_is_read && out->state == CALL_UNCERTAIN))
            return ETL_OK;
    }
}

static enum etl_status take_lanes(struct scheduler *w, struct err *err)
{
    enum etl_status st = ETL_OK;

    for (size_t i = 0; st == ETL_OK && !w->exhausted && !w->exchanges->drain && i < w->job_count; i++) {
        struct ledger_call call;

        if (w->jobs[i].step != FLOW_IDLE)
            continue;
        st = next_lane(w, &call, err);
        if (st == ETL_END) {
            w->exhausted = true;
            return ETL_OK;
        }
        if (st == ETL_OK) {
            w->busy++;
            st = call_flow_take(&w->jobs[i], &call, err);
        }
    }
    return st;
}

/* Stopped: what was only meant to be sent stays as it is in the ledger. */
static void drop_ready(struct scheduler *w)
{
    for (size_t i = 0; i < w->job_count; i++)
        if (w->jobs[i].step == FLOW_READY)
            call_flow_leave(&w->jobs[i]);
}

static uint64_t wait_ms(struct scheduler *w)
{
    uint64_t wait = w->settle_since_ms != 0 ? SETTLE_AT_LATEST_MS / 2 : WAIT_MS, pause;

    for (size_t i = 0; i < w->job_count; i++)
        if (w->jobs[i].step == FLOW_READY) { /* the pace alone may hold it back */
            pause = exchanges_pause_ms(w->exchanges);
            return pause != 0 && pause < wait ? pause : wait;
        }
    return wait;
}

static void come_back(struct scheduler *w)
{
    struct exchange *x = exchanges_next(w->exchanges, wait_ms(w));

    for (; x != NULL; x = exchanges_next(w->exchanges, 0))
        call_flow_came_back(x->owner);
    if (w->progress != NULL)
        w->progress(w->progress_context, w->by_state);
}

static enum etl_status run_phase(struct scheduler *w, uint64_t first_call, uint64_t last_lane, struct err *err)
{
    w->cursor = first_call;
    w->phase_last = last_lane;
    w->exhausted = false;
    for (;;) {
        enum etl_status st;

        if (w->exchanges->drain)
            drop_ready(w);
        st = take_lanes(w, err);
        if (st == ETL_OK && group_is_due(w))
            st = commit_group(w, err);
        if (st != ETL_OK || w->busy == 0)
            return st;
        come_back(w);
    }
}

/* ---- the whole ---- */

static void open_jobs(struct scheduler *w)
{
    w->job_count = JOBS * (size_t)w->exchanges->connection->limits.concurrency;
    w->jobs = calloc(w->job_count, sizeof *w->jobs);
    if (w->jobs == NULL)
        memory_exhausted("the lanes in work", w->job_count * sizeof *w->jobs);
    for (size_t i = 0; i < w->job_count; i++) {
        w->jobs[i].lanes = w;
        arena_init(&w->jobs[i].mem, CALL_MEMORY, "a call");
    }
}

static void close_jobs(struct scheduler *w)
{
    for (size_t i = 0; i < w->job_count; i++)
        arena_release(&w->jobs[i].mem);
    free(w->jobs);
    w->jobs = NULL;
    full_reports_free(&w->reports);
}

/* Are all calls numbered below `end` done? */
static enum etl_status all_done(struct scheduler *w, uint64_t end, bool *done, struct err *err)
{
    *done = true;
    for (uint64_t n = 1; *done && n < end; n++) {
        struct ledger_call call;
        enum etl_status    st = ledger_call_at(w->ledger, n, &call, err);

        if (st != ETL_OK)
            return st;
        *done = call.state == CALL_DONE;
    }
    return ETL_OK;
}

static enum etl_status run_before(struct scheduler *w, struct err *err)
{
    bool            done = true;
    enum etl_status st = run_phase(w, 1, LANE_BEFORE, err);

    if (st == ETL_OK)
        st = all_done(w, w->first_of_lanes, &done, err);
    if (st == ETL_OK && !done && !w->exchanges->drain)
        st = err_set(err, ETL_REJECT, "before",
                     "a call of before: did not get done; the lanes behind it were not begun");
    return st;
}

/* after: comes when no lane has anything left to do, whatever became of it. */
static enum etl_status run_after(struct scheduler *w, struct err *err)
{
    struct ledger_call call;
    enum etl_status    st = ledger_next_open(w->ledger, 1, &call, err);

    if (st != ETL_OK || call.lane != LANE_AFTER)
        return st == ETL_END ? ETL_OK : st;
    return run_phase(w, ledger_after_begins(w->ledger), LANE_AFTER, err);
}

static enum etl_status run_all(struct scheduler *w, struct err *err)
{
    enum etl_status st = run_before(w, err);

    if (st == ETL_OK && !w->exchanges->drain)
        st = reconcile_read_baselines(w, err);
    if (st == ETL_OK)
        st = run_phase(w, w->first_of_lanes, LANE_AFTER - 1, err);
    if (st == ETL_OK && w->waits_for_report != 0 && !w->exchanges->drain) {
        st = reconcile_settle(w, err);
        if (st == ETL_OK && !w->exchanges->drain)
            st = run_phase(w, w->first_of_lanes, LANE_AFTER - 1, err);
    }
    if (st == ETL_OK && !w->exchanges->drain)
        st = run_after(w, err);
    return st;
}

enum etl_status scheduler_run(struct scheduler *w, struct err *err)
{
    enum etl_status st;

    w->first_of_lanes = ledger_lanes_begin(w->ledger);
    w->began_ms = wall_ms();
    open_jobs(w);
    st = run_all(w, err);
    close_jobs(w);
    if (st != ETL_OK && st != ETL_REJECT)
        return st;
    if (w->stop != ETL_OK) {
        *err = w->stop_err;
        return w->stop;
    }
    if (w->exchanges->stop != ETL_OK) {
        *err = w->exchanges->stop_err;
        return w->exchanges->stop;
    }
    return st;
}
