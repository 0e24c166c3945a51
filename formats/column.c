/* formats/column.c - values of the normalized tables' columns: how each type is written, and when two are equal. */
#include <arpa/inet.h>
#include <ctype.h>

#include "formats/tables.h"

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

/* "dddd-dd-dd" by a pattern in which d is a digit. */
static bool looks_like(struct str s, const char *pattern)
{
    if (s.len != strlen(pattern))
        return false;
    for (size_t i = 0; i < s.len; i++)
        if (pattern[i] == 'd' ? !is_digit(s.ptr[i]) : s.ptr[i] != pattern[i])
            return false;
    return true;
}

static bool is_number(struct str s)
{
    size_t i = s.len != 0 && s.ptr[0] == '-' ? 1 : 0, digits = 0, dots = 0;

    for (; i < s.len; i++) {
        digits += is_digit(s.ptr[i]);
        dots += s.ptr[i] == '.';
        if (!is_digit(s.ptr[i]) && s.ptr[i] != '.')
            return false;
    }
    return digits != 0 && dots <= 1;
}

/* The twelve hex digits of a MAC in lower case, whatever separates them. false: it is not a MAC. */
static bool mac_digits(struct str s, char out[12])
{
    size_t n = 0;

    for (size_t i = 0; i < s.len; i++) {
        char c = (char)tolower((unsigned char)s.ptr[i]);

        if (c == ':' || c == '-' || c == '.')
            continue;
        if (n == 12 || !isxdigit((unsigned char)c))
            return false;
        out[n++] = c;
    }
    return n == 12;
}

static bool ip_bytes(struct str s, unsigned char out[16], int *family)
{
    char text[64];

    if (s.len >= sizeof text)
        return false;
    memcpy(text, s.ptr, s.len);
    text[s.len] = '\0';
    *family = memchr(text, ':', s.len) != NULL ? AF_INET6 : AF_INET;
    return inet_pton(*family, text, out) == 1;
}

static bool is_status(struct str s)
{
    return str_is(s, "active") || str_is(s, "disabled") || str_is(s, "cancelled") || str_is(s, "pending");
}

bool column_is_well_written(enum column_type type, struct str value)
{
    unsigned char bytes[16];
    char          digits[12];
    int           family;

    if (value.len == 0)
        return true;
    switch (type) {
    case COLUMN_DATE: return looks_like(value, "dddd-dd-dd");
    case COLUMN_TIME: return looks_like(value, "dddd-dd-dd dd:dd:dd");
    case COLUMN_BOOL: return str_is(value, "true") || str_is(value, "false");
    case COLUMN_STATUS: return is_status(value);
    case COLUMN_NUMBER: return is_number(value);
    case COLUMN_IP: return ip_bytes(value, bytes, &family);
    case COLUMN_MAC: return mac_digits(value, digits);
    case COLUMN_TEXT:
    case COLUMN_NAME:
    case COLUMN_LOGIN:
    case COLUMN_EMAIL:
    case COLUMN_PHONE: break;
    }
    return true;
}

static struct str normal_bool(struct str value)
{
    static const char *const yes[] = { "1", "Y", "y", "yes", "Yes", "YES", "t", "true", "True", "TRUE", "on", NULL };
    static const char *const no[] = { "0", "N", "n", "no", "No", "NO", "f", "false", "False", "FALSE", "off", NULL };

    for (size_t i = 0; yes[i] != NULL; i++)
        if (str_is(value, yes[i]))
            return STR("true");
    for (size_t i = 0; no[i] != NULL; i++)
        if (str_is(value, no[i]))
            return STR("false");
    return value;
}

/* 0000-00-00 becomes empty, a date loses the time behind it, a moment gets the seconds that it lacks. */
static struct str normal_date(enum column_type type, struct str value, struct arena *mem)
{
    if (str_starts(value, STR("0000-00-00")))
        return STR("");
    if (value.len > 10 && value.ptr[10] == 'T')
        value = arena_fmt(mem, "%.10s %.*s", value.ptr, (int)(value.len - 11), value.ptr + 11);
    if (type == COLUMN_DATE && value.len >= 16 && looks_like(str_head(value, 16), "dddd-dd-dd dd:dd"))
        return str_head(value, 10);
    if (type == COLUMN_TIME && looks_like(value, "dddd-dd-dd dd:dd"))
        return arena_fmt(mem, "%.*s:00", STR_ARG(value));
    if (type == COLUMN_TIME && looks_like(value, "dddd-dd-dd"))
        return arena_fmt(mem, "%.*s 00:00:00", STR_ARG(value));
    if (type == COLUMN_TIME && value.len > 19 && looks_like(str_head(value, 19), "dddd-dd-dd dd:dd:dd") &&
        value.ptr[19] == '.')
        return str_head(value, 19);
    return value;
}

