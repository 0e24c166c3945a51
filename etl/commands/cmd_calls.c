/* etl/commands/cmd_calls.c - subferry calls: a run's calls, one a line. */
#include <unistd.h>

#include "etl/commands/cli.h"
#include "etl/connection/config.h"
#include "etl/core/system/log.h"
#include "etl/pages/call_line.h"

enum { PIECE = 64 << 10 };

struct cmd_calls_options {
    const char *state;
};
static const struct opt cmd_calls_options[] = {
    OPT(struct cmd_calls_options, state, "state", 0, "S", NULL,
        "only those: pending, sending, done, refused, failed, uncertain, blocked"),
    { 0 },
};

struct calls_listing {
    void (*draw)(const struct planned_call *c, struct buf *out);
    struct buf out;
    uint64_t   count;
};

static enum etl_status see(void *context, const struct planned_call *call)
{
    struct calls_listing *l = context;

    l->count++;
    l->draw(call, &l->out);
    if (l->out.len >= PIECE) {
        cli_out(buf_str(&l->out));
        buf_reset(&l->out);
    }
    return ETL_OK;
}

/* -1: any. false: there is no such state, which was told. */
static bool read_state(const char *text, int *state)
{
    struct str names[CALL_STATES], near;

    *state = -1;
    for (int i = 0; i < CALL_STATES; i++) {
        names[i] = str_from(call_state_names[i]);
        if (text != NULL &&
            (strcmp(call_state_names[i], text) == 0 || (i == CALL_PENDING && strcmp(text, "not sent") == 0)))
            *state = i;
    }
    if (text == NULL || *state >= 0)
        return true;
    near = str_nearest(str_from(text), names, CALL_STATES);
    fault(
        "there is no state \"%s\"%s%.*s%s; there are pending (not sent), sending, done, refused, failed, uncertain and blocked",
        text, near.ptr != NULL ? ", did you mean \"" : "", STR_ARG(near), near.ptr != NULL ? "\"?" : "");
    return false;
}

static enum etl_status list_calls(struct cli *cli, struct plan_calls_wanted *w, const struct key *key,
                                  struct calls_listing *listing, struct err *err)
{
    struct run_facts *facts = ARENA_NEW(&cli->mem, struct run_facts);
    enum etl_status   st = run_facts_check(w->run, key, &cli->mem, facts, err);

    if (st != ETL_OK)
        return st;
    w->facts = facts;
    st = ledger_open(w->run->path, facts->root, false, &w->ledger, err);
    if (st == ETL_OK || st == ETL_END)
        st = plan_calls_each(w, see, listing, err);
    cli_out(buf_str(&listing->out));
    ledger_close(w->ledger);
    run_facts_release(facts);
    return st;
}

static int show(struct cli *cli, const struct cmd_calls_options *o, const struct opt_list *words)
{
    struct findings          faults;
    struct config            config;
    struct run_folder        r;
    struct key              *key = NULL;
    struct err               err = { 0 };
    struct plan_calls_wanted w = { .run = &r, .key = str_from(words->count > 1 ? words->items[1] : NULL) };
    struct calls_listing     listing = { .draw =
                                         cli->json || isatty(STDOUT_FILENO) != 1 ? call_line_json : call_line_text };
    enum etl_status          st;

    if (!read_state(o->state, &w.state))
        return EXIT_WRONG;
    findings_init(&faults, &cli->mem);
    if (config_load(cli->config, &cli->mem, &config, &faults) != ETL_OK)
        return cli_faults(cli, ETL_FAIL, &faults);
    st = run_folder_open(words->items[0], false, &cli->mem, &r, &err);
    if (st != ETL_OK)
        return cli_fail(cli, st, &err);
    buf_init(&listing.out, 1U << 30, "a line");
    st = config_key_at_hand(&config, &key, &err);
    if (st == ETL_OK)
        st = list_calls(cli, &w, key, &listing, &err);
    if (st == ETL_OK && w.key.ptr != NULL && w.state < 0 && listing.count == 0)
        st = err_set(&err, ETL_FAIL, "key-unknown", "%s plans no call for %s", words->items[0],
                     shown(w.key, false).text);
    buf_release(&listing.out);
    key_free(key);
    run_folder_close(&r);
    return st == ETL_OK ? EXIT_WELL : cli_fail(cli, st, &err);
}

static int run(struct cli *cli, int argc, char **argv)
{
    struct cmd_calls_options o = { 0 };
    struct opt_list          words;
    int                      code = cli_parse(cli, &cmd_calls, &o, argc, argv, 1, 2, &words);

    return code >= 0 ? code : show(cli, &o, &words);
}

const struct cli_command cmd_calls = {
    .name = "calls",
    .operands = "RUN [KEY]",
    .summary = "the calls of a run, one a line",
    .about =
        "Shows each call of the plan with its id, values and state: on a terminal in words, else (or with --json) as one\n"
        "JSON object a line. Secret values are not shown. KEY is a lane's name, or a record's place.\n\n"
        "  subferry calls run-1 1001\n"
        "  subferry calls run-1 --state refused | jq -r .lane",
    .options = cmd_calls_options,
    .run = run,
};
