/* etl/commands/cmd_mapping.c - subferry mapping: the stock mappings, and what helps to write one: lint, test, try. */
#include "etl/commands/mapping_try.h"
#include "etl/connection/config.h"
#include "etl/core/notation/err_json.h"
#include "etl/core/notation/json_writer.h"
#include "etl/core/system/log.h"
#include "etl/mapping/run_tests.h"

static const struct cli_command list_cmd, show_cmd, lint_cmd, test_cmd, try_cmd;

static struct str stock_name(const struct embedded_file *file)
{
    return str_head(str_from(file->name), strlen(file->name) - strlen(".yaml"));
}

/* ---- list ---- */

static void list_one(const struct mapping *m, struct str name, struct json_writer *w)
{
    json_begin_object(w);
    json_member_text(w, "name", name);
    json_member_text(w, "provider", m->provider->name);
    json_member_text(w, "title", m->title);
    json_member_list(w, "inputs");
    for (size_t i = 0; i < m->input_count; i++)
        json_text(w, m->inputs[i].name);
    json_end_list(w);
    json_end_object(w);
}

static int run_list(struct cli *cli, int argc, char **argv)
{
    AUTO(buf_release) struct buf out;
    struct json_writer           w = json_writer(&out);
    struct findings              faults;
    int                          code;

    buf_init(&out, 1 << 20, "the list of mappings");
    code = cli_parse(cli, &list_cmd, NULL, argc, argv, 0, 1, NULL);
    if (code >= 0)
        return code;
    findings_init(&faults, &cli->mem);
    if (cli->json)
        json_begin_list(&w);
    for (size_t i = 0; stock_mapping_files[i].name != NULL; i++) {
        struct mapping_source source = { .name = stock_name(&stock_mapping_files[i]) };
        struct mapping       *m;

        if (mapping_load(&source, &cli->mem, &m, &faults) != ETL_OK)
            continue;
        if (cli->json)
            list_one(m, source.name, &w);
        else
            buf_fmt(&out, "%-26.*s  %-11.*s  %.*s\n", STR_ARG(source.name), STR_ARG(m->provider->name),
                    STR_ARG(m->title));
        mapping_free(m);
    }
    if (cli->json) {
        json_end_list(&w);
        buf_byte(&out, '\n');
    }
    cli_out(buf_str(&out));
    return faults.errors != 0 ? cli_faults(cli, ETL_FAIL, &faults) : EXIT_WELL;
}

static const struct cli_command list_cmd = {
    .name = "mapping list",
    .operands = "",
    .summary = "the stock mappings, and the provider each is for",
    .about = "Lists the mappings that stand inside the program.\n\n  subferry mapping list",
    .run = run_list,
};

/* ---- show ---- */

static int run_show(struct cli *cli, int argc, char **argv)
{
    struct opt_list       words;
    struct mapping_source source = { 0 };
    struct mapping       *m;
    struct findings       faults;
    int                   code = cli_parse(cli, &show_cmd, NULL, argc, argv, 1, 1, &words);

    if (code >= 0)
        return code;
    findings_init(&faults, &cli->mem);
    source.name = str_from(words.items[0]);
    if (mapping_load(&source, &cli->mem, &m, &faults) != ETL_OK)
        return cli_faults(cli, ETL_FAIL, &faults);
    cli_out(m->files[0].text);
    mapping_free(m);
    return EXIT_WELL;
}

static const struct cli_command show_cmd = {
    .name = "mapping show",
    .operands = "NAME",
    .summary = "a mapping's text: where one's own begins",
    .about =
        "Writes a stock mapping to stdout, to be made one's own.\n\n"
        "  subferry mapping show serverplus-to-ispn > mine.yaml",
    .run = run_show,
};

/* ---- lint ---- */

static void json_faults(struct json_writer *w, const struct findings *faults)
{
    json_begin_list(w);
    for (size_t i = 0; i < faults->count && i < faults->cap; i++) {
        json_gap(w, i != 0 ? "\n" : NULL);
        err_json(w, &faults->items[i].err, faults->items[i].severity);
    }
    json_end_list(w);
}

static int run_lint(struct cli *cli, int argc, char **argv)
{
    AUTO(buf_release) struct buf out;
    struct opt_list              words;
    struct mapping_source        source = { 0 };
    struct mapping              *m;
    struct findings              faults;
    struct json_writer           w = json_writer(&out);
    enum etl_status              st;
    int                          code;

    buf_init(&out, 4 << 20, "the faults of a mapping");
    code = cli_parse(cli, &lint_cmd, NULL, argc, argv, 1, 1, &words);
    if (code >= 0)
        return code;
    findings_init(&faults, &cli->mem);
    source.name = str_from(words.items[0]);
    st = mapping_load(&source, &cli->mem, &m, &faults);
    if (cli->json) {
        json_faults(&w, &faults);
        buf_byte(&out, '\n');
        cli_out(buf_str(&out));
    } else if (faults.count != 0) {
        cli_faults(cli, st, &faults);
    }
    if (st != ETL_OK)
        return exit_from(st);
    say("%s: well; %zu input%s, %zu call%s to %.*s", words.items[0], m->input_count, m->input_count == 1 ? "" : "s",
        m->call_count, m->call_count == 1 ? "" : "s", STR_ARG(m->provider->title));
    mapping_free(m);
    return EXIT_WELL;
}

