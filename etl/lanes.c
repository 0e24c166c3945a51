/* etl/lanes.c - sends the calls of a run: lanes side by side, the calls of a lane one after the other. */
#include "etl/lanes.h"

#include "etl/verify.h"

enum {
    GROUP_MAX = 128,               /* calls a commit */
    SETTLE_AT_LATEST_MS = 50,      /* an answer waits no longer for company in its commit */
    CALL_MEMORY = 64 << 20
};

enum job_step {
    JOB_IDLE,
    JOB_LOOKING,                   /* the read before the first sending is on its way */
    JOB_READY,                     /* to be claimed */
    JOB_SENDING,
    JOB_SETTLING,                  /* to be settled */
    JOB_READING_BACK
};
struct job {
    enum job_step      step;
    struct ledger_call call;
    struct loaded_call loaded;
    struct exchange    x;
    struct arena       mem;
    struct settlement  settlement;
    struct lanes      *lanes;
    bool old_doubt;                /* uncertain since an earlier command */
    bool claimed, looked, there_before, note_absence, last_word;
    unsigned repeats;
};

/* Everything of one full report, read once a command run for all calls in doubt. */
struct report_read {
    const struct command *command;
    struct arena          mem;
    struct exchange       x;
    struct report_read   *next;
};

bool lane_chosen(const struct lane_choice *c, uint64_t lane)
{
    if (c->bits == NULL || lane == LANE_BEFORE || lane == LANE_AFTER)
        return true;
    return lane <= c->lanes && (c->bits[lane / 8] >> (lane % 8) & 1) != 0;
}

/* ---- one job's steps ---- */

static void leave(struct job *j)
{
    j->step = JOB_IDLE;
    j->lanes->busy--;
    arena_reset(&j->mem);
}

static void settle_as(struct job *j, enum call_state state, struct str reason)
{
    j->settlement = (struct settlement){ .state = state, .at_ms = wall_ms(), .http = j->x.http, .reason = reason,
                                         .reply = j->x.reply, .tries = j->claimed && j->x.tries > 1 ? (int32_t)(j->x.tries - 1) : 0 };
    j->last_word = state != CALL_UNCERTAIN && state != CALL_DONE;
    j->step = JOB_SETTLING;
    if (j->lanes->settle_since_ms == 0)
        j->lanes->settle_since_ms = now_ms();
}

static void stay_uncertain(struct job *j, struct str why)
{
    settle_as(j, CALL_UNCERTAIN, why);
    j->last_word = true;
}

static void begin_exchange(struct job *j, const struct command *command, const struct value *values, bool may_repeat, uint64_t at_ms)
{
    j->x = (struct exchange){ .command = command, .values = values, .may_repeat = may_repeat, .mem = &j->mem, .owner = j,
                              .not_before_ms = at_ms };
    exchange_submit(j->lanes->exchanges, &j->x);
}

/* What the settled call captured, as later calls of the lane name it. `from` is the command whose verdict it is: the call's own, or the
 * one that read it back. */
static void keep_captures(struct job *j, const struct command *from, const struct verdict *v)
{
    struct str         as = j->loaded.line.as.len != 0 ? j->loaded.line.as : j->loaded.command->name;
    struct pair_value *list = ARENA_ARRAY(&j->mem, struct pair_value, from->capture_count + 1);
    size_t             n = 0;

    for (size_t i = 0; i < from->capture_count && i < v->capture_count; i++)
        if (command_capture(j->loaded.command, from->captures[i].name) != NULL)
            list[n++] = (struct pair_value){ arena_fmt(&j->mem, "%.*s.%.*s", STR_ARG(as), STR_ARG(from->captures[i].name)),
                                             v->captures[i].value };
    j->settlement.captures = list;
    j->settlement.capture_count = n;
}

