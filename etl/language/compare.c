/* etl/language/compare.c - the order of two decimal numbers or of two ISO dates, as texts of any length. */
#include "etl/language/compare.h"

#include "etl/core/notation/date.h"

struct decimal {
    bool       negative;
    struct str whole, fraction; /* without leading or trailing zeros */
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
    int               month, day, year;

    if (s.len != 10 && s.len != 19)
        return false;
    for (size_t i = 0; i < s.len; i++)
        if (shape[i] == 'd' ? s.ptr[i] < '0' || s.ptr[i] > '9' : s.ptr[i] != shape[i] && !(i == 10 && s.ptr[i] == 'T'))
            return false;
    year = (s.ptr[0] - '0') * 1000 + (s.ptr[1] - '0') * 100 + (s.ptr[2] - '0') * 10 + s.ptr[3] - '0';
    month = (s.ptr[5] - '0') * 10 + s.ptr[6] - '0';
    day = (s.ptr[8] - '0') * 10 + s.ptr[9] - '0';
    return date_is_real(year, month, day);
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
