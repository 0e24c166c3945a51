/* etl/language/filter.c - the table of filters, and those that only cut or compare. */
#include "etl/language/filter.h"

#include "etl/core/list.h"
#include "etl/core/utf8.h"
#include "etl/language/lookup.h"

#define UNUSED_E (void)e, (void)n, (void)args

static void give(struct value *v, struct str text)
{
    v->text = text;
    v->kind = text.len != 0 ? VALUE_TEXT : VALUE_ABSENT;
}

static bool give_yes(struct value *v, bool yes)
{
    v->text = yes ? STR("true") : str_of(false_text, 5);
    v->kind = VALUE_TEXT;
    return true;
}

static struct str after_chars(struct str s, size_t n)
{
    return str_skip(s, utf8_offset(s, n));
}

static struct str head_chars(struct str s, size_t n)
{
    return s.len <= n ? s : str_head(s, utf8_offset(s, n));
}

/* ---- cutting ---- */

static bool run_first(struct eval *e, const struct node *n, struct value *v, const struct value *args)
{
    UNUSED_E;
    give(v, head_chars(v->text, (size_t)n->numbers[0]));
    return true;
}

static bool run_last(struct eval *e, const struct node *n, struct value *v, const struct value *args)
{
    size_t keep = (size_t)n->numbers[0], count;

    UNUSED_E;
    if (v->text.len <= keep)
        return true;
    count = utf8_count(v->text);
    if (count > keep)
        give(v, after_chars(v->text, count - keep));
    return true;
}

static bool run_truncate(struct eval *e, const struct node *n, struct value *v, const struct value *args)
{
    struct str cut = head_chars(v->text, (size_t)n->numbers[0]);

    UNUSED_E;
    if (cut.len < v->text.len) /* no blank is left where it was cut */
        while (cut.len != 0 && cut.ptr[cut.len - 1] == ' ')
            cut.len--;
    give(v, cut);
    return true;
}

static bool run_digits(struct eval *e, const struct node *n, struct value *v, const struct value *args)
{
    struct str s = v->text;
    size_t     len = 0;
    char      *out;

    UNUSED_E;
    if (str_all_digits(s))
        return true;
    out = eval_bytes(e, s.len);
    if (out == NULL)
        return false;
    for (size_t i = 0; i < s.len; i++)
        if (s.ptr[i] >= '0' && s.ptr[i] <= '9')
            out[len++] = s.ptr[i];
    give(v, str_of(out, len));
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

static const char *found(struct str s, size_t from, struct str part)
{
    return part.len != 0 && from <= s.len ? memmem(s.ptr + from, s.len - from, part.ptr, part.len) : NULL;
}

static bool run_replace(struct eval *e, const struct node *n, struct value *v, const struct value *args)
{
    struct str  s = v->text, old = args[0].text, new = args[1].text;
    size_t      times = 0, from = 0, at = 0;
    const char *hit;
    char       *out;

    UNUSED_E;
    if (old.len == 0)
        return true;
    for (size_t i = 0; (hit = found(s, i, old)) != NULL; i = (size_t)(hit - s.ptr) + old.len)
        times++;
    if (times == 0)
        return true;
    out = eval_bytes(e, s.len - times * old.len + times * new.len);
    if (out == NULL)
        return false;
    for (; (hit = found(s, from, old)) != NULL; from = (size_t)(hit - s.ptr) + old.len) {
        size_t before = (size_t)(hit - s.ptr) - from;

        memcpy(out + at, s.ptr + from, before);
        at += before;
        if (new.len != 0)
            memcpy(out + at, new.ptr, new.len);
        at += new.len;
    }
    memcpy(out + at, s.ptr + from, s.len - from);
    give(v, str_of(out, at + s.len - from));
    return true;
}

/* The i-th part, from 1; from the end when negative. Past the ends: nothing. */
/* The texts of a list, of its inner lists too. */
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
    give(v, arena_str(e->mem, buf_str(&out)));
    return true;
}