struct str column_normalize(enum column_type type, struct str value, struct arena *mem)
{
    char d[12];

    value = str_trim(value);
    switch (type) {
    case COLUMN_BOOL: return normal_bool(value);
    case COLUMN_DATE:
    case COLUMN_TIME: return normal_date(type, value, mem);
    case COLUMN_MAC:
        if (mac_digits(value, d))
            return arena_fmt(mem, "%.2s:%.2s:%.2s:%.2s:%.2s:%.2s", d, d + 2, d + 4, d + 6, d + 8, d + 10);
        break;
    default: break;
    }
    return value;
}

/* ---- equal ---- */

/* Compares letters without case and a run of blanks as one blank. Only for ASCII: other letters must be equal. */
static bool names_equal(struct str a, struct str b)
{
    size_t i = 0, k = 0;

    for (;;) {
        bool a_blank = false, b_blank = false;

        while (i < a.len && isspace((unsigned char)a.ptr[i])) {
            a_blank = true;
            i++;
        }
        while (k < b.len && isspace((unsigned char)b.ptr[k])) {
            b_blank = true;
            k++;
        }
        if (i == a.len || k == b.len)
            return i == a.len && k == b.len;
        if (a_blank != b_blank || tolower((unsigned char)a.ptr[i]) != tolower((unsigned char)b.ptr[k]))
            return false;
        i++;
        k++;
    }
}

/* The digits of a telephone number; the country code 1 before ten digits is left out. */
static size_t phone_digits(struct str s, char *out, size_t max)
{
    size_t n = 0;

    for (size_t i = 0; i < s.len && n < max; i++)
        if (is_digit(s.ptr[i]))
            out[n++] = s.ptr[i];
    if (n == 11 && out[0] == '1') {
        memmove(out, out + 1, 10);
        n = 10;
    }
    return n;
}

static bool phones_equal(struct str a, struct str b)
{
    char   x[64], y[64];
    size_t n = phone_digits(a, x, sizeof x), m = phone_digits(b, y, sizeof y);

    if (n == 0 || m == 0)
        return str_eq(a, b);
    return n == m && memcmp(x, y, n) == 0;
}

/* Whole part without leading zeros, fraction without trailing ones. */
static void number_parts(struct str s, bool *negative, struct str *whole, struct str *fraction)
{
    struct str head;

    *negative = s.len != 0 && s.ptr[0] == '-';
    s = str_skip(s, *negative);
    *fraction = str_cut(s, '.', &head);
    *whole = head;
    while (whole->len != 0 && whole->ptr[0] == '0')
        *whole = str_skip(*whole, 1);
    while (fraction->len != 0 && fraction->ptr[fraction->len - 1] == '0')
        fraction->len--;
    if (whole->len == 0 && fraction->len == 0)
        *negative = false;
}

static bool numbers_equal(struct str a, struct str b)
{
    struct str whole[2], fraction[2];
    bool       negative[2];

    if (!is_number(a) || !is_number(b))
        return str_eq(a, b);
    number_parts(a, &negative[0], &whole[0], &fraction[0]);
    number_parts(b, &negative[1], &whole[1], &fraction[1]);
    return negative[0] == negative[1] && str_eq(whole[0], whole[1]) && str_eq(fraction[0], fraction[1]);
}

bool column_equal(enum column_type type, struct str a, struct str b)
{
    unsigned char x[16], y[16];
    char          d[12], e[12];
    int           f, g;

    a = str_trim(a);
    b = str_trim(b);
    if (str_eq(a, b))
        return true;
    switch (type) {
    case COLUMN_NAME: return names_equal(a, b);
    case COLUMN_LOGIN:
    case COLUMN_EMAIL: return str_eq_nocase(a, b);
    case COLUMN_PHONE: return phones_equal(a, b);
    case COLUMN_NUMBER: return numbers_equal(a, b);
    case COLUMN_IP:
        return ip_bytes(a, x, &f) && ip_bytes(b, y, &g) && f == g && memcmp(x, y, f == AF_INET ? 4 : 16) == 0;
    case COLUMN_MAC: return mac_digits(a, d) && mac_digits(b, e) && memcmp(d, e, 12) == 0;
    case COLUMN_TEXT:
    case COLUMN_DATE:
    case COLUMN_TIME:
    case COLUMN_BOOL:
    case COLUMN_STATUS: break;
    }
    return false;
}
