/* etl/apply/delivery.c - a run and a connection, opened together, as test and apply need them. */
#include "etl/apply/delivery.h"

#include "etl/run/load_plan.h"
#include "etl/secrets/sealer.h"

/* ---- opening ---- */

static enum etl_status open_run(struct delivery *d, struct findings *faults, struct err *err)
{
    enum etl_status st = config_load(d->options.config, d->mem, &d->config, faults);

    if (st == ETL_OK)
        st = config_key_at_hand(&d->config, &d->key, err);
    if (st == ETL_OK)
        st = run_folder_open(d->options.run, true, d->mem, &d->run, err);
    return st == ETL_OK ? run_facts_check(&d->run, d->key, d->mem, &d->facts, err) : st;
}

/* Did this run's first call go to the connection of that name? Its account and address are compared before anything is sent. */
static bool went_there(const struct delivery *d)
{
    struct ledger        *l = NULL;
    struct ledger_binding b = { 0 };
    bool                  same = false;

    if (ledger_open(d->run.path, d->facts.root, false, &l, NULL) == ETL_OK &&
        ledger_bound(l, d->mem, &b, NULL) == ETL_OK)
        same = str_is(b.connection, d->options.connection) && str_eq(b.provider, d->facts.description->name);
    ledger_close(l);
    return same;
}

/* Requests are encoded and answers judged by the description that the run carries: the plan was checked by it. */
static enum etl_status open_connection(struct delivery *d, struct findings *faults)
{
    struct connection_options o = { .config = &d->config,
                                    .name = str_from(d->options.connection),
                                    .key = d->key,
                                    .clock = d->options.clock,
                                    .random = d->options.random,
                                    .provider = d->facts.description,
                                    .provider_was_used = went_there(d) };

    return connection_open(&o, d->mem, &d->connection, faults);
}

/* The run that this one was planned after, for what its calls captured. It may be gone: its captures are missing then. */
static void open_after(struct delivery *d)
{
    if (d->facts.after.len != 0 &&
        ledger_open(arena_cstr(d->mem, d->facts.after), STR_NONE, false, &d->source.after, NULL) != ETL_OK)
        d->source.after = NULL;
}

/* The plan's reader, behind its first line. */
static enum etl_status open_plan(struct delivery *d, struct err *err)
{
    enum etl_status st =
        plan_reader_open(run_folder_file(&d->run, PLAN_FILE, d->mem), seal_file(d->facts.seal, PLAN_FILE),
                         d->facts.seal->key, &d->source.plan, err);

    return st == ETL_OK ? plan_head_read(d->source.plan, d->mem, &d->head, err) : st;
}

/* The first time it gets the plan's calls, all those that were sealed. */
static enum etl_status open_ledger(struct delivery *d, struct err *err)
{
    enum etl_status st = ledger_open(d->run.path, d->facts.root, true, &d->ledger, err);

    if (st == ETL_OK && !ledger_loaded(d->ledger))
        st = load_plan(d->ledger, d->source.plan, &d->head, err);
    if (st == ETL_OK && ledger_call_count(d->ledger) != d->facts.seal->calls)
        st = err_set(err, ETL_FAIL, "ledger-plan",
                     "the ledger of %s has %llu calls, its plan %llu: it is not this plan's", d->run.path,
                     (unsigned long long)ledger_call_count(d->ledger), (unsigned long long)d->facts.seal->calls);
    return st;
}

static enum etl_status open_source(struct delivery *d, struct err *err)
{
    char            today[16];
    enum etl_status st = open_plan(d, err);

    if (st == ETL_OK)
        st = open_ledger(d, err);
    if (st != ETL_OK)
        return st;
    clock_today(d->options.clock, today);
    d->source.ledger = d->ledger;
    d->source.head = &d->head;
    d->source.provider = d->connection.provider;
    d->source.sealer = sealer_new(d->key);
    d->source.rules = rule_check_new(str_from(today));
    open_after(d);
    return ETL_OK;
}

enum etl_status delivery_open(const struct delivery_options *options, struct arena *mem, struct delivery *out,
                              struct findings *faults, struct err *err)
{
    enum etl_status st;

    *out = (struct delivery){
        .mem = mem, .options = *options, .run = { .dir_fd = -1, .lock_fd = -1 }, .connection = { .lock_fd = -1 }
    };
    st = open_run(out, faults, err);
    if (st == ETL_OK)
        st = open_connection(out, faults);
    if (st == ETL_OK)
        st = open_source(out, err);
    if (st == ETL_OK)
        st = lane_selection_make(out->ledger, &options->selection, mem, &out->selection, faults, err);
    if (st != ETL_OK)
        delivery_close(out);
    return st;
}

