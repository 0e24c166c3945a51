/* etl/core/memory.c - the one way out when there is no more memory. */
#include "etl/core/memory.h"

#include <stdio.h>
#include <stdlib.h>

static memory_handler *on_exhausted;

void memory_on_exhausted(memory_handler *handler)
{
    on_exhausted = handler;
}

void memory_exhausted(const char *what, size_t limit_bytes)
{
    if (on_exhausted != NULL)
        on_exhausted(what, limit_bytes);
    fprintf(stderr, "out of memory: %s would need more than %zu bytes\n", what, limit_bytes);
    abort();
}
