/* etl/commands/cli.c - what all commands share: common options, help, messages. */
#include "etl/commands/cli.h"

#include <errno.h>
#include <time.h>
#include <unistd.h>

#include "etl/core/system/atomic_file.h"
#include "etl/core/system/log.h"
#include "providers/model/provider.h"

static const struct opt common_options[] = {
    OPT(struct cli, config, "config", 'c', "FILE", NULL,
        "the configuration (default ./subferry.yaml, then $XDG_CONFIG_HOME/subferry/subferry.yaml)"),
    OPT(struct cli, json, "json", 0, NULL, NULL, "only the summary on stdout, for programs"),
    OPT(struct cli, quiet, "quiet", 'q', NULL, NULL, "say only what went wrong"),
    OPT(struct cli, verbose, "verbose", 'v', NULL, NULL, "say more"),
    OPT(struct cli, progress, "progress", 0, "WHEN", "auto", "auto, always or never"),
    OPT(struct cli, color, "color", 0, "WHEN", "auto", "auto, always or never (NO_COLOR is honoured)"),
    OPT(struct cli, help, "help", 'h', NULL, NULL, "this help"),
    { 0 },
};

static void show_help(const struct cli_command *cmd)
{
    AUTO(buf_release) struct buf out;

    buf_init(&out, 1 << 16, "a help page");
    buf_fmt(&out, "usage: subferry %s %s\n\n%s\n", cmd->name, cmd->operands, cmd->about);
    if (cmd->options != NULL && cmd->options[0].name != NULL) {
        buf_lit(&out, "\noptions:\n");
        opt_help(&out, cmd->options);
    }
    buf_lit(&out, "\nfor every command:\n");
    opt_help(&out, common_options);
    cli_out(buf_str(&out));
}

/* "always" and "never" decide, "auto" leaves it to `automatic`; anything else is a fault. */
static bool when(const char *word, bool automatic, const char *option, struct findings *faults)
{
    if (strcmp(word, "always") == 0)
        return true;
    if (strcmp(word, "never") == 0)
        return false;
    if (strcmp(word, "auto") != 0)
        findings_say(faults, SEVERITY_ERROR, NULL, 0, 0, "option-value", "--%s takes auto, always or never", option);
    return automatic;
}

static void settle_talk(struct cli *cli, struct findings *faults)
{
    const char *no_color = getenv("NO_COLOR");
    bool        terminal = isatty(STDERR_FILENO) == 1;
    bool        dumb = no_color != NULL && no_color[0] != '\0';

    log_level = cli->quiet || cli->json ? LOG_QUIET : cli->verbose ? LOG_VERBOSE : LOG_NORMAL;
    if (cli->verbose)
        log_level = LOG_VERBOSE;
    log_color(when(cli->color, terminal && !dumb, "color", faults));
    progress_on(when(cli->progress, terminal && !cli->quiet && !cli->json, "progress", faults));
}

int cli_parse(struct cli *cli, const struct cli_command *cmd, void *target, int argc, char **argv, size_t least,
              size_t most, struct opt_list *operands)
{
    struct opt_set  sets[] = { { cmd->options, target }, { common_options, cli } };
    struct opt_list found = { 0 };
    struct findings faults;

    findings_init(&faults, &cli->mem);
    if (cmd->options != NULL)
        opt_parse(sets, 2, argc, argv, &cli->mem, &found, &faults);
    else
        opt_parse(sets + 1, 1, argc, argv, &cli->mem, &found, &faults);
    if (cli->help) {
        show_help(cmd);
        return EXIT_WELL;
    }
    settle_talk(cli, &faults);
    if (faults.errors == 0 && found.count < least)
        findings_say(&faults, SEVERITY_ERROR, NULL, 0, 0, "operand-missing",
                     "something is missing; usage: subferry %s %s", cmd->name, cmd->operands);
    if (faults.errors == 0 && most != 0 && found.count > most)
        findings_say(&faults, SEVERITY_ERROR, NULL, 0, 0, "operand-extra", "too much: \"%s\"; usage: subferry %s %s",
                     found.items[most], cmd->name, cmd->operands);
    if (faults.errors != 0) {
        int code = cli_faults(cli, ETL_FAIL, &faults);

        fault("see subferry %s --help", cmd->name);
        return code;
    }
    if (operands != NULL)
        *operands = found;
    return -1;
}

