/* etl/core/must.c - a broken invariant: says which, and ends the process. */
#include "etl/core/must.h"

#include <unistd.h>

/* _exit() runs no handlers and flushes no streams: after a broken invariant nothing more may leave or be written. */
_Noreturn void must_fail(const char *condition, const char *file, int line)
{
    dprintf(STDERR_FILENO, "subferry: internal error: %s does not hold (%s:%d); nothing more is sent\n", condition,
            file, line);
    _exit(MUST_EXIT_CODE);
}