/* A call in doubt: read it back, send it again where that is the same as once, or leave it to a person. */
static void resolve_doubt(struct job *j)
{
    const struct command *c = j->loaded.command;
    struct lanes         *w = j->lanes;
    bool again = c->repeat_safe || (w->resend_uncertain && j->old_doubt);

    if (c->verify.read != NULL && c->verify.full) {
        w->waits_for_report++;
        if (w->reports_read)
            stay_uncertain(j, STR("its answer got lost; the report that settles it was read before that: run the same command again"));
        else
            stay_uncertain(j, j->settlement.reason.ptr != NULL ? j->settlement.reason : STR("its answer got lost"));
    } else if (c->verify.read != NULL) {
        j->step = JOB_READING_BACK;
        begin_exchange(j, c->verify.read, lookup_values(&c->verify, j->loaded.values, &j->mem), true, 0);
    } else if (again && j->repeats++ < w->exchanges->connection->limits.tries) {
        j->old_doubt = false;
        j->step = JOB_READY;
    } else {
        stay_uncertain(j, again ? STR("no answer, however often it was sent")
                                : STR("its answer got lost, and nothing can be read back for this command: look at the provider, then --resend-uncertain or leave it"));
    }
}

static enum etl_status take_call(struct lanes *w, struct job *j, const struct ledger_call *call, struct err *err)
{
    struct err      fault = { 0 };
    enum etl_status st;

    arena_reset(&j->mem);
    j->call = *call;
    j->old_doubt = call->state == CALL_UNCERTAIN;
    j->claimed = j->looked = j->there_before = j->note_absence = j->last_word = false;
    j->repeats = 0;
    j->x = (struct exchange){ 0 };
    j->settlement = (struct settlement){ 0 };
    st = call_load(w, call, false, &j->mem, &j->loaded, &fault);
    if (st == ETL_REJECT && call->state == CALL_PENDING) {
        settle_as(j, CALL_FAILED, arena_str(&j->mem, str_from(fault.text)));
        return ETL_OK;
    }
    if (st == ETL_REJECT) {     /* in doubt, and cannot be rebuilt to be compared */
        stay_uncertain(j, arena_str(&j->mem, str_from(fault.text)));
        return ETL_OK;
    }
    if (st != ETL_OK) {
        if (err != NULL)
            *err = fault;
        return st;
    }
    if (call->state == CALL_UNCERTAIN) {
        resolve_doubt(j);
    } else if (j->loaded.command->verify.read != NULL && j->loaded.command->verify.baseline && !call->has_baseline) {
        const struct lookup_read *v = &j->loaded.command->verify;

        j->step = JOB_LOOKING;
        begin_exchange(j, v->read, lookup_values(v, j->loaded.values, &j->mem), true, 0);
    } else {
        j->step = JOB_READY;
    }
    return ETL_OK;
}

static void looked(struct job *j)
{
    struct str  why = j->x.end == EXCHANGE_ANSWERED ? j->x.verdict.reason : j->x.why;

    if (j->x.end == EXCHANGE_ANSWERED &&
        baseline_judge(j->loaded.command, j->loaded.values, &j->x.verdict, &j->mem, &j->there_before) != READBACK_UNREAD) {
        j->looked = true;
        j->step = JOB_READY;
        return;
    }
    /* Without that look a lost answer could never be settled: it is not sent. Another day it may be. */
    settle_as(j, CALL_PENDING, arena_fmt(&j->mem, "not sent: looking before the first sending failed: %.*s", STR_ARG(why)));
}

