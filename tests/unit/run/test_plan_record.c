/* tests/unit/run/test_plan_record.c - etl/run/plan_record.h, plan_head.h, plan_call.h: a plan's first line, its records, a call's id. */
#include "etl/run/plan_call.h"

#include "tests/unit/check.h"

static struct arena mem;
static struct err   err;

static const struct plan_call_head heads[] = {
    { BYTES("begin"), BYTES("begin"), BYTES("c0"), BYTES("read"), { 0 }, STAGE_BEFORE },
    { BYTES("customer"), BYTES("customer"), BYTES("addcust"), BYTES("create"), BYTES("subscribers"), STAGE_LANE },
    { BYTES("service"), BYTES("service"), BYTES("addsvc"), BYTES("create"), BYTES("subscribers"), STAGE_LANE },
    { BYTES("service#2"), BYTES("service"), BYTES("addsvc"), BYTES("create"), BYTES("subscribers"), STAGE_LANE },
};
static const struct plan_head head = { BYTES("1.2"), BYTES("ispn"), BYTES("m"), heads, COUNT(heads) };

#define HEAD "{\"lane\":\"1001\",\"from\":\"customers.csv:17\""

static struct plan_record read_call(struct str line, size_t call)
{
    struct plan_record r = { 0 };

    if (plan_record_parse(&(struct plan_wanted){ &head, call }, line, &mem, &r, &err) != ETL_OK)
        fail_msg("%s", err.text);
    return r;
}

static void the_first_line_goes_there_and_back(void **state)
{
    struct buf       out;
    struct plan_head again;
    struct str       line;

    (void)state;
    buf_init(&out, 1 << 20, "a test");
    plan_head_write(&head, &out);
    line = buf_str(&out);
    assert_is(
        line,
        "{\"plan\":2,\"version\":\"1.2\",\"provider\":\"ispn\",\"mapping\":\"m\",\"calls\":["
        "{\"name\":\"begin\",\"command\":\"c0\",\"effect\":\"read\",\"stage\":\"before\"},"
        "{\"name\":\"customer\",\"command\":\"addcust\",\"effect\":\"create\",\"input\":\"subscribers\"},"
        "{\"name\":\"service\",\"command\":\"addsvc\",\"effect\":\"create\",\"input\":\"subscribers\"},"
        "{\"name\":\"service#2\",\"as\":\"service\",\"command\":\"addsvc\",\"effect\":\"create\",\"input\":\"subscribers\"}]}\n");
    assert_int_equal(plan_head_parse(str_head(line, line.len - 1), &mem, &again, &err), ETL_OK);
    assert_int_equal(again.call_count, COUNT(heads));
    for (size_t i = 0; i < COUNT(heads); i++) {
        assert_text(again.calls[i].name, heads[i].name);
        assert_text(again.calls[i].as, heads[i].as);
        assert_text(again.calls[i].input, heads[i].input);
        assert_int_equal(again.calls[i].stage, heads[i].stage);
    }
    assert_int_equal(plan_head_call(&again, STR("service#2")), 3);
    assert_int_equal(plan_head_call(&again, STR("other")), -1);
    buf_release(&out);
}

static void a_first_line_that_is_not_ours(void **state)
{
    static const char *const rows[] = {
        "",
        "[]",
        "{\"plan\":1,\"calls\":[]}",
        "{\"plan\":3,\"calls\":[]}",
        "{\"plan\":2}",
        "{\"plan\":2,\"calls\":[{\"name\":\"a\"}]}",
        "{\"plan\":2,\"calls\":[{\"name\":\"\",\"command\":\"c\"}]}",
        "{\"plan\":2,\"calls\":[{\"name\":\"a\",\"command\":\"c\",\"stage\":\"between\"}]}",
    };

    (void)state;
    for (size_t i = 0; i < COUNT(rows); i++) {
        struct plan_head h = { .call_count = 99 };

        err = (struct err){ 0 };
        if (plan_head_parse(str_from(rows[i]), &mem, &h, &err) != ETL_FAIL || err.text[0] == '\0')
            fail_row(i, "%s: %s", rows[i], err.text);
        assert_int_equal(h.call_count, 99);
    }
}