void delivery_close(struct delivery *d)
{
    if (d->connected)
        exchanges_close(&d->exchanges);
    rule_check_free(d->source.rules);
    sealer_free(d->source.sealer);
    plan_reader_close(d->source.plan);
    ledger_close(d->source.after);
    ledger_close(d->ledger);
    connection_close(&d->connection);
    run_facts_release(&d->facts);
    run_folder_close(&d->run);
    key_free(d->key);
    *d = (struct delivery){ .run = { .dir_fd = -1, .lock_fd = -1 }, .connection = { .lock_fd = -1 } };
}

/* ---- the way to the provider ---- */

enum etl_status delivery_connect(struct delivery *d, struct err *err)
{
    enum etl_status st = exchanges_open(&d->connection, d->mem, &d->exchanges, err);

    if (st != ETL_OK)
        return st;
    d->connected = true;
    d->exchanges.stop_asked = d->options.stop_asked;
    return ETL_OK;
}

enum etl_status delivery_probe(struct delivery *d, struct err *err)
{
    const struct provider *p = d->connection.provider;
    struct exchange        x;

    if (p->probe == NULL)
        return ETL_OK;
    exchange_probe(p, d->mem, &x);
    exchanges_run(&d->exchanges, &x);
    if (d->exchanges.stop != ETL_OK) {
        *err = d->exchanges.stop_err;
        return d->exchanges.stop;
    }
    if (x.end == EXCHANGE_ANSWERED && (p->probe_expect & 1U << x.verdict.is) != 0)
        return ETL_OK;
    return err_set(
        err, ETL_AGAIN, "probe",
        "%.*s, a harmless read, is not answered as it should be, so nothing is sent: %.*s (subferry connection check %.*s tells more)",
        STR_ARG(p->probe->name), STR_ARG(x.end == EXCHANGE_ANSWERED ? x.verdict.reason : x.why),
        STR_ARG(d->connection.name));
}

enum etl_status delivery_check_binding(struct delivery *d, bool same_account, bool *bound, struct err *err)
{
    struct ledger_binding b;
    bool                  same_place;
    enum etl_status       st = ledger_bound(d->ledger, d->mem, &b, err);

    if (st != ETL_OK)
        return st;
    *bound = b.account.ptr != NULL && str_is(b.account, d->connection.account);
    if (b.account.ptr == NULL || *bound)
        return ETL_OK;
    same_place = str_eq(b.provider, d->connection.provider->name) && str_eq(b.url, d->connection.url);
    if (same_place && same_account)
        return ETL_OK;
    if (same_place)
        return err_set(
            err, ETL_FAIL, "run-bound",
            "this run went to another account at %.*s; it goes nowhere else. If only the credentials were renewed, say --same-account",
            STR_ARG(b.url));
    return err_set(err, ETL_FAIL, "run-bound",
                   "this run went to %.*s (%.*s); it goes nowhere else. %.*s (%.*s) is another: plan it anew for that",
                   STR_ARG(b.connection), STR_ARG(b.url), STR_ARG(d->connection.name), STR_ARG(d->connection.url));
}

enum etl_status delivery_bind(struct delivery *d, struct err *err)
{
    return ledger_bind(d->ledger,
                       &(struct ledger_binding){ d->connection.name, d->connection.provider->name, d->connection.url,
                                                 str_from(d->connection.account) },
                       err);
}

enum etl_status delivery_rung_passed(struct delivery *d, const char *name, bool *passed, struct err *err)
{
    struct ledger_rung *rungs;
    size_t              count = 0;
    enum etl_status     st = ledger_rungs(d->ledger, d->mem, &rungs, &count, err);

    *passed = false;
    for (size_t i = 0; st == ETL_OK && i < count; i++)
        *passed = *passed || (str_is(rungs[i].name, name) && str_is(rungs[i].account, d->connection.account));
    return st;
}

enum etl_status delivery_rung_add(struct delivery *d, const char *name, struct err *err)
{
    char now[32];

    time_text(clock_wall_ms(d->options.clock), now);
    return ledger_rung_add(
        d->ledger,
        &(struct ledger_rung){ str_from(name), str_from(d->connection.account), d->connection.name, str_from(now) },
        err);
}