static const struct cli_command lint_cmd = {
    .name = "mapping lint",
    .operands = "FILE",
    .summary = "checks a mapping and tells all its faults, each at its place",
    .about =
        "Checks a mapping against the provider's description. Columns of files with a header are checked\n"
        "when such a file is read: subferry mapping try, subferry plan.\n\n"
        "  subferry mapping lint mine.yaml",
    .run = run_lint,
};

/* ---- test, try ---- */

struct cmd_mapping_options {
    const char     *today;
    struct opt_list set;
};
static const struct opt cmd_mapping_options[] = {
    OPT(struct cmd_mapping_options, set, "set", 's', "NAME=VALUE", NULL,
        "a variable of the mapping; may be given several times"),
    OPT(struct cmd_mapping_options, today, "today", 0, "YYYY-MM-DD", NULL,
        "the date that rules on dates go by (default: today, local time)"),
    { 0 },
};

static int test_mapping(struct cli *cli, struct mapping *m, struct str today, struct findings *faults, struct buf *out)
{
    struct key        *key = NULL;
    struct json_writer w = json_writer(out);
    struct err         err = { 0 };
    size_t             ran = 0;
    enum etl_status    st = m->uses_password ? config_key(cli->config, cli->random, &key, &err) : ETL_OK;

    if (st != ETL_OK)
        return cli_fail(cli, st, &err);
    st = mapping_run_tests(m, today, key, &cli->mem, &ran, faults);
    key_free(key);
    if (faults->count != 0)
        cli_faults(cli, st, faults);
    if (cli->json) {
        json_begin_object(&w);
        json_member_number(&w, "tests", ran);
        json_name(&w, "failures");
        json_faults(&w, faults);
        json_end_object(&w);
        buf_byte(out, '\n');
        cli_out(buf_str(out));
    }
    if (st == ETL_OK && ran == 0)
        warn("%.*s has no tests:", STR_ARG(m->name));
    else if (st == ETL_OK)
        say("%.*s: %zu test%s passed", STR_ARG(m->name), ran, ran == 1 ? "" : "s");
    return exit_from(st);
}

static int run_test(struct cli *cli, int argc, char **argv)
{
    AUTO(buf_release) struct buf out = { 0 };
    struct cmd_mapping_options   o = { 0 };
    struct opt_list              words;
    struct findings              faults;
    struct mapping_source        source = { 0 };
    struct mapping              *m;
    const char                  *today;
    int                          code = cli_parse(cli, &test_cmd, &o, argc, argv, 1, 1, &words);

    if (code >= 0)
        return code;
    buf_init(&out, 4 << 20, "the failures of a mapping's tests");
    findings_init(&faults, &cli->mem);
    today = cli_today(cli, o.today, &faults);
    source = (struct mapping_source){ str_from(words.items[0]), cli_set(cli, &o.set, &faults), o.set.count, NULL };
    if (faults.errors != 0 || mapping_load(&source, &cli->mem, &m, &faults) != ETL_OK)
        return cli_faults(cli, ETL_FAIL, &faults);
    code = test_mapping(cli, m, str_from(today), &faults, &out);
    mapping_free(m);
    return code;
}

static const struct cli_command test_cmd = {
    .name = "mapping test",
    .operands = "FILE",
    .summary = "runs a mapping's own tests",
    .about =
        "Maps the records that stand under tests: and compares what comes of them, exactly.\n\n"
        "  subferry mapping test mine.yaml",
    .options = cmd_mapping_options,
    .run = run_test,
};

static int run_try(struct cli *cli, int argc, char **argv)
{
    struct cmd_mapping_options o = { 0 };
    struct opt_list            words;
    struct findings            faults;
    struct mapping_source      source;
    const char                *today;
    int                        code = cli_parse(cli, &try_cmd, &o, argc, argv, 2, 0, &words);

    if (code >= 0)
        return code;
    findings_init(&faults, &cli->mem);
    today = cli_today(cli, o.today, &faults);
    source = (struct mapping_source){ str_from(words.items[0]), cli_set(cli, &o.set, &faults), o.set.count, NULL };
    return faults.errors != 0 ? cli_faults(cli, ETL_FAIL, &faults) : mapping_try(cli, &source, str_from(today), &words);
}

static const struct cli_command try_cmd = {
    .name = "mapping try",
    .operands = "MAPPING [INPUT=]FILE... [KEY]",
    .summary = "one record's way through a mapping, step by step",
    .about =
        "Shows how a record becomes calls: its fields, what let: computes, each call and what goes into its\n"
        "parameters, and which rules it breaks. KEY is a lane, or a place like customers.csv:17; without one\n"
        "the first record is shown. Nothing is written.\n\n"
        "  subferry mapping try mine.yaml customers.csv 1001",
    .options = cmd_mapping_options,
    .run = run_try,
};

/* ---- all ---- */

static int run(struct cli *cli, int argc, char **argv)
{
    static const struct cli_command *const subs[] = { &list_cmd, &show_cmd, &lint_cmd, &test_cmd, &try_cmd, NULL };

    return cli_sub(cli, &cmd_mapping, subs, argc, argv);
}

const struct cli_command cmd_mapping = {
    .name = "mapping",
    .operands = "list | show NAME | lint FILE | test FILE | try MAPPING FILE [KEY]",
    .summary = "the stock mappings; checks, tests and tries one",
    .about = "A mapping says how records become calls. The language: mappings/reference.md.",
    .run = run,
};
