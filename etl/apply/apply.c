/* etl/apply/apply.c - applying a run: everything around the sending itself. */
#include "etl/apply/apply.h"

#include "etl/connection/account_lock.h"
#include "etl/run/results.h"

struct counting {
    const struct lane_selection *selection;
    struct ledger_counts         counts;
    uint64_t                     lane, open_lane;
};

static void count_one(void *context, uint64_t lane, enum call_state state)
{
    struct counting *c = context;

    if (!lane_selection_has(c->selection, lane))
        return;
    c->counts.calls++;
    c->counts.by_state[state]++;
    c->counts.lanes += lane != c->lane && lane != LANE_BEFORE && lane != LANE_AFTER;
    c->lane = lane;
    if (state == CALL_PENDING || state == CALL_UNCERTAIN) {
        c->counts.open_lanes += lane != c->open_lane && lane != LANE_BEFORE && lane != LANE_AFTER;
        c->open_lane = lane;
    }
}

enum etl_status apply_count(struct delivery *d, struct ledger_counts *out, struct err *err)
{
    struct counting c = { .selection = &d->selection };
    enum etl_status st = ledger_each_state(d->ledger, count_one, &c, err);

    if (st == ETL_OK)
        *out = c.counts;
    return st;
}

static bool is_part(const struct delivery *d)
{
    return d->options.selection.limit != 0 || d->options.selection.only != NULL;
}

static enum etl_status check_ladder(struct delivery *d, struct err *err)
{
    static const struct {
        unsigned    bit;
        const char *name, *how;
    } rungs[] = {
        { RUNG_TEST, "test", "subferry test RUN --connection" },
        { RUNG_CANARY, "canary", "subferry apply RUN --limit 10 --connection" },
    };
    unsigned        wanted = d->connection.config->require;
    bool            passed;
    enum etl_status st = ETL_OK;

    if (is_part(d))
        wanted &= ~(unsigned)RUNG_CANARY; /* this is the canary */
    for (size_t i = 0; st == ETL_OK && i < 2; i++) {
        if ((wanted & rungs[i].bit) == 0)
            continue;
        st = delivery_rung_passed(d, rungs[i].name, &passed, err);
        if (st == ETL_OK && !passed)
            return err_set(err, ETL_FAIL, "ladder", "connection %.*s requires the rung \"%s\" first: %s %.*s",
                           STR_ARG(d->connection.name), rungs[i].name, rungs[i].how, STR_ARG(d->connection.name));
    }
    return st;
}

static uint64_t open_calls(const struct ledger_counts *c)
{
    return c->by_state[CALL_PENDING] + c->by_state[CALL_UNCERTAIN];
}

static bool all_done(const struct ledger_counts *c)
{
    return c->by_state[CALL_DONE] == c->calls;
}

/* Everything that could be a reason to send nothing. ETL_END: there is nothing to send. */
static enum etl_status prepare(struct delivery *d, const struct apply_options *o, struct apply_report *r,
                               struct err *err)
{
    bool            bound;
    enum etl_status st = delivery_check_binding(d, o->same_account, &bound, err);

    if (st == ETL_OK)
        st = check_ladder(d, err);
    if (st == ETL_OK)
        st = account_lock_take(&d->connection, d->run.path, o->wait_seconds, d->options.stop_asked, err);
    if (st == ETL_OK)
        st = ledger_recover(d->ledger, &r->recovered, err);
    if (st == ETL_OK)
        st = apply_count(d, &r->chosen, err);
    if (st != ETL_OK)
        return st;
    o->tell(o->context, d, &r->chosen);
    if (open_calls(&r->chosen) == 0)
        return ETL_END;
    st = ledger_reserve(d->ledger, err);
    if (st == ETL_OK)
        st = delivery_connect(d, err);
    if (st == ETL_OK)
        st = delivery_probe(d, err);
    if (st == ETL_OK && !bound)
        st = delivery_bind(d, err);
    return st;
}

static enum etl_status send_lanes(struct delivery *d, const struct apply_options *o, const struct apply_report *r,
                                  struct err *err)
{
    struct scheduler scheduler = {
        .ledger = d->ledger,
        .shared = { .source = d->source, .exchanges = &d->exchanges, .resend_uncertain = o->resend_uncertain },
        .selection = d->selection,
        .progress = o->progress,
        .progress_context = o->context
    };

    memcpy(scheduler.by_state, r->chosen.by_state, sizeof scheduler.by_state);
    return scheduler_run(&scheduler, err);
}

static enum etl_status note_rungs(struct delivery *d, struct apply_report *r, struct err *err)
{
    enum etl_status st = ETL_OK;

    if (is_part(d) && all_done(&r->chosen))
        st = delivery_rung_add(d, r->rung = "canary", err);
    if (st == ETL_OK && all_done(&r->all))
        st = delivery_rung_add(d, r->rung = "all", err);
    return st;
}

/* Counts and results are written after every end, also after a stop: an operator needs them most then. */
static enum etl_status close_books(struct delivery *d, struct apply_report *r, struct err *err)
{
    enum etl_status st = ledger_count(d->ledger, &r->all, err);

    if (st == ETL_OK)
        st = apply_count(d, &r->chosen, err);
    if (st == ETL_OK)
        results_write(&d->run, d->ledger, &r->results_err);
    return st;
}

enum etl_status apply_run(struct delivery *d, const struct apply_options *o, struct apply_report *out, struct err *err)
{
    struct err      books_err = { 0 };
    enum etl_status st, books;

    *out = (struct apply_report){ 0 };
    st = prepare(d, o, out, err);
    if (st == ETL_OK)
        st = send_lanes(d, o, out, err);
    else if (st == ETL_END)
        st = ETL_OK;
    if (d->connected)
        out->requests = d->exchanges.sent;
    books = close_books(d, out, &books_err);
    if (books == ETL_OK && st == ETL_OK)
        books = note_rungs(d, out, &books_err);
    if (st == ETL_OK && books != ETL_OK) {
        *err = books_err;
        return books;
    }
    return st;
}
