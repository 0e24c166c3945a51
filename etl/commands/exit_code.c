/* etl/commands/exit_code.c - the exit codes, and which of several tells more. */
#include "etl/commands/exit_code.h"

#include <unistd.h>

/* From the least to the most urgent for whoever has to act on it. */
static int rank(int code)
{
    static const int order[] = { EXIT_WELL,   EXIT_PARTLY, EXIT_STOPPED,    EXIT_GUARDED,
                                 EXIT_UNREAD, EXIT_WRONG,  EXIT_INTERRUPTED };

    for (int i = 0; i < (int)(sizeof order / sizeof order[0]); i++)
        if (order[i] == code)
            return i;
    return (int)(sizeof order / sizeof order[0]); /* an unknown code outranks all */
}

int exit_worse(int a, int b)
{
    return rank(a) >= rank(b) ? a : b;
}

int exit_from(enum etl_status status)
{
    switch (status) {
    case ETL_OK:
    case ETL_END: return EXIT_WELL;
    case ETL_REJECT: return EXIT_PARTLY;
    case ETL_AGAIN: return EXIT_STOPPED;
    case ETL_UNREAD: return EXIT_UNREAD;
    case ETL_GUARD: return EXIT_GUARDED;
    case ETL_FAIL: break;
    }
    return EXIT_WRONG;
}

void exit_out_of_memory(const char *what, size_t limit_bytes)
{
    fprintf(stderr, "error: out of memory: %s would need more than %zu bytes\n", what, limit_bytes);
    _exit(EXIT_STOPPED);
}
