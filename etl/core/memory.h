/* etl/core/memory.h - what happens when there is no more memory, or an allowance is used up: one way out, which the program chooses.
 *
 * Whoever allocates calls memory_exhausted() and never gets back, so no caller carries a path for it that nothing tests. What is told, and
 * with which exit code the process ends, main decides; a test or a simulator may leave by longjmp.
 *
 * Threads  the handler is set before threads start, and may be called by any of them. */
#ifndef ETL_CORE_MEMORY_H
#define ETL_CORE_MEMORY_H

#include <stddef.h>

/* Must not come back. what: who wanted the memory, as a noun; limit_bytes: what would have been exceeded, or was asked for. */
typedef void memory_handler(const char *what, size_t limit_bytes);
void         memory_on_exhausted(memory_handler *handler); /* NULL: says it and aborts */

_Noreturn void memory_exhausted(const char *what, size_t limit_bytes);

#endif