/* A write that was sent: what its end proves. */
static void sent(struct job *j)
{
    const struct verdict *v = &j->x.verdict;
    bool                  reads = j->loaded.command->effect == EFFECT_READ;

    if (j->x.end == EXCHANGE_NOT_SENT) {
        settle_as(j, CALL_PENDING, j->x.why);
    } else if (j->x.end == EXCHANGE_UNSENDABLE) {
        settle_as(j, CALL_FAILED, j->x.why);
    } else if (j->x.end == EXCHANGE_LOST) {
        settle_as(j, reads ? CALL_PENDING : CALL_UNCERTAIN, j->x.why);
    } else {
        switch (v->is) {
        case REPLY_DONE:
            settle_as(j, CALL_DONE, STR_NONE);
            keep_captures(j, j->loaded.command, v);
            return;
        case REPLY_NOTHING:
            settle_as(j, CALL_REFUSED, v->reason.len != 0 ? v->reason : STR("nothing was found"));
            return;
        case REPLY_REFUSED:
            settle_as(j, CALL_REFUSED, v->reason);
            return;
        case REPLY_THROTTLED:
        case REPLY_LOGIN:          /* neither was acted upon */
            settle_as(j, CALL_PENDING, v->reason);
            return;
        case REPLY_FAILED:
            /* An answer that nobody knows, to a write, proves nothing but that something answered: unless the request itself was at
             * fault (4xx, RFC 9110 15.5), or the description says so, it may have been carried out. */
            settle_as(j, v->by_description || (j->x.http >= 400 && j->x.http < 500) ? CALL_FAILED
                         : reads                                                    ? CALL_FAILED
                                                                                    : CALL_UNCERTAIN,
                      v->reason);
            return;
        case REPLY_OUTAGE:
        case REPLY_UNCERTAIN:
            settle_as(j, reads ? CALL_PENDING : CALL_UNCERTAIN, v->reason);
            return;
        }
    }
}

static void read_back(struct job *j)
{
    const struct command *c = j->loaded.command;
    uint64_t              settle_ms = 1000 * (uint64_t)(c->verify.settle_seconds != 0 ? c->verify.settle_seconds : 1), now = wall_ms();
    const char           *why = "reading back gave no answer";
    enum readback         answer = READBACK_UNREAD;
    struct before         before = { .looked = j->call.has_baseline || j->looked,
                                     .there = j->call.there_before || j->there_before,
                                     .same_answer = j->call.baseline_print != 0 && j->call.baseline_print == j->x.fingerprint };

    if (j->x.end == EXCHANGE_ANSWERED)
        answer = verify_judge(c, j->loaded.values, &before, &j->x.verdict, &j->mem, &why);
    if (answer == READBACK_DONE) {
        settle_as(j, CALL_DONE, STR_NONE);
        j->settlement.verified = true;
        keep_captures(j, c->verify.read, &j->x.verdict);
    } else if (answer == READBACK_ABSENT && j->call.absent_at_ms == 0) {
        j->call.absent_at_ms = now;
        j->note_absence = true;
        begin_exchange(j, c->verify.read, j->x.values, true, now_ms() + settle_ms);
    } else if (answer == READBACK_ABSENT && now < j->call.absent_at_ms + settle_ms) {
        begin_exchange(j, c->verify.read, j->x.values, true, now_ms() + (j->call.absent_at_ms + settle_ms - now));
    } else if (answer == READBACK_ABSENT && j->repeats++ < j->lanes->exchanges->connection->limits.tries) {
        j->step = JOB_READY;
    } else {
        stay_uncertain(j, str_from(why));
    }
}

static void came_back(struct exchange *x)
{
    struct job *j = x->owner;

    switch (j->step) {
    case JOB_LOOKING:
        looked(j);
        break;
    case JOB_SENDING:
        sent(j);
        break;
    case JOB_READING_BACK:
        read_back(j);
        break;
    case JOB_IDLE:
    case JOB_READY:
    case JOB_SETTLING:
        break;
    }
}

/* ---- groups: what is claimed and settled in one commit ---- */

static enum etl_status write_settlement(struct lanes *w, struct job *j, struct err *err)
{
    enum etl_status st = ledger_settle(w->ledger, j->call.number, &j->settlement, err);

    if (st == ETL_OK && j->last_word && j->settlement.state != CALL_PENDING)
        st = ledger_block_behind(w->ledger, j->call.number, j->call.lane, err);
    if (st == ETL_OK && j->settlement.state == CALL_DONE && j->old_doubt)
        st = ledger_release_behind(w->ledger, j->call.number, j->call.lane, err);
    return st;
}

static enum etl_status write_claim(struct lanes *w, struct job *j, struct err *err)
{
    enum etl_status st = ETL_OK;

    if (j->looked && !j->call.has_baseline)
        st = ledger_baseline(w->ledger, j->call.number, j->there_before, wall_ms(), err);
    if (st == ETL_OK && j->call.absent_at_ms != 0)
        st = ledger_absent(w->ledger, j->call.number, 0, err);      /* it is sent anew: what was seen before no longer counts */
    return st == ETL_OK ? ledger_claim(w->ledger, j->call.number, err) : st;
}

