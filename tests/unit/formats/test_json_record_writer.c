/* tests/unit/formats/test_json_record_writer.c - formats/json_record_writer.h: a reject is the record's own bytes, but for its secrets and its reasons. */
#include "formats/json_record_writer.h"

#include "tests/unit/check.h"

/* "sealed:" and the path and text that were given: <path=text> */
static void replace(void *context, struct str path, struct str text, struct buf *out)
{
    assert_string_equal(context, "mine");
    buf_fmt(out, "<%.*s=%.*s>", STR_ARG(path), STR_ARG(text));
}

static void rejects(void **state)
{
    static const struct str secret[] = { BYTES("card"), BYTES("boxes.0.pass") };
    static const struct {
        const char *in, *out;
    } rows[] = {
        { "{}", "{\"_errors\":\"bad \\\"x\\\"\"}" },
        { "{ }", "{\"_errors\":\"bad \\\"x\\\"\" }" },
        { "{\"a\":1}", "{\"a\":1,\"_errors\":\"bad \\\"x\\\"\"}" },
        { "{\n  \"a\": [1, {\"b\": \"}\\\"\"}] \n}",
          "{\n  \"a\": [1, {\"b\": \"}\\\"\"}],\"_errors\":\"bad \\\"x\\\"\" \n}" },
        { "{\"a\":1,\"_errors\":\"old\"}", "{\"a\":1,\"_errors\":\"bad \\\"x\\\"\"}" },
        { "{\"_errors\":\"old\"}", "{\"_errors\":\"bad \\\"x\\\"\"}" },
        { "{\"_errors\":\"old\", \"a\":1}", "{\"a\":1,\"_errors\":\"bad \\\"x\\\"\"}" },
        { "{\"a\":1, \"_errors\" : [1,2] , \"b\":2}", "{\"a\":1, \"b\":2,\"_errors\":\"bad \\\"x\\\"\"}" },
        { "{\"a\":{\"_errors\":\"mine\"}}", "{\"a\":{\"_errors\":\"mine\"},\"_errors\":\"bad \\\"x\\\"\"}" },
        { "{\"card\":\"4711\",\"a\":1}", "{\"card\":\"<card=4711>\",\"a\":1,\"_errors\":\"bad \\\"x\\\"\"}" },
        { "{\"card\":4711}", "{\"card\":\"<card=4711>\",\"_errors\":\"bad \\\"x\\\"\"}" },
        { "{\"card\":null,\"x\":\"\"}", "{\"card\":null,\"x\":\"\",\"_errors\":\"bad \\\"x\\\"\"}" },
        { "{\"card\":{\"no\":\"1\\n2\",\"valid\":true,\"owners\":[\"a\",\"\"]}}",
          "{\"card\":{\"no\":\"<card.no=1\\n2>\",\"valid\":\"<card.valid=true>\",\"owners\":[\"<card.owners=a>\",\"\"]},\"_errors\":\"bad \\\"x\\\"\"}" },
        { "{\"boxes\":[{\"name\":\"a\",\"pass\":\"p\"},{\"pass\":\"q\"}]}",
          "{\"boxes\":[{\"name\":\"a\",\"pass\":\"<boxes.pass=p>\"},{\"pass\":\"<boxes.pass=q>\"}],\"_errors\":\"bad \\\"x\\\"\"}" },
        { "{\"\\u0063ard\":\"1\",\"cards\":\"2\"}",
          "{\"\\u0063ard\":\"<card=1>\",\"cards\":\"2\",\"_errors\":\"bad \\\"x\\\"\"}" },
    };

    (void)state;
    for (size_t i = 0; i < COUNT(rows); i++) {
        char                         mine[] = "mine";
        const struct json_secrets    secrets = { secret, COUNT(secret), replace, mine };
        AUTO(buf_release) struct buf out;

        buf_init(&out, 10000, "a test");
        json_record_write(&out, str_from(rows[i].in), &secrets, STR("bad \"x\""));
        if (!str_is(buf_str(&out), rows[i].out))
            fail_row(i, "%s\n got  %s\n want %s", rows[i].in, buf_cstr(&out), rows[i].out);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(rejects),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
