/* etl/core/buf.c - bytes that grow, up to a ceiling given at init. */
#include "etl/core/buf.h"

#include <stdarg.h>

#include "etl/core/utf8.h"

void buf_init(struct buf *b, size_t max, const char *what)
{
    *b = (struct buf){ .max = max, .what = what };
}

void buf_release(struct buf *b)
{
    free(b->ptr);
    b->ptr = NULL;
    b->len = b->cap = 0;
}

void buf_wipe(struct buf *b)
{
    if (b->ptr != NULL)
        explicit_bzero(b->ptr, b->cap);
    buf_release(b);
}

bool buf_reserve_slow(struct buf *b, size_t more)
{
    size_t cap = b->cap != 0 ? 2 * b->cap : 256;
    char  *ptr;

    if (b->failed || more > b->max - b->len) {
        b->failed = true;
        return false;
    }
    while (cap < b->len + more)
        cap *= 2;
    if (cap > b->max)
        cap = b->max;
    ptr = realloc(b->ptr, cap);
    if (ptr == NULL) {
        b->failed = true;
        return false;
    }
    b->ptr = ptr;
    b->cap = cap;
    return true;
}

void buf_text(struct buf *b, const char *text)
{
    buf_add(b, str_from(text));
}

void buf_fmt(struct buf *b, const char *fmt, ...)
{
    va_list args;
    int     len;

    va_start(args, fmt);
    len = vsnprintf(NULL, 0, fmt, args);
    va_end(args);
    if (len < 0 || !buf_reserve(b, (size_t)len + 1)) {
        b->failed = true;
        return;
    }
    va_start(args, fmt);
    vsnprintf(b->ptr + b->len, (size_t)len + 1, fmt, args);
    va_end(args);
    b->len += (size_t)len;
}

void buf_u64(struct buf *b, uint64_t n)
{
    static const char pairs[] =
        "0001020304050607080910111213141516171819202122232425262728293031323334353637383940414243444546474849"
        "5051525354555657585960616263646566676869707172737475767778798081828384858687888990919293949596979899";
    char   digits[20];
    size_t at = sizeof digits;

    while (n >= 10) {
        at -= 2;
        memcpy(digits + at, pairs + 2 * (n % 100), 2);
        n /= 100;
    }
    if (n != 0 || at == sizeof digits)
        digits[--at] = (char)('0' + n);
    buf_add(b, str_of(digits + at, sizeof digits - at));
}

void buf_hex(struct buf *b, const unsigned char *bytes, size_t n)
{
    static const char digits[] = "0123456789abcdef";

    for (size_t i = 0; i < n; i++) {
        buf_byte(b, digits[bytes[i] >> 4]);
        buf_byte(b, digits[bytes[i] & 15]);
    }
}

/* 1: stands for itself in a JSON string; 0: needs a look. Bytes over 0x7f are checked as UTF-8. */
static const unsigned char json_plain[256] = {
    [0x20] = 1, 1, [0x23] = 1, 1, 1, 1,          1, 1, 1, 1,          1, 1, 1,          1, 1, [0x30] = 1, 1, 1, 1,
    1,          1, 1,          1, 1, 1,          1, 1, 1, 1,          1, 1, [0x40] = 1, 1, 1, 1,          1, 1, 1,
    1,          1, 1,          1, 1, 1,          1, 1, 1, [0x50] = 1, 1, 1, 1,          1, 1, 1,          1, 1, 1,
    1,          1, [0x5d] = 1, 1, 1, [0x60] = 1, 1, 1, 1, 1,          1, 1, 1,          1, 1, 1,          1, 1, 1,
    1,          1, [0x70] = 1, 1, 1, 1,          1, 1, 1, 1,          1, 1, 1,          1, 1, 1,          1, 1,
};

static void json_escape(struct buf *b, unsigned char c)
{
    static const char hex[] = "0123456789abcdef";
    const char       *known = "\b\t\n\f\r\"\\";
    const char       *at = c != 0 ? strchr(known, c) : NULL;

    buf_byte(b, '\\');
    if (at != NULL) {
        buf_byte(b, "btnfr\"\\"[at - known]);
    } else {
        buf_lit(b, "u00");
        buf_byte(b, hex[c >> 4]);
        buf_byte(b, hex[c & 15]);
    }
}

