/* tests/unit/providers/test_redactor.c - secrets are taken out of replies in place: all other bytes stay, however the reply is cut into pieces. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include "providers/redact/redactor.h"

static void replace(void *context, struct str name, struct str clear, struct buf *out)
{
    (void)context;
    buf_fmt(out, "<%.*s %zu>", STR_ARG(name), clear.len);
}

static const struct str secrets[] = { { "password", 8 }, { "card.number", 11 }, { "rows.*.*", 8 } };
static const struct str columns[] = { { "username", 8 }, { "password", 8 }, { "status", 6 } };

static const struct {
    enum redactor_form form;
    const char        *in, *out;
} cases[] = {
    { REDACT_CSV, "\"ann\",\"pw\",\"on\"\r\nbob,s3,off\n",
      "\"ann\",\"<password 2>\",\"on\"\r\nbob,\"<password 2>\",off\n" },
    { REDACT_CSV, "username,password,status\nann,pw,on", "username,password,status\nann,\"<password 2>\",on" },
    { REDACT_CSV, "\"a\"\"n\",\"p\"\"w,\n\",on\n", "\"a\"\"n\",\"<password 5>\",on\n" },
    { REDACT_CSV, "ann,,on\n", "ann,,on\n" },
    { REDACT_CSV, "\"an\nn\",pw,on\nbob,s3,off\n", "\"an\n<damaged 8>\n<damaged 10>\n" },
    { REDACT_CSV, "ann,pw,on,more\n", "ann,\"<password 2>\",on,\"<beyond 4>\"\n" },
    { REDACT_CSV, "\"ann\"x,\"pw\",on\nbob,s3,off\n", "\"ann\"<damaged 9>\n<damaged 10>\n" },
    { REDACT_CSV, "ann,\"pw", "ann,\"<password 2>\"" },
    { REDACT_XML, "<a><username>ann</username><password>p&amp;w</password></a>",
      "<a><username>ann</username><password>&lt;password 3></password></a>" },
    { REDACT_XML, "<s:a x='>'><!-- <password> --><Password type=\"xsd:base64Binary\">cHc=</Password></s:a>",
      "<s:a x='>'><!-- <password> --><Password type=\"xsd:string\">&lt;Password 2></Password></s:a>" },
    { REDACT_XML,
      "<a><password><![CDATA[p<w]]></password><password/><number>5</number><card><number>4111</number></card></a>",
      "<a><password>&lt;password 3></password><password/><number>5</number><card><number>&lt;number 4></number></card></a>" },
    { REDACT_XML, "<a><password>never closed", "<a><password>&lt;password 12>" },
    { REDACT_JSON,
      "{\"username\":\"ann\", \"password\" : \"p\\\"w\\u00eb\",\"x\":[1,{\"password\":12345},{\"password\":null}]}",
      "{\"username\":\"ann\", \"password\" : \"<password 5>\",\"x\":[1,{\"password\":\"<password 5>\"},{\"password\":null}]}" },
    { REDACT_JSON, "{\"number\":1,\"card\":{\"number\":\"4111\",\"type\":\"visa\"}}",
      "{\"number\":1,\"card\":{\"number\":\"<number 4>\",\"type\":\"visa\"}}" },
    { REDACT_JSON, "{\"rows\":{\"2\":{\"39\":\"a\",\"40\":\"bc\"}},\"z\":\"y\"}",
      "{\"rows\":{\"2\":{\"39\":\"<39 1>\",\"40\":\"<40 2>\"}},\"z\":\"y\"}" },
    { REDACT_JSON, "{\"password\":[\"a\",\"b\"],\"b\":\"password\"}",
      "{\"password\":[\"<password 1>\",\"<password 1>\"],\"b\":\"password\"}" },
    { REDACT_JSON, "{\"password\":\"cut of", "{\"password\":\"<password 6>\"" },
    { REDACT_TEXT, "nothing here", "nothing here" },
};

static void all_but_secrets_stays(void **state)
{
    const struct redactor_how how = { secrets, 3, replace, NULL };

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++)
        for (size_t piece = 1; piece <= strlen(cases[i].in); piece++) {
            AUTO(buf_release) struct buf out;
            struct redactor             *s = redactor_new(cases[i].form, &how, columns, 3);
            struct str                   in = str_from(cases[i].in);

            buf_init(&out, 1 << 16, "test");
            while (in.len != 0) {
                redactor_add(s, str_head(in, piece), &out);
                in = str_skip(in, in.len < piece ? in.len : piece);
            }
            redactor_end(s, &out);
            redactor_free(s);
            assert_string_equal(buf_cstr(&out), cases[i].out);
        }
}

/* Whatever the bytes, a planted secret in a secret place never comes through. */
static void nothing_comes_through(void **state)
{
    const struct redactor_how how = { secrets, 3, replace, NULL };
    uint32_t                  random = 7;

    (void)state;
    for (unsigned round = 0; round < 3000; round++) {
        AUTO(buf_release) struct buf in, out;
        static const char *const     noise[] = { "\"", ",", "\n", "x", "\"\"", " ", "ann", "\r\n" };
        struct redactor             *s = redactor_new(REDACT_CSV, &how, columns, 3);

        buf_init(&in, 1 << 16, "test");
        buf_init(&out, 1 << 16, "test");
        for (unsigned k = 0; k < 6; k++) { /* broken rows, then good ones */
            random = random * 1664525 + 1013904223;
            buf_text(&in, noise[random >> 16 & 7]);
        }
        buf_lit(&in, "\nbob,planted,on\n");
        redactor_add(s, buf_str(&in), &out);
        redactor_end(s, &out);
        redactor_free(s);
        assert_false(str_contains(buf_str(&out), STR("planted")));
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(all_but_secrets_stays),
        cmocka_unit_test(nothing_comes_through),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
