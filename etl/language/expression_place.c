/* etl/language/expression_place.c - reports the faults of an expression at their line and column in the mapping. */
#include "etl/language/expression_place.h"

static struct str line_of(struct str text, uint64_t line)
{
    struct str rest = text, head = STR_NONE;

    for (uint64_t i = 0; i < line && rest.ptr != NULL; i++)
        rest = str_cut(rest, '\n', &head);
    return head;
}

/* The file's column of byte `at` of the scalar. If the file writes the scalar in another way (escapes, several lines), the column where the
 * scalar begins. */
static uint32_t column_of(const struct expression_place *place, uint32_t at)
{
    const struct yaml *y = place->yaml;
    struct str         line = line_of(place->source->text, y->line), before = str_head(y->text, at);
    size_t             begin = (size_t)y->column - (y->column > 0);

    if (begin > line.len || !str_starts(str_skip(line, begin), before))
        return y->column;
    return (uint32_t)(begin + 1 + at);
}

static void report(const struct expression_place *place, enum severity severity, uint32_t at, const char *rule,
                   const char *fmt, va_list args)
{
    uint32_t column = column_of(place, at);
    char     text[400];

    vsnprintf(text, sizeof text, fmt, args);
    for (size_t i = 0; i < place->faults->count && i < 1000; i++) {
        const struct err *old = &place->faults->items[i].err;

        if (old->line == place->yaml->line && old->column == column && strcmp(old->text, text) == 0)
            return;
    }
    if (severity == SEVERITY_ERROR)
        yaml_fault(place->faults, place->source, place->yaml->line, column, rule, "%s", text);
    else
        yaml_warning(place->faults, place->source, place->yaml->line, column, rule, "%s", text);
}

void expression_fault(const struct expression_place *place, uint32_t at, const char *rule, const char *fmt, ...)
{
    va_list args;

    va_start(args, fmt);
    report(place, SEVERITY_ERROR, at, rule, fmt, args);
    va_end(args);
}

void expression_fault_v(const struct expression_place *place, uint32_t at, const char *rule, const char *fmt,
                        va_list args)
{
    report(place, SEVERITY_ERROR, at, rule, fmt, args);
}

void expression_warning(const struct expression_place *place, uint32_t at, const char *rule, const char *fmt, ...)
{
    va_list args;

    va_start(args, fmt);
    report(place, SEVERITY_WARNING, at, rule, fmt, args);
    va_end(args);
}

struct str did_you_mean(struct str typed, const struct str *names, size_t count, struct arena *mem)
{
    struct str near = str_nearest(typed, names, count);

    return near.ptr != NULL ? arena_fmt(mem, ", did you mean \"%.*s\"?", STR_ARG(near)) : STR("");
}
