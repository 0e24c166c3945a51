/* etl/commands/cmd_provider.c - subferry provider: what the providers are; list, show and lint. */
#include <time.h>
#include <unistd.h>

#include "etl/commands/cli.h"
#include "etl/core/system/log.h"
#include "etl/pages/capabilities.h"
#include "etl/pages/command_page.h"
#include "etl/pages/description_words.h"
#include "etl/pages/provider_page.h"
#include "providers/description/lint.h"
#include "providers/description/load.h"
#include "providers/wires/wire.h"

static const struct cli_command list_cmd, show_cmd, lint_cmd;

static void add_member(struct buf *b, const char *name, struct str value)
{
    buf_json(b, str_from(name));
    buf_byte(b, ':');
    if (value.ptr != NULL)
        buf_json(b, value);
    else
        buf_lit(b, "null");
}

static void add_flag(struct buf *b, const char *name, bool value)
{
    buf_fmt(b, ",\"%s\":%s", name, value ? "true" : "false");
}

/* ---- list ---- */

static enum etl_status load_stock(const struct embedded_file *file, struct arena *mem, const struct provider **out,
                                  struct findings *faults)
{
    struct str name = str_from(file->name);

    name.len -= strlen(".yaml");
    return provider_load(arena_str(mem, name), mem, out, faults);
}

static void list_one(const struct provider *p, bool json, bool first, struct buf *out)
{
    if (!json) {
        buf_fmt(out, "%-12.*s %3zu commands  %-6s %.*s\n", STR_ARG(p->name), p->command_count, p->wires[0].style->name,
                STR_ARG(p->title));
        return;
    }
    buf_text(out, first ? "{" : ",\n {");
    add_member(out, "provider", p->name);
    buf_byte(out, ',');
    add_member(out, "title", p->title);
    buf_byte(out, ',');
    add_member(out, "document", p->document);
    buf_byte(out, ',');
    add_member(out, "wire", str_from(p->wires[0].style->name));
    buf_fmt(out, ",\"commands\":%zu,\"reports\":%zu}", p->command_count, p->report_count);
}

static int run_list(struct cli *cli, int argc, char **argv)
{
    AUTO(buf_release) struct buf out = { 0 };
    struct findings              faults;
    int                          code = cli_parse(cli, &list_cmd, NULL, argc, argv, 0, 0, NULL);

    if (code >= 0)
        return code;
    buf_init(&out, 1 << 20, "a list");
    findings_init(&faults, &cli->mem);
    if (cli->json)
        buf_byte(&out, '[');
    for (size_t i = 0; stock_providers[i].name != NULL; i++) {
        const struct provider *p;

        if (load_stock(&stock_providers[i], &cli->mem, &p, &faults) != ETL_OK)
            continue;
        list_one(p, cli->json, i == 0, &out);
        provider_free(p);
    }
    if (cli->json)
        buf_lit(&out, "]\n");
    cli_out(buf_str(&out));
    return faults.errors != 0 ? cli_faults(cli, ETL_FAIL, &faults) : EXIT_WELL;
}

/* ---- show ---- */

/* A parameter with `always` is left out: a mapping cannot set it. */
static void json_params(const struct command *c, struct buf *b)
{
    bool first = true;

    buf_lit(b, ",\"params\":[");
    for (size_t i = 0; i < c->param_count; i++) {
        const struct param *p = &c->params[i];

        if (p->always.ptr != NULL)
            continue;
        buf_text(b, first ? "{" : ",{");
        first = false;
        add_member(b, "name", p->name);
        buf_byte(b, ',');
        add_member(b, "type", p->type->name);
        add_flag(b, "required", p->required);
        add_flag(b, "recommended", p->recommended);
        add_flag(b, "secret", p->secret);
        buf_byte(b, '}');
    }
    buf_byte(b, ']');
}

static void json_command(const struct command *c, struct arena *mem, struct buf *b)
{
    buf_byte(b, '{');
    add_member(b, "name", c->name);
    buf_byte(b, ',');
    add_member(b, "title", c->title);
    buf_byte(b, ',');
    add_member(b, "effect", str_from(effect_names[c->effect]));
    buf_byte(b, ',');
    add_member(b, "entity", c->entity);
    json_params(c, b);
    buf_lit(b, ",\"captures\":[");
    for (size_t i = 0; i < c->capture_count; i++) {
        buf_text(b, i != 0 ? "," : "");
        buf_json(b, c->captures[i].name);
    }
    buf_lit(b, "],");
    add_member(b, "test", command_test_word(c, mem));
    buf_byte(b, ',');
    add_member(b, "verify", command_verify_word(c));
    buf_byte(b, '}');
}

