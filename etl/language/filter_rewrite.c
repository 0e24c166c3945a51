/* etl/language/filter_rewrite.c - filters that write a text anew: digits, replace, join, urlencode. */
#include "etl/core/limits.h"
#include "etl/core/notation/list.h"
#include "etl/language/filter.h"

static bool run_digits(struct eval *e, const struct node *n, struct value *v, const struct value *args)
{
    struct str s = v->text;
    size_t     len = 0;
    char      *out;

    FILTER_UNUSED;
    if (str_all_digits(s))
        return true;
    out = eval_bytes(e, s.len);
    if (out == NULL)
        return false;
    for (size_t i = 0; i < s.len; i++)
        if (s.ptr[i] >= '0' && s.ptr[i] <= '9')
            out[len++] = s.ptr[i];
    value_give(v, str_of(out, len));
    return true;
}

static bool run_replace(struct eval *e, const struct node *n, struct value *v, const struct value *args)
{
    struct str  s = v->text, old = args[0].text, new = args[1].text;
    size_t      times = 0, from = 0, at = 0;
    const char *hit;
    char       *out;

    FILTER_UNUSED;
    if (old.len == 0)
        return true;
    for (size_t i = 0; (hit = str_find(s, i, old)) != NULL; i = (size_t)(hit - s.ptr) + old.len)
        times++;
    if (times == 0)
        return true;
    out = eval_bytes(e, s.len - times * old.len + times * new.len);
    if (out == NULL)
        return false;
    for (; (hit = str_find(s, from, old)) != NULL; from = (size_t)(hit - s.ptr) + old.len) {
        size_t before = (size_t)(hit - s.ptr) - from;

        memcpy(out + at, s.ptr + from, before);
        at += before;
        if (new.len != 0)
            memcpy(out + at, new.ptr, new.len);
        at += new.len;
    }
    memcpy(out + at, s.ptr + from, s.len - from);
    value_give(v, str_of(out, at + s.len - from));
    return true;
}

/* Appends the texts of a list and of its inner lists, with the separator between those that are not empty. */
static void join_texts(struct buf *out, struct str list, struct str separator, struct arena *mem)
{
    struct list_reader r = list_open(list);
    struct list_item   item;

    while (list_next(&r, mem, &item)) {
        if (item.is_list) {
            join_texts(out, item.text, separator, mem);
            continue;
        }
        if (out->len != 0 && item.text.len != 0)
            buf_add(out, separator);
        buf_add(out, item.text);
    }
}

static bool run_join(struct eval *e, const struct node *n, struct value *v, const struct value *args)
{
    AUTO(buf_release) struct buf out = { 0 };

    (void)n;
    if (v->kind != VALUE_LIST) /* one text is joined already */
        return true;
    buf_init(&out, VALUE_BYTES_MAX, "a joined list");
    join_texts(&out, v->text, args[0].text, e->mem);
    if (buf_failed(&out))
        return eval_fail(e, "value-length", "the value grows past %d bytes", VALUE_BYTES_MAX);
    value_give(v, arena_str(e->mem, buf_str(&out)));
    return true;
}

static bool run_urlencode(struct eval *e, const struct node *n, struct value *v, const struct value *args)
{
    static const char hex[] = "0123456789ABCDEF";
    struct str        s = v->text;
    size_t            len = 0;
    char             *out;

    FILTER_UNUSED;
    out = eval_bytes(e, s.len * 3);
    if (out == NULL)
        return false;
    for (size_t i = 0; i < s.len; i++) {
        unsigned char c = (unsigned char)s.ptr[i];

        if ((c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
            (c != '\0' && strchr("-._~", c) != NULL)) {
            out[len++] = (char)c;
        } else {
            out[len++] = '%';
            out[len++] = hex[c >> 4];
            out[len++] = hex[c & 15];
        }
    }
    v->text = str_of(out, len);
    return true;
}

static const char *check_replace(const struct node *n)
{
    return n->args[1]->op == NODE_TEXT && n->args[1]->text.len == 0 ? "the text to replace is empty" : NULL;
}

const struct filter filter_digits = {
    .name = "digits",
    .form = "digits",
    .summary = "only its digits 0-9",
    .run = run_digits,
};

const struct filter filter_replace = {
    .name = "replace",
    .form = "replace(a, b)",
    .summary = "b for every a",
    .args = { ARG_TEXT, ARG_TEXT },
    .least = 2,
    .most = 2,
    .run = run_replace,
    .check = check_replace,
};

const struct filter filter_join = {
    .name = "join",
    .form = "join(sep)",
    .summary = "a list's texts in one, sep between those that are not empty",
    .args = { ARG_TEXT },
    .least = 1,
    .most = 1,
    .takes_list = true,
    .run = run_join,
};

const struct filter filter_urlencode = {
    .name = "urlencode",
    .form = "urlencode",
    .summary = "percent-encoded",
    .run = run_urlencode,
};