/* Has a byte of these eight to be looked at: a control, a quote, a backslash, one beyond ASCII? (x - n) borrows from a byte's top bit
 * where the byte is less than n; a borrow may reach the next byte too, which then is looked at for nothing. */
static inline uint64_t json_special(uint64_t eight)
{
    const uint64_t each = UINT64_C(0x0101010101010101), top = 0x80 * each;
    uint64_t       quote = eight ^ ('"' * each), backslash = eight ^ ('\\' * each);

    return (eight | (eight - 0x20 * each) | (quote - each) | (backslash - each)) & top;
}

/* Copies a text that stands for itself in a JSON string, eight bytes at a time, the last eight once more where they overlap. false:
 * something in it has to be looked at. Nearly all values are such: byte by byte this was a tenth of a plan (callgrind, 50,000 rows). */
static inline bool copy_plain(char *to, struct str s)
{
    uint64_t eight, special = 0;
    size_t   i;

    if (s.len < 4) {
        for (i = 0; i < s.len; i++) {
            to[i] = s.ptr[i];
            if (!json_plain[(unsigned char)s.ptr[i]])
                return false;
        }
        return true;
    }
    if (s.len < 8) {
        uint32_t front, back;

        memcpy(&front, s.ptr, 4);
        memcpy(&back, s.ptr + s.len - 4, 4);
        memcpy(to, &front, 4);
        memcpy(to + s.len - 4, &back, 4);
        return json_special((uint64_t)back << 32 | front) == 0;
    }
    for (i = 0; i + 8 < s.len; i += 8) {
        memcpy(&eight, s.ptr + i, 8);
        memcpy(to + i, &eight, 8);
        special |= json_special(eight);
    }
    memcpy(&eight, s.ptr + s.len - 8, 8);
    memcpy(to + s.len - 8, &eight, 8);
    return (special | json_special(eight)) == 0;
}

void buf_json(struct buf *b, struct str s)
{
    size_t begin = 0, i = 0;

    if (!buf_reserve(b, s.len + 2))
        return;
    if (copy_plain(b->ptr + b->len + 1, s)) {
        b->ptr[b->len] = '"';
        b->ptr[b->len + 1 + s.len] = '"';
        b->len += s.len + 2;
        return;
    }
    buf_byte(b, '"');
    while (i < s.len) {
        unsigned char c = (unsigned char)s.ptr[i];

        if (json_plain[c]) {
            i++;
            continue;
        }
        if (c >= 0x80) {
            struct str rest = str_skip(s, i);
            uint32_t   code_point = utf8_next(&rest);
            size_t     len = s.len - rest.len - i;

            if (code_point != 0xfffd || len == 3) {
                i += len;
                continue;
            }
        }
        buf_add(b, str_of(s.ptr + begin, i - begin));
        if (c >= 0x80)
            buf_lit(b, "\xef\xbf\xbd");
        else
            json_escape(b, c);
        begin = ++i;
    }
    buf_add(b, str_of(s.ptr + begin, i - begin));
    buf_byte(b, '"');
}

void buf_percent(struct buf *b, struct str s)
{
    static const char hex[] = "0123456789ABCDEF";

    for (size_t i = 0; i < s.len; i++) {
        unsigned char c = (unsigned char)s.ptr[i];

        if ((c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' || c == '.' ||
            c == '_' || c == '~') {
            buf_byte(b, (char)c);
        } else {
            buf_byte(b, '%');
            buf_byte(b, hex[c >> 4]);
            buf_byte(b, hex[c & 15]);
        }
    }
}

void buf_csv(struct buf *b, struct str cell)
{
    bool quote = false;

    for (size_t i = 0; i < cell.len && !quote; i++)
        quote = cell.ptr[i] == '"' || cell.ptr[i] == ',' || cell.ptr[i] == '\n' || cell.ptr[i] == '\r';
    if (!quote) {
        buf_add(b, cell);
        return;
    }
    buf_byte(b, '"');
    for (size_t i = 0; i < cell.len; i++) {
        if (cell.ptr[i] == '"')
            buf_byte(b, '"');
        buf_byte(b, cell.ptr[i]);
    }
    buf_byte(b, '"');
}

const char *buf_cstr(struct buf *b)
{
    if (!buf_reserve(b, 1))
        return "";
    b->ptr[b->len] = '\0';
    return b->ptr;
}
