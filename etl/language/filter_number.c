/* etl/language/filter_number.c - the filter `number`: reads numbers as people write them. Works on text only, so binary floats round nothing. */
#include "etl/core/utf8.h"
#include "etl/language/filter.h"

enum { DIGITS_MAX = 60 };

struct typed_number {              /* a number as it was typed */
    char   digits[DIGITS_MAX + 1]; /* all of them, without marks */
    size_t count;
    size_t whole; /* how many stand before the decimal mark */
    bool   negative;
};

/* Groups of three digits, the first of one to three: 1,234,567 */
static bool grouped_by_three(struct str s, char mark)
{
    size_t run = 0, groups = 0;

    for (size_t i = 0; i < s.len; i++) {
        if (s.ptr[i] != mark) {
            run++;
            continue;
        }
        if (groups++ == 0 ? run < 1 || run > 3 : run != 3)
            return false;
        run = 0;
    }
    return run == 3;
}

static size_t count_byte(struct str s, char c)
{
    size_t n = 0;

    for (size_t i = 0; i < s.len; i++)
        n += s.ptr[i] == c;
    return n;
}

/* Finds the decimal mark; returns what is wrong if it is ambiguous. A single point is decimal: machines write it so. A single comma is
 * decimal unless exactly three digits follow: some people mean thousands by that, others three decimals. */
static const char *marks_of(struct str s, const char **decimal)
{
    size_t      points = count_byte(s, '.'), commas = count_byte(s, ',');
    const char *point = points != 0 ? memrchr(s.ptr, '.', s.len) : NULL;
    const char *comma = commas != 0 ? memrchr(s.ptr, ',', s.len) : NULL;

    *decimal = NULL;
    if (points != 0 && commas != 0) {
        char grouping = point > comma ? ',' : '.';

        *decimal = point > comma ? point : comma;
        if ((point > comma ? points : commas) != 1)
            return "has two kinds of marks in no order";
        return grouped_by_three(str_head(s, (size_t)(*decimal - s.ptr)), grouping)
                   ? NULL
                   : "its groups are not of three digits";
    }
    if (points > 1 || commas > 1)
        return grouped_by_three(s, points > 1 ? '.' : ',') ? NULL : "its groups are not of three digits";
    if (point != NULL)
        *decimal = point;
    if (comma != NULL) {
        size_t before = (size_t)(comma - s.ptr);

        *decimal = comma;
        if (s.len - before == 4 && before >= 1 && before <= 3 && s.ptr[0] != '0')
            return "may be thousands or three decimals; say which by replace(',', '') or replace(',', '.')";
    }
    return NULL;
}

/* Blanks of any kind and apostrophes may separate groups: 2 154,00. Copies everything else to `plain`. */
static const char *without_blanks(struct str s, char *plain, size_t room, size_t *len)
{
    struct str rest = s;
    size_t     since = 0;
    bool       grouped = false;

    *len = 0;
    while (rest.len != 0) {
        uint32_t c = utf8_next(&rest);

        if (c == ' ' || c == 0xa0 || c == 0x202f || c == 0x2009 || c == '\'') {
            if (*len == 0 || (grouped && since != 3))
                return "its groups are not of three digits";
            grouped = true;
            since = 0;
            continue;
        }
        if (c >= 0x80 || *len + 1 >= room)
            return "is no number";
        if (grouped && (c == ',' || c == '.')) {
            if (since != 3)
                return "its groups are not of three digits";
            grouped = false;
        }
        since++;
        plain[(*len)++] = (char)c;
    }
    return grouped && since != 3 ? "its groups are not of three digits" : NULL;
}

static const char *read_typed(struct str s, struct typed_number *w)
{
    char        plain[DIGITS_MAX + 20];
    size_t      len = 0;
    const char *decimal = NULL, *fault;
    struct str  digits;

    *w = (struct typed_number){ 0 };
    s = str_trim(s);
    w->negative = s.len != 0 && s.ptr[0] == '-';
    if (s.len != 0 && (s.ptr[0] == '-' || s.ptr[0] == '+'))
        s = str_skip(s, 1);
    fault = without_blanks(s, plain, sizeof plain, &len);
    if (fault != NULL)
        return fault;
    digits = str_of(plain, len);
    for (size_t i = 0; i < len; i++)
        if ((plain[i] < '0' || plain[i] > '9') && plain[i] != '.' && plain[i] != ',')
            return plain[i] == 'E' || plain[i] == 'e'
                       ? "is written with an exponent, as spreadsheets do; digits are lost already"
                       : "is no number";
    fault = marks_of(digits, &decimal);
    if (fault != NULL)
        return fault;
    for (size_t i = 0; i < len; i++) {
        if (plain + i == decimal)
            w->whole = w->count;
        if (plain[i] < '0' || plain[i] > '9')
            continue;
        if (w->count == DIGITS_MAX)
            return "has too many digits";
        w->digits[w->count++] = plain[i];
    }
    if (decimal == NULL)
        w->whole = w->count;
    return w->count == 0 ? "is no number" : NULL;
}

/* Half away from zero, as invoices are rounded. */
static void round_to(struct typed_number *w, size_t decimals)
{
    size_t at = w->whole + decimals;
    bool   up = at < w->count && w->digits[at] >= '5';

    if (at >= w->count)
        return;
    w->count = at;
    while (up && at != 0) {
        at--;
        up = w->digits[at] == '9';
        w->digits[at] = up ? '0' : (char)(w->digits[at] + 1);
    }
    if (up) {
        memmove(w->digits + 1, w->digits, w->count);
        w->digits[0] = '1';
        w->count++;
        w->whole++;
    }
}

static bool run_number(struct eval *e, const struct node *n, struct value *v, const struct value *args)
{
    struct typed_number w;
    const char         *fault = read_typed(v->text, &w);
    size_t              decimals, first = 0, len = 0;
    char               *out;
    bool                zero = true;

    FILTER_UNUSED;
    if (fault != NULL)
        return eval_fail(e, "number", "%s: %s", fault, shown(v->text, v->secret).text);
    if (n->count > 1)
        round_to(&w, (size_t)n->numbers[0]);
    decimals = n->count > 1 ? (size_t)n->numbers[0] : w.count - w.whole;
    out = eval_bytes(e, w.count + decimals + 4);
    if (out == NULL)
        return false;
    for (size_t i = 0; i < w.count; i++)
        zero = zero && w.digits[i] == '0';
    if (w.negative && !zero)
        out[len++] = '-';
    while (first + 1 < w.whole && w.digits[first] == '0')
        first++;
    if (w.whole == 0)
        out[len++] = '0';
    for (size_t i = first; i < w.whole; i++)
        out[len++] = w.digits[i];
    if (decimals != 0)
        out[len++] = '.';
    for (size_t i = 0; i < decimals; i++)
        out[len++] = w.whole + i < w.count ? w.digits[w.whole + i] : '0';
    v->text = str_of(out, len);
    return true;
}

static const char *check_number(const struct node *n)
{
    return n->count > 1 && (n->numbers[0] < 0 || n->numbers[0] > 12) ? "0 to 12 decimals" : NULL;
}

const struct filter filter_number = {
    .name = "number",
    .form = "number(decimals)",
    .summary = "a number as machines write it",
    .args = { ARG_NUMBER },
    .most = 1,
    .run = run_number,
    .check = check_number,
};