/* May it be claimed now? See "claimed ahead". */
static bool may_claim(struct lanes *w, const struct job *j, size_t *room, size_t *ahead)
{
    const struct command *c = j->loaded.command;

    if (w->exchanges->drain)
        return false;
    if (*room != 0) {
        (*room)--;
        return true;
    }
    if (*ahead == 0 || (c->verify.read == NULL && !c->repeat_safe && c->effect != EFFECT_READ))
        return false;
    (*ahead)--;
    return true;
}

static enum etl_status write_group(struct lanes *w, bool claims, struct err *err)
{
    size_t          room = exchanges_room(w->exchanges), ahead = w->exchanges->connection->limits.concurrency;
    enum etl_status st = ledger_begin(w->ledger, err);

    ahead -= w->exchanges->waiting_count < ahead ? w->exchanges->waiting_count : ahead;
    for (size_t i = 0; st == ETL_OK && i < w->job_count; i++) {
        struct job *j = &w->jobs[i];

        if (j->step == JOB_SETTLING) {
            st = write_settlement(w, j, err);
        } else if (j->step == JOB_READY && claims && may_claim(w, j, &room, &ahead)) {
            j->claimed = true;
            st = write_claim(w, j, err);
        } else if (j->note_absence) {
            st = ledger_absent(w->ledger, j->call.number, j->call.absent_at_ms, err);
        }
    }
    if (st == ETL_OK)
        return ledger_commit(w->ledger, err);
    ledger_rollback(w->ledger);
    return st;
}

static enum etl_status next_in_lane(struct lanes *w, struct job *j, struct err *err)
{
    struct ledger_call next;
    enum etl_status    st = w->exchanges->drain ? ETL_END : ledger_next_open(w->ledger, j->call.number + 1, &next, err);

    if (st == ETL_END || (st == ETL_OK && next.lane != j->call.lane)) {
        leave(j);
        return ETL_OK;
    }
    return st == ETL_OK ? take_call(w, j, &next, err) : st;
}

static void count_change(struct lanes *w, enum call_state from, enum call_state to)
{
    if (w->by_state[from] != 0)
        w->by_state[from]--;
    w->by_state[to]++;
}

/* The group is on the disk: go on from there. */
static enum etl_status after_group(struct lanes *w, struct err *err)
{
    enum etl_status st = ETL_OK;

    w->settle_since_ms = 0;
    for (size_t i = 0; st == ETL_OK && i < w->job_count; i++) {
        struct job *j = &w->jobs[i];

        j->note_absence = false;
        if (j->step == JOB_READY && j->claimed) {
            count_change(w, j->call.state, CALL_SENDING);
            j->call.state = CALL_SENDING;
            j->call.has_baseline = j->call.has_baseline || j->looked;
            j->call.there_before = j->call.there_before || j->there_before;
            j->call.absent_at_ms = 0;
            j->step = JOB_SENDING;
            begin_exchange(j, j->loaded.command, j->loaded.values, j->loaded.command->effect == EFFECT_READ, 0);
        } else if (j->step == JOB_SETTLING) {
            count_change(w, j->call.state, j->settlement.state);
            j->call.state = j->settlement.state;
            j->claimed = false;
            if (j->settlement.state == CALL_DONE)
                st = next_in_lane(w, j, err);
            else if (j->settlement.state == CALL_UNCERTAIN && !j->last_word && !w->exchanges->drain)
                resolve_doubt(j);
            else
                leave(j);
        }
    }
    return st;
}

/* A full disk: the reserve goes, what is in flight is settled with it, and nothing new begins. */
static enum etl_status commit_group(struct lanes *w, struct err *err)
{
    enum etl_status st = write_group(w, !w->exchanges->drain, err);

