/* etl/core/notation/list.c - a list of texts that travels as one text: written, told, read. */
#include "etl/core/notation/list.h"

#include "etl/core/notation/json_string.h"

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
    json_string_add(out, text);
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

static struct str decoded(struct str between, struct arena *mem)
{
    AUTO(buf_release) struct buf out = { 0 };

    if (memchr(between.ptr, '\\', between.len) == NULL)
        return between;
    buf_init(&out, between.len + 16, "a text of a list");
    json_string_decode(&out, between);
    return arena_str(mem, buf_str(&out));
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
        out->text = decoded(json_string_between(out->text), mem);
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
