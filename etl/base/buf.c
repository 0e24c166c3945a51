/* etl/base/buf.c - bytes that grow, up to a ceiling given at init. */
#include "etl/base/buf.h"

#include <stdarg.h>

#include "etl/base/utf8.h"

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
    char   digits[20];
    size_t at = sizeof digits;

    do {
        digits[--at] = (char)('0' + n % 10);
        n /= 10;
    } while (n != 0);
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
    [0x20] = 1, 1, [0x23] = 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1,
    [0x30] = 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1,
    [0x40] = 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1,
    [0x50] = 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, [0x5d] = 1, 1, 1,
    [0x60] = 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1,
    [0x70] = 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1,
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

void buf_json(struct buf *b, struct str s)
{
    size_t begin = 0, i = 0;

    if (!buf_reserve(b, s.len + 2))
        return;
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
