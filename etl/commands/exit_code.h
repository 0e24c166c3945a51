/* etl/commands/exit_code.h - the exit codes, and which of several tells more. README, "Exit codes", is their promise to scripts. */
#ifndef ETL_COMMANDS_EXIT_CODE_H
#define ETL_COMMANDS_EXIT_CODE_H

#include "etl/core/err.h"

enum exit_code {
    EXIT_WELL = 0,
    EXIT_PARTLY = 1,       /* rejects, or calls refused, failed, uncertain or blocked */
    EXIT_WRONG = 2,        /* usage, configuration, mapping or description */
    EXIT_UNREAD = 3,       /* an input cannot be read on */
    EXIT_STOPPED = 4,      /* network, provider, lock, full disk: resumable */
    EXIT_GUARDED = 5,      /* a guard stopped it */
    EXIT_INTERRUPTED = 130 /* 70 is must.h's: an invariant of ours was broken */
};
/* The one that tells more when both hold: 130, 2, 3, 5, 4, 1, 0 in that order. */
int exit_worse(int a, int b);
/* When memory is used up (core/memory.h): says so and ends the process with EXIT_STOPPED, at once and without handlers: what was sent is in
 * the ledger, so the same command goes on. */
void exit_out_of_memory(const char *what, size_t limit_bytes);
int  exit_from(enum etl_status status); /* OK, END 0 · REJECT 1 · FAIL 2 · UNREAD 3 · AGAIN 4 · GUARD 5 */

#endif
