/* etl/pages/layout.c - lays out a page for people: padded, wrapped, labelled; numbers and durations as people read them. */
#include "etl/pages/layout.h"

#include "etl/core/utf8.h"

enum { PAGE_WIDTH = 110 };

void layout_padded(struct buf *out, struct str text, size_t width)
{
    size_t have = utf8_count(text);

    buf_add(out, text);
    while (have++ < width)
        buf_byte(out, ' ');
}

void layout_wrapped(struct buf *out, struct str text, size_t used, size_t indent)
{
    size_t at = used;
    bool   first = true;

    while (text.len != 0) {
        struct str word, rest = str_cut(text, ' ', &word);
        size_t     width = utf8_count(word);

        if (!first && at + 1 + width > PAGE_WIDTH) {
            buf_byte(out, '\n');
            layout_padded(out, STR(""), indent);
            at = indent;
        } else if (!first) {
            buf_byte(out, ' ');
            at++;
        }
        buf_add(out, word);
        at += width;
        first = false;
        text = rest;
    }
    buf_byte(out, '\n');
}

void layout_paragraph(struct buf *out, struct str text, size_t indent)
{
    layout_padded(out, STR(""), indent);
    layout_wrapped(out, text, indent, indent);
}

void layout_labelled(struct buf *out, struct str label, size_t width, struct str text)
{
    buf_lit(out, "  ");
    layout_padded(out, label, width);
    layout_wrapped(out, text, 2 + width, 2 + width);
}

void layout_number(struct buf *out, uint64_t n)
{
    char   digits[24];
    size_t len = (size_t)snprintf(digits, sizeof digits, "%llu", (unsigned long long)n);

    for (size_t i = 0; i < len; i++) {
        if (i != 0 && (len - i) % 3 == 0)
            buf_byte(out, ',');
        buf_byte(out, digits[i]);
    }
}

void layout_duration(struct buf *out, uint64_t seconds)
{
    if (seconds < 90)
        buf_fmt(out, "about %llu s", (unsigned long long)(seconds != 0 ? seconds : 1));
    else if (seconds < 90 * 60)
        buf_fmt(out, "about %llu min", (unsigned long long)((seconds + 30) / 60));
    else
        buf_fmt(out, "about %llu h", (unsigned long long)((seconds + 1800) / 3600));
}
