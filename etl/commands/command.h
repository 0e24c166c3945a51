/* etl/commands/command.h - what a command of the command line is: a row of main.c's table, one cmd_<name>.c each.
 *
 * A command parses its options by a table, does its work through the modules below, talks on stderr, writes data to files or stdout, and
 * returns an exit code (exit_code.h). The struct is called cli_command because a `struct command` is an operation of a provider. */
#ifndef ETL_COMMANDS_COMMAND_H
#define ETL_COMMANDS_COMMAND_H

#include "etl/core/opt.h"

struct cli;
struct cli_command {
    const char       *name;                             /* "plan" */
    const char       *operands;                         /* "-m MAPPING -o RUN [INPUT=]FILE..." */
    const char       *summary;                          /* one line */
    const char       *about;                            /* a paragraph or two for --help, with an example */
    const struct opt *options;                          /* or NULL */
    int (*run)(struct cli *cli, int argc, char **argv); /* argv[0] is the command's name */
};
extern const struct cli_command cmd_plan, cmd_test, cmd_apply, cmd_status, cmd_calls, cmd_explain, cmd_reveal, cmd_pull,
    cmd_archive, cmd_connection, cmd_provider, cmd_mapping, cmd_sandbox;

#endif