    if (st == ETL_AGAIN && w->stop == ETL_OK) {
        w->stop = ETL_AGAIN;
        w->stop_err = *err;
        w->exchanges->drain = true;
        ledger_use_reserve(w->ledger);
        for (size_t i = 0; i < w->job_count; i++)
            if (w->jobs[i].step == JOB_READY)
                w->jobs[i].claimed = false;
        st = write_group(w, false, err);
    }
    return st == ETL_OK ? after_group(w, err) : st;
}

static bool group_is_due(struct lanes *w)
{
    size_t settling = 0, ready = 0, claimable = 0, room = exchanges_room(w->exchanges), none = 0;

    for (size_t i = 0; i < w->job_count; i++) {
        settling += w->jobs[i].step == JOB_SETTLING;
        if (w->jobs[i].step == JOB_READY) {
            ready++;
            claimable += may_claim(w, &w->jobs[i], &room, &none);
        }
    }
    if (claimable != 0 || settling >= GROUP_MAX)
        return true;
    if (settling == 0 && (ready == 0 || w->exchanges->waiting_count != 0))
        return false;
    return w->exchanges->waiting_count == 0 || w->exchanges->drain ||
           (w->settle_since_ms != 0 && now_ms() >= w->settle_since_ms + SETTLE_AT_LATEST_MS);
}

/* ---- lanes ---- */

/* The next lane of this phase that has something to do and is chosen. */
static enum etl_status next_lane(struct lanes *w, struct ledger_call *out, struct err *err)
{
    for (;;) {
        struct ledger_lane lane;
        enum etl_status    st = ledger_next_open(w->ledger, w->cursor, out, err);

        if (st != ETL_OK)
            return st;
        if (out->lane > w->phase_last)
            return ETL_END;
        if (out->lane == LANE_BEFORE || out->lane == LANE_AFTER) {
            w->cursor = out->lane == LANE_BEFORE ? w->first_lane_number : ledger_call_count(w->ledger) + 1;
        } else {
            st = ledger_lane_at(w->ledger, out->lane, &lane, err);
            if (st != ETL_OK)
                return st;
            w->cursor = lane.first + lane.count;
        }
        if (out->lane >= w->phase_first && lane_chosen(&w->choice, out->lane))
            return ETL_OK;
    }
}

static enum etl_status take_lanes(struct lanes *w, struct err *err)
{
    enum etl_status st = ETL_OK;

    for (size_t i = 0; st == ETL_OK && !w->exhausted && !w->exchanges->drain && i < w->job_count; i++) {
        struct ledger_call call;

        if (w->jobs[i].step != JOB_IDLE)
            continue;
        st = next_lane(w, &call, err);
        if (st == ETL_END) {
            w->exhausted = true;
            return ETL_OK;
        }
        if (st == ETL_OK) {
            w->busy++;
            st = take_call(w, &w->jobs[i], &call, err);
        }
    }
    return st;
}

/* Stopped: what was only meant to be sent stays as it is in the ledger. */
static void drop_ready(struct lanes *w)
{
    for (size_t i = 0; i < w->job_count; i++)
        if (w->jobs[i].step == JOB_READY)
            leave(&w->jobs[i]);
}

static enum etl_status run_phase(struct lanes *w, uint64_t first, uint64_t last, struct err *err)
{
    enum etl_status st = ETL_OK;

    w->phase_first = first;
    w->phase_last = last;
    w->cursor = first == LANE_BEFORE ? 1 : w->first_lane_number;
    w->exhausted = false;
    for (;;) {
        struct exchange *x;

        if (*w->stop_asked != 0)
            w->exchanges->drain = true;
        if (w->exchanges->drain)
            drop_ready(w);
        st = take_lanes(w, err);
        if (st == ETL_OK && group_is_due(w)) {
            st = commit_group(w, err);
            if (st == ETL_OK)
                continue;
        }
        if (st != ETL_OK || w->busy == 0)
            break;
        for (x = exchanges_next(w->exchanges, w->settle_since_ms != 0 ? SETTLE_AT_LATEST_MS / 2 : 500); x != NULL;
             x = exchanges_next(w->exchanges, 0))
            came_back(x);
        w->progress(w->progress_context, w->by_state);
    }
    return st;
}

