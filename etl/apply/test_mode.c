/* etl/apply/test_mode.c - asks the provider how it would answer each call, and changes nothing there. */
#include "etl/apply/test_mode.h"

#include "etl/apply/dependencies.h"
#include "etl/apply/full_report.h"
#include "etl/apply/readback.h"
#include "etl/run/results.h"
#include "providers/replies/lookup_read.h"

enum { GROUP_MAX = 128, GROUP_MS = 1000, CALL_MEMORY = 64 << 20, WAIT_MS = 500 };

struct tested_call { /* one call that is being asked about */
    struct arena       mem;
    struct exchange    x;
    struct loaded_call call;
    uint64_t           number, needs;
    struct str         needs_name;
    bool               busy, is_lookup;
};
struct test_mode {
    struct delivery                *delivery;
    const struct test_mode_options *options;
    struct test_mode_report        *report;
    struct tested_call             *slots;
    size_t                          slot_count, busy;
    struct dependencies            *needs;
    uint64_t                        lane, position;
    struct full_report             *reports;
    size_t                          in_group;
    uint64_t                        group_since_ms;
    struct pair_value              *extra;
};

/* ---- outcomes ---- */

static enum etl_status end_group(struct test_mode *t, size_t least, struct err *err)
{
    if (t->in_group == 0 ||
        (t->in_group < least && clock_monotonic_ms(t->delivery->exchanges.clock) < t->group_since_ms + GROUP_MS))
        return ETL_OK;
    t->in_group = 0;
    return ledger_commit(t->delivery->ledger, err);
}

static enum etl_status note(struct test_mode *t, uint64_t number, const char *outcome, uint64_t *counter,
                            struct str reason, int http, struct err *err)
{
    enum etl_status st = ETL_OK;

    if (t->in_group == 0) {
        st = ledger_begin(t->delivery->ledger, err);
        t->group_since_ms = clock_monotonic_ms(t->delivery->exchanges.clock);
    }
    if (st == ETL_OK) {
        t->in_group++;
        st = ledger_test_outcome(t->delivery->ledger, number, str_from(outcome), reason, http, err);
    }
    (*counter)++;
    return st == ETL_OK ? end_group(t, GROUP_MAX, err) : st;
}

static enum etl_status note_needs(struct test_mode *t, const struct tested_call *a, struct err *err)
{
    char text[160];

    snprintf(text, sizeof text, "needs call %llu (%.*s)", (unsigned long long)a->needs,
             STR_ARG(str_head(a->needs_name, 80)));
    return note(t, a->number, "untestable", &t->report->counts.untestable, str_from(text), 0, err);
}

static enum etl_status passed(struct test_mode *t, const struct tested_call *a, int http, struct err *err)
{
    if (a->needs != 0) /* nothing is in its way; the rest depends on an earlier call */
        return note_needs(t, a, err);
    return note(t, a->number, "passed", &t->report->counts.passed, STR_NONE, http, err);
}

static enum etl_status refused(struct test_mode *t, const struct tested_call *a, struct str why, int http,
                               struct err *err)
{
    return note(t, a->number, "refused", &t->report->counts.refused, why, http, err);
}

static enum etl_status no_answer(struct test_mode *t, const struct tested_call *a, struct str why, int http,
                                 struct err *err)
{
    return note(t, a->number, "no answer", &t->report->counts.no_answer, why, http, err);
}

/* Compares what the look-up found with what the call needs to succeed. */
static enum etl_status judge_lookup(struct test_mode *t, struct tested_call *a, const struct verdict *read, int http,
                                    struct err *err)
{
    const struct lookup_read *l = &a->call.command->test;

    switch (lookup_judge(l, a->call.values, read, &a->mem)) {
    case LOOKUP_THERE:
        return l->wants_nothing ? refused(t, a, STR("it is there already"), http, err) : passed(t, a, http, err);
    case LOOKUP_NOT_THERE:
        return l->wants_nothing ? passed(t, a, http, err)
                                : refused(t, a, STR("what it works on is not there"), http, err);
    case LOOKUP_DIFFERS: /* something is there, but not what match: describes */
        return l->wants_nothing ? passed(t, a, http, err)
                                : refused(t, a, STR("what it works on is not there, or is another's"), http, err);
    case LOOKUP_OTHER_KIND:
        return note(t, a->number, "untestable", &t->report->counts.untestable,
                    STR("the provider tells of another kind of that name, which says nothing of this one"), http, err);
    case LOOKUP_UNKNOWN: break;
    }
    return no_answer(t, a, read->reason, http, err);
}

static enum etl_status judge_sent(struct test_mode *t, struct tested_call *a, struct err *err)
{
    const struct verdict *v = &a->x.verdict;

