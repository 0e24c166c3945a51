/* etl/commands/main.c - the program: its commands, and finding the one that is meant. */
#include <errno.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/resource.h>

#include "etl/commands/cli.h"
#include "etl/core/system/log.h"

/* In the order in which an operator needs them; the help keeps it. */
static const struct cli_command *const commands[] = {
    &cmd_plan, &cmd_test,    &cmd_apply,      &cmd_status,   &cmd_calls,   &cmd_explain, &cmd_reveal,
    &cmd_pull, &cmd_archive, &cmd_connection, &cmd_provider, &cmd_mapping, &cmd_sandbox, NULL
};

static void show_usage(struct buf *out)
{
    buf_lit(out, "Subferry moves subscribers between ISP back offices.\n\n");
    for (size_t i = 0; commands[i] != NULL; i++)
        buf_fmt(out, "  subferry %-11s %s\n", commands[i]->name, commands[i]->summary);
    buf_lit(out,
            "\nStart with:   subferry plan -m MAPPING -o RUN extract.csv\n"
            "Then:         subferry status RUN          (it says what to do next)\n"
            "Every command has --help.\n");
}

/* Options may stand before the command too: `subferry -c x.yaml plan …`. The command is the first word that is not an option; it moves to
 * the front. */
static int bring_command_forward(int argc, char **argv)
{
    for (int i = 1; i < argc; i++) {
        if (argv[i][0] != '-') {
            char *name = argv[i];

            for (int k = i; k > 1; k--)
                argv[k] = argv[k - 1];
            argv[1] = name;
            return i;
        }
        if (strcmp(argv[i], "-c") == 0 || strcmp(argv[i], "--config") == 0 || strcmp(argv[i], "--progress") == 0 ||
            strcmp(argv[i], "--color") == 0)
            i++; /* its value */
    }
    return 0;
}

/* Passwords and credentials in memory must not reach a core file or another process of this user. */
static void keep_secrets_in(void)
{
    const struct rlimit none = { 0, 0 };

    setrlimit(RLIMIT_CORE, &none);
#ifndef __SANITIZE_ADDRESS__ /* the leak checker has to look into this process */
    prctl(PR_SET_DUMPABLE, 0);
#endif
}

int main(int argc, char **argv)
{
    AUTO(buf_release) struct buf out;
    struct cli                   cli = { .clock = &real_clock, .random = &real_random };
    struct str                   names[32];
    size_t                       n = 0;

    memory_on_exhausted(exit_out_of_memory);
    keep_secrets_in();
    signal(SIGPIPE, SIG_IGN); /* writing to a closed pipe is an error of write() then, reported like any other */
    buf_init(&out, 1 << 16, "a help page");
    if (argc < 2 || strcmp(argv[1], "--help") == 0 || strcmp(argv[1], "-h") == 0 || strcmp(argv[1], "help") == 0) {
        show_usage(&out);
        if (argc < 2) {
            say_text(buf_str(&out));
            return EXIT_WRONG;
        }
        cli_out(buf_str(&out));
        return EXIT_WELL;
    }
    if (strcmp(argv[1], "--version") == 0) {
        cli_out(STR("subferry " SUBFERRY_VERSION "\n"));
        return EXIT_WELL;
    }
    bring_command_forward(argc, argv);
    arena_init(&cli.mem, 1U << 30, "the command");
    for (; commands[n] != NULL; n++) {
        names[n] = str_from(commands[n]->name);
        if (strcmp(argv[1], commands[n]->name) == 0) {
            int code = commands[n]->run(&cli, argc - 1, argv + 1);

            progress_end();
            arena_release(&cli.mem);
            return cli_out_exit(code);
        }
    }
    arena_release(&cli.mem);
    struct str near = str_nearest(str_from(argv[1]), names, n);

    show_usage(&out);
    say_text(buf_str(&out));
    if (near.ptr != NULL)
        fault("unknown command \"%s\", did you mean \"%.*s\"?", argv[1], STR_ARG(near));
    else
        fault("unknown command \"%s\"", argv[1]);
    return EXIT_WRONG;
}