static bool run_split(struct eval *e, const struct node *n, struct value *v, const struct value *args)
{
    struct str  s = v->text, separator = args[0].text;
    int64_t     index = n->numbers[1], parts = 1;
    size_t      from = 0;
    const char *hit;

    if (separator.len == 0)
        return eval_fail(e, "split", "split(sep, i) needs a text to split at");
    if (index < 0) {
        for (size_t i = 0; (hit = found(s, i, separator)) != NULL; i = (size_t)(hit - s.ptr) + separator.len)
            parts++;
        index += parts + 1;
        if (index < 1) {
            give(v, STR(""));
            return true;
        }
    }
    for (; index > 1; index--) {
        hit = found(s, from, separator);
        if (hit == NULL) {
            give(v, STR(""));
            return true;
        }
        from = (size_t)(hit - s.ptr) + separator.len;
    }
    hit = found(s, from, separator);
    give(v, str_of(s.ptr + from, (hit != NULL ? (size_t)(hit - s.ptr) : s.len) - from));
    return true;
}

static bool run_localpart(struct eval *e, const struct node *n, struct value *v, const struct value *args)
{
    const char *at = memrchr(v->text.ptr, '@', v->text.len);

    UNUSED_E;
    if (at != NULL)
        give(v, str_of(v->text.ptr, (size_t)(at - v->text.ptr)));
    return true;
}

static bool run_domain(struct eval *e, const struct node *n, struct value *v, const struct value *args)
{
    const char *at = memrchr(v->text.ptr, '@', v->text.len);

    UNUSED_E;
    give(v, at != NULL ? str_skip(v->text, (size_t)(at - v->text.ptr) + 1) : STR(""));
    return true;
}

/* ="00123", the way spreadsheets keep leading zeros. */
static bool run_unformula(struct eval *e, const struct node *n, struct value *v, const struct value *args)
{
    struct str s = v->text;

    UNUSED_E;
    if (s.len >= 3 && str_starts(s, STR("=\"")) && s.ptr[s.len - 1] == '"')
        give(v, str_of(s.ptr + 2, s.len - 3));
    return true;
}

/* ---- asking ---- */

static bool run_contains(struct eval *e, const struct node *n, struct value *v, const struct value *args)
{
    UNUSED_E;
    return give_yes(v, str_contains(v->text, args[0].text));
}

static bool run_starts(struct eval *e, const struct node *n, struct value *v, const struct value *args)
{
    UNUSED_E;
    return give_yes(v, str_starts(v->text, args[0].text));
}

static bool run_ends(struct eval *e, const struct node *n, struct value *v, const struct value *args)
{
    UNUSED_E;
    return give_yes(v, str_ends(v->text, args[0].text));
}

static bool run_length(struct eval *e, const struct node *n, struct value *v, const struct value *args)
{
    UNUSED_E;
    *v = VALUE_OF(arena_fmt(e->mem, "%zu", v->kind == VALUE_TEXT ? utf8_count(v->text) : 0));
    return true;
}

static bool run_pattern(struct eval *e, const struct node *n, struct value *v, const char *name, bool *yes)
{
    switch (pattern_run(n->prepared, v->text, e->match)) {
    case PATTERN_YES: *yes = true; return true;
    case PATTERN_NO: *yes = false; return true;
    case PATTERN_LIMIT: break;
    }
    return eval_fail(e, name, "the regular expression gave up on %s: too many ways to try; make it simpler",
                     shown(v->text, v->secret).text);
}

static bool run_match(struct eval *e, const struct node *n, struct value *v, const struct value *args)
{
    bool yes = false;

    UNUSED_E;
    if (!run_pattern(e, n, v, "match", &yes))
        return false;
    if (!yes)
        give(v, STR(""));
    return true;
}

static bool run_extract(struct eval *e, const struct node *n, struct value *v, const struct value *args)
{
    bool       yes = false;
    struct str group = STR("");

    UNUSED_E;
    if (!run_pattern(e, n, v, "extract", &yes))
        return false;
    if (yes)
        group = pattern_group(e->match, pattern_groups(n->prepared) != 0 ? 1 : 0);
    give(v, group.ptr != NULL ? group : STR(""));
    return true;
}

/* ---- choosing ---- */

static bool run_default(struct eval *e, const struct node *n, struct value *v, const struct value *args)
{
    UNUSED_E;
    return !value_is_empty(v) || eval_node(e, n->args[1], v);
}

