/* etl/cmd_mapping.c - subferry mapping: the stock mappings, and what helps to write one: lint, test, try. */
#include "etl/base/log.h"
#include "etl/cmd.h"
#include "etl/mapping.h"

extern const struct cmd cmd_mapping;
static const struct cmd list_cmd, show_cmd, lint_cmd;

static struct str stock_name(const struct embedded_file *file)
{
    return str_head(str_from(file->name), strlen(file->name) - strlen(".yaml"));
}

/* ---- list ---- */

static void list_one(struct cli *cli, const struct mapping *m, struct str name, bool first, struct buf *out)
{
    if (!cli->json) {
        buf_fmt(out, "%-26.*s  %-10.*s  %.*s\n", STR_ARG(name), STR_ARG(m->provider->name), STR_ARG(m->title));
        return;
    }
    buf_text(out, first ? "{\"name\":" : ",{\"name\":");
    buf_json(out, name);
    buf_lit(out, ",\"provider\":");
    buf_json(out, m->provider->name);
    buf_lit(out, ",\"title\":");
    buf_json(out, m->title);
    buf_lit(out, ",\"inputs\":[");
    for (size_t i = 0; i < m->input_count; i++) {
        buf_text(out, i != 0 ? "," : "");
        buf_json(out, m->inputs[i].name);
    }
    buf_lit(out, "]}");
}

static int run_list(struct cli *cli, int argc, char **argv)
{
    AUTO(buf_release) struct buf out;
    struct findings              faults;
    int                          code;

    buf_init(&out, 1 << 20, "the list of mappings");
    code = cli_parse(cli, &list_cmd, NULL, argc, argv, 0, 1, NULL);
    if (code >= 0)
        return code;
    findings_init(&faults, &cli->mem);
    if (cli->json)
        buf_byte(&out, '[');
    for (size_t i = 0; stock_mapping_files[i].name != NULL; i++) {
        struct mapping_source source = { .name = stock_name(&stock_mapping_files[i]) };
        struct mapping       *m;

        if (mapping_load(&source, &cli->mem, &m, &faults) != ETL_OK)
            continue;
        list_one(cli, m, source.name, i == 0, &out);
        mapping_free(m);
    }
    if (cli->json)
        buf_lit(&out, "]\n");
    cli_out(buf_str(&out));
    return faults.errors != 0 ? cli_faults(cli, ETL_FAIL, &faults) : EXIT_WELL;
}

static const struct cmd list_cmd = {
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

static const struct cmd show_cmd = {
    .name = "mapping show",
    .operands = "NAME",
    .summary = "a mapping's text: where one's own begins",
    .about = "Writes a stock mapping to stdout, to be made one's own.\n\n"
             "  subferry mapping show serverplus-to-ispn > mine.yaml",
    .run = run_show,
};

/* ---- lint ---- */

static int run_lint(struct cli *cli, int argc, char **argv)
{
    AUTO(buf_release) struct buf out;
    struct opt_list       words;
    struct mapping_source source = { 0 };
    struct mapping       *m;
    struct findings       faults;
    enum etl_status       st;
    int                   code;

    buf_init(&out, 4 << 20, "the faults of a mapping");
    code = cli_parse(cli, &lint_cmd, NULL, argc, argv, 1, 1, &words);
    if (code >= 0)
        return code;
    findings_init(&faults, &cli->mem);
    source.name = str_from(words.items[0]);
    st = mapping_load(&source, &cli->mem, &m, &faults);
    if (cli->json) {
        buf_byte(&out, '[');
        for (size_t i = 0; i < faults.count && i < 1000; i++) {
            buf_text(&out, i != 0 ? ",\n" : "");
            err_json(&out, &faults.items[i].err, faults.items[i].severity);
        }
        buf_lit(&out, "]\n");
        cli_out(buf_str(&out));
    } else if (faults.count != 0) {
        cli_faults(cli, st, &faults);
    }
    if (st != ETL_OK)
        return exit_from(st);
    say("%s: well; %zu input%s, %zu call%s to %.*s", words.items[0], m->input_count, m->input_count == 1 ? "" : "s", m->call_count,
        m->call_count == 1 ? "" : "s", STR_ARG(m->provider->title));
    mapping_free(m);
    return EXIT_WELL;
}

static const struct cmd lint_cmd = {
    .name = "mapping lint",
    .operands = "FILE",
    .summary = "checks a mapping and tells all its faults, each at its place",
    .about = "Checks a mapping against the provider's description. Columns of files with a header are checked\n"
             "when such a file is read: subferry mapping try, subferry plan.\n\n"
             "  subferry mapping lint mine.yaml",
    .run = run_lint,
};

/* ---- all ---- */

static int run(struct cli *cli, int argc, char **argv)
{
    static const struct cmd *const subs[] = { &list_cmd, &show_cmd, &lint_cmd, NULL };

    return cli_sub(cli, &cmd_mapping, subs, argc, argv);
}

const struct cmd cmd_mapping = {
    .name = "mapping",
    .operands = "list | show NAME | lint FILE | test FILE | try MAPPING FILE [KEY]",
    .summary = "the stock mappings; checks, tests and tries one",
    .about = "A mapping says how records become calls. The language: mappings/reference.md.",
    .run = run,
};
