/* etl/core/list.c - a list of texts that travels as one text: written, told, read. */
#include "etl/core/list.h"

#include "etl/core/utf8.h"

enum { LEVELS_MAX = 2 };

static void separate(struct buf *out)
{
    if (out->len != 0 && out->ptr[out->len - 1] != '[')
        buf_byte(out, ',');
}

void list_begin(struct buf *out)
{
    if (out->len != 0)
        separate(out);
    buf_byte(out, '[');
}

void list_text(struct buf *out, struct str text)
{
    separate(out);
    buf_json(out, text);
}

void list_end(struct buf *out)
{
    buf_byte(out, ']');
}

/* ---- reading ---- */

/* The length of the JSON string that `s` begins with, quotes included; 0: it is none. */
static size_t string_length(struct str s)
{
    if (s.len == 0 || s.ptr[0] != '"')
        return 0;
    for (size_t i = 1; i < s.len; i++) {
        unsigned char c = (unsigned char)s.ptr[i];

        if (c == '"')
            return i + 1;
        if (c < 0x20)
            return 0;
        if (c == '\\' && ++i == s.len)
            return 0;
    }
    return 0;
}

static size_t list_length(struct str s, unsigned level)
{
    size_t at = 1;

    if (s.len < 2 || s.ptr[0] != '[' || level > LEVELS_MAX)
        return 0;
    if (s.ptr[1] == ']')
        return 2;
    for (;;) {
        struct str item = str_skip(s, at);
        size_t     len = item.len != 0 && item.ptr[0] == '[' ? list_length(item, level + 1) : string_length(item);

        if (len == 0 || at + len >= s.len)
            return 0;
        at += len;
        if (s.ptr[at] == ']')
            return at + 1;
        if (s.ptr[at++] != ',')
            return 0;
    }
}

bool list_is_valid(struct str text)
{
    return text.len != 0 && list_length(text, 1) == text.len;
}

struct list_reader list_open(struct str list)
{
    return (struct list_reader){ str_skip(list, 1) };
}

static uint32_t hex4(const char *at)
{
    uint32_t n = 0;

    for (int i = 0; i < 4; i++) {
        char c = at[i];

        n = n << 4 | (uint32_t)(c >= '0' && c <= '9' ? c - '0' : ((c | 0x20) - 'a' + 10) & 15);
    }
    return n;
}

/* The text inside the quotes. Escapes are those that JSON knows (RFC 8259, 7). */
static struct str plain(struct str s, struct arena *mem)
{
    static const char from[] = "bfnrt", to[] = "\b\f\n\r\t";
    struct buf        out;
    struct str        text;

    if (memchr(s.ptr, '\\', s.len) == NULL)
        return s;
    buf_init(&out, s.len + 16, "a text of a list");
    for (size_t i = 0; i < s.len; i++) {
        const char *known;

        if (s.ptr[i] != '\\' || i + 1 == s.len) {
            buf_byte(&out, s.ptr[i]);
        } else if (s.ptr[++i] == 'u' && i + 4 < s.len) {
            uint32_t c = hex4(s.ptr + i + 1);

            i += 4;
            if (c >= 0xd800 && c < 0xdc00 && i + 6 < s.len && s.ptr[i + 1] == '\\' && s.ptr[i + 2] == 'u') {
                c = 0x10000 + ((c - 0xd800) << 10) + ((hex4(s.ptr + i + 3) - 0xdc00) & 0x3ff);
                i += 6;
            }
            utf8_add(&out, c);
        } else {
            known = strchr(from, s.ptr[i]);
            buf_byte(&out, known != NULL && *known != '\0' ? to[known - from] : s.ptr[i]);
        }
    }
    text = arena_str(mem, buf_str(&out));
    buf_release(&out);
    return text;
}

bool list_next(struct list_reader *r, struct arena *mem, struct list_item *out)
{
    size_t len;

    if (r->rest.len == 0 || r->rest.ptr[0] == ']')
        return false;
    out->is_list = r->rest.ptr[0] == '[';
    len = out->is_list ? list_length(r->rest, 1) : string_length(r->rest);
    if (len == 0)
        return false;
    out->text = str_head(r->rest, len);
    if (!out->is_list)
        out->text = plain(str_of(out->text.ptr + 1, len - 2), mem);
    r->rest = str_skip(r->rest, len);
    if (r->rest.len != 0 && r->rest.ptr[0] == ',')
        r->rest = str_skip(r->rest, 1);
    return true;
}

size_t list_count(struct str list)
{
    struct str rest = str_skip(list, 1);
    size_t     n = 0;

    while (rest.len != 0 && rest.ptr[0] != ']') {
        size_t len = rest.ptr[0] == '[' ? list_length(rest, 1) : string_length(rest);

        if (len == 0)
            break;
        n++;
        rest = str_skip(rest, len);
        if (rest.len != 0 && rest.ptr[0] == ',')
            rest = str_skip(rest, 1);
    }
    return n;
}

bool list_is_empty(struct str list)
{
    for (size_t i = 0; i < list.len; i++)
        if (list.ptr[i] == '"' && (i + 1 == list.len || list.ptr[++i] != '"'))
            return false;
    return true;
}