static bool run_lookup(struct eval *e, const struct node *n, struct value *v, const struct value *args)
{
    const struct lookup *table = n->prepared;
    const struct value  *hit = lookup_find(table, v->text);
    bool                 secret = v->secret;

    UNUSED_E;
    if (hit != NULL) {
        *v = *hit;
        v->secret = v->secret || secret;
        return true;
    }
    if (table->missing == MISSING_REJECT)
        return eval_fail(e, "lookup", "%s is not in lookup %.*s", shown(v->text, secret || table->secret).text,
                         STR_ARG(table->name));
    if (table->missing == MISSING_EMPTY)
        give(v, STR(""));
    return true;
}

static bool run_bool(struct eval *e, const struct node *n, struct value *v, const struct value *args)
{
    static const char *const yes[] = { "true", "yes", "y", "t", "1", "on", "x", NULL };
    static const char *const no[] = { "false", "no", "n", "f", "0", "off", NULL };
    struct str               word = str_trim(v->text);

    for (size_t i = 0; yes[i] != NULL; i++)
        if (str_eq_nocase(word, str_from(yes[i]))) {
            give(v, n->count > 1 ? args[0].text : STR("true"));
            return true;
        }
    for (size_t i = 0; no[i] != NULL; i++)
        if (str_eq_nocase(word, str_from(no[i]))) {
            give(v, n->count > 2 ? args[1].text : n->count > 1 ? STR("") : str_of(false_text, 5));
            return true;
        }
    if (word.len == 0) {
        give(v, STR(""));
        return true;
    }
    return eval_fail(e, "bool", "is neither yes nor no: %s (true yes y t 1 on x / false no n f 0 off)",
                     shown(v->text, v->secret).text);
}

static bool run_valid(struct eval *e, const struct node *n, struct value *v, const struct value *args)
{
    UNUSED_E;
    if (e->target != NULL && !e->target->takes(e->target->context, v->text))
        give(v, STR(""));
    return true;
}

