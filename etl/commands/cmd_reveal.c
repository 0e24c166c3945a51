/* etl/commands/cmd_reveal.c - subferry reveal: the sealed values of one subscriber's calls, on a terminal only. */
#include <unistd.h>

#include "etl/commands/cli.h"
#include "etl/connection/config.h"
#include "etl/core/system/log.h"
#include "etl/run/plan_call.h"
#include "etl/run/plan_reader.h"
#include "etl/run/run_facts.h"
#include "etl/secrets/sealer.h"

struct revealing {
    const struct run_facts *facts;
    struct str              key_text;
    struct sealer          *sealer;
    struct plan_head        head;
    struct arena            head_mem, mem; /* mem: one line's */
    struct buf             *out;
    uint64_t                calls;
};

/* One call's secret values: "addmbox pass: …". */
static enum etl_status show_secrets(struct revealing *r, const struct plan_record *record, const struct plan_call *call,
                                    struct err *err)
{
    struct plan_values how = { plan_call_command(r->facts->description, call, &r->mem), record->lane, r->sealer };
    struct value      *values;
    enum etl_status    st;

    if (how.command == NULL)
        return err_set(err, ETL_FAIL, "plan-line", "the description has no command %.*s", STR_ARG(call->head->command));
    st = plan_call_values(call, &how, &r->mem, &values, err);
    if (st != ETL_OK)
        return st;
    for (size_t i = 0; i < call->param_count; i++) {
        int at = command_param_index(how.command, call->params[i].name);

        if (call->params[i].sealed)
            buf_fmt(r->out, "%.*s  %.*s  %.*s: %.*s\n", STR_ARG(record->from), STR_ARG(call->head->command),
                    STR_ARG(call->params[i].name), STR_ARG(values[at].text));
    }
    return ETL_OK;
}

static enum etl_status show_record(struct revealing *r, struct str line, struct err *err)
{
    struct plan_wanted wanted = { &r->head, PLAN_ALL_CALLS };
    struct plan_record record;
    enum etl_status    st = plan_record_parse(&wanted, line, &r->mem, &record, err);

    if (st != ETL_OK || (!str_eq(record.lane, r->key_text) && !str_eq(record.from, r->key_text)))
        return st;
    r->calls += record.call_count;
    for (size_t i = 0; i < record.call_count && st == ETL_OK; i++)
        st = show_secrets(r, &record, &record.calls[i], err);
    return st;
}

static enum etl_status reveal(struct revealing *r, const char *path, struct err *err)
{
    struct plan_reader *reader;
    struct str          text;
    uint64_t            offset;
    enum etl_status     st =
        plan_reader_open(path, seal_file(r->facts->seal, PLAN_FILE), r->facts->seal->key, &reader, err);

    if (st != ETL_OK)
        return st;
    arena_init(&r->head_mem, 16U << 20, "the first line of plan.jsonl");
    arena_init(&r->mem, 256U << 20, "a line of plan.jsonl");
    st = plan_head_read(reader, &r->head_mem, &r->head, err);
    while (st == ETL_OK && (st = plan_reader_next(reader, &text, &offset, err)) == ETL_OK) {
        arena_reset(&r->mem);
        if (str_contains(text, r->key_text)) /* a text search first, because parsing every line takes long */
            st = show_record(r, text, err);
    }
    plan_reader_close(reader);
    arena_wipe(&r->mem);
    arena_release(&r->head_mem);
    return st == ETL_END ? ETL_OK : st;
}

static int run(struct cli *cli, int argc, char **argv)
{
    AUTO(buf_wipe) struct buf out;
    struct opt_list           words;
    struct run_folder         r;
    struct run_facts          facts;
    struct key               *key = NULL;
    struct revealing          asked = { 0 };
    struct err                err = { 0 };
    enum etl_status           st;
    int                       code = cli_parse(cli, &cmd_reveal, NULL, argc, argv, 2, 2, &words);

    buf_init(&out, 16U << 20, "what is revealed");
    if (code >= 0)
        return code;
    if (isatty(STDOUT_FILENO) != 1) {
        err_set(&err, ETL_FAIL, "terminal", "sealed values are shown on a terminal only: not into files or pipes");
        return cli_fail(cli, ETL_FAIL, &err);
    }
    st = run_folder_open(words.items[0], false, &cli->mem, &r, &err);
    if (st != ETL_OK)
        return cli_fail(cli, st, &err);
    st = config_key(cli->config, cli->random, &key, &err);
    if (st == ETL_OK)
        st = run_facts_check(&r, key, &cli->mem, &facts, &err);
    if (st == ETL_OK) {
        asked = (struct revealing){ &facts, str_from(words.items[1]), sealer_new(key), .out = &out };
        st = reveal(&asked, run_folder_file(&r, PLAN_FILE, &cli->mem), &err);
        sealer_free(asked.sealer);
        run_facts_release(&facts);
    }
    key_free(key);
    run_folder_close(&r);
    if (st == ETL_OK && asked.calls == 0)
        st = err_set(&err, ETL_FAIL, "key-unknown", "%s plans no call for %s", words.items[0],
                     shown(str_from(words.items[1]), false).text);
    if (st != ETL_OK)
        return cli_fail(cli, st, &err);
    if (out.len == 0)
        say("%llu calls, none with a sealed value", (unsigned long long)asked.calls);
    cli_out(buf_str(&out));
    return EXIT_WELL;
}

const struct cli_command cmd_reveal = {
    .name = "reveal",
    .operands = "RUN KEY",
    .summary = "sealed values of one subscriber, on a terminal only",
    .about =
        "Shows the passwords that stand sealed in the plan for the lane KEY (or the record\n"
        "\"customers.csv:17\"). Needs this installation's key.\n\n  subferry reveal run-1 1001",
    .run = run,
};
