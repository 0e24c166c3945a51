/* etl/core/notation/date.c - how dates are written: read by one form, written by another. */
#include "etl/core/notation/date.h"

enum part {
    PART_LITERAL_BYTE,
    PART_YEAR,
    PART_YEAR2,
    PART_MONTH,
    PART_MONTH_NAME,
    PART_DAY,
    PART_HOUR,
    PART_MINUTE,
    PART_SECOND
};
enum { PARTS_MAX = 32, ALTERNATIVES = 6 };

struct form_part {
    enum part part;
    char      literal;
};
struct one_form {
    struct form_part parts[PARTS_MAX];
    size_t           count;
};
struct date_form {
    struct one_form forms[ALTERNATIVES]; /* 'MM/DD/YYYY|YYYY-MM-DD': tried in order */
    size_t          count;
};
static const struct {
    const char *text;
    enum part   part;
} words[] = {
    { "YYYY", PART_YEAR }, { "YY", PART_YEAR2 }, { "MMM", PART_MONTH_NAME }, { "MM", PART_MONTH },
    { "DD", PART_DAY },    { "HH", PART_HOUR },  { "mm", PART_MINUTE },      { "ss", PART_SECOND },
};
static const char months[12][4] = {
    "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"
};

/* ---- forms ---- */

static const char *read_form(struct str text, struct one_form *out)
{
    unsigned seen = 0;

    while (text.len != 0) {
        size_t w = 0, count = sizeof words / sizeof words[0];

        if (out->count == PARTS_MAX)
            return "the form is too long";
        while (w < count && !str_starts(text, str_from(words[w].text)))
            w++;
        if (w < count) {
            if (seen >> words[w].part & 1)
                return "a part stands twice in the form";
            seen |= 1U << words[w].part;
            out->parts[out->count++].part = words[w].part;
            text = str_skip(text, strlen(words[w].text));
            continue;
        }
        if (strchr("YMDHms", text.ptr[0]) != NULL)
            return "the form is made of YYYY YY MM MMM DD HH mm ss";
        out->parts[out->count++] = (struct form_part){ PART_LITERAL_BYTE, text.ptr[0] };
        text = str_skip(text, 1);
    }
    if (out->count == 0)
        return "the form is empty";
    return seen == 0 ? "the form is made of YYYY YY MM MMM DD HH mm ss" : NULL;
}

const struct date_form *date_form_new(struct str text, struct arena *mem, const char **fault)
{
    struct date_form *form = ARENA_NEW(mem, struct date_form);
    struct str        rest = text, one;

    do {
        struct str whole = rest;

        rest = str_cut(rest, '|', &one);
        if (rest.ptr == NULL)
            one = whole;
        if (form->count == ALTERNATIVES) {
            *fault = "more than 6 forms";
            return NULL;
        }
        *fault = read_form(one, &form->forms[form->count++]);
        if (*fault != NULL)
            return NULL;
    } while (rest.ptr != NULL);
    return form;
}

/* ---- reading ---- */

/* `least` to `most` digits; the number, or -1. */
static int take_digits(struct str *s, size_t least, size_t most)
{
    int    number = 0;
    size_t n = 0;

    while (n < most && n < s->len && s->ptr[n] >= '0' && s->ptr[n] <= '9')
        number = number * 10 + (s->ptr[n++] - '0');
    if (n < least)
        return -1;
    *s = str_skip(*s, n);
    return number;
}

static int take_month_name(struct str *s)
{
    for (int i = 0; i < 12; i++)
        if (s->len >= 3 && str_eq_nocase(str_head(*s, 3), str_from(months[i]))) {
            *s = str_skip(*s, 3);
            return i + 1;
        }
    return -1;
}

static bool is_leap(int year)
{
    return year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
}

static int days_in(int year, int month)
{
    static const int days[] = { 31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31 };

    return days[month - 1] + (month == 2 && is_leap(year));
}

bool date_is_real(int year, int month, int day)
{
    return year >= 1 && month >= 1 && month <= 12 && day >= 1 && day <= days_in(year, month);
}

