/* etl/commands/cmd_apply.c - subferry apply: sends a run's calls, each exactly once. */
#include "etl/apply/apply.h"
#include "etl/apply/dry_run.h"
#include "etl/commands/progress_line.h"
#include "etl/commands/sending.h"
#include "etl/connection/account_lock.h"
#include "etl/core/system/log.h"
#include "etl/core/system/signals.h"
#include "etl/pages/call_balance.h"
#include "etl/pages/summary_json.h"

struct cmd_apply_options {
    struct sending_options sending;
    const char            *wait;
    bool                   dry_run, resend_uncertain, same_account;
};
static const struct opt cmd_apply_options[] = {
    SENDING_OPTIONS(struct cmd_apply_options, sending, "the account to send to, as the configuration names it"),
    OPT(struct cmd_apply_options, dry_run, "dry-run", 'n', NULL, NULL,
        "print the exact requests, secrets masked; send nothing"),
    OPT(struct cmd_apply_options, resend_uncertain, "resend-uncertain", 0, NULL, NULL,
        "send again what is uncertain and cannot be read back: after a look at the provider"),
    OPT(struct cmd_apply_options, same_account, "same-account", 0, NULL, NULL,
        "the credentials were renewed, the account is the one this run went to"),
    OPT(struct cmd_apply_options, wait, "wait", 0, "D", "0",
        "wait so long for a connection that is in use: 90s, 15m, 2h"),
    { 0 },
};

struct apply_talk {
    const struct clock             *clock;
    const struct cmd_apply_options *options;
    uint64_t                        recovered;
    struct progress_line            line;
    struct ledger_counts            chosen;
};

static void tell(void *context, const struct delivery *w, const struct ledger_counts *chosen)
{
    struct apply_talk *t = context;
    uint64_t           open = chosen->by_state[CALL_PENDING] + chosen->by_state[CALL_UNCERTAIN];

    t->chosen = *chosen;
    if (open == 0) {
        say("%s%.*s: nothing is left to send", w->connection.config->live ? "LIVE " : "", STR_ARG(w->connection.name));
        return;
    }
    sending_say_first(w, t->options->dry_run ? "dry run, " : "", open, chosen->open_lanes,
                      t->options->dry_run ? "; nothing is sent" : "");
    if (chosen->by_state[CALL_UNCERTAIN] != 0)
        say("%llu of them may have happened: they are read back first",
            (unsigned long long)chosen->by_state[CALL_UNCERTAIN]);
}

static void show_progress(void *context, const uint64_t by[CALL_STATES])
{
    struct apply_talk *t = context;
    uint64_t           settled = by[CALL_DONE] + by[CALL_REFUSED] + by[CALL_FAILED],
             bad = by[CALL_REFUSED] + by[CALL_FAILED] + by[CALL_UNCERTAIN];
    char extra[64] = "";

    if (bad != 0)
        snprintf(extra, sizeof extra, ", %llu refused, failed or uncertain", (unsigned long long)bad);
    progress_line_show(&t->line, clock_monotonic_ms(t->clock), settled, t->chosen.calls, extra);
}

static int outcome(const struct apply_report *r, enum etl_status st)
{
    int code = exit_from(st);

    if (stop_asked != 0)
        code = exit_worse(code, EXIT_INTERRUPTED);
    if (r->chosen.by_state[CALL_DONE] != r->chosen.calls)
        code = exit_worse(code, EXIT_PARTLY);
    return code;
}

static void summary(const struct delivery *w, const struct apply_report *r, const struct err *err, uint64_t began_ms,
                    int code)
{
    AUTO(buf_release) struct buf out = { 0 };
    struct json_writer           j = json_writer(&out);

    buf_init(&out, 1 << 20, "the summary");
    summary_json_begin(&j, "apply", w->options.run, &w->connection);
    json_gap(&j, "\n ");
    json_member_number(&j, "lanes", r->all.lanes);
    call_balance_json(&j, "calls", &r->all);
    call_balance_json(&j, "chosen", &r->chosen);
    json_gap(&j, "\n ");
    json_member_number(&j, "requests", r->requests);
    json_gap(&j, "\n ");
    json_member_number(&j, "recovered", r->recovered);
    json_gap(&j, "\n ");
    json_member_seconds(&j, "seconds", (double)(clock_monotonic_ms(w->connection.clock) - began_ms) / 1000);
    json_gap(&j, "\n ");
    json_member_text_or_null(&j, "rung", str_from(r->rung));
    summary_json_end(&j, err, stop_asked != 0, code);
    cli_out(buf_str(&out));
}

