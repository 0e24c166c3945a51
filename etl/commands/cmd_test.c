/* etl/commands/cmd_test.c - subferry test: asks the provider in its test mode; changes nothing there. */
#include "etl/apply/test_mode.h"
#include "etl/commands/progress_line.h"
#include "etl/commands/sending.h"
#include "etl/core/system/log.h"
#include "etl/core/system/signals.h"
#include "etl/pages/summary_json.h"

struct cmd_test_options {
    struct sending_options sending;
};
static const struct opt cmd_test_options[] = {
    SENDING_OPTIONS(struct cmd_test_options, sending, "the account to ask, as the configuration names it"),
    { 0 },
};

struct test_talk {
    const struct clock  *clock;
    struct progress_line line;
    uint64_t             calls;
};

static bool has_test_mode(const struct provider *p)
{
    for (size_t i = 0; i < p->command_count; i++)
        if (p->commands[i].test_send)
            return true;
    return false;
}

static void tell(void *context, const struct delivery *w, uint64_t calls, uint64_t lanes)
{
    struct test_talk *t = context;

    t->calls = calls;
    if (calls == 0)
        say("test at %s%.*s: nothing is left to test", w->connection.config->live ? "LIVE " : "",
            STR_ARG(w->connection.name));
    else
        sending_say_first(w, "test at ", calls, lanes,
                          has_test_mode(w->connection.provider)
                              ? "; in the provider's test mode, nothing is changed there"
                              : "; by look-ups, nothing is changed there");
}

static void show_progress(void *context, const struct test_mode_counts *c)
{
    struct test_talk *t = context;
    char              extra[64] = "";

    if (c->refused != 0)
        snprintf(extra, sizeof extra, ", %llu refused", (unsigned long long)c->refused);
    progress_line_show(&t->line, clock_monotonic_ms(t->clock), c->passed + c->refused + c->untestable + c->no_answer,
                       t->calls, extra);
}

static void summary(const struct delivery *w, const struct test_mode_report *r, const struct err *err,
                    uint64_t began_ms, int code)
{
    AUTO(buf_release) struct buf   out = { 0 };
    struct json_writer             j = json_writer(&out);
    const struct test_mode_counts *c = &r->counts;

    buf_init(&out, 1 << 20, "the summary");
    summary_json_begin(&j, "test", w->options.run, &w->connection);
    json_gap(&j, "\n ");
    json_member_text(&j, "mode", STR("test"));
    json_gap(&j, "\n ");
    json_member_object(&j, "calls");
    json_member_number(&j, "to_test", r->calls);
    json_member_number(&j, "passed", c->passed);
    json_member_number(&j, "refused", c->refused);
    json_member_number(&j, "untestable", c->untestable);
    json_member_number(&j, "no_answer", c->no_answer);
    json_end_object(&j);
    json_gap(&j, "\n ");
    json_member_number(&j, "requests", r->requests);
    json_gap(&j, "\n ");
    json_member_seconds(&j, "seconds", (double)(clock_monotonic_ms(w->connection.clock) - began_ms) / 1000);
    json_gap(&j, "\n ");
    json_member_text_or_null(&j, "rung", r->rung ? STR("test") : STR_NONE);
    summary_json_end(&j, err, stop_asked != 0, code);
    cli_out(buf_str(&out));
}

static void tell_end(struct cli *cli, const struct delivery *w, const struct test_mode_report *r, enum etl_status st,
                     const struct err *err)
{
    const struct test_mode_counts *c = &r->counts;

    progress_end();
    if (st != ETL_OK)
        cli_fail(cli, st, err);
    else if (stop_asked != 0)
        say("stopped as asked");
    say("tested    %llu = %llu passed + %llu refused + %llu untestable + %llu without an answer + %llu not asked",
        (unsigned long long)r->calls, (unsigned long long)c->passed, (unsigned long long)c->refused,
        (unsigned long long)c->untestable, (unsigned long long)c->no_answer,
        (unsigned long long)(r->calls - c->passed - c->refused - c->untestable - c->no_answer));
    if (r->results_err.text[0] != '\0')
        warn("test.csv could not be written: %s", r->results_err.text);
    else
        say("results   %s/test.csv", w->options.run);
    say("next: subferry status %s", w->options.run);
}

static int outcome(const struct test_mode_report *r, enum etl_status st)
{
    int code = exit_from(st);

    if (stop_asked != 0)
        code = exit_worse(code, EXIT_INTERRUPTED);
    if (r->counts.refused + r->counts.no_answer != 0)
        code = exit_worse(code, EXIT_PARTLY);
    return code;
}

static int ask_run(struct cli *cli, struct delivery *work)
{
    struct test_talk         t = { .clock = cli->clock };
    struct test_mode_options options = { .tell = tell, .progress = show_progress, .context = &t };
    struct test_mode_report  r;
    struct err               err = { 0 };
    uint64_t                 began = clock_monotonic_ms(cli->clock);
    enum etl_status          st = test_mode_run(work, &options, &r, &err);
    int                      code = outcome(&r, st);

    tell_end(cli, work, &r, st, &err);
    if (cli->json)
        summary(work, &r, &err, began, code);
    return code;
}

static int run(struct cli *cli, int argc, char **argv)
{
    struct cmd_test_options o = { 0 };
    struct opt_list         words;
    struct delivery         work;
    int                     code = cli_parse(cli, &cmd_test, &o, argc, argv, 1, 1, &words);

    if (code < 0)
        code = sending_open(cli, &o.sending, words.items[0], &work);
    if (code >= 0)
        return code;
    code = ask_run(cli, &work);
    delivery_close(&work);
    return code;
}

const struct cli_command cmd_test = {
    .name = "test",
    .operands = "RUN --connection NAME",
    .summary = "ask the provider in its test mode; changes nothing there",
    .about =
        "Asks the provider what it would say to each call: in its test mode where it has one, else by reading look-ups. What\n"
        "cannot be asked is told as untestable. Exit code 1: a call was refused, or got no answer.\n\n"
        "  subferry test run-1 --connection ispn-live",
    .options = cmd_test_options,
    .run = run,
};