static void json_report(const struct report *r, struct buf *b)
{
    buf_byte(b, '{');
    add_member(b, "name", r->name);
    buf_byte(b, ',');
    add_member(b, "command", r->command->name);
    buf_byte(b, ',');
    add_member(b, "table", r->table);
    buf_lit(b, ",\"columns\":[");
    for (size_t i = 0; i < r->column_count; i++) {
        buf_text(b, i != 0 ? "," : "");
        buf_json(b, r->columns[i].column);
    }
    buf_lit(b, "]}");
}

static void json_provider(const struct provider *p, const struct command *only, struct arena *mem, struct buf *b)
{
    const char *between = "\n  ";

    buf_byte(b, '{');
    add_member(b, "provider", p->name);
    buf_byte(b, ',');
    add_member(b, "title", p->title);
    buf_lit(b, ",\n \"commands\":[");
    for (size_t i = 0; i < p->command_count; i++) {
        if (only != NULL && only != &p->commands[i])
            continue;
        buf_text(b, between);
        between = ",\n  ";
        json_command(&p->commands[i], mem, b);
    }
    buf_lit(b, "],\n \"reports\":[");
    between = "\n  ";
    for (size_t i = 0; i < p->report_count; i++) {
        if (only != NULL && only != p->reports[i].command)
            continue;
        buf_text(b, between);
        between = ",\n  ";
        json_report(&p->reports[i], b);
    }
    buf_lit(b, "]}\n");
}

static enum etl_status find_command(const struct provider *p, struct str name, struct arena *mem,
                                    const struct command **out, struct err *err)
{
    struct str *names = ARENA_ARRAY(mem, struct str, p->command_count + 1), near;

    for (size_t i = 0; i < p->command_count; i++)
        names[i] = p->commands[i].name;
    *out = provider_command(p, name);
    if (*out != NULL)
        return ETL_OK;
    near = str_nearest(name, names, p->command_count);
    return err_set(err, ETL_FAIL, "command-unknown",
                   "%.*s has no command %s%s%.*s%s; subferry provider show %.*s lists them", STR_ARG(p->name),
                   shown(name, false).text, near.ptr != NULL ? ", did you mean \"" : "", STR_ARG(near),
                   near.ptr != NULL ? "\"?" : "", STR_ARG(p->name));
}

static int show(struct cli *cli, const struct provider *p, const char *command)
{
    AUTO(buf_release) struct buf out = { 0 };
    const struct command        *only = NULL;
    struct err                   err = { 0 };

    buf_init(&out, 64U << 20, "a provider's page");
    if (command != NULL && find_command(p, str_from(command), &cli->mem, &only, &err) != ETL_OK)
        return cli_fail(cli, ETL_FAIL, &err);
    if (cli->json)
        json_provider(p, only, &cli->mem, &out);
    else if (only != NULL)
        command_page(only, &cli->mem, &out);
    else
        provider_page(p, &out);
    cli_out(buf_str(&out));
    return EXIT_WELL;
}

static int run_show(struct cli *cli, int argc, char **argv)
{
    const struct provider *p;
    struct opt_list        words;
    struct findings        faults;
    int                    code = cli_parse(cli, &show_cmd, NULL, argc, argv, 1, 2, &words);

    if (code >= 0)
        return code;
    findings_init(&faults, &cli->mem);
    if (provider_load(str_from(words.items[0]), &cli->mem, &p, &faults) != ETL_OK)
        return cli_faults(cli, ETL_FAIL, &faults);
    code = show(cli, p, words.count > 1 ? words.items[1] : NULL);
    provider_free(p);
    return code;
}

/* ---- lint ---- */

static void lint_json(const char *file, const struct provider *p, const struct findings *faults, struct buf *b)
{
    size_t kept = faults->count < faults->ceiling ? faults->count : faults->ceiling;

    buf_byte(b, '{');
    add_member(b, "file", str_from(file));
    buf_byte(b, ',');
    add_member(b, "provider", p != NULL ? p->name : STR_NONE);
    buf_fmt(b, ",\"errors\":%zu,\"warnings\":%zu,\"findings\":[", faults->errors, faults->count - faults->errors);
    for (size_t i = 0; i < kept; i++) {
        buf_text(b, i != 0 ? ",\n " : "\n ");
        err_json(b, &faults->items[i].err, faults->items[i].severity);
    }
    buf_lit(b, "]}\n");
}

static struct str today(struct arena *mem)
{
    time_t    now = time(NULL);
    struct tm local;
    char      text[16];