static void say_balance(const char *label, const struct ledger_counts *c)
{
    AUTO(buf_release) struct buf line = { 0 };
    bool                         balances;

    buf_init(&line, 1 << 16, "a line");
    balances = call_balance_line(&line, label, c);
    say("%s", buf_cstr(&line));
    if (!balances)
        fault("these books do not balance: an error of subferry, please report it");
}

static void tell_end(struct cli *cli, const struct delivery *w, const struct apply_report *r, enum etl_status st,
                     const struct err *err)
{
    progress_end();
    if (err->text[0] != '\0' && st != ETL_OK)
        cli_fail(cli, st, err);
    else if (stop_asked != 0)
        say("stopped as asked; the same command goes on");
    say_balance("calls", &r->all);
    if (r->chosen.calls != r->all.calls)
        say_balance("chosen", &r->chosen);
    if (r->results_err.text[0] != '\0')
        warn("results.csv and lanes.csv could not be written: %s", r->results_err.text);
    else
        say("results   %s/results.csv and lanes.csv", w->options.run);
    say("next: subferry status %s", w->options.run);
}

static int send_run(struct cli *cli, const struct cmd_apply_options *o, struct delivery *w)
{
    struct apply_talk    t = { .clock = cli->clock, .options = o };
    struct apply_options a = { .resend_uncertain = o->resend_uncertain,
                               .same_account = o->same_account,
                               .tell = tell,
                               .progress = show_progress,
                               .context = &t };
    struct apply_report  r;
    struct err           err = { 0 };
    uint64_t             began = clock_monotonic_ms(cli->clock);
    enum etl_status      st;
    int                  code;

    if (!seconds_from(o->wait, &a.wait_seconds)) {
        fault("--wait takes a time like 90s, 15m or 2h, got \"%s\"", o->wait);
        return EXIT_WRONG;
    }
    st = apply_run(w, &a, &r, &err);
    code = outcome(&r, st);
    tell_end(cli, w, &r, st, &err);
    if (cli->json)
        summary(w, &r, &err, began, code);
    return code;
}

static int show_requests(struct cli *cli, const struct cmd_apply_options *o, struct delivery *w)
{
    struct apply_talk    t = { .clock = cli->clock, .options = o };
    struct ledger_counts chosen;
    struct err           err = { 0 };
    enum etl_status      st = apply_count(w, &chosen, &err);

    if (st == ETL_OK) {
        tell(&t, w, &chosen);
        st = dry_run(w, cli_out, &err);
    }
    if (st != ETL_OK)
        return cli_fail(cli, st, &err);
    return stop_asked != 0 ? EXIT_INTERRUPTED : EXIT_WELL;
}

static int run(struct cli *cli, int argc, char **argv)
{
    struct cmd_apply_options o = { 0 };
    struct opt_list          words;
    struct delivery          work;
    int                      code = cli_parse(cli, &cmd_apply, &o, argc, argv, 1, 1, &words);

    if (code < 0)
        code = sending_open(cli, &o.sending, words.items[0], &work);
    if (code >= 0)
        return code;
    code = o.dry_run ? show_requests(cli, &o, &work) : send_run(cli, &o, &work);
    delivery_close(&work);
    return code;
}

const struct cli_command cmd_apply = {
    .name = "apply",
    .operands = "RUN --connection NAME",
    .summary = "send; the same command again goes on where it stopped",
    .about =
        "Sends the calls of a plan, each exactly once: lanes side by side, the calls of a subscriber in order. What is\n"
        "sent is in the ledger first, so it may be stopped, killed and started again at any time.\n\n"
        "  subferry apply run-1 --connection ispn-live --limit 10      the canary: the first 10 subscribers\n"
        "  subferry apply run-1 --connection ispn-live                 all the others",
    .options = cmd_apply_options,
    .run = run,
};
