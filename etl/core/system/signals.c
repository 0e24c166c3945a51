/* etl/core/system/signals.c - SIGINT and SIGTERM while something is sent. */
#include "etl/core/system/signals.h"

#include <unistd.h>

volatile sig_atomic_t stop_asked;

static void on_signal(int number)
{
    static const char text[] = "\nstopping: waiting for the answers to what was sent; once more leaves at once\n";

    (void)number;
    if (stop_asked != 0)
        _exit(130);
    stop_asked = 1;
    if (write(STDERR_FILENO, text, sizeof text - 1) < 0)
        return;
}

void signals_ask_to_stop(void)
{
    struct sigaction action = { .sa_handler = on_signal }; /* no SA_RESTART: what waits, wakes */

    struct sigaction hangup;

    sigaction(SIGINT, &action, NULL);
    sigaction(SIGTERM, &action, NULL);
    if (sigaction(SIGHUP, NULL, &hangup) == 0 && hangup.sa_handler != SIG_IGN) /* not under nohup */
        sigaction(SIGHUP, &action, NULL);
    signal(SIGXFSZ, SIG_IGN); /* a file that may not grow is an error of write(), told like a full disk */
}