static void every_form_of_a_value(void **state)
{
    struct plan_record       r;
    const struct plan_param *p;

    (void)state;
    r = read_call(
        STR(HEAD ",\"key\":\"k\",\"calls\":[[\"customer\",{\"billid\":\"0123\",\"pass\":{\"sealed\":\"QUJD\"},"
                 "\"parent\":{\"ref\":\"customer.id\"},\"fax\":null,\"name\":\"Zo\\u00eb \\\"x\\\"\",\"empty\":\"\","
                 "\"list\":[\"a\",[\"b\",\"c\"]]}],[\"service\",{}]]}"),
        PLAN_ALL_CALLS);
    assert_is(r.lane, "1001");
    assert_is(r.from, "customers.csv:17");
    assert_is(r.key, "k");
    assert_null(r.says.ptr);
    assert_int_equal(r.copy, 1);
    assert_int_equal(r.call_count, 2);
    assert_ptr_equal(r.calls[0].head, &heads[1]);
    assert_int_equal(r.calls[0].position, 1);
    assert_int_equal(r.calls[0].param_count, 7);
    assert_int_equal(r.calls[1].position, 2);
    assert_int_equal(r.calls[1].param_count, 0);
    p = r.calls[0].params;
    assert_is(p[0].name, "billid");
    assert_is(p[0].value.text, "0123");
    assert_int_equal(p[0].value.kind, VALUE_TEXT);
    assert_false(p[0].sealed || p[0].value.secret);
    assert_true(p[1].sealed && p[1].value.secret);
    assert_is(p[1].value.text, "QUJD");
    assert_int_equal(p[2].value.kind, VALUE_REF);
    assert_is(p[2].value.text, "customer.id");
    assert_int_equal(p[3].value.kind, VALUE_CLEAR);
    assert_is(p[4].value.text, "Zo\xc3\xab \"x\"");
    assert_int_equal(p[5].value.kind, VALUE_TEXT);
    assert_int_equal(p[6].value.kind, VALUE_LIST);
    assert_is(p[6].value.text, "[\"a\",[\"b\",\"c\"]]");
}

static void only_the_wanted_call_is_kept(void **state)
{
    struct plan_record r = read_call(
        STR(HEAD
            ",\"calls\":[[\"customer\",{\"a\":\"1\"}],[\"service\",{\"b\":\"2\"}],[\"service\",{\"c\":[\"3\"]}]]}"),
        1);

    (void)state;
    assert_int_equal(r.call_count, 3);
    assert_int_equal(r.calls[0].param_count, 0);
    assert_int_equal(r.calls[1].param_count, 1);
    assert_is(r.calls[1].params[0].value.text, "2");
    assert_int_equal(r.calls[2].param_count, 0);
}

