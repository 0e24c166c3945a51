/* etl/apply/delivery.c - a run and a connection, opened together: what testing and applying stand on. */
#include "etl/apply/delivery.h"

/* ---- opening ---- */

static enum etl_status open_run(struct delivery *w, struct findings *faults, struct err *err)
{
    enum etl_status st = config_load(w->options.config, w->mem, &w->config, faults);

    if (st == ETL_OK)
        st = config_key_at_hand(&w->config, &w->key, err);
    if (st == ETL_OK)
        st = run_folder_open(w->options.run, true, w->mem, &w->run, err);
    return st == ETL_OK ? run_folder_check(&w->run, w->key, w->mem, &w->facts, err) : st;
}

/* By the connection's description the bytes are made, by the sealed one the plan was checked: they must be one. */
static enum etl_status open_connection(struct delivery *w, struct findings *faults, struct err *err)
{
    enum etl_status st =
        connection_open(&w->config, str_from(w->options.connection), w->key, w->mem, &w->connection, faults);

    if (st != ETL_OK)
        return st;
    if (!str_eq(w->connection.provider->name, w->facts.description->name))
        return err_set(err, ETL_FAIL, "connection-provider",
                       "connection %.*s is one of %.*s; this run was planned for %.*s", STR_ARG(w->connection.name),
                       STR_ARG(w->connection.provider->name), STR_ARG(w->facts.description->name));
    if (!str_eq(w->connection.provider->source, w->facts.description->source))
        return err_set(err, ETL_FAIL, "connection-provider",
                       "connection %.*s uses another description of %.*s than the plan was made with; plan again",
                       STR_ARG(w->connection.name), STR_ARG(w->connection.provider->name));
    return ETL_OK;
}

/* The run before, for what its calls captured. */
static void open_after(struct delivery *w)
{
    if (w->facts.after.len != 0 &&
        ledger_open(arena_cstr(w->mem, arena_fmt(w->mem, "%.*s/ledger.db", STR_ARG(w->facts.after))), STR_NONE, false,
                    &w->source.after, NULL) != ETL_OK)
        w->source.after = NULL;
}

static enum etl_status open_ledger(struct delivery *w, struct err *err)
{
    const char     *plan = run_folder_file(&w->run, "plan.jsonl", w->mem);
    char            today[16];
    enum etl_status st =
        ledger_open(run_folder_file(&w->run, "ledger.db", w->mem), w->facts.plan_digest, true, &w->ledger, err);

    if (st == ETL_OK && !ledger_loaded(w->ledger))
        st = ledger_load(w->ledger, plan, err);
    if (st == ETL_OK)
        st = plan_reader_open(plan, &w->source.plan, err);
    if (st != ETL_OK)
        return st;
    today_text(today);
    w->source.ledger = w->ledger;
    w->source.provider = w->connection.provider;
    w->source.sealer = sealer_new(w->key);
    w->source.rules = rule_check_new(str_from(today));
    open_after(w);
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
        st = open_connection(out, faults, err);
    if (st == ETL_OK)
        st = open_ledger(out, err);
    if (st == ETL_OK)
        st = lane_selection_make(out->ledger, &options->choice, mem, &out->choice, faults, err);
    if (st != ETL_OK)
        delivery_close(out);
    return st;
}

void delivery_close(struct delivery *w)
{
    if (w->connected)
        exchanges_close(&w->exchanges);
    rule_check_free(w->source.rules);
    sealer_free(w->source.sealer);
    plan_reader_close(w->source.plan);
    ledger_close(w->source.after);
    ledger_close(w->ledger);
    connection_close(&w->connection);
    if (w->run.dir_fd >= 0)
        provider_free(w->facts.description);
    run_folder_close(&w->run);
    key_free(w->key);
    *w = (struct delivery){ .run = { .dir_fd = -1, .lock_fd = -1 }, .connection = { .lock_fd = -1 } };
}

/* ---- the way to the provider ---- */

enum etl_status delivery_connect(struct delivery *w, struct err *err)
{
    enum etl_status st = exchanges_open(&w->connection, w->mem, &w->exchanges, err);

    if (st != ETL_OK)
        return st;
    w->connected = true;
    w->exchanges.stop_asked = w->options.stop_asked;
    return ETL_OK;
}

enum etl_status delivery_probe(struct delivery *w, struct err *err)
{
    const struct provider *p = w->connection.provider;
    struct exchange        x;

    if (p->probe == NULL)
        return ETL_OK;
    exchange_probe(p, w->mem, &x);
    exchange_run(&w->exchanges, &x);
    if (w->exchanges.stop != ETL_OK) {
        *err = w->exchanges.stop_err;
        return w->exchanges.stop;
    }
    if (x.end == EXCHANGE_ANSWERED && (p->probe_expect & 1U << x.verdict.is) != 0)
        return ETL_OK;
    return err_set(
        err, ETL_AGAIN, "probe",
        "%.*s, a harmless read, is not answered as it should be, so nothing is sent: %.*s (subferry connection check %.*s tells more)",
        STR_ARG(p->probe->name), STR_ARG(x.end == EXCHANGE_ANSWERED ? x.verdict.reason : x.why),
        STR_ARG(w->connection.name));
}

enum etl_status delivery_check_binding(struct delivery *w, bool same_account, bool *bound, struct err *err)
{
    struct ledger_binding b;
    bool                  same_place;
    enum etl_status       st = ledger_bound(w->ledger, w->mem, &b, err);

    if (st != ETL_OK)
        return st;
    *bound = b.account.ptr != NULL && str_is(b.account, w->connection.account);
    if (b.account.ptr == NULL || *bound)
        return ETL_OK;
    same_place = str_eq(b.provider, w->connection.provider->name) && str_eq(b.url, w->connection.url);
    if (same_place && same_account)
        return ETL_OK;
    if (same_place)
        return err_set(
            err, ETL_FAIL, "run-bound",
            "this run went to another account at %.*s; it goes nowhere else. If only the credentials were renewed, say --same-account",
            STR_ARG(b.url));
    return err_set(err, ETL_FAIL, "run-bound",
                   "this run went to %.*s (%.*s); it goes nowhere else. %.*s (%.*s) is another: plan it anew for that",
                   STR_ARG(b.connection), STR_ARG(b.url), STR_ARG(w->connection.name), STR_ARG(w->connection.url));
}

enum etl_status delivery_bind(struct delivery *w, struct err *err)
{
    return ledger_bind(w->ledger,
                       &(struct ledger_binding){ w->connection.name, w->connection.provider->name, w->connection.url,
                                                 str_from(w->connection.account) },
                       err);
}

enum etl_status delivery_rung_passed(struct delivery *w, const char *name, bool *passed, struct err *err)
{
    struct ledger_rung *rungs;
    size_t              count = 0;
    enum etl_status     st = ledger_rungs(w->ledger, w->mem, &rungs, &count, err);

    *passed = false;
    for (size_t i = 0; st == ETL_OK && i < count; i++)
        *passed = *passed || (str_is(rungs[i].name, name) && str_is(rungs[i].account, w->connection.account));
    return st;
}

enum etl_status delivery_rung_add(struct delivery *w, const char *name, struct err *err)
{
    char now[32];

    time_text(wall_ms(), now);
    return ledger_rung_add(
        w->ledger,
        &(struct ledger_rung){ str_from(name), str_from(w->connection.account), w->connection.name, str_from(now) },
        err);
}
