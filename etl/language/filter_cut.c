/* etl/language/filter_cut.c - filters that take a part of a text: first, last, truncate, split … and pad, which fills one up. */
#include "etl/core/limits.h"
#include "etl/core/utf8.h"
#include "etl/language/filter.h"

static struct str after_chars(struct str s, size_t n)
{
    return str_skip(s, utf8_offset(s, n));
}

static struct str head_chars(struct str s, size_t n)
{
    return s.len <= n ? s : str_head(s, utf8_offset(s, n));
}

static bool run_first(struct eval *e, const struct node *n, struct value *v, const struct value *args)
{
    FILTER_UNUSED;
    value_give(v, head_chars(v->text, (size_t)n->numbers[0]));
    return true;
}

static bool run_last(struct eval *e, const struct node *n, struct value *v, const struct value *args)
{
    size_t keep = (size_t)n->numbers[0], count;

    FILTER_UNUSED;
    if (v->text.len <= keep)
        return true;
    count = utf8_count(v->text);
    if (count > keep)
        value_give(v, after_chars(v->text, count - keep));
    return true;
}

static bool run_truncate(struct eval *e, const struct node *n, struct value *v, const struct value *args)
{
    struct str cut = head_chars(v->text, (size_t)n->numbers[0]);

    FILTER_UNUSED;
    if (cut.len < v->text.len) /* no blank is left where it was cut */
        while (cut.len != 0 && cut.ptr[cut.len - 1] == ' ')
            cut.len--;
    value_give(v, cut);
    return true;
}

static bool run_pad(struct eval *e, const struct node *n, struct value *v, const struct value *args)
{
    size_t     want = (size_t)n->numbers[0], have = utf8_count(v->text);
    struct str fill = args[1].text;
    char      *out;

    if (have >= want)
        return true;
    if (utf8_count(fill) != 1)
        return eval_fail(e, "pad", "pad(n, c) needs one character to fill with");
    if (want > VALUE_BYTES_MAX)
        return eval_bytes(e, want) != NULL;
    out = eval_bytes(e, (want - have) * fill.len + v->text.len);
    if (out == NULL)
        return false;
    for (size_t i = 0; i < want - have; i++)
        memcpy(out + i * fill.len, fill.ptr, fill.len);
    memcpy(out + (want - have) * fill.len, v->text.ptr, v->text.len);
    v->text = str_of(out, (want - have) * fill.len + v->text.len);
    return true;
}

/* The i-th part, counted from 1, or from the end where i is negative. A part that does not exist is the empty value. */
static bool run_split(struct eval *e, const struct node *n, struct value *v, const struct value *args)
{
    struct str  s = v->text, separator = args[0].text;
    int64_t     index = n->numbers[1], parts = 1;
    size_t      from = 0;
    const char *hit;

    if (separator.len == 0)
        return eval_fail(e, "split", "split(sep, i) needs a text to split at");
    if (index < 0) {
        for (size_t i = 0; (hit = str_find(s, i, separator)) != NULL; i = (size_t)(hit - s.ptr) + separator.len)
            parts++;
        index += parts + 1;
        if (index < 1) {
            value_give(v, STR(""));
            return true;
        }
    }
    for (; index > 1; index--) {
        hit = str_find(s, from, separator);
        if (hit == NULL) {
            value_give(v, STR(""));
            return true;
        }
        from = (size_t)(hit - s.ptr) + separator.len;
    }
    hit = str_find(s, from, separator);
    value_give(v, str_of(s.ptr + from, (hit != NULL ? (size_t)(hit - s.ptr) : s.len) - from));
    return true;
}

static bool run_localpart(struct eval *e, const struct node *n, struct value *v, const struct value *args)
{
    const char *at = memrchr(v->text.ptr, '@', v->text.len);

    FILTER_UNUSED;
    if (at != NULL)
        value_give(v, str_of(v->text.ptr, (size_t)(at - v->text.ptr)));
    return true;
}

static bool run_domain(struct eval *e, const struct node *n, struct value *v, const struct value *args)
{
    const char *at = memrchr(v->text.ptr, '@', v->text.len);

    FILTER_UNUSED;
    value_give(v, at != NULL ? str_skip(v->text, (size_t)(at - v->text.ptr) + 1) : STR(""));
    return true;
}

/* ="00123", the way spreadsheets keep leading zeros. */
static bool run_unformula(struct eval *e, const struct node *n, struct value *v, const struct value *args)
{
    struct str s = v->text;

    FILTER_UNUSED;
    if (s.len >= 3 && str_starts(s, STR("=\"")) && s.ptr[s.len - 1] == '"')
        value_give(v, str_of(s.ptr + 2, s.len - 3));
    return true;
}

/* ---- checks of literal arguments ---- */

static const char *check_count(const struct node *n)
{
    return n->numbers[0] < 1 || n->numbers[0] > VALUE_BYTES_MAX ? "a number from 1 is needed" : NULL;
}

static const char *check_pad(const struct node *n)
{
    if (n->args[2]->op == NODE_TEXT && utf8_count(n->args[2]->text) != 1)
        return "one character is needed to fill with";
    return check_count(n);
}

static const char *check_split(const struct node *n)
{
    return n->numbers[1] == 0 ? "parts are counted from 1; from the end by -1" : NULL;
}

const struct filter filter_first = {
    .name = "first",
    .form = "first(n)",
    .summary = "its first n characters",
    .args = { ARG_NUMBER },
    .least = 1,
    .most = 1,
    .run = run_first,
    .check = check_count,
};

const struct filter filter_last = {
    .name = "last",
    .form = "last(n)",
    .summary = "its last n characters",
    .args = { ARG_NUMBER },
    .least = 1,
    .most = 1,
    .run = run_last,
    .check = check_count,
};

const struct filter filter_truncate = {
    .name = "truncate",
    .form = "truncate(n)",
    .summary = "at most n characters, no blank left at the cut",
    .args = { ARG_NUMBER },
    .least = 1,
    .most = 1,
    .run = run_truncate,
    .check = check_count,
};

const struct filter filter_pad = {
    .name = "pad",
    .form = "pad(n, c)",
    .summary = "filled with c on the left to n characters",
    .args = { ARG_NUMBER, ARG_TEXT },
    .least = 2,
    .most = 2,
    .run = run_pad,
    .check = check_pad,
};

const struct filter filter_split = {
    .name = "split",
    .form = "split(sep, i)",
    .summary = "the i-th part, counted from 1, or from the end by -1",
    .args = { ARG_TEXT, ARG_NUMBER },
    .least = 2,
    .most = 2,
    .run = run_split,
    .check = check_split,
};

const struct filter filter_localpart = {
    .name = "localpart",
    .form = "localpart",
    .summary = "what stands before the last @; all where there is none",
    .run = run_localpart,
};

const struct filter filter_domain = {
    .name = "domain",
    .form = "domain",
    .summary = "what stands behind the last @; nothing where there is none",
    .run = run_domain,
};

const struct filter filter_unformula = {
    .name = "unformula",
    .form = "unformula",
    .summary = "00123 for =\"00123\", as spreadsheets write it",
    .run = run_unformula,
};
