/* etl/language/evaluation.c - how an evaluation fails, and where its new values get their bytes. */
#include "etl/language/evaluation.h"

#include "etl/core/limits.h"

#include <stdarg.h>

const char false_text[] = "false";

bool eval_fail(struct eval *e, const char *rule, const char *fmt, ...)
{
    va_list args;

    snprintf(e->err.rule, sizeof e->err.rule, "%s", rule);
    va_start(args, fmt);
    vsnprintf(e->err.text, sizeof e->err.text, fmt, args);
    va_end(args);
    return false;
}

char *eval_bytes(struct eval *e, size_t size)
{
    if (size > VALUE_BYTES_MAX) {
        eval_fail(e, "value-length", "the value grows past %d bytes", VALUE_BYTES_MAX);
        return NULL;
    }
    return arena_bytes(e->mem, size + 1);
}
