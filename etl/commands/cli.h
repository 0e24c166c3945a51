/* etl/commands/cli.h - what all commands share: the common options, the help, messages, options that several commands have.
 *
 * Talk goes to stderr, results to stdout. */
#ifndef ETL_COMMANDS_CLI_H
#define ETL_COMMANDS_CLI_H

#include "etl/commands/command.h"
#include "etl/commands/exit_code.h"
#include "etl/core/system/clock.h"
#include "etl/core/system/random.h"

struct pair_value;
struct cli { /* the options that every command takes, and what main hands down */
    const struct clock *clock;
    struct random      *random;
    const char         *config; /* -c FILE */
    bool                json, quiet, verbose, help;
    const char         *progress, *color; /* auto | always | never */
    struct arena        mem;              /* lives as long as the command */
};

/* Parses a command's own options into `target` and the common ones into `cli`. Returns -1 to go on, else the exit code to return
 * (--help was shown: 0; usage faults were shown: 2). From `least` to `most` operands, most 0: any number. */
int cli_parse(struct cli *cli, const struct cli_command *command, void *target, int argc, char **argv, size_t least,
              size_t most, struct opt_list *operands);
/* Prints an err, or all findings, to stderr; returns the exit code that belongs to `status`. */
int cli_fail(struct cli *cli, enum etl_status status, const struct err *err);
int cli_faults(struct cli *cli, enum etl_status status, const struct findings *faults);
/* Writes a result to stdout. */
void cli_out(struct str text);
/* The command ended with `code`; worse when what it had to say could not be written. A closed pipe is no fault. */
int cli_out_exit(int code);
/* --set NAME=VALUE, as many as were given. */
struct pair_value *cli_set(struct cli *cli, const struct opt_list *set, struct findings *faults);
/* --today, or today by the local clock: "2026-11-24". */
const char *cli_today(struct cli *cli, const char *given, struct findings *faults);
/* For a command with subcommands ("provider list"): runs the one that argv[1] names, or shows them all. */
int cli_sub(struct cli *cli, const struct cli_command *parent, const struct cli_command *const *subs, int argc,
            char **argv);

#endif