/* ---- full reports: once, for all calls in doubt ---- */

static struct report_read *read_report(struct lanes *w, const struct job *j)
{
    const struct lookup_read *v = &j->loaded.command->verify;
    struct report_read       *r;

    for (r = w->reports; r != NULL; r = r->next)
        if (r->command == v->read)
            return r;
    r = calloc(1, sizeof *r);
    if (r == NULL)
        memory_exhausted("a report", sizeof *r);
    arena_init(&r->mem, (size_t)2 << 30, "a full report");
    r->command = v->read;
    r->next = w->reports;
    w->reports = r;
    r->x = (struct exchange){ .command = v->read, .values = lookup_values(v, j->loaded.values, &r->mem), .may_repeat = true,
                              .mem = &r->mem };
    exchange_run(w->exchanges, &r->x);
    return r;
}

static enum etl_status settle_by_report(struct lanes *w, struct job *j, struct err *err)
{
    const struct command *c = j->loaded.command;
    struct report_read   *r = read_report(w, j);
    const char           *why = "reading back gave no answer";
    uint64_t              settle_ms = 1000 * (uint64_t)(c->verify.settle_seconds != 0 ? c->verify.settle_seconds : 1);
    enum readback         answer = READBACK_UNREAD;
    enum etl_status       st;

    if (r->x.end == EXCHANGE_ANSWERED)
        answer = verify_judge(c, j->loaded.values, &(struct before){ .looked = j->call.has_baseline, .there = j->call.there_before }, &r->x.verdict, &j->mem, &why);
    if (answer == READBACK_UNREAD)
        return ETL_OK;
    j->x.http = r->x.http;
    settle_as(j, answer == READBACK_DONE ? CALL_DONE : CALL_UNCERTAIN, answer == READBACK_DONE ? STR_NONE : str_from(why));
    j->settlement.verified = answer == READBACK_DONE;
    if (answer == READBACK_ABSENT && j->call.absent_at_ms != 0 && wall_ms() >= j->call.absent_at_ms + settle_ms) {
        j->settlement.state = CALL_PENDING;      /* seen twice not to be there: it is sent again */
        j->settlement.reason = STR("twice not found when read back");
    }
    st = ledger_begin(w->ledger, err);
    if (st == ETL_OK)
        st = ledger_settle(w->ledger, j->call.number, &j->settlement, err);
    if (st == ETL_OK && answer == READBACK_ABSENT)
        st = ledger_absent(w->ledger, j->call.number,
                           j->settlement.state == CALL_PENDING ? 0
                           : j->call.absent_at_ms != 0         ? j->call.absent_at_ms
                                                               : wall_ms(), err);
    if (st == ETL_OK && j->settlement.state != CALL_UNCERTAIN)
        st = ledger_release_behind(w->ledger, j->call.number, j->call.lane, err);
    if (st != ETL_OK)
        return st;
    count_change(w, CALL_UNCERTAIN, j->settlement.state);
    return ledger_commit(w->ledger, err);
}

static enum etl_status read_reports(struct lanes *w, struct err *err)
{
    struct job        *j = &w->jobs[0];
    struct ledger_call call;
    uint64_t           from = 1;
    enum etl_status    st;

    w->reports_read = true;
    while ((st = ledger_next_open(w->ledger, from, &call, err)) == ETL_OK) {
        from = call.number + 1;
        if (call.state != CALL_UNCERTAIN || !lane_chosen(&w->choice, call.lane))
            continue;
        arena_reset(&j->mem);
        j->call = call;
        j->x = (struct exchange){ 0 };
        st = call_load(w, &call, false, &j->mem, &j->loaded, err);
        if (st == ETL_OK && j->loaded.command->verify.read != NULL && j->loaded.command->verify.full)
            st = settle_by_report(w, j, err);
        if (st != ETL_OK && st != ETL_REJECT)
            break;
    }
    j->step = JOB_IDLE;
    w->settle_since_ms = 0;
    return st == ETL_END ? ETL_OK : st;
}

/* ---- the whole ---- */

