/* formats/dotted_path.c - a place in a JSON record, as a mapping writes it. */
#include "formats/dotted_path.h"

/* The next part that is not a number; ptr NULL at the end. */
static struct str next_part(struct str *rest)
{
    struct str part = STR_NONE;

    while (rest->ptr != NULL) {
        *rest = str_cut(*rest, '.', &part);
        if (!str_all_digits(part))
            return part;
    }
    return STR_NONE;
}

bool dotted_path_is_within(struct str path, struct str place)
{
    for (;;) {
        struct str wanted = next_part(&place), part = wanted.ptr != NULL ? next_part(&path) : STR_NONE;

        if (wanted.ptr == NULL)
            return true;
        if (part.ptr == NULL || !str_eq(part, wanted))
            return false;
    }
}

struct str dotted_path_without_numbers(struct str path, struct arena *mem)
{
    struct str out = STR(""), part;

    while ((part = next_part(&path)).ptr != NULL)
        out = out.len != 0 ? arena_fmt(mem, "%.*s.%.*s", STR_ARG(out), STR_ARG(part)) : part;
    return out;
}
