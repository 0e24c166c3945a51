/* etl/core/utf8.c - UTF-8, strictly (RFC 3629). */
#include "etl/core/utf8.h"

/* Length of the well-formed sequence at p (RFC 3629 section 4, the table), 0 when it is none. */
static size_t sequence(const unsigned char *p, size_t left)
{
    unsigned char c = p[0];

    if (c < 0x80)
        return 1;
    if (c < 0xc2)
        return 0;
    if (c < 0xe0)
        return left >= 2 && (p[1] & 0xc0) == 0x80 ? 2 : 0;
    if (c < 0xf0) {
        unsigned char low = c == 0xe0 ? 0xa0 : 0x80, high = c == 0xed ? 0x9f : 0xbf;

        return left >= 3 && p[1] >= low && p[1] <= high && (p[2] & 0xc0) == 0x80 ? 3 : 0;
    }
    if (c < 0xf5) {
        unsigned char low = c == 0xf0 ? 0x90 : 0x80, high = c == 0xf4 ? 0x8f : 0xbf;

        return left >= 4 && p[1] >= low && p[1] <= high && (p[2] & 0xc0) == 0x80 && (p[3] & 0xc0) == 0x80 ? 4 : 0;
    }
    return 0;
}

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

size_t utf8_valid_prefix(struct str s)
{
    size_t i = 0;

    while ((i += ascii_prefix(str_skip(s, i))) < s.len) {
        size_t len = sequence((const unsigned char *)s.ptr + i, s.len - i);

        if (len == 0)
            return i;
        i += len;
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
    static const unsigned char first_bits[5] = { 0, 0x7f, 0x1f, 0x0f, 0x07 };
    const unsigned char       *p = (const unsigned char *)s->ptr;
    size_t                     len = sequence(p, s->len);
    uint32_t                   code_point;

    if (len == 0) {
        *s = str_skip(*s, 1);
        return 0xfffd;
    }
    code_point = p[0] & first_bits[len];
    for (size_t i = 1; i < len; i++)
        code_point = code_point << 6 | (p[i] & 0x3f);
    *s = str_skip(*s, len);
    return code_point;
}

void utf8_add(struct buf *out, uint32_t c)
{
    if (c < 0x80) {
        buf_byte(out, (char)c);
        return;
    }
    if (c < 0x800) {
        buf_byte(out, (char)(0xc0 | c >> 6));
    } else if (c < 0x10000) {
        buf_byte(out, (char)(0xe0 | c >> 12));
        buf_byte(out, (char)(0x80 | (c >> 6 & 0x3f)));
    } else {
        buf_byte(out, (char)(0xf0 | c >> 18));
        buf_byte(out, (char)(0x80 | (c >> 12 & 0x3f)));
        buf_byte(out, (char)(0x80 | (c >> 6 & 0x3f)));
    }
    buf_byte(out, (char)(0x80 | (c & 0x3f)));
}
