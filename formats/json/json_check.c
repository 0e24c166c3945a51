/* formats/json/json_check.c - finds what is wrong with a JSON record's text where yajl is too lenient. */
#include "formats/json/json_check.h"

#include "etl/core/utf8.h"

enum etl_status json_damaged(struct err *err, const char *rule, struct str text, size_t at, const char *what)
{
    size_t line = 1, begin = 0;

    for (size_t i = 0; i < at && i < text.len; i++)
        if (text.ptr[i] == '\n') {
            line++;
            begin = i + 1;
        }
    if (line == 1)
        return err_set(err, ETL_REJECT, rule, "%s, at its character %zu", what, at + 1);
    return err_set(err, ETL_REJECT, rule, "%s, at its line %zu, character %zu", what, line, at - begin + 1);
}

static int hex_unit(const char *p)
{
    int unit = 0;

    for (int i = 0; i < 4; i++) {
        char c = p[i];

        if (c >= '0' && c <= '9')
            unit = unit << 4 | (c - '0');
        else if ((c | 0x20) >= 'a' && (c | 0x20) <= 'f')
            unit = unit << 4 | ((c | 0x20) - 'a' + 10);
        else
            return -1; /* yajl finds it */
    }
    return unit;
}

/* What is wrong with the \u escapes; NULL: nothing. */
static const char *wrong_escape(struct str text, size_t *at)
{
    const char *p = text.ptr, *end = text.ptr + text.len;

    while ((p = p < end ? memchr(p, '\\', (size_t)(end - p)) : NULL) != NULL && end - p >= 6) {
        int unit = p[1] == 'u' ? hex_unit(p + 2) : -1;

        *at = (size_t)(p - text.ptr);
        if (unit == 0)
            return "a NUL character (\\u0000) stands in it";
        if (unit >= 0xdc00 && unit < 0xe000)
            return "the second half of a surrogate pair without its first";
        if (unit >= 0xd800 && unit < 0xdc00) {
            int low = end - p >= 12 && p[6] == '\\' && p[7] == 'u' ? hex_unit(p + 8) : -1;

            if (low < 0xdc00 || low > 0xdfff)
                return "the first half of a surrogate pair without its second";
            p += 6;
        }
        p += unit >= 0 ? 6 : 2;
    }
    return NULL;
}

/* yajl takes form feeds and vertical tabs for blanks, RFC 8259 2 does not. In a string they are wrong, too. */
static const char *wrong_blank(struct str text)
{
    const char *form_feed = memchr(text.ptr, '\f', text.len);

    return form_feed != NULL ? form_feed : memchr(text.ptr, '\v', text.len);
}

enum etl_status json_check(struct str text, struct err *err)
{
    size_t      at = utf8_valid_prefix(text);
    const char *wrong, *blank;

    if (at != text.len)
        return json_damaged(err, "damaged-encoding", text, at, "bytes that are no UTF-8");
    if (text.len == 0 || text.ptr[0] != '{')
        return err_set(err, ETL_REJECT, "damaged-json", "a record is an object, {…}");
    blank = wrong_blank(text);
    if (blank != NULL)
        return json_damaged(err, "damaged-json", text, (size_t)(blank - text.ptr),
                            "no JSON: a control character that is no blank");
    wrong = wrong_escape(text, &at);
    return wrong != NULL ? json_damaged(err, "damaged-encoding", text, at, wrong) : ETL_OK;
}
