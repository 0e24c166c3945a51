/* providers/model/quick_check.c - merges the plain rules of a type. */
#include "providers/model/quick_check.h"

/* A pattern of one class of ASCII characters and a count: [0-9]{10}, [a-z_-]+, [\t -~]*. */
struct plain_pattern {
    bool   chars[256];
    size_t min, max;
};

/* One character of a class; false if it stands for several (\d, [:alpha:]). */
static bool class_char(struct str *rest, unsigned char *out)
{
    static const char letters[] = "tnrf", meant[] = "\t\n\r\f";
    const char       *known;
    bool              escaped = str_starts(*rest, STR("\\"));

    if (escaped)
        *rest = str_skip(*rest, 1);
    if (rest->len == 0 || (unsigned char)rest->ptr[0] >= 0x80)
        return false;
    *out = (unsigned char)rest->ptr[0];
    *rest = str_skip(*rest, 1);
    if (!escaped)
        return *out != '[' && *out != ']';
    known = strchr(letters, *out);
    if (known != NULL && *known != '\0')
        *out = (unsigned char)meant[known - letters];
    else
        return !(*out >= '0' && *out <= '9') && !((*out | 0x20) >= 'a' && (*out | 0x20) <= 'z') && *out != '\0';
    return true;
}

static bool read_class(struct str *rest, bool chars[256])
{
    if (!str_starts(*rest, STR("[")) || str_starts(*rest, STR("[^")) || str_starts(*rest, STR("[]")))
        return false;
    *rest = str_skip(*rest, 1);
    while (rest->len != 0 && rest->ptr[0] != ']') {
        unsigned char from, to;

        if (!class_char(rest, &from))
            return false;
        to = from;
        if (rest->len >= 2 && rest->ptr[0] == '-' && rest->ptr[1] != ']') {
            *rest = str_skip(*rest, 1);
            if (!class_char(rest, &to) || to < from)
                return false;
        }
        for (unsigned c = from; c <= to; c++)
            chars[c] = true;
    }
    if (rest->len == 0)
        return false;
    *rest = str_skip(*rest, 1);
    return true;
}

static bool read_count(struct str text, struct plain_pattern *out)
{
    struct str least, most;
    uint64_t   n;

    out->min = str_is(text, "*") ? 0 : 1;
    out->max = text.len == 0 ? 1 : SIZE_MAX;
    if (text.len == 0 || str_is(text, "*") || str_is(text, "+"))
        return true;
    if (!str_starts(text, STR("{")) || !str_ends(text, STR("}")))
        return false;
    most = str_cut(str_of(text.ptr + 1, text.len - 2), ',', &least);
    if (!str_to_u64(least, &n))
        return false;
    out->min = out->max = (size_t)n;
    if (most.ptr == NULL)
        return true;
    if (most.len != 0 && !str_to_u64(most, &n))
        return false;
    out->max = most.len != 0 ? (size_t)n : SIZE_MAX;
    return true;
}

static bool read_plain_pattern(struct str expression, struct plain_pattern *out)
{
    *out = (struct plain_pattern){ 0 };
    return read_class(&expression, out->chars) && read_count(expression, out);
}

static void narrow(struct quick_check *q, const bool chars[256])
{
    for (size_t c = 0; c < 128; c++)
        q->wrong[c] = q->wrong[c] || !chars[c];
}

static void narrow_length(struct quick_check *q, size_t min, size_t max)
{
    q->min = min > q->min ? min : q->min;
    q->max = max < q->max ? max : q->max;
}

static bool take_in(struct quick_check *q, const struct rule *rule)
{
    struct plain_pattern pattern;

    if (rule->part != PART_WHOLE)
        return false;
    switch (rule->check) {
    case CHECK_LENGTH: narrow_length(q, (size_t)rule->min, (size_t)rule->max); return true;
    case CHECK_CHARS: narrow(q, rule->chars); return true;
    case CHECK_PATTERN:
        if (!read_plain_pattern(rule->expression, &pattern))
            return false;
        narrow(q, pattern.chars);
        narrow_length(q, pattern.min, pattern.max);
        return true;
    case CHECK_NOT_CLEAR: q->not_clear = true; return true;
    default: return false;
    }
}

const struct quick_check *quick_check_new(const struct rule *const *rules, size_t count, struct arena *run_mem)
{
    struct quick_check *q = ARENA_NEW(run_mem, struct quick_check);
    const struct rule **others = ARENA_ARRAY(run_mem, const struct rule *, count + 1);

    q->max = SIZE_MAX;
    memset(q->wrong + 128, 1, 128);
    for (size_t i = 0; i < count; i++)
        if (!take_in(q, rules[i]))
            others[q->other_count++] = rules[i];
    q->others = others;
    return q;
}
