/* formats/json_string.c - a JSON string's text. */
#include "formats/json_string.h"

#include "etl/core/utf8.h"

static uint32_t unit_at(const char *p)
{
    uint32_t unit = 0;

    for (int i = 0; i < 4; i++) {
        char c = p[i];

        unit = unit << 4 | (uint32_t)(c <= '9' ? c - '0' : (c | 0x20) - 'a' + 10);
    }
    return unit;
}

/* p is behind the backslash. Returns the length of the escape without it. */
static size_t unescape_one(struct buf *out, const char *p)
{
    static const char signs[] = "\"\\/bfnrt", bytes[] = "\"\\/\b\f\n\r\t";
    const char       *sign = strchr(signs, *p);
    uint32_t          unit;

    if (*p != 'u') {
        buf_byte(out, sign != NULL ? bytes[sign - signs] : *p);
        return 1;
    }
    unit = unit_at(p + 1);
    if (unit >= 0xd800 && unit < 0xdc00) { /* the string is valid, so the second half follows */
        utf8_add(out, 0x10000 + ((unit - 0xd800) << 10) + (unit_at(p + 7) - 0xdc00));
        return 11;
    }
    utf8_add(out, unit);
    return 5;
}

void json_string_decode(struct buf *out, struct str quoted)
{
    const char *p = quoted.ptr + 1, *end = quoted.ptr + quoted.len - 1;

    while (p < end) {
        const char *slash = memchr(p, '\\', (size_t)(end - p));

        buf_add(out, str_of(p, (size_t)((slash != NULL ? slash : end) - p)));
        p = slash != NULL ? slash + 1 + unescape_one(out, slash + 1) : end;
    }
}