    switch (v->is) {
    case REPLY_DONE: return passed(t, a, a->x.http, err);
    case REPLY_NOTHING:
    case REPLY_REFUSED: return refused(t, a, v->reason, a->x.http, err);
    case REPLY_FAILED:
        if (v->by_description)
            return refused(t, a, v->reason, a->x.http, err);
        break;
    case REPLY_THROTTLED:
    case REPLY_LOGIN:
    case REPLY_OUTAGE:
    case REPLY_UNCERTAIN: break;
    }
    return no_answer(t, a, v->reason, a->x.http, err);
}

/* ---- asking ---- */

static enum etl_status came_back(struct test_mode *t, struct tested_call *a, struct err *err)
{
    enum etl_status st;

    a->busy = false;
    t->busy--;
    if (a->x.end == EXCHANGE_ANSWERED)
        st = a->is_lookup ? judge_lookup(t, a, &a->x.verdict, a->x.http, err) : judge_sent(t, a, err);
    else if (t->delivery->exchanges.drain)
        st = ETL_OK; /* stopped: the call keeps the outcome it had */
    else
        st = no_answer(t, a, a->x.why, a->x.http, err);
    return st;
}

/* Waits until at most `most` are being asked. */
static enum etl_status wait_for(struct test_mode *t, size_t most, struct err *err)
{
    enum etl_status st = ETL_OK;

    while (st == ETL_OK && t->busy > most) {
        struct exchange *x = exchanges_next(&t->delivery->exchanges, WAIT_MS);

        if (x != NULL)
            st = came_back(t, x->owner, err);
        else
            st = end_group(t, GROUP_MAX, err);
        t->options->progress(t->options->context, &t->report->counts);
    }
    return st;
}

/* wait_for() left at least one free. */
static struct tested_call *free_slot(struct test_mode *t)
{
    size_t i = 0;

    while (t->slots[i].busy)
        i++;
    return &t->slots[i];
}

static void ask(struct test_mode *t, struct tested_call *a, const struct command *command, const struct value *values)
{
    bool test = !a->is_lookup && command->effect != EFFECT_READ;

    a->x = (struct exchange){
        .command = command, .values = values, .may_repeat = true, .test = test, .mem = &a->mem, .owner = a
    };
    if (test) {
        a->x.extra = t->extra;
        a->x.extra_count = t->delivery->connection.provider->test_send.count;
    }
    a->busy = true;
    t->busy++;
    exchanges_submit(&t->delivery->exchanges, &a->x);
}

static enum etl_status ask_report(struct test_mode *t, struct tested_call *a, struct err *err)
{
    const struct lookup_read *l = &a->call.command->test;
    struct full_report       *r = full_report_find(t->reports, l->read);
    struct verdict            verdict;
    enum etl_status           st = r == NULL ? wait_for(t, 0, err) : ETL_OK;

    if (st != ETL_OK)
        return st;
    r = full_report_read(&t->reports, &t->delivery->exchanges, l, a->call.values);
    if (full_report_failed(r).ptr != NULL)
        return t->delivery->exchanges.drain ? ETL_OK : no_answer(t, a, full_report_failed(r), full_report_http(r), err);
    full_report_about(r, l, a->call.values, &a->mem, &verdict);
    return judge_lookup(t, a, &verdict, full_report_http(r), err);
}

static enum etl_status begin(struct test_mode *t, struct tested_call *a, struct err *err)
{
    const struct command *c = a->call.command;

    if (a->needs != 0 && !(c->test.read != NULL && c->test.wants_nothing))
        return note_needs(t, a, err);
    a->is_lookup = c->test.read != NULL;
    if (a->is_lookup && readback_is_shared(&c->test))
        return ask_report(t, a, err);
    if (a->is_lookup)
        ask(t, a, c->test.read, readback_values(&c->test, a->call.values, &a->mem));
    else if (c->test_send || c->effect == EFFECT_READ)
        ask(t, a, c, a->call.values);
    else
        return note(t, a->number, "untestable", &t->report->counts.untestable,
                    STR("the provider has no way to test this command"), 0, err);
    return ETL_OK;
}

static enum etl_status take_call(struct test_mode *t, const struct ledger_call *call, struct err *err)
{
    struct tested_call *a;
    struct err          fault = { 0 };
    enum etl_status     st = wait_for(t, t->slot_count - 1, err);