static enum etl_status open_jobs(struct lanes *w, struct err *err)
{
    struct ledger_lane first;
    enum etl_status    st = ledger_lane_at(w->ledger, 1, &first, err);

    if (st != ETL_OK && st != ETL_END)
        return st;
    w->first_lane_number = st == ETL_OK ? first.first : ledger_call_count(w->ledger) + 1;
    if (st == ETL_END) {   /* no lanes: only before: and after: */
        struct ledger_call call;

        for (uint64_t n = 1; n <= ledger_call_count(w->ledger) && ledger_call_at(w->ledger, n, &call, err) == ETL_OK; n++)
            if (call.lane == LANE_AFTER && n < w->first_lane_number)
                w->first_lane_number = n;
    }
    w->job_count = 2 * (size_t)w->exchanges->connection->limits.concurrency;
    w->jobs = calloc(w->job_count, sizeof *w->jobs);
    if (w->jobs == NULL)
        memory_exhausted("the lanes in work", w->job_count * sizeof *w->jobs);
    for (size_t i = 0; i < w->job_count; i++) {
        w->jobs[i].lanes = w;
        arena_init(&w->jobs[i].mem, CALL_MEMORY, "a call");
    }
    return ETL_OK;
}

static void close_jobs(struct lanes *w)
{
    for (size_t i = 0; w->jobs != NULL && i < w->job_count; i++)
        arena_release(&w->jobs[i].mem);
    free(w->jobs);
    w->jobs = NULL;
    while (w->reports != NULL) {
        struct report_read *r = w->reports;

        w->reports = r->next;
        arena_release(&r->mem);
        free(r);
    }
}

/* Are all calls numbered first … last - 1 done? */
static enum etl_status all_done(struct lanes *w, uint64_t first, uint64_t last, bool *done, struct err *err)
{
    *done = true;
    for (uint64_t n = first; *done && n < last; n++) {
        struct ledger_call call;
        enum etl_status    st = ledger_call_at(w->ledger, n, &call, err);

        if (st != ETL_OK)
            return st;
        *done = call.state == CALL_DONE;
    }
    return ETL_OK;
}

/* after: comes when no lane has anything left to do, whatever became of it. */
static enum etl_status run_after(struct lanes *w, struct err *err)
{
    struct ledger_call call;
    enum etl_status    st = ledger_next_open(w->ledger, 1, &call, err);

    if (st == ETL_END)
        return ETL_OK;
    if (st != ETL_OK || call.lane != LANE_AFTER)
        return st;
    return run_phase(w, LANE_AFTER, LANE_AFTER, err);
}

static enum etl_status run_all(struct lanes *w, struct err *err)
{
    bool            before_done = true;
    enum etl_status st = run_phase(w, LANE_BEFORE, LANE_BEFORE, err);

    if (st == ETL_OK)
        st = all_done(w, 1, w->first_lane_number, &before_done, err);
    if (st == ETL_OK && !before_done && !w->exchanges->drain)
        return err_set(err, ETL_REJECT, "before", "a call of before: did not get done; the lanes behind it were not begun");
    if (st == ETL_OK)
        st = run_phase(w, LANE_BEFORE + 1, LANE_AFTER - 1, err);
    if (st == ETL_OK && w->waits_for_report != 0 && !w->exchanges->drain) {
        st = read_reports(w, err);
        if (st == ETL_OK && !w->exchanges->drain)
            st = run_phase(w, LANE_BEFORE + 1, LANE_AFTER - 1, err);
    }
    if (st == ETL_OK && !w->exchanges->drain)
        st = run_after(w, err);
    return st;
}

enum etl_status lanes_run(struct lanes *w, struct err *err)
{
    enum etl_status st = open_jobs(w, err);

    if (st == ETL_OK)
        st = run_all(w, err);
    close_jobs(w);
    if ((st == ETL_OK || st == ETL_REJECT) && w->stop != ETL_OK) {
        *err = w->stop_err;
        return w->stop;
    }
    if ((st == ETL_OK || st == ETL_REJECT) && w->exchanges->stop != ETL_OK) {
        *err = w->exchanges->stop_err;
        return w->exchanges->stop;
    }
    return st;
}
