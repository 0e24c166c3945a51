/* etl/language/filter_text.c - filters on letters: case, blanks, marks. ASCII takes the fast way; the rest is libunistring's. */
#include <unicase.h>
#include <unictype.h>
#include <uninorm.h>
#include <unistr.h>

#include "etl/core/limits.h"
#include "etl/core/utf8.h"
#include "etl/language/filter.h"

static bool is_letter(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

static char to_lower(char c)
{
    return c >= 'A' && c <= 'Z' ? (char)(c + 32) : c;
}

static char to_upper(char c)
{
    return c >= 'a' && c <= 'z' ? (char)(c - 32) : c;
}

/* Blanks that extracts hold: ASCII's, the no-break space, those of typography, and a stray BOM. */
static bool is_space(uint32_t c)
{
    return c == ' ' || (c >= '\t' && c <= '\r') || c == 0xa0 || (c >= 0x2000 && c <= 0x200b) || c == 0x202f ||
           c == 0x205f || c == 0x3000 || c == 0xfeff;
}

static size_t last_char(struct str s)
{
    size_t at = s.len - 1;

    while (at != 0 && ((unsigned char)s.ptr[at] & 0xc0) == 0x80)
        at--;
    return at;
}

static bool run_trim(struct eval *e, const struct node *n, struct value *v, const struct value *args)
{
    struct str s = str_trim(v->text);

    FILTER_UNUSED;
    while (s.len != 0 && (unsigned char)s.ptr[0] >= 0x80) {
        struct str rest = s;

        if (!is_space(utf8_next(&rest)))
            break;
        s = str_trim(rest);
    }
    while (s.len != 0 && (unsigned char)s.ptr[s.len - 1] >= 0x80) {
        size_t     at = last_char(s);
        struct str last = str_skip(s, at);

        if (!is_space(utf8_next(&last)))
            break;
        s = str_trim(str_head(s, at));
    }
    value_give(v, s);
    return true;
}

static bool run_squeeze(struct eval *e, const struct node *n, struct value *v, const struct value *args)
{
    struct str rest = v->text;
    char      *out = eval_bytes(e, rest.len);
    size_t     len = 0;
    bool       blank = false;

    FILTER_UNUSED;
    if (out == NULL)
        return false;
    while (rest.len != 0) {
        struct str before = rest;

        if (is_space(utf8_next(&rest))) {
            blank = true;
            continue;
        }
        if (blank && len != 0)
            out[len++] = ' ';
        blank = false;
        memcpy(out + len, before.ptr, before.len - rest.len);
        len += before.len - rest.len;
    }
    value_give(v, str_of(out, len));
    return true;
}

typedef uint8_t *(*case_map)(const uint8_t *, size_t, const char *, uninorm_t, uint8_t *, size_t *);

static bool map_unicode(struct eval *e, struct value *v, case_map map)
{
    size_t   room = v->text.len * 3 + 16, len = room;
    uint8_t *out = (uint8_t *)eval_bytes(e, room), *result;

    if (out == NULL)
        return false;
    result = map((const uint8_t *)v->text.ptr, v->text.len, NULL, NULL, out, &len);
    if (result == NULL)
        return eval_fail(e, "letters", "its letters cannot be changed: %s", shown(v->text, v->secret).text);
    if (result != out) { /* it did not fit */
        out = (uint8_t *)eval_bytes(e, len);
        if (out != NULL)
            memcpy(out, result, len);
        free(result);
    }
    if (out != NULL)
        value_give(v, str_of((const char *)out, len));
    return out != NULL;
}

static bool map_case(struct eval *e, struct value *v, char (*ascii)(char), case_map map)
{
    struct str s = v->text;
    size_t     same = 0;
    char      *out;

    while (same < s.len && (unsigned char)s.ptr[same] < 0x80 && ascii(s.ptr[same]) == s.ptr[same])
        same++;
    if (same == s.len)
        return true;
    if (!utf8_is_ascii(s))
        return map_unicode(e, v, map);
    out = eval_bytes(e, s.len);
    if (out == NULL)
        return false;
    memcpy(out, s.ptr, same);
    for (size_t i = same; i < s.len; i++)
        out[i] = ascii(s.ptr[i]);
    v->text = str_of(out, s.len);
    return true;
}

static bool run_lower(struct eval *e, const struct node *n, struct value *v, const struct value *args)
{
    FILTER_UNUSED;
    return map_case(e, v, to_lower, u8_tolower);
}

static bool run_upper(struct eval *e, const struct node *n, struct value *v, const struct value *args)
{
    FILTER_UNUSED;
    return map_case(e, v, to_upper, u8_toupper);
}

/* Letters from `s`, to see O'Brien from the dog's. */
static size_t letters_ahead(struct str s)
{
    size_t count = 0;

    while (s.len != 0 && count < 2 && uc_is_alpha(utf8_next(&s)))
        count++;
    return count;
}

/* JOHN O'BRIEN-SMITH → John O'Brien-Smith; the dog's → The Dog's. A letter behind a digit is no beginning: 2nd. */
static bool run_title(struct eval *e, const struct node *n, struct value *v, const struct value *args)
{
    struct str rest;
    uint8_t   *out;
    size_t     len = 0, room = v->text.len * 2 + 8;
    bool       inside = false;

    FILTER_UNUSED;
    out = (uint8_t *)eval_bytes(e, room);
    if (out == NULL)
        return false;
    rest = v->text;
    while (rest.len != 0 && len + 6 < room) {
        uint32_t c = utf8_next(&rest);
        ucs4_t   mapped = inside ? uc_tolower(c) : uc_totitle(c);
        int      bytes = u8_uctomb(out + len, mapped, (ptrdiff_t)(room - len));

        if (bytes <= 0)
            break;
        len += (size_t)bytes;
        inside = uc_is_alnum(c) || uc_is_property(c, UC_PROPERTY_EXTENDER) ||
                 ((c == '\'' || c == 0x2019) && inside && letters_ahead(rest) < 2);
    }
    value_give(v, str_of((const char *)out, len));
    return true;
}

static bool run_alnum(struct eval *e, const struct node *n, struct value *v, const struct value *args)
{
    struct str rest = v->text;
    char      *out = eval_bytes(e, rest.len);
    size_t     len = 0;

    FILTER_UNUSED;
    if (out == NULL)
        return false;
    while (rest.len != 0) {
        struct str before = rest;
        uint32_t   c = utf8_next(&rest);

        if (c < 0x80 ? is_letter((char)c) || (c >= '0' && c <= '9') : uc_is_alnum(c)) {
            memcpy(out + len, before.ptr, before.len - rest.len);
            len += before.len - rest.len;
        }
    }
    value_give(v, str_of(out, len));
    return true;
}

/* Letters that NFKD does not take apart, and the signs of typography that have a plain twin. */
static const struct {
    uint32_t    from;
    const char *to;
} latin[] = {
    { 0x00ab, "\"" }, { 0x00bb, "\"" }, { 0x00c6, "AE" }, { 0x00d0, "D" },   { 0x00d7, "x" },  { 0x00d8, "O" },
    { 0x00de, "Th" }, { 0x00df, "ss" }, { 0x00e6, "ae" }, { 0x00f0, "d" },   { 0x00f8, "o" },  { 0x00fe, "th" },
    { 0x0110, "D" },  { 0x0111, "d" },  { 0x0126, "H" },  { 0x0127, "h" },   { 0x0131, "i" },  { 0x0138, "q" },
    { 0x0141, "L" },  { 0x0142, "l" },  { 0x014a, "NG" }, { 0x014b, "ng" },  { 0x0152, "OE" }, { 0x0153, "oe" },
    { 0x0166, "T" },  { 0x0167, "t" },  { 0x0180, "b" },  { 0x0189, "D" },   { 0x018f, "E" },  { 0x0192, "f" },
    { 0x0197, "I" },  { 0x019a, "l" },  { 0x01b5, "Z" },  { 0x01b6, "z" },   { 0x01dd, "e" },  { 0x01e4, "G" },
    { 0x01e5, "g" },  { 0x0237, "j" },  { 0x0259, "e" },  { 0x0268, "i" },   { 0x02b9, "'" },  { 0x02bc, "'" },
    { 0x1e9e, "SS" }, { 0x2010, "-" },  { 0x2011, "-" },  { 0x2012, "-" },   { 0x2013, "-" },  { 0x2014, "-" },
    { 0x2015, "-" },  { 0x2018, "'" },  { 0x2019, "'" },  { 0x201a, "'" },   { 0x201b, "'" },  { 0x201c, "\"" },
    { 0x201d, "\"" }, { 0x201e, "\"" }, { 0x201f, "\"" }, { 0x2022, "*" },   { 0x2032, "'" },  { 0x2033, "\"" },
    { 0x2039, "'" },  { 0x203a, "'" },  { 0x2044, "/" },  { 0x20ac, "EUR" }, { 0x2212, "-" },  { 0xfeff, "" },
    { 0x200b, "" },   { 0x00ad, "" },
};

static const char *plain_letter(uint32_t c)
{
    for (size_t i = 0; i < sizeof latin / sizeof latin[0]; i++)
        if (latin[i].from == c)
            return latin[i].to;
    return NULL;
}

/* What has no way into ASCII stays as it is, so that the provider's rule can tell of it; nothing is lost silently. */
static bool run_ascii(struct eval *e, const struct node *n, struct value *v, const struct value *args)
{
    AUTO(buf_release) struct buf out = { 0 };
    size_t                       len = 0;
    uint8_t                     *decomposed;
    struct str                   rest;

    FILTER_UNUSED;
    if (utf8_is_ascii(v->text))
        return true;
    decomposed = u8_normalize(UNINORM_NFKD, (const uint8_t *)v->text.ptr, v->text.len, NULL, &len);
    if (decomposed == NULL)
        return eval_fail(e, "ascii", "cannot be written in ASCII: %s", shown(v->text, v->secret).text);
    buf_init(&out, VALUE_BYTES_MAX, "a value");
    rest = str_of((const char *)decomposed, len);
    while (rest.len != 0) {
        uint32_t    c = utf8_next(&rest);
        const char *plain = c < 0x80 ? NULL : plain_letter(c);

        if (plain != NULL)
            buf_text(&out, plain);
        else if (!uc_is_general_category(c, UC_CATEGORY_M))
            utf8_add(&out, c);
    }
    free(decomposed);
    if (buf_failed(&out))
        return eval_bytes(e, VALUE_BYTES_MAX + 1) != NULL;
    value_give(v, arena_str(e->mem, buf_str(&out)));
    return true;
}

const struct filter filter_trim = {
    .name = "trim",
    .form = "trim",
    .summary = "without blanks at both ends",
    .run = run_trim,
};

const struct filter filter_squeeze = {
    .name = "squeeze",
    .form = "squeeze",
    .summary = "every run of blanks is one blank, none at the ends",
    .run = run_squeeze,
};

const struct filter filter_lower = {
    .name = "lower",
    .form = "lower",
    .summary = "in small letters",
    .run = run_lower,
};

const struct filter filter_upper = {
    .name = "upper",
    .form = "upper",
    .summary = "in capitals",
    .run = run_upper,
};

const struct filter filter_title = {
    .name = "title",
    .form = "title",
    .summary = "each word with a capital",
    .run = run_title,
};

const struct filter filter_alnum = {
    .name = "alnum",
    .form = "alnum",
    .summary = "only its letters and digits",
    .run = run_alnum,
};

const struct filter filter_ascii = {
    .name = "ascii",
    .form = "ascii",
    .summary = "letters without marks, in ASCII where there is a way",
    .run = run_ascii,
};
