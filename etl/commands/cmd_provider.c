/* etl/commands/cmd_provider.c - subferry provider: what the providers are; list, show and lint. */
#include <time.h>

#include "etl/commands/cli.h"
#include "etl/core/notation/err_json.h"
#include "etl/core/notation/json_writer.h"
#include "etl/core/system/files.h"
#include "etl/core/system/log.h"
#include "etl/pages/capabilities.h"
#include "etl/pages/command_page.h"
#include "etl/pages/description_words.h"
#include "etl/pages/provider_page.h"
#include "providers/description/lint.h"
#include "providers/description/load.h"
#include "providers/wires/wire.h"

static const struct cli_command list_cmd, show_cmd, lint_cmd;

/* ---- list ---- */

static enum etl_status load_stock(const struct embedded_file *file, struct arena *mem, const struct provider **out,
                                  struct findings *faults)
{
    struct str name = str_from(file->name);

    name.len -= strlen(".yaml");
    return provider_load(arena_str(mem, name), mem, out, faults);
}

static void list_one(const struct provider *p, bool first, struct json_writer *w)
{
    json_gap(w, first ? NULL : "\n ");
    json_begin_object(w);
    json_member_text(w, "provider", p->name);
    json_member_text_or_null(w, "title", p->title);
    json_member_text_or_null(w, "document", p->document);
    json_member_text(w, "wire", str_from(p->wires[0].style->name));
    json_member_number(w, "commands", p->command_count);
    json_member_number(w, "reports", p->report_count);
    json_end_object(w);
}

static int run_list(struct cli *cli, int argc, char **argv)
{
    AUTO(buf_release) struct buf out = { 0 };
    struct json_writer           w = json_writer(&out);
    struct findings              faults;
    int                          code = cli_parse(cli, &list_cmd, NULL, argc, argv, 0, 0, NULL);

    if (code >= 0)
        return code;
    buf_init(&out, 1 << 20, "a list");
    findings_init(&faults, &cli->mem);
    if (cli->json)
        json_begin_list(&w);
    for (size_t i = 0; stock_providers[i].name != NULL; i++) {
        const struct provider *p;

        if (load_stock(&stock_providers[i], &cli->mem, &p, &faults) != ETL_OK)
            continue;
        if (cli->json)
            list_one(p, i == 0, &w);
        else
            buf_fmt(&out, "%-12.*s %3zu commands  %-6s %.*s\n", STR_ARG(p->name), p->command_count,
                    p->wires[0].style->name, STR_ARG(p->title));
        provider_free(p);
    }
    if (cli->json) {
        json_end_list(&w);
        buf_byte(&out, '\n');
    }
    cli_out(buf_str(&out));
    return faults.errors != 0 ? cli_faults(cli, ETL_FAIL, &faults) : EXIT_WELL;
}

/* ---- show ---- */

/* A parameter with `always` is left out: a mapping cannot set it. */
static void json_params(const struct command *c, struct json_writer *w)
{
    json_member_list(w, "params");
    for (size_t i = 0; i < c->param_count; i++) {
        const struct param *p = &c->params[i];

        if (p->always.ptr != NULL)
            continue;
        json_begin_object(w);
        json_member_text_or_null(w, "name", p->name);
        json_member_text_or_null(w, "type", p->type->name);
        json_member_bool(w, "required", p->required);
        json_member_bool(w, "recommended", p->recommended);
        json_member_bool(w, "secret", p->secret);
        json_end_object(w);
    }
    json_end_list(w);
}

static void json_command(const struct command *c, struct arena *mem, struct json_writer *w)
{
    json_begin_object(w);
    json_member_text(w, "name", c->name);
    json_member_text_or_null(w, "title", c->title);
    json_member_text(w, "effect", str_from(effect_names[c->effect]));
    json_member_text_or_null(w, "entity", c->entity);
    json_params(c, w);
    json_member_list(w, "captures");
    for (size_t i = 0; i < c->capture_count; i++)
        json_text(w, c->captures[i].name);
    json_end_list(w);
    json_member_text_or_null(w, "test", command_test_word(c, mem));
    json_member_text_or_null(w, "verify", command_verify_word(c));
    json_end_object(w);
}

static void json_report(const struct report *r, struct json_writer *w)
{
    json_begin_object(w);
    json_member_text(w, "name", r->name);
    json_member_text(w, "command", r->command->name);
    json_member_text_or_null(w, "table", r->table);
    json_member_list(w, "columns");
    for (size_t i = 0; i < r->column_count; i++)
        json_text(w, r->columns[i].column);
    json_end_list(w);
    json_end_object(w);
}

static void json_provider(const struct provider *p, const struct command *only, struct arena *mem, struct buf *out)
{
    struct json_writer w = json_writer(out);

    json_begin_object(&w);
    json_member_text(&w, "provider", p->name);
    json_member_text_or_null(&w, "title", p->title);
    json_gap(&w, "\n ");
    json_member_list(&w, "commands");
    for (size_t i = 0; i < p->command_count; i++) {
        if (only != NULL && only != &p->commands[i])
            continue;
        json_gap(&w, "\n  ");
        json_command(&p->commands[i], mem, &w);
    }
    json_end_list(&w);
    json_gap(&w, "\n ");
    json_member_list(&w, "reports");
    for (size_t i = 0; i < p->report_count; i++) {
        if (only != NULL && only != p->reports[i].command)
            continue;
        json_gap(&w, "\n  ");
        json_report(&p->reports[i], &w);
    }
    json_end_list(&w);
    json_end_object(&w);
    buf_byte(out, '\n');
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

static void lint_json(const char *file, const struct provider *p, const struct findings *faults, struct buf *out)
{
    size_t             kept = faults->count < faults->ceiling ? faults->count : faults->ceiling;
    struct json_writer w = json_writer(out);

    json_begin_object(&w);
    json_member_text(&w, "file", str_from(file));
    json_member_text_or_null(&w, "provider", p != NULL ? p->name : STR_NONE);
    json_member_number(&w, "errors", faults->errors);
    json_member_number(&w, "warnings", faults->count - faults->errors);
    json_member_list(&w, "findings");
    for (size_t i = 0; i < kept; i++) {
        json_gap(&w, "\n ");
        err_json(&w, &faults->items[i].err, faults->items[i].severity);
    }
    json_end_list(&w);
    json_end_object(&w);
    buf_byte(out, '\n');
}

/* A file in the working folder wins over a stock provider of the same name. */
static struct str lint_target(struct cli *cli, const char *typed)
{
    if (strchr(typed, '/') == NULL && strchr(typed, '.') == NULL && files_exists(typed))
        return arena_fmt(&cli->mem, "./%s", typed);
    return str_from(typed);
}

static int run_lint(struct cli *cli, int argc, char **argv)
{
    AUTO(buf_release) struct buf out = { 0 };
    const struct provider       *p = NULL;
    struct opt_list              words;
    struct findings              faults;
    char                         today[16];
    int                          code = cli_parse(cli, &lint_cmd, NULL, argc, argv, 1, 1, &words);

    if (code >= 0)
        return code;
    buf_init(&out, 16U << 20, "a list of faults");
    findings_init(&faults, &cli->mem);
    clock_today(cli->clock, today);
    if (provider_load(lint_target(cli, words.items[0]), &cli->mem, &p, &faults) == ETL_OK)
        provider_lint(p, str_from(today), &cli->mem, &faults);
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
