/* tests/unit/core/test_json_writer.c - JSON by the writer: commas, gaps, escapes. */
#include "etl/core/notation/json_writer.h"

#include "../check.h"

struct fixture {
    struct buf         out;
    struct json_writer w;
};

static void begin(struct fixture *f)
{
    buf_init(&f->out, 1 << 16, "a test");
    f->w = json_writer(&f->out);
}

static void expect(struct fixture *f, const char *text)
{
    assert_text(buf_str(&f->out), str_from(text));
    buf_release(&f->out);
}

static void commas_stand_between_members_and_items(void **state)
{
    struct fixture f;

    (void)state;
    begin(&f);
    json_begin_object(&f.w);
    json_member_text(&f.w, "a", STR("x"));
    json_member_list(&f.w, "b");
    json_number(&f.w, 1);
    json_begin_list(&f.w);
    json_end_list(&f.w);
    json_begin_object(&f.w);
    json_end_object(&f.w);
    json_integer(&f.w, -7);
    json_end_list(&f.w);
    json_member_bool(&f.w, "c", true);
    json_member_object(&f.w, "d");
    json_member_null(&f.w, "e");
    json_member_bool(&f.w, "f", false);
    json_end_object(&f.w);
    json_member_raw(&f.w, "g", STR("[1,2]"));
    json_member_text_or_null(&f.w, "h", STR_NONE);
    json_member_text_or_null(&f.w, "i", STR(""));
    json_end_object(&f.w);
    expect(
        &f,
        "{\"a\":\"x\",\"b\":[1,[],{},-7],\"c\":true,\"d\":{\"e\":null,\"f\":false},\"g\":[1,2],\"h\":null,\"i\":\"\"}");
}

static void a_gap_stands_before_one_token_and_behind_its_comma(void **state)
{
    struct fixture f;

    (void)state;
    begin(&f);
    json_begin_object(&f.w);
    json_member_number(&f.w, "plan", 1);
    json_gap(&f.w, "\n ");
    json_member_list(&f.w, "list");
    json_gap(&f.w, "\n  ");
    json_begin_object(&f.w);
    json_member_seconds(&f.w, "seconds", 1.25);
    json_end_object(&f.w);
    json_gap(&f.w, "\n  ");
    json_begin_object(&f.w);
    json_end_object(&f.w);
    json_gap(&f.w, "\n ");
    json_end_list(&f.w);
    json_end_object(&f.w);
    expect(&f, "{\"plan\":1,\n \"list\":[\n  {\"seconds\":1.250},\n  {}\n ]}");
}

static void texts_and_names_are_escaped(void **state)
{
    struct fixture f;

    (void)state;
    begin(&f);
    json_begin_object(&f.w);
    json_name_text(&f.w, STR("a\"b"));
    json_text(&f.w, STR("\\ \n \x01 \xc3\xa9 \xff"));
    json_name_text(&f.w, STR("c"));
    json_number(&f.w, UINT64_MAX);
    json_end_object(&f.w);
    expect(&f, "{\"a\\\"b\":\"\\\\ \\n \\u0001 \xc3\xa9 \xef\xbf\xbd\",\"c\":18446744073709551615}");
}

static void a_full_buffer_is_told_once_at_the_end(void **state)
{
    struct buf         out;
    struct json_writer w;

    (void)state;
    buf_init(&out, 8, "a test");
    w = json_writer(&out);
    json_begin_list(&w);
    for (int i = 0; i < 100; i++)
        json_number(&w, 1000);
    json_end_list(&w);
    assert_true(buf_failed(&out));
    assert_true(out.len <= 8);
    buf_release(&out);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(commas_stand_between_members_and_items),
        cmocka_unit_test(a_gap_stands_before_one_token_and_behind_its_comma),
        cmocka_unit_test(texts_and_names_are_escaped),
        cmocka_unit_test(a_full_buffer_is_told_once_at_the_end),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
