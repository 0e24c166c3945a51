/* tests/unit/providers/test_form_fields.c - providers/wires/form_fields.h: what is read, and what no server should have to guess. */
#include "providers/wires/form_fields.h"
#include "tests/unit/check.h"

/* "name=value;" for every field, so that a row can say what it expects. */
static struct str fields_shown(const struct wire_field *fields, size_t count, struct buf *out)
{
    buf_reset(out);
    for (size_t i = 0; i < count; i++)
        buf_fmt(out, "%.*s=%.*s;", STR_ARG(fields[i].name), STR_ARG(fields[i].value));
    return buf_str(out);
}

static void taken(void **state)
{
    static const struct {
        const char *body, *want;
    } rows[] = {
        { "", "" },
        { "a=1", "a=1;" },
        { "a=1&b=&a=2", "a=1;b=;a=2;" },
        { "a+b=c%20d%2B%26%3d", "a b=c d+&=;" },
        { "n=%C3%A9%0D%0A", "n=\xc3\xa9\r\n;" },
        { "a=-._~!*'()", "a=-._~!*'();" },
    };
    struct arena                 mem;
    AUTO(buf_release) struct buf out;

    (void)state;
    arena_init(&mem, 1 << 20, "a test");
    buf_init(&out, 1 << 16, "a test");
    for (size_t i = 0; i < COUNT(rows); i++) {
        struct wire_field *fields;
        size_t             count;
        struct err         err = { 0 };

        if (form_fields_parse(str_from(rows[i].body), &mem, &fields, &count, &err) != ETL_OK)
            fail_row(i, "refused: %s", err.text);
        assert_text(fields_shown(fields, count, &out), str_from(rows[i].want));
    }
    arena_release(&mem);
}

static void refused(void **state)
{
    static const struct {
        const char *body, *rule;
    } rows[] = {
        { "a", "form-field" },      { "&a=1", "form-field" },    { "a=1&", "form-field" },
        { "=1", "form-field" },     { "a=b c", "form-raw" },     { "a=b=c", "form-raw" },
        { "a=\xe9", "form-raw" },   { "a=\n", "form-raw" },      { "a=%", "form-percent" },
        { "a=%4", "form-percent" }, { "a=%zz", "form-percent" }, { "a=%4&b=1", "form-percent" },
        { "a=%00", "form-nul" },    { "%00=a", "form-nul" },     { "a=1&&b=2", "form-field" },
    };
    struct arena mem;

    (void)state;
    arena_init(&mem, 1 << 20, "a test");
    for (size_t i = 0; i < COUNT(rows); i++) {
        struct wire_field *fields = NULL;
        size_t             count;
        struct err         err = { 0 };

        if (form_fields_parse(str_from(rows[i].body), &mem, &fields, &count, &err) != ETL_REJECT)
            fail_row(i, "taken: %s", rows[i].body);
        assert_string_equal(err.rule, rows[i].rule);
        assert_null(fields);
    }
    arena_release(&mem);
}

int main(void)
{
    const struct CMUnitTest tests[] = { cmocka_unit_test(taken), cmocka_unit_test(refused) };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
