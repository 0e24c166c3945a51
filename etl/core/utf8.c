/* etl/core/utf8.c - UTF-8, strictly (RFC 3629): libunistring's judgement, asked only where a byte is not ASCII. */
#include "etl/core/utf8.h"

#include <unistr.h>

enum { REPLACEMENT = 0xfffd };

/* How many bytes from the front are ASCII, 32 and eight at a time. */
static size_t ascii_prefix(struct str s)
{
    size_t i = 0;

    for (; i + 32 <= s.len; i += 32) {
        uint64_t words[4];

        memcpy(words, s.ptr + i, 32);
        if (((words[0] | words[1] | words[2] | words[3]) & UINT64_C(0x8080808080808080)) != 0)
            break;
    }
    for (; i + 8 <= s.len; i += 8) {
        uint64_t word;

        memcpy(&word, s.ptr + i, 8);
        if ((word & UINT64_C(0x8080808080808080)) != 0)
            break;
    }
    while (i < s.len && (unsigned char)s.ptr[i] < 0x80)
        i++;
    return i;
}

/* How many bytes from the front are not ASCII: no sequence goes on past them. */
static size_t other_prefix(struct str s)
{
    size_t i = 0;

    while (i < s.len && (unsigned char)s.ptr[i] >= 0x80)
        i++;
    return i;
}

size_t utf8_valid_prefix(struct str s)
{
    size_t i = 0;

    while ((i += ascii_prefix(str_skip(s, i))) < s.len) {
        const uint8_t *at = (const uint8_t *)s.ptr + i;
        size_t         run = other_prefix(str_skip(s, i));
        const uint8_t *wrong = u8_check(at, run);

        if (wrong != NULL)
            return i + (size_t)(wrong - at);
        i += run;
    }
    return s.len;
}

bool utf8_is_ascii(struct str s)
{
    return ascii_prefix(s) == s.len;
}

size_t utf8_count(struct str s)
{
    size_t count = 0;

    for (size_t i = 0; i < s.len; i++)
        count += ((unsigned char)s.ptr[i] & 0xc0) != 0x80;
    return count;
}

size_t utf8_offset(struct str s, size_t n)
{
    for (size_t i = 0; i < s.len; i++)
        if (((unsigned char)s.ptr[i] & 0xc0) != 0x80 && n-- == 0)
            return i;
    return s.len;
}

uint32_t utf8_next(struct str *s)
{
    ucs4_t code_point = (unsigned char)s->ptr[0];
    int    len = code_point < 0x80 ? 1 : u8_mbtoucr(&code_point, (const uint8_t *)s->ptr, s->len);

    if (len < 0) {
        *s = str_skip(*s, 1);
        return REPLACEMENT;
    }
    *s = str_skip(*s, (size_t)len);
    return code_point;
}

void utf8_add(struct buf *out, uint32_t code_point)
{
    uint8_t bytes[6];
    int     len;

    if (code_point < 0x80) {
        buf_byte(out, (char)code_point);
        return;
    }
    len = u8_uctomb(bytes, code_point, sizeof bytes);
    if (len < 0)
        len = u8_uctomb(bytes, REPLACEMENT, sizeof bytes);
    buf_add(out, str_of((const char *)bytes, (size_t)len));
}

static bool moves_the_cursor(uint32_t c)
{
    return c < 0x20 || (c >= 0x7f && c <= 0x9f) || c == 0x200e || c == 0x200f || (c >= 0x202a && c <= 0x202e) ||
           (c >= 0x2066 && c <= 0x2069);
}

void utf8_add_safe(struct buf *out, struct str text)
{
    while (text.len != 0) {
        uint32_t c = utf8_next(&text);

        if (moves_the_cursor(c))
            buf_fmt(out, "\\u%04x", c);
        else
            utf8_add(out, c);
    }
}