static void what_is_not_ours(void **state)
{
    static const char *const rows[] = {
        "",
        "[]",
        "{}",
        "null",
        "not JSON",
        HEAD "}",
        HEAD ",\"calls\":[]}",
        HEAD ",\"calls\":{}}",
        HEAD ",\"calls\":[[\"customer\",{}]]",
        HEAD ",\"calls\":[[\"customer\",{}]]} x",
        HEAD ",\"calls\":[[\"customer\"]]}",
        HEAD ",\"calls\":[[{}]]}",
        HEAD ",\"calls\":[[\"customer\",{},{}]]}",
        HEAD ",\"calls\":[[\"customer\",\"service\",{}]]}",
        HEAD ",\"calls\":[[\"other\",{}]]}",
        HEAD ",\"calls\":[[\"customer\",[]]]}",
        HEAD ",\"calls\":[[\"customer\",{\"a\":7}]]}",
        HEAD ",\"calls\":[[\"customer\",{\"a\":true}]]}",
        HEAD ",\"calls\":[[\"customer\",{\"a\":{\"other\":\"x\"}}]]}",
        HEAD ",\"calls\":[[\"customer\",{\"a\":{\"sealed\":{\"x\":\"y\"}}}]]}",
        HEAD ",\"calls\":[[\"customer\",{\"a\":{\"sealed\":[\"x\"]}}]]}",
        HEAD ",\"calls\":[[\"customer\",{\"a\":[[[\"x\"]]]}]]}",
        HEAD ",\"calls\":[[\"customer\",{\"a\":[null]}]]}",
        HEAD ",\"calls\":[[\"customer\",{\"a\":[{}]}]]}",
        HEAD ",\"calls\":[[\"customer\",{}]],\"calls\":[[\"customer\",{}]]}",
        HEAD ",\"more\":\"x\",\"calls\":[[\"customer\",{}]]}",
        HEAD ",\"more\":{},\"calls\":[[\"customer\",{}]]}",
        HEAD ",\"copy\":0,\"calls\":[[\"customer\",{}]]}",
        HEAD ",\"copy\":-1,\"calls\":[[\"customer\",{}]]}",
        HEAD ",\"copy\":\"2\",\"calls\":[[\"customer\",{}]]}",
        HEAD ",\"says\":\"short\",\"calls\":[[\"customer\",{}]]}",
        "{\"from\":\"x:1\",\"calls\":[[\"customer\",{}]]}",
        "{\"lane\":\"1\",\"calls\":[[\"customer\",{}]]}",
        HEAD ",\"calls\":[[\"customer\",{\"a\":\"\xff\"}]]}",
    };

    (void)state;
    for (size_t i = 0; i < COUNT(rows); i++) {
        struct plan_record r = { .copy = 99 };

        err = (struct err){ 0 };
        if (plan_record_parse(&(struct plan_wanted){ &head, PLAN_ALL_CALLS }, str_from(rows[i]), &mem, &r, &err) !=
                ETL_FAIL ||
            err.text[0] == '\0')
            fail_row(i, "%s: %s", rows[i], err.text);
        assert_int_equal(r.copy, 99); /* an out is written only on success */
    }
}

/* The ids were made by hand: printf '4:1001,11:subscribers,3:key,4:1001,8:customer,1:0,' | sha256sum | head -c 32 */
static void ids_of_calls(void **state)
{
    static const struct {
        const char *line;
        size_t      call;
        const char *id;
    } rows[] = {
        { HEAD ",\"calls\":[[\"customer\",{}]]}", 0, "b92e51af59ef7597b7ac23b11dcfc744" },
        { HEAD ",\"key\":\"k\",\"calls\":[[\"service\",{}],[\"customer\",{}],[\"service#2\",{}]]}", 2,
          "b2beea6a67d6c703425cc150f616380f" },
        { HEAD ",\"says\":\"0123456789abcdef\",\"copy\":3,\"calls\":[[\"customer\",{}]]}", 0,
          "88b188ac00bc260dbfdc3aae14700f5f" },
        { "{\"lane\":\"x.csv:17\",\"from\":\"x.csv:17\",\"says\":\"0123456789abcdef\",\"calls\":[[\"customer\",{}]]}",
          0, "c18304f6821f541c51fba9e339214d66" },
        { "{\"lane\":\"\",\"from\":\"before\",\"calls\":[[\"begin\",{}]]}", 0, "12692f2a4fff24021ddda43ceafc28a2" },
    };

    (void)state;
    for (size_t i = 0; i < COUNT(rows); i++) {
        struct plan_record r = read_call(str_from(rows[i].line), PLAN_ALL_CALLS);
        char               id[CALL_ID_DIGITS + 1];

        plan_call_id(&r, rows[i].call, id);
        if (strcmp(id, rows[i].id) != 0)
            fail_row(i, "%s, want %s", id, rows[i].id);
    }
}

static int set_up(void **state)
{
    (void)state;
    arena_init(&mem, 16 << 20, "a test");
    err = (struct err){ 0 };
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    arena_release(&mem);
    return 0;
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(the_first_line_goes_there_and_back),
        TEST(a_first_line_that_is_not_ours),
        TEST(every_form_of_a_value),
        TEST(only_the_wanted_call_is_kept),
        TEST(what_is_not_ours),
        TEST(ids_of_calls),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