int cli_fail(struct cli *cli, enum etl_status status, const struct err *err)
{
    AUTO(buf_release) struct buf out;

    (void)cli;
    buf_init(&out, 1 << 16, "a message");
    err_print(&out, err, SEVERITY_ERROR);
    fault("%.*s", STR_ARG(str_trim(buf_str(&out))));
    return exit_from(status);
}

int cli_faults(struct cli *cli, enum etl_status status, const struct findings *faults)
{
    AUTO(buf_release) struct buf out;

    (void)cli;
    buf_init(&out, 4 << 20, "a list of faults");
    findings_print(&out, faults);
    say_text(buf_str(&out));
    return exit_from(status);
}

static enum etl_status out_status; /* the first failure; nothing is written after it */

void cli_out(struct str text)
{
    struct err err = { 0 };

    if (out_status != ETL_OK)
        return;
    out_status = fd_write_all(STDOUT_FILENO, text, "stdout", &err);
    if (out_status != ETL_OK && errno == EPIPE)
        out_status = ETL_END; /* who read it has enough */
    else if (out_status != ETL_OK)
        fault("%s", err.text);
}

int cli_out_exit(int code)
{
    return out_status == ETL_OK || out_status == ETL_END ? code : exit_worse(code, EXIT_STOPPED);
}

struct pair_value *cli_set(struct cli *cli, const struct opt_list *set, struct findings *faults)
{
    struct pair_value *pairs = ARENA_ARRAY(&cli->mem, struct pair_value, set->count + 1);

    for (size_t i = 0; i < set->count; i++) {
        struct str name, value = str_cut(str_from(set->items[i]), '=', &name);

        if (value.ptr == NULL || name.len == 0)
            findings_say(faults, SEVERITY_ERROR, NULL, 0, 0, "option-value", "--set takes NAME=VALUE, got \"%s\"",
                         set->items[i]);
        pairs[i] = (struct pair_value){ name, value };
    }
    return pairs;
}

const char *cli_today(struct cli *cli, const char *given, struct findings *faults)
{
    struct tm date = { 0 };
    char      text[16];

    if (given == NULL) {
        clock_today(cli->clock, text);
        return arena_cstr(&cli->mem, str_from(text));
    }
    if (strptime(given, "%Y-%m-%d", &date) == NULL || strftime(text, sizeof text, "%Y-%m-%d", &date) == 0 ||
        strcmp(text, given) != 0)
        findings_say(faults, SEVERITY_ERROR, NULL, 0, 0, "option-value",
                     "--today takes a date like 2026-11-24, got \"%s\"", given);
    return given;
}

int cli_sub(struct cli *cli, const struct cli_command *parent, const struct cli_command *const *subs, int argc,
            char **argv)
{
    AUTO(buf_release) struct buf out = { 0 };
    struct str                   names[16];
    size_t                       n = 0;

    for (; n < 16 && subs[n] != NULL; n++) {
        names[n] = str_skip(str_from(subs[n]->name), strlen(parent->name) + 1);
        if (argc > 1 && str_is(names[n], argv[1]))
            return subs[n]->run(cli, argc - 1, argv + 1);
    }
    buf_init(&out, 1 << 16, "a help page");
    buf_fmt(&out, "usage: subferry %s COMMAND …\n\n%s\n\n", parent->name, parent->about);
    for (size_t i = 0; i < n; i++)
        buf_fmt(&out, "  subferry %s %s\n      %s\n", subs[i]->name, subs[i]->operands, subs[i]->summary);
    if (argc > 1 && (strcmp(argv[1], "--help") == 0 || strcmp(argv[1], "-h") == 0)) {
        cli_out(buf_str(&out));
        return EXIT_WELL;
    }
    say_text(buf_str(&out));
    if (argc > 1) {
        struct str near = str_nearest(str_from(argv[1]), names, n);

        fault("unknown: subferry %s %s%s%.*s%s", parent->name, argv[1], near.ptr != NULL ? ", did you mean \"" : "",
              STR_ARG(near), near.ptr != NULL ? "\"?" : "");
    }
    return EXIT_WRONG;
}