/* 1/5/2026 is read by MM/DD/YYYY: the second digit may be missing where no digit follows in the form. */
static bool read_part(const struct one_form *form, size_t i, struct str *s, struct moment *m)
{
    bool   alone = i + 1 == form->count || (form->parts[i + 1].part == PART_LITERAL_BYTE);
    size_t least = alone ? 1 : 2;
    int    number;

    switch (form->parts[i].part) {
    case PART_LITERAL_BYTE:
        if (s->len == 0 || s->ptr[0] != form->parts[i].literal)
            return false;
        *s = str_skip(*s, 1);
        return true;
    case PART_YEAR: return (m->year = take_digits(s, 4, 4)) >= 1;
    case PART_YEAR2:
        number = take_digits(s, 2, 2);
        m->year = number + (number < 69 ? 2000 : 1900); /* the pivot of POSIX strptime */
        return number >= 0;
    case PART_MONTH: return (m->month = take_digits(s, least, 2)) >= 1 && m->month <= 12;
    case PART_MONTH_NAME: return (m->month = take_month_name(s)) >= 1;
    case PART_DAY: return (m->day = take_digits(s, least, 2)) >= 1;
    case PART_HOUR: return (m->hour = take_digits(s, least, 2)) >= 0 && m->hour < 24;
    case PART_MINUTE: return (m->minute = take_digits(s, 2, 2)) >= 0 && m->minute < 60;
    case PART_SECOND: return (m->second = take_digits(s, 2, 2)) >= 0 && m->second < 60;
    }
    return false;
}

static bool read_moment(const struct one_form *form, struct str s, struct moment *m)
{
    *m = (struct moment){ .year = 2000, .month = 1, .day = 1 };
    for (size_t i = 0; i < form->count; i++)
        if (!read_part(form, i, &s, m))
            return false;
    return s.len == 0 && m->day <= days_in(m->year, m->month);
}

/* ---- writing ---- */

static char *put_digits(char *out, int number, int digits)
{
    for (int i = digits - 1; i >= 0; i--) {
        out[i] = (char)('0' + number % 10);
        number /= 10;
    }
    return out + digits;
}

static char *write_part(char *out, const struct form_part *p, const struct moment *m)
{
    switch (p->part) {
    case PART_LITERAL_BYTE: *out = p->literal; return out + 1;
    case PART_YEAR: return put_digits(out, m->year, 4);
    case PART_YEAR2: return put_digits(out, m->year % 100, 2);
    case PART_MONTH: return put_digits(out, m->month, 2);
    case PART_MONTH_NAME: memcpy(out, months[m->month - 1], 3); return out + 3;
    case PART_DAY: return put_digits(out, m->day, 2);
    case PART_HOUR: return put_digits(out, m->hour, 2);
    case PART_MINUTE: return put_digits(out, m->minute, 2);
    case PART_SECOND: return put_digits(out, m->second, 2);
    }
    return out;
}

static const struct one_form iso = {
    .parts = { { PART_YEAR, 0 },
               { PART_LITERAL_BYTE, '-' },
               { PART_MONTH, 0 },
               { PART_LITERAL_BYTE, '-' },
               { PART_DAY, 0 } },
    .count = 5,
};

bool date_form_read(const struct date_form *form, struct str text, struct moment *out)
{
    if (form == NULL)
        return text.len == 10 && read_moment(&iso, text, out);
    for (size_t i = 0; i < form->count; i++)
        if (read_moment(&form->forms[i], text, out))
            return true;
    return false;
}

size_t date_form_write(const struct date_form *form, const struct moment *m, char out[DATE_FORM_BYTES])
{
    const struct one_form *one = form != NULL ? &form->forms[0] : &iso;
    char                  *end = out;

    for (size_t i = 0; i < one->count; i++)
        end = write_part(end, &one->parts[i], m);
    return (size_t)(end - out);
}

bool moment_add_days(struct moment *m, int64_t days)
{
    for (; days > 0 && m->year <= 9999; days--) {
        if (++m->day <= days_in(m->year, m->month))
            continue;
        m->day = 1;
        m->month = m->month == 12 ? 1 : m->month + 1;
        m->year += m->month == 1;
    }
    for (; days < 0 && m->year >= 1; days++) {
        if (--m->day >= 1)
            continue;
        m->month = m->month == 1 ? 12 : m->month - 1;
        m->year -= m->month == 12;
        m->day = days_in(m->year, m->month);
    }
    return m->year >= 1 && m->year <= 9999;
}

int moment_compare(const struct moment *a, const struct moment *b)
{
    const int x[] = { a->year, a->month, a->day, a->hour, a->minute, a->second };
    const int y[] = { b->year, b->month, b->day, b->hour, b->minute, b->second };

    for (size_t i = 0; i < 6; i++)
        if (x[i] != y[i])
            return x[i] < y[i] ? -1 : 1;
    return 0;
}
