/* etl/commands/cmd.h - what a command of the command line is; one cmd_<name>.c each, plugged into main.c's table.
 *
 * A command parses its options by a table, does its work through the modules, talks on stderr, writes data to files or
 * stdout, and returns an exit code. Exit codes: design of the command line, README "Exit codes". */
#ifndef ETL_COMMANDS_CMD_H
#define ETL_COMMANDS_CMD_H

#include "etl/core/err.h"
#include "etl/core/opt.h"

enum exit_code {
    EXIT_WELL = 0,
    EXIT_PARTLY = 1,  /* rejects, or calls refused, failed, uncertain or blocked */
    EXIT_WRONG = 2,   /* usage, configuration, mapping or description */
    EXIT_UNREAD = 3,  /* an input cannot be read on */
    EXIT_STOPPED = 4, /* network, provider, lock, full disk: resumable */
    EXIT_GUARDED = 5, /* a guard stopped it */
    EXIT_INTERRUPTED = 130
};
/* Which one tells when several hold: 130, 2, 3, 5, 4, 1, 0 in that order. */
int exit_worse(int a, int b);
int exit_from(enum etl_status status); /* OK, END 0 · REJECT 1 · FAIL 2 · UNREAD 3 · AGAIN 4 · GUARD 5 */

struct pair_value;
struct cli {             /* the options every command takes */
    const char  *config; /* -c FILE */
    bool         json, quiet, verbose, help;
    const char  *progress, *color; /* auto | always | never */
    struct arena mem;              /* lives as long as the command */
};

struct cmd {
    const char       *name;                             /* "plan" */
    const char       *operands;                         /* "-m MAPPING -o RUN [INPUT=]FILE..." */
    const char       *summary;                          /* one line */
    const char       *about;                            /* a paragraph or two for --help, with an example */
    const struct opt *options;                          /* or NULL */
    int (*run)(struct cli *cli, int argc, char **argv); /* argv[0] is the command's name */
};
extern const struct cmd *const commands[]; /* NULL-ended, in main.c */

/* Parses a command's own options into `target` and the common ones into `cli`. Returns -1 to go on, else the exit code to return
 * (--help was shown: 0; usage faults were shown: 2). `least`/`most` operands, most 0 = any number. */
int cli_parse(struct cli *cli, const struct cmd *cmd, void *target, int argc, char **argv, size_t least, size_t most,
              struct opt_list *operands);
/* Prints an err, or all findings, to stderr; returns the exit code that belongs to `status`. */
int cli_fail(struct cli *cli, enum etl_status status, const struct err *err);
int cli_faults(struct cli *cli, enum etl_status status, const struct findings *faults);
/* Writes a result to stdout. */
void cli_out(struct str text);
/* --set NAME=VALUE, as many as were given. */
struct pair_value *cli_set(struct cli *cli, const struct opt_list *set, struct findings *faults);
/* --today, or today by the local clock: "2026-11-24". */
const char *cli_today(struct cli *cli, const char *given, struct findings *faults);
/* For a command with subcommands ("provider list"): runs the one argv[1] names, or shows them. */
int cli_sub(struct cli *cli, const struct cmd *parent, const struct cmd *const *subs, int argc, char **argv);

#endif
