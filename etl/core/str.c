/* etl/core/str.c - a borrowed piece of text: pointer and length, passed by value. */
#include "etl/core/str.h"

static unsigned char lower(char c)
{
    unsigned char u = (unsigned char)c;

    return u >= 'A' && u <= 'Z' ? (unsigned char)(u + 32) : u;
}

bool str_eq_nocase(struct str a, struct str b)
{
    if (a.len != b.len)
        return false;
    for (size_t i = 0; i < a.len; i++)
        if (lower(a.ptr[i]) != lower(b.ptr[i]))
            return false;
    return true;
}

int str_cmp(struct str a, struct str b)
{
    size_t len = a.len < b.len ? a.len : b.len;
    int    by_bytes = len != 0 ? memcmp(a.ptr, b.ptr, len) : 0;

    return by_bytes != 0 ? by_bytes : (a.len > b.len) - (a.len < b.len);
}

bool str_starts(struct str s, struct str prefix)
{
    return s.len >= prefix.len && (prefix.len == 0 || memcmp(s.ptr, prefix.ptr, prefix.len) == 0);
}

bool str_ends(struct str s, struct str suffix)
{
    return s.len >= suffix.len && (suffix.len == 0 || memcmp(s.ptr + s.len - suffix.len, suffix.ptr, suffix.len) == 0);
}

bool str_contains(struct str s, struct str part)
{
    return part.len == 0 || (s.len >= part.len && memmem(s.ptr, s.len, part.ptr, part.len) != NULL);
}

const char *str_find(struct str s, size_t from, struct str part)
{
    return part.len != 0 && from <= s.len ? memmem(s.ptr + from, s.len - from, part.ptr, part.len) : NULL;
}

bool str_contains_nocase(struct str s, struct str part)
{
    for (size_t i = 0; i + part.len <= s.len; i++)
        if (str_eq_nocase(str_of(s.ptr + i, part.len), part))
            return true;
    return part.len == 0;
}

static bool is_blank(char c)
{
    return c == ' ' || (c >= '\t' && c <= '\r');
}

struct str str_trim(struct str s)
{
    while (s.len != 0 && is_blank(s.ptr[0])) {
        s.ptr++;
        s.len--;
    }
    while (s.len != 0 && is_blank(s.ptr[s.len - 1]))
        s.len--;
    return s;
}

struct str str_skip(struct str s, size_t n)
{
    if (n > s.len)
        n = s.len;
    return (struct str){ s.ptr != NULL ? s.ptr + n : NULL, s.len - n };
}

struct str str_head(struct str s, size_t n)
{
    return (struct str){ s.ptr, n < s.len ? n : s.len };
}

struct str str_cut(struct str s, char byte, struct str *head)
{
    const char *at = s.len != 0 ? memchr(s.ptr, byte, s.len) : NULL;

    if (at == NULL) {
        *head = s;
        return STR_NONE;
    }
    *head = str_of(s.ptr, (size_t)(at - s.ptr));
    return str_of(at + 1, s.len - head->len - 1);
}

bool str_all_digits(struct str s)
{
    for (size_t i = 0; i < s.len; i++)
        if (s.ptr[i] < '0' || s.ptr[i] > '9') /* NOLINT(clang-analyzer-core.NullDereference): no NULL has a length */
            return false;
    return s.len != 0;
}

bool str_to_u64(struct str s, uint64_t *out)
{
    uint64_t n = 0;

    if (!str_all_digits(s))
        return false;
    for (size_t i = 0; i < s.len; i++) {
        uint64_t digit = (uint64_t)(s.ptr[i] - '0');

        if (n > (UINT64_MAX - digit) / 10)
            return false;
        n = n * 10 + digit;
    }
    *out = n;
    return true;
}

bool str_to_i64(struct str s, int64_t *out)
{
    bool     negative = s.len != 0 && s.ptr[0] == '-';
    uint64_t n;

    if (!str_to_u64(negative ? str_skip(s, 1) : s, &n) || n > (uint64_t)INT64_MAX)
        return false;
    *out = negative ? -(int64_t)n : (int64_t)n;
    return true;
}

/* Optimal string alignment: insert, delete, change, swap of neighbours. Names are short; longer ones differ. */
unsigned str_distance(struct str a, struct str b, unsigned limit)
{
    enum { LONGEST = 63 };
    unsigned rows[3][LONGEST + 1];

    if (a.len > LONGEST || b.len > LONGEST)
        return limit + 1;
    for (unsigned k = 0; k <= b.len; k++)
        rows[0][k] = k;
    for (size_t i = 1; i <= a.len; i++) {
        unsigned *now = rows[i % 3], *last = rows[(i - 1) % 3], *before = rows[(i + 1) % 3];

        now[0] = (unsigned)i;
        for (size_t k = 1; k <= b.len; k++) {
            unsigned best = last[k - 1] + (lower(a.ptr[i - 1]) != lower(b.ptr[k - 1]));

            if (last[k] + 1 < best)
                best = last[k] + 1;
            if (now[k - 1] + 1 < best)
                best = now[k - 1] + 1;
            if (i > 1 && k > 1 && a.ptr[i - 1] == b.ptr[k - 2] && a.ptr[i - 2] == b.ptr[k - 1] &&
                before[k - 2] + 1 < best)
                best = before[k - 2] + 1;
            now[k] = best;
        }
    }
    return rows[a.len % 3][b.len];
}

struct str str_nearest(struct str typed, const struct str *names, size_t n)
{
    unsigned limit = typed.len / 3 > 1 ? (unsigned)(typed.len / 3) : typed.len > 1,
             best = limit + 1; /* x is no slip for y */
    struct str nearest = STR_NONE;

    for (size_t i = 0; i < n; i++) {
        unsigned distance = str_distance(typed, names[i], limit);

        if (distance < best) {
            best = distance;
            nearest = names[i];
        }
    }
    return nearest;
}

uint64_t str_hash(struct str s)
{
    uint64_t hash = UINT64_C(0xcbf29ce484222325);

    for (size_t i = 0; i < s.len; i++)
        hash = (hash ^ (unsigned char)s.ptr[i]) * UINT64_C(0x100000001b3);
    return hash;
}