    localtime_r(&now, &local);
    strftime(text, sizeof text, "%Y-%m-%d", &local);
    return arena_str(mem, str_from(text));
}

/* A file in the working folder wins over a stock provider of the same name. */
static struct str lint_target(struct cli *cli, const char *typed)
{
    if (strchr(typed, '/') == NULL && strchr(typed, '.') == NULL && access(typed, F_OK) == 0)
        return arena_fmt(&cli->mem, "./%s", typed);
    return str_from(typed);
}

static int run_lint(struct cli *cli, int argc, char **argv)
{
    AUTO(buf_release) struct buf out = { 0 };
    const struct provider       *p = NULL;
    struct opt_list              words;
    struct findings              faults;
    int                          code = cli_parse(cli, &lint_cmd, NULL, argc, argv, 1, 1, &words);

    if (code >= 0)
        return code;
    buf_init(&out, 16U << 20, "a list of faults");
    findings_init(&faults, &cli->mem);
    if (provider_load(lint_target(cli, words.items[0]), &cli->mem, &p, &faults) == ETL_OK)
        provider_lint(p, today(&cli->mem), &cli->mem, &faults);
    if (cli->json) {
        lint_json(words.items[0], p, &faults, &out);
        cli_out(buf_str(&out));
    } else if (faults.count != 0) {
        cli_faults(cli, ETL_OK, &faults);
    }
    if (p != NULL)
        say("%s: %.*s, %zu commands, %zu types, %zu rules: %zu faults, %zu warnings", words.items[0], STR_ARG(p->name),
            p->command_count, p->type_count, p->rule_count, faults.errors, faults.count - faults.errors);
    else
        say("%s: %zu fault%s; nothing of it can be used until they are mended", words.items[0], faults.errors,
            faults.errors == 1 ? "" : "s");
    provider_free(p);
    return faults.errors != 0 ? EXIT_WRONG : EXIT_WELL;
}

static const struct cli_command list_cmd = {
    .name = "provider list",
    .operands = "",
    .summary = "the providers this program knows",
    .about =
        "Lists the providers that are described inside the program. A file of your own is named with\nits path "
        "wherever a provider's name is asked for.\n\n  subferry provider list",
    .run = run_list,
};
static const struct cli_command show_cmd = {
    .name = "provider show",
    .operands = "NAME [COMMAND]",
    .summary = "a provider's commands, or one of them in full",
    .about =
        "Shows what a provider can do, by the things it works on; with COMMAND all of one command: parameters,\n"
        "rules with examples, reply, dangers, how it is tested and verified, and an example request.\n\n"
        "  subferry provider show ispn\n  subferry provider show ispn addmbox",
    .run = run_show,
};
static const struct cli_command lint_cmd = {
    .name = "provider lint",
    .operands = "FILE",
    .summary = "judge a provider file: all its faults, each at its place",
    .about =
        "Reads a provider file, tells all that is wrong with it at once, and runs the examples that its rules,\n"
        "types and commands give. The format is told in providers/reference.md.\n\n  subferry provider lint mine.yaml",
    .run = run_lint,
};

/* Writes providers/capabilities.md. It serves those who build subferry, so the help does not name it. */
static int run_capabilities(struct cli *cli)
{
    AUTO(buf_release) struct buf out;
    struct findings              faults;

    buf_init(&out, 16U << 20, "the capabilities");
    findings_init(&faults, &cli->mem);
    capabilities_head(&out);
    for (size_t i = 0; stock_providers[i].name != NULL; i++) {
        const struct provider *p;

        if (load_stock(&stock_providers[i], &cli->mem, &p, &faults) != ETL_OK)
            return cli_faults(cli, ETL_FAIL, &faults);
        capabilities_of(p, &cli->mem, &out);
        provider_free(p);
    }
    cli_out(buf_str(&out));
    return EXIT_WELL;
}

static int run(struct cli *cli, int argc, char **argv)
{
    static const struct cli_command *const subs[] = { &list_cmd, &show_cmd, &lint_cmd, NULL };

    if (argc == 2 && strcmp(argv[1], "capabilities") == 0)
        return run_capabilities(cli);
    return cli_sub(cli, &cmd_provider, subs, argc, argv);
}

const struct cli_command cmd_provider = {
    .name = "provider",
    .operands = "list | show NAME [COMMAND] | lint FILE",
    .summary = "what a provider can do, and is a provider file right?",
    .about = "A provider is one YAML file: its commands, rules, replies and dangers. Several stand inside the program.",
    .run = run,
};