    if (st != ETL_OK)
        return st;
    a = free_slot(t);
    arena_reset(&a->mem);
    *a = (struct tested_call){ .mem = a->mem, .number = call->number };
    st = loaded_call_read(&t->delivery->source, call, true, &a->mem, &a->call, &fault);
    if (st == ETL_REJECT)
        return refused(t, a, str_from(fault.text), 0, err);
    if (st != ETL_OK) {
        *err = fault;
        return st;
    }
    a->needs = dependencies_find(t->needs, &a->call, &a->needs_name);
    dependencies_add(t->needs, &a->call, t->position);
    if (a->needs != 0) /* the lane may be over before the answer comes */
        a->needs_name = arena_str(&a->mem, a->needs_name);
    return begin(t, a, err);
}

static enum etl_status ask_all(struct test_mode *t, struct err *err)
{
    struct delivery *d = t->delivery;
    enum etl_status  st = ETL_OK;

    for (uint64_t n = 1; st == ETL_OK && !d->exchanges.drain && n <= ledger_call_count(d->ledger); n++) {
        struct ledger_call call;

        st = ledger_call_at(d->ledger, n, &call, err);
        if (st != ETL_OK || !lane_selection_has(&d->selection, call.lane))
            continue;
        if (n == 1 || call.lane != t->lane) {
            dependencies_reset(t->needs);
            t->position = 0;
        }
        t->lane = call.lane;
        t->position++;
        if (call.state == CALL_PENDING)
            st = take_call(t, &call, err);
    }
    if (st == ETL_OK)
        st = wait_for(t, 0, err);
    return st == ETL_OK ? end_group(t, 0, err) : st;
}

/* ---- the whole ---- */

static void open_slots(struct test_mode *t)
{
    const struct pairs *send = &t->delivery->connection.provider->test_send;

    t->slot_count = 2 * (size_t)t->delivery->connection.limits.concurrency;
    t->slots = calloc(t->slot_count, sizeof *t->slots);
    if (t->slots == NULL)
        memory_exhausted("the calls that are asked about", t->slot_count * sizeof *t->slots);
    for (size_t i = 0; i < t->slot_count; i++)
        arena_init(&t->slots[i].mem, CALL_MEMORY, "a call");
    t->needs = dependencies_new();
    t->extra = ARENA_ARRAY(t->delivery->mem, struct pair_value, send->count + 1);
    for (size_t i = 0; i < send->count; i++)
        t->extra[i] = (struct pair_value){ send->items[i].name,
                                           text_fill(&send->items[i].text, NULL, NULL, 0, t->delivery->mem) };
}

static void close_slots(struct test_mode *t)
{
    for (size_t i = 0; i < t->slot_count; i++)
        arena_release(&t->slots[i].mem);
    free(t->slots);
    dependencies_free(t->needs);
    full_reports_free(&t->reports);
}

struct open_count {
    const struct lane_selection *selection;
    uint64_t                     calls, lanes, last;
};

static void count_open(void *context, uint64_t lane, enum call_state state)
{
    struct open_count *c = context;

    if (state != CALL_PENDING || !lane_selection_has(c->selection, lane))
        return;
    c->calls++;
    c->lanes += lane != c->last && lane != LANE_BEFORE && lane != LANE_AFTER;
    c->last = lane;
}

static enum etl_status ask_provider(struct test_mode *t, struct err *err)
{
    enum etl_status st = delivery_connect(t->delivery, err);

    if (st == ETL_OK)
        st = delivery_probe(t->delivery, err);
    if (st != ETL_OK)
        return st;
    open_slots(t);
    st = ask_all(t, err);
    close_slots(t);
    t->report->requests = t->delivery->exchanges.sent;
    if (st == ETL_OK && t->delivery->exchanges.stop != ETL_OK) {
        *err = t->delivery->exchanges.stop_err;
        return t->delivery->exchanges.stop;
    }
    return st;
}

enum etl_status test_mode_run(struct delivery *d, const struct test_mode_options *o, struct test_mode_report *out,
                              struct err *err)
{
    struct test_mode                     t = { .delivery = d, .options = o, .report = out };
    struct open_count                    open = { .selection = &d->selection };
    const struct lane_selection_options *c = &d->options.selection;
    bool                                 whole = c->limit == 0 && c->only == NULL && c->skip == NULL;
    enum etl_status                      st;

    *out = (struct test_mode_report){ 0 };
    st = ledger_each_state(d->ledger, count_open, &open, err);
    if (st != ETL_OK)
        return st;
    out->calls = open.calls;
    o->tell(o->context, d, open.calls, open.lanes);
    if (open.calls != 0)
        st = ask_provider(&t, err);
    ledger_rollback(d->ledger);
    if (st == ETL_OK && whole && !d->exchanges.drain && out->counts.refused + out->counts.no_answer == 0) {
        st = delivery_rung_add(d, "test", err);
        out->rung = st == ETL_OK;
    }
    results_write_test(&d->run, d->ledger, &out->results_err);
    return st;
}
