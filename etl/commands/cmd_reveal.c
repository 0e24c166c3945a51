/* etl/commands/cmd_reveal.c - subferry reveal: the sealed values of one subscriber's calls, on a terminal only. */
#include <unistd.h>

#include "etl/commands/cli.h"
#include "etl/connection/config.h"
#include "etl/core/system/log.h"
#include "etl/run/plan_line.h"
#include "etl/run/plan_reader.h"
#include "etl/run/run_folder.h"
#include "etl/secrets/sealer.h"

/* One call's secret values: "addmbox pass: …". */
static enum etl_status show_secrets(const struct plan_line *line, const struct run_facts *facts, struct sealer *sealer,
                                    struct arena *mem, struct buf *out, struct err *err)
{
    const struct command *command = plan_line_command(facts->description, line, mem);
    struct value         *values;
    enum etl_status       st;

    if (command == NULL)
        return err_set(err, ETL_FAIL, "plan-line", "the description has no command %.*s", STR_ARG(line->command));
    st = plan_line_values(line, command, sealer, mem, &values, err);
    if (st != ETL_OK)
        return st;
    for (size_t i = 0; i < line->param_count; i++) {
        int at = command_param_index(command, line->params[i].name);

        if (line->params[i].sealed)
            buf_fmt(out, "%.*s  %.*s  %.*s: %.*s\n", STR_ARG(line->from), STR_ARG(line->command),
                    STR_ARG(line->params[i].name), STR_ARG(values[at].text));
    }
    return ETL_OK;
}

static enum etl_status reveal(const char *path, struct str key_text, const struct run_facts *facts,
                              struct sealer *sealer, struct buf *out, uint64_t *calls, struct err *err)
{
    AUTO(arena_release) struct arena mem = { 0 };
    struct plan_reader              *reader;
    struct plan_line                 line;
    struct str                       text;
    uint64_t                         offset;
    enum etl_status                  st = plan_reader_open(path, &reader, err);

    if (st != ETL_OK)
        return st;
    arena_init(&mem, 256U << 20, "a line of plan.jsonl");
    while ((st = plan_reader_next(reader, &text, &offset, err)) == ETL_OK) {
        arena_reset(&mem);
        if (!str_contains(text, key_text)) /* a text search first, because parsing every line takes long */
            continue;
        st = plan_line_parse(text, &mem, &line, err);
        if (st == ETL_OK && (str_eq(line.lane, key_text) || str_eq(line.from, key_text))) {
            ++*calls;
            st = show_secrets(&line, facts, sealer, &mem, out, err);
        }
        if (st != ETL_OK)
            break;
    }
    plan_reader_close(reader);
    return st == ETL_END ? ETL_OK : st;
}

static int run(struct cli *cli, int argc, char **argv)
{
    AUTO(buf_wipe) struct buf out;
    struct opt_list           words;
    struct run_folder         r;
    struct run_facts          facts;
    struct key               *key = NULL;
    struct sealer            *sealer;
    struct err                err = { 0 };
    uint64_t                  calls = 0;
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
        st = run_folder_check(&r, key, &cli->mem, &facts, &err);
    if (st == ETL_OK) {
        sealer = sealer_new(key);
        st = reveal(run_folder_file(&r, "plan.jsonl", &cli->mem), str_from(words.items[1]), &facts, sealer, &out,
                    &calls, &err);
        sealer_free(sealer);
        provider_free(facts.description);
    }
    key_free(key);
    run_folder_close(&r);
    if (st == ETL_OK && calls == 0)
        st = err_set(&err, ETL_FAIL, "key-unknown", "%s plans no call for %s", words.items[0],
                     shown(str_from(words.items[1]), false).text);
    if (st != ETL_OK)
        return cli_fail(cli, st, &err);
    if (out.len == 0)
        say("%llu calls, none with a sealed value", (unsigned long long)calls);
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
