/* etl/language/filter_number.c - numbers as people write them, and comparing decimals. Text all the way: no rounding by accident. */
#include "etl/core/utf8.h"
#include "etl/language/filter.h"

enum { DIGITS_MAX = 60 };

/* ---- comparing ---- */

struct decimal {
    bool       negative;
    struct str whole, fraction; /* without zeros that say nothing */
};

static bool is_digits(struct str s)
{
    return s.len == 0 || str_all_digits(s);
}

static bool read_decimal(struct str s, struct decimal *out)
{
    struct str head, tail;

    out->negative = s.len != 0 && s.ptr[0] == '-';
    if (s.len != 0 && (s.ptr[0] == '-' || s.ptr[0] == '+'))
        s = str_skip(s, 1);
    tail = str_cut(s, '.', &head);
    if (tail.ptr == NULL) {
        head = s;
        tail = STR("");
    }
    if (head.len + tail.len == 0 || !is_digits(head) || !is_digits(tail))
        return false;
    while (head.len != 0 && head.ptr[0] == '0')
        head = str_skip(head, 1);
    while (tail.len != 0 && tail.ptr[tail.len - 1] == '0')
        tail.len--;
    out->whole = head;
    out->fraction = tail;
    if (head.len + tail.len == 0)
        out->negative = false;
    return true;
}

static int compare_decimals(const struct decimal *a, const struct decimal *b)
{
    int order;

    if (a->negative != b->negative)
        return a->negative ? -1 : 1;
    if (a->whole.len != b->whole.len)
        order = a->whole.len < b->whole.len ? -1 : 1;
    else
        order = str_cmp(a->whole, b->whole);
    if (order == 0)
        order = str_cmp(a->fraction, b->fraction);
    order = (order > 0) - (order < 0);
    return a->negative ? -order : order;
}

static bool is_iso_date(struct str s)
{
    static const char shape[] = "dddd-dd-dd dd:dd:dd";
    static const int  lengths[] = { 31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31 };
    int               month, day, year;

    if (s.len != 10 && s.len != 19)
        return false;
    for (size_t i = 0; i < s.len; i++)
        if (shape[i] == 'd' ? s.ptr[i] < '0' || s.ptr[i] > '9' : s.ptr[i] != shape[i] && !(i == 10 && s.ptr[i] == 'T'))
            return false;
    year = (s.ptr[0] - '0') * 1000 + (s.ptr[1] - '0') * 100 + (s.ptr[2] - '0') * 10 + s.ptr[3] - '0';
    month = (s.ptr[5] - '0') * 10 + s.ptr[6] - '0';
    day = (s.ptr[8] - '0') * 10 + s.ptr[9] - '0';
    if (month < 1 || month > 12 || day < 1 || day > lengths[month - 1])
        return false;
    return month != 2 || day < 29 || (year % 4 == 0 && (year % 100 != 0 || year % 400 == 0));
}

bool compare_ordered(struct str a, struct str b, int *order)
{
    struct decimal x, y;

    if (read_decimal(a, &x) && read_decimal(b, &y)) {
        *order = compare_decimals(&x, &y);
        return true;
    }
    if (!is_iso_date(a) || !is_iso_date(b))
        return false;
    *order = a.len == b.len ? str_cmp(a, b) : str_cmp(str_head(a, 10), str_head(b, 10));
    *order = (*order > 0) - (*order < 0);
    return true;
}

/* ---- number(decimals) ---- */

struct written {                   /* a number as it was written */
    char   digits[DIGITS_MAX + 1]; /* all of them, without marks */
    size_t count;
    size_t whole; /* how many stand before the decimal mark */
    bool   negative;
};

static const char *marks_of(struct str s, const char **decimal);

/* Groups of three behind the first one: 1,234,567 */
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

/* Where the decimal mark stands; *fault when it cannot be told. A point alone is what machines write: decimal. A comma alone
 * is decimal unless three digits follow, which is a thousand to some and three decimals to others. */
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

/* Blanks of any kind group digits too: 2 154,00. Copies the rest to `plain`. */
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

static const char *read_written(struct str s, struct written *w)
{
    char        plain[DIGITS_MAX + 20];
    size_t      len = 0;
    const char *decimal = NULL, *fault;
    struct str  digits;

    *w = (struct written){ 0 };
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
static void round_to(struct written *w, size_t decimals)
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

bool filter_number(struct eval *e, const struct node *n, struct value *v, const struct value *args)
{
    struct written w;
    const char    *fault = read_written(v->text, &w);
    size_t         decimals, first = 0, len = 0;
    char          *out;
    bool           zero = true;

    (void)args;
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
