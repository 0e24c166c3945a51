/* etl/apply/apply.c - applying a run: everything around the sending itself. */
#include "etl/apply/apply.h"

#include "etl/run/results.h"

struct counting {
    const struct lane_selection *choice;
    struct ledger_counts         counts;
    uint64_t                     lane, open_lane;
};

static void count_one(void *context, uint64_t lane, enum call_state state)
{
    struct counting *c = context;

    if (!lane_is_selected(c->choice, lane))
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

enum etl_status apply_count(struct delivery *w, struct ledger_counts *out, struct err *err)
{
    struct counting c = { .choice = &w->choice };
    enum etl_status st = ledger_each_state(w->ledger, count_one, &c, err);

    if (st == ETL_OK)
        *out = c.counts;
    return st;
}

static bool is_part(const struct delivery *w)
{
    return w->options.choice.limit != 0 || w->options.choice.only != NULL;
}

static enum etl_status check_ladder(struct delivery *w, struct err *err)
{
    static const struct {
        unsigned    bit;
        const char *name, *how;
    } rungs[] = {
        { RUNG_TEST, "test", "subferry test RUN --connection" },
        { RUNG_CANARY, "canary", "subferry apply RUN --limit 10 --connection" },
    };
    unsigned        wanted = w->connection.config->require;
    bool            passed;
    enum etl_status st = ETL_OK;

    if (is_part(w))
        wanted &= ~(unsigned)RUNG_CANARY; /* this is the canary */
    for (size_t i = 0; st == ETL_OK && i < 2; i++) {
        if ((wanted & rungs[i].bit) == 0)
            continue;
        st = delivery_rung_passed(w, rungs[i].name, &passed, err);
        if (st == ETL_OK && !passed)
            return err_set(err, ETL_FAIL, "ladder", "connection %.*s requires the rung \"%s\" first: %s %.*s",
                           STR_ARG(w->connection.name), rungs[i].name, rungs[i].how, STR_ARG(w->connection.name));
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

/* Up to the first byte: everything that could be a reason to send nothing. */
static enum etl_status prepare(struct delivery *w, const struct apply_options *o, struct apply_report *r,
                               struct err *err)
{
    bool            bound;
    enum etl_status st = delivery_check_binding(w, o->same_account, &bound, err);

    if (st == ETL_OK)
        st = check_ladder(w, err);
    if (st == ETL_OK)
        st = connection_lock(&w->connection, w->run.path, o->wait_seconds, w->options.stop_asked, err);
    if (st == ETL_OK)
        st = ledger_recover(w->ledger, &r->recovered, err);
    if (st == ETL_OK)
        st = apply_count(w, &r->chosen, err);
    if (st != ETL_OK)
        return st;
    o->tell(o->context, w, &r->chosen);
    if (open_calls(&r->chosen) == 0)
        return ETL_END;
    st = ledger_reserve(w->ledger, err);
    if (st == ETL_OK)
        st = delivery_connect(w, err);
    if (st == ETL_OK)
        st = delivery_probe(w, err);
    if (st == ETL_OK && !bound)
        st = delivery_bind(w, err);
    return st;
}

static enum etl_status send_lanes(struct delivery *w, const struct apply_options *o, const struct apply_report *r,
                                  struct err *err)
{
    struct scheduler lanes = { .ledger = w->ledger,
                               .source = w->source,
                               .exchanges = &w->exchanges,
                               .choice = w->choice,
                               .resend_uncertain = o->resend_uncertain,
                               .progress = o->progress,
                               .progress_context = o->context };

    memcpy(lanes.by_state, r->chosen.by_state, sizeof lanes.by_state);
    return scheduler_run(&lanes, err);
}

static enum etl_status note_rungs(struct delivery *w, struct apply_report *r, struct err *err)
{
    enum etl_status st = ETL_OK;

    if (is_part(w) && all_done(&r->chosen))
        st = delivery_rung_add(w, r->rung = "canary", err);
    if (st == ETL_OK && all_done(&r->all))
        st = delivery_rung_add(w, r->rung = "all", err);
    return st;
}

/* What the ledger says now, for the books; results are worth writing after any end. */
static enum etl_status close_books(struct delivery *w, struct apply_report *r, struct err *err)
{
    enum etl_status st = ledger_count(w->ledger, &r->all, err);

    if (st == ETL_OK)
        st = apply_count(w, &r->chosen, err);
    if (st == ETL_OK)
        results_write(&w->run, w->ledger, &r->results_err);
    return st;
}

enum etl_status apply_run(struct delivery *w, const struct apply_options *o, struct apply_report *out, struct err *err)
{
    struct err      books_err = { 0 };
    enum etl_status st, books;

    *out = (struct apply_report){ 0 };
    st = prepare(w, o, out, err);
    if (st == ETL_OK)
        st = send_lanes(w, o, out, err);
    else if (st == ETL_END)
        st = ETL_OK;
    if (w->connected)
        out->requests = w->exchanges.sent;
    books = close_books(w, out, &books_err);
    if (books == ETL_OK && st == ETL_OK)
        books = note_rungs(w, out, &books_err);
    if (st == ETL_OK && books != ETL_OK) {
        *err = books_err;
        return books;
    }
    return st;
}
