/* etl/pages/layout.c - how a page for people is laid out: padded, wrapped, labelled. */
#include "etl/pages/layout.h"

#include "etl/core/utf8.h"

enum { PAGE_WIDTH = 110 };

void page_padded(struct buf *out, struct str text, size_t width)
{
    size_t have = utf8_count(text);

    buf_add(out, text);
    while (have++ < width)
        buf_byte(out, ' ');
}

void page_wrapped(struct buf *out, struct str text, size_t used, size_t indent)
{
    size_t at = used;
    bool   first = true;

    while (text.len != 0) {
        struct str word, rest = str_cut(text, ' ', &word);
        size_t     width = utf8_count(word);

        if (!first && at + 1 + width > PAGE_WIDTH) {
            buf_byte(out, '\n');
            page_padded(out, STR(""), indent);
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

void page_paragraph(struct buf *out, struct str text, size_t indent)
{
    page_padded(out, STR(""), indent);
    page_wrapped(out, text, indent, indent);
}

void page_labelled(struct buf *out, struct str label, size_t width, struct str text)
{
    buf_lit(out, "  ");
    page_padded(out, label, width);
    page_wrapped(out, text, 2 + width, 2 + width);
}

void page_number(struct buf *out, uint64_t n)
{
    char   digits[24];
    size_t len = (size_t)snprintf(digits, sizeof digits, "%llu", (unsigned long long)n);

    for (size_t i = 0; i < len; i++) {
        if (i != 0 && (len - i) % 3 == 0)
            buf_byte(out, ',');
        buf_byte(out, digits[i]);
    }
}
