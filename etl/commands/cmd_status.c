/* etl/commands/cmd_status.c - subferry status: where a run stands, and what to do next. */
#include "etl/commands/cli.h"
#include "etl/pages/status_page.h"

static int run_status(struct cli *cli, const struct run_folder *r)
{
    AUTO(buf_release) struct buf out;
    struct run_status            s;
    struct next_command          next;
    struct findings              faults;
    struct config                config;
    struct err                   err = { 0 };
    enum etl_status              st;

    buf_init(&out, 4 << 20, "the status");
    findings_init(&faults, &cli->mem);
    if (config_load(cli->config, &cli->mem, &config, &faults) != ETL_OK)
        return cli_faults(cli, ETL_FAIL, &faults);
    st = run_status_read(r, &config, &cli->mem, &s, &err);
    if (st != ETL_OK)
        return cli_fail(cli, st, &err);
    next_command_find(&s, &config, cli->config, &cli->mem, &next);
    if (cli->json)
        status_json(&s, &next, &out);
    else
        status_page(&s, &next, &out);
    cli_out(buf_str(&out));
    return s.seal_fault.ptr != NULL ? EXIT_WRONG : EXIT_WELL;
}

static int run(struct cli *cli, int argc, char **argv)
{
    struct opt_list   words;
    struct run_folder r;
    struct err        err = { 0 };
    enum etl_status   st;
    int               code = cli_parse(cli, &cmd_status, NULL, argc, argv, 1, 1, &words);

    if (code >= 0)
        return code;
    st = run_folder_open(words.items[0], false, &cli->mem, &r, &err);
    if (st != ETL_OK)
        return cli_fail(cli, st, &err);
    code = run_status(cli, &r);
    run_folder_close(&r);
    return code;
}

const struct cli_command cmd_status = {
    .name = "status",
    .operands = "RUN",
    .summary = "where a run stands, and what to do next",
    .about =
        "Shows the books of a run (records, calls by what became of them), its dangers and rejects, the rungs of the\n"
        "ladder it passed and at which connection, and the exact command to run next. Changes nothing; exit code 0\n"
        "whatever became of the calls, 2 when the plan was changed since it was sealed.\n\n  subferry status run-1",
    .run = run,
};