static bool run_urlencode(struct eval *e, const struct node *n, struct value *v, const struct value *args)
{
    static const char hex[] = "0123456789ABCDEF";
    struct str        s = v->text;
    size_t            len = 0;
    char             *out;

    UNUSED_E;
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

/* ---- checks of written-out arguments ---- */

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

static const char *check_replace(const struct node *n)
{
    return n->args[1]->op == NODE_TEXT && n->args[1]->text.len == 0 ? "the text to replace is empty" : NULL;
}

static const char *check_number(const struct node *n)
{
    return n->count > 1 && (n->numbers[0] < 0 || n->numbers[0] > 12) ? "0 to 12 decimals" : NULL;
}

static const char *check_days(const struct node *n)
{
    return n->numbers[0] < -366000 || n->numbers[0] > 366000 ? "within a thousand years" : NULL;
}

const struct filter filters[] = {
    { "trim", "trim", "without blanks at both ends", { 0 }, 0, 0, false, false, filter_trim, NULL, false },
    { "squeeze",
      "squeeze",
      "every run of blanks is one blank, none at the ends",
      { 0 },
      0,
      0,
      false,
      false,
      filter_squeeze,
      NULL,
      false },
    { "lower", "lower", "in small letters", { 0 }, 0, 0, false, false, filter_lower, NULL, false },
    { "upper", "upper", "in capitals", { 0 }, 0, 0, false, false, filter_upper, NULL, false },
    { "title", "title", "each word with a capital", { 0 }, 0, 0, false, false, filter_title, NULL, false },
    { "digits", "digits", "only its digits 0-9", { 0 }, 0, 0, false, false, run_digits, NULL, false },
    { "alnum", "alnum", "only its letters and digits", { 0 }, 0, 0, false, false, filter_alnum, NULL, false },
    { "ascii",
      "ascii",
      "letters without marks, in ASCII where there is a way",
      { 0 },
      0,
      0,
      false,
      false,
      filter_ascii,
      NULL,
      false },
    { "first",
      "first(n)",
      "its first n characters",
      { ARG_NUMBER },
      1,
      1,
      false,
      false,
      run_first,
      check_count,
      false },
    { "last", "last(n)", "its last n characters", { ARG_NUMBER }, 1, 1, false, false, run_last, check_count, false },
    { "truncate",
      "truncate(n)",
      "at most n characters, no blank left at the cut",
      { ARG_NUMBER },
      1,
      1,
      false,
      false,
      run_truncate,
      check_count,
      false },
    { "pad",
      "pad(n, c)",
      "filled with c on the left to n characters",
      { ARG_NUMBER, ARG_TEXT },
      2,
      2,
      false,
      false,
      run_pad,
      check_pad,
      false },
    { "replace",
      "replace(a, b)",
      "b for every a",
      { ARG_TEXT, ARG_TEXT },
      2,
      2,
      false,
      false,
      run_replace,
      check_replace,
      false },
    { "match",
      "match(re)",
      "itself where the regular expression finds something in it, else empty",
      { ARG_PATTERN },
      1,
      1,
      false,
      false,
      run_match,
      NULL,
      false },
    { "extract",
      "extract(re)",
      "what group 1 (or the whole expression) found, else empty",
      { ARG_PATTERN },
      1,
      1,
      false,
      false,
      run_extract,
      NULL,
      false },
    { "split",
      "split(sep, i)",
      "the i-th part, counted from 1, or from the end by -1",
      { ARG_TEXT, ARG_NUMBER },
      2,
      2,
      false,
      false,
      run_split,
      check_split,
      false },
    { "join",
      "join(sep)",
      "a list's texts in one, sep between those that are not empty",
      { ARG_TEXT },
      1,
      1,
      false,
      false,
      run_join,
      NULL,
      true },
    { "default", "default(x)", "x where it is empty", { ARG_VALUE }, 1, 1, true, false, run_default, NULL, true },
    { "lookup", "lookup('t')", "its value in lookup t", { ARG_LOOKUP }, 1, 1, false, false, run_lookup, NULL, false },
    { "date",
      "date(from, to)",
      "a date written anew",
      { ARG_DATE, ARG_DATE },
      1,
      2,
      false,
      false,
      filter_date,
      NULL,
      false },
    { "plus_days",
      "plus_days(n)",
      "an ISO date, n days later",
      { ARG_NUMBER },
      1,
      1,
      false,
      false,
      filter_plus_days,
      check_days,
      false },
    { "number",
      "number(decimals)",
      "a number as machines write it",
      { ARG_NUMBER },
      0,
      1,
      false,
      false,
      filter_number,
      check_number,
      false },
    { "bool",
      "bool(yes, no)",
      "one of two words, for yes or no in any of its ways",
      { ARG_TEXT, ARG_TEXT },
      0,
      2,
      false,
      false,
      run_bool,
      NULL,
      false },
    { "localpart",
      "localpart",
      "what stands before the last @; all where there is none",
      { 0 },
      0,
      0,
      false,
      false,
      run_localpart,
      NULL,
      false },
    { "domain",
      "domain",
      "what stands behind the last @; nothing where there is none",
      { 0 },
      0,
      0,
      false,
      false,
      run_domain,
      NULL,
      false },
    { "length", "length", "how many characters it has", { 0 }, 0, 0, true, false, run_length, NULL, false },
    { "urlencode", "urlencode", "percent-encoded", { 0 }, 0, 0, false, false, run_urlencode, NULL, false },
    { "unformula",
      "unformula",
      "00123 for =\"00123\", as spreadsheets write it",
      { 0 },
      0,
      0,
      false,
      false,
      run_unformula,
      NULL,
      false },
    { "contains",
      "contains(x)",
      "true where x stands in it, else false",
      { ARG_TEXT },
      1,
      1,
      false,
      false,
      run_contains,
      NULL,
      false },
    { "starts", "starts(x)", "true where it begins with x", { ARG_TEXT }, 1, 1, false, false, run_starts, NULL, false },
    { "ends", "ends(x)", "true where it ends with x", { ARG_TEXT }, 1, 1, false, false, run_ends, NULL, false },
    { "valid",
      "valid",
      "itself where the parameter's rules take it, else empty",
      { 0 },
      0,
      0,
      false,
      true,
      run_valid,
      NULL,
      false },
    { 0 },
};

const struct filter *filter_named(struct str name)
{
    for (const struct filter *f = filters; f->name != NULL; f++)
        if (str_is(name, f->name))
            return f;
    return NULL;
}
