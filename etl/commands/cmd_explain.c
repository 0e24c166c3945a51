/* etl/commands/cmd_explain.c - subferry explain: one subscriber's way, from record to reply. */
#include "etl/commands/cli.h"
#include "etl/connection/config.h"
#include "etl/pages/explain_page.h"

static int explain(struct cli *cli, const struct run_folder *r, const struct key *key, struct str wanted)
{
    AUTO(buf_wipe) struct buf out;
    struct explanation        x = { 0 };
    struct findings           faults;
    struct err                err = { 0 };
    enum etl_status           st;

    buf_init(&out, 256U << 20, "an explanation");
    findings_init(&faults, &cli->mem);
    st = explanation_read(r, key, wanted, &cli->mem, &x, &faults, &err);
    if (st == ETL_OK && cli->json)
        explain_json(&x, &cli->mem, &out);
    else if (st == ETL_OK)
        explain_page(&x, &cli->mem, &out);
    explanation_release(&x);
    if (faults.count != 0)
        cli_faults(cli, ETL_OK, &faults);
    if (st != ETL_OK)
        return err.text[0] != '\0' ? cli_fail(cli, st, &err) : exit_from(st);
    cli_out(buf_str(&out));
    return x.seal_fault.ptr != NULL ? EXIT_WRONG : EXIT_WELL;
}

static int run(struct cli *cli, int argc, char **argv)
{
    struct opt_list   words;
    struct findings   faults;
    struct config     config;
    struct run_folder r;
    struct key       *key = NULL;
    struct err        err = { 0 };
    enum etl_status   st;
    int               code = cli_parse(cli, &cmd_explain, NULL, argc, argv, 2, 2, &words);

    if (code >= 0)
        return code;
    findings_init(&faults, &cli->mem);
    if (config_load(cli->config, &cli->mem, &config, &faults) != ETL_OK)
        return cli_faults(cli, ETL_FAIL, &faults);
    st = run_folder_open(words.items[0], false, &cli->mem, &r, &err);
    if (st != ETL_OK)
        return cli_fail(cli, st, &err);
    config_key_at_hand(&config, &key, NULL);
    code = explain(cli, &r, key, str_from(words.items[1]));
    key_free(key);
    run_folder_close(&r);
    return code;
}

const struct cli_command cmd_explain = {
    .name = "explain",
    .operands = "RUN KEY",
    .summary = "one subscriber: record → mapping → rules → calls → replies",
    .about =
        "Shows all that a run knows of one subscriber: his records as they stand in the extracts, what the mapping\n"
        "makes of them, what the rules said, each planned call with its values (secrets masked), and what became of\n"
        "it. KEY is the lane's name, or a record's place.\n\n  subferry explain run-1 1001\n  subferry explain run-1 customers.csv:17",
    .run = run,
};
