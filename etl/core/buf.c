/* etl/core/buf.c - bytes that grow, up to a ceiling given at init. */
#include "etl/core/buf.h"

#include <stdarg.h>

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

void buf_counted(struct buf *b, struct str s)
{
    buf_u64(b, s.len);
    buf_byte(b, ':');
    buf_add(b, s);
}

void buf_hex(struct buf *b, const unsigned char *bytes, size_t n)
{
    static const char digits[] = "0123456789abcdef";

    for (size_t i = 0; i < n; i++) {
        buf_byte(b, digits[bytes[i] >> 4]);
        buf_byte(b, digits[bytes[i] & 15]);
    }
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
