/* etl/core/notation/json_string.c - a string of JSON: a text with its quotes and escapes, and back. */
#include "etl/core/notation/json_string.h"

#include "etl/core/utf8.h"

/* ---- writing ---- */

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

void json_string_add(struct buf *b, struct str s)
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

/* ---- reading ---- */

enum { REPLACEMENT = 0xfffd };

/* Four hex digits; the replacement character when they are none. */
static uint32_t unit_at(const char *p)
{
    uint32_t unit = 0;

    for (int i = 0; i < 4; i++) {
        char c = p[i] >= 'A' && p[i] <= 'F' ? (char)(p[i] + 'a' - 'A') : p[i];

        if (!(c >= '0' && c <= '9') && !(c >= 'a' && c <= 'f'))
            return REPLACEMENT;
        unit = unit << 4 | (uint32_t)(c <= '9' ? c - '0' : c - 'a' + 10);
    }
    return unit;
}

static bool is_high(uint32_t unit)
{
    return unit >= 0xd800 && unit < 0xdc00;
}

static bool is_low(uint32_t unit)
{
    return unit >= 0xdc00 && unit < 0xe000;
}

/* `s` begins behind the \u, with its digits; returns how many bytes they took. A character beyond U+FFFF is a pair (RFC 8259 section 7). */
static size_t decode_unit(struct buf *out, struct str s)
{
    uint32_t unit = unit_at(s.ptr);

    if (is_high(unit) && s.len >= 10 && s.ptr[4] == '\\' && s.ptr[5] == 'u' && is_low(unit_at(s.ptr + 6))) {
        utf8_add(out, 0x10000 + ((unit - 0xd800) << 10) + (unit_at(s.ptr + 6) - 0xdc00));
        return 10;
    }
    utf8_add(out, is_high(unit) || is_low(unit) ? REPLACEMENT : unit);
    return 4;
}

void json_string_decode(struct buf *out, struct str s)
{
    static const char signs[] = "bfnrt", bytes[] = "\b\f\n\r\t";

    while (s.len != 0) {
        const char *slash = memchr(s.ptr, '\\', s.len), *sign;
        size_t      plain = slash != NULL ? (size_t)(slash - s.ptr) : s.len;

        buf_add(out, str_head(s, plain));
        s = str_skip(s, plain);
        if (s.len == 1)
            buf_byte(out, '\\');
        if (s.len < 2)
            break;
        if (s.ptr[1] == 'u' && s.len >= 6) {
            s = str_skip(s, 2);
            s = str_skip(s, decode_unit(out, s));
            continue;
        }
        sign = s.ptr[1] != '\0' ? strchr(signs, s.ptr[1]) : NULL;
        buf_byte(out, sign != NULL ? bytes[sign - signs] : s.ptr[1]);
        s = str_skip(s, 2);
    }
}
