/* tests/unit/run/test_plan_line.c - etl/run/plan_line.h: a line of plan.jsonl, parsed; and the file read line by line. */
#include "etl/run/plan_line.h"
#include "etl/run/plan_reader.h"

#include <fcntl.h>
#include <unistd.h>

#include "tests/unit/check.h"

static char path[] = "/tmp/test_plan_line.XXXXXX";

#define ID "\"id\":\"0123456789abcdef0123456789abcdef\""

static void every_form_of_a_value(void **state)
{
    AUTO(arena_release) struct arena mem;
    struct plan_line                 line;
    struct err                       err = { 0 };

    (void)state;
    arena_init(&mem, 1 << 20, "a test");
    assert_int_equal(
        plan_line_parse(
            STR("{" ID ",\"seq\":20000000017,\"lane\":\"1001\",\"from\":\"customers.csv:17\",\"command\":\"addcust\","
                "\"as\":\"customer\",\"effect\":\"create\",\"params\":{\"billid\":\"0123\",\"pass\":{\"sealed\":\"QUJD\"},"
                "\"parent\":{\"ref\":\"customer.id\"},\"fax\":null,\"name\":\"Zo\\u00eb \\\"x\\\"\",\"empty\":\"\"}}"),
            &mem, &line, &err),
        ETL_OK);
    assert_is(line.id, "0123456789abcdef0123456789abcdef");
    assert_int_equal(line.seq, UINT64_C(20000000017));
    assert_is(line.lane, "1001");
    assert_is(line.from, "customers.csv:17");
    assert_is(line.command, "addcust");
    assert_is(line.as, "customer");
    assert_is(line.effect, "create");
    assert_int_equal(line.stage, STAGE_LANE);
    assert_int_equal(line.param_count, 6);
    assert_is(line.params[0].value.text, "0123");
    assert_int_equal(line.params[0].value.kind, VALUE_TEXT);
    assert_true(line.params[1].sealed && line.params[1].value.secret);
    assert_is(line.params[1].value.text, "QUJD");
    assert_int_equal(line.params[2].value.kind, VALUE_REF);
    assert_is(line.params[2].value.text, "customer.id");
    assert_int_equal(line.params[3].value.kind, VALUE_CLEAR);
    assert_is(line.params[4].value.text, "Zo\xc3\xab \"x\"");
    assert_int_equal(line.params[5].value.kind, VALUE_TEXT);
}

static void stages(void **state)
{
    AUTO(arena_release) struct arena mem;
    struct plan_line                 line;
    struct err                       err = { 0 };

    (void)state;
    arena_init(&mem, 1 << 20, "a test");
    assert_int_equal(plan_line_parse(STR("{" ID ",\"stage\":\"before\",\"lane\":\"\",\"command\":\"c\",\"params\":{}}"),
                                     &mem, &line, &err),
                     ETL_OK);
    assert_int_equal(line.stage, STAGE_BEFORE);
    assert_int_equal(plan_line_parse(STR("{" ID ",\"stage\":\"after\",\"lane\":\"\",\"command\":\"c\",\"params\":{}}"),
                                     &mem, &line, &err),
                     ETL_OK);
    assert_int_equal(line.stage, STAGE_AFTER);
}

static void what_is_not_ours(void **state)
{
    static const char *const rows[] = {
        "",
        "[]",
        "{}",
        "not JSON",
        "{" ID ",\"lane\":\"1\",\"command\":\"c\",\"params\":{}",
        "{" ID ",\"lane\":\"1\",\"command\":\"c\",\"params\":[]}",
        "{" ID ",\"lane\":\"1\",\"command\":\"\",\"params\":{}}",
        "{" ID ",\"command\":\"c\",\"params\":{}}",
        "{\"id\":\"123\",\"lane\":\"1\",\"command\":\"c\",\"params\":{}}",
        "{" ID ",\"lane\":\"1\",\"command\":\"c\",\"params\":{\"a\":7}}",
        "{" ID ",\"lane\":\"1\",\"command\":\"c\",\"params\":{\"a\":{\"other\":\"x\"}}}",
        "{" ID ",\"lane\":\"1\",\"command\":\"c\",\"params\":{\"a\":true}}",
    };

    (void)state;
    for (size_t i = 0; i < COUNT(rows); i++) {
        AUTO(arena_release) struct arena mem;
        struct plan_line                 line = { .seq = 99 };
        struct err                       err = { 0 };

        arena_init(&mem, 1 << 20, "a test");
        if (plan_line_parse(str_from(rows[i]), &mem, &line, &err) != ETL_FAIL || err.text[0] == '\0')
            fail_row(i, "%s: %s", rows[i], err.text);
        assert_int_equal(line.seq, 99); /* an out is written only on success */
    }
}

static void write_lines(size_t count, size_t length, bool whole)
{
    int   fd = open(path, O_WRONLY | O_TRUNC);
    char *line = malloc(length + 1);

    for (size_t i = 0; i < count; i++) {
        memset(line, 'a' + (int)(i % 26), length);
        line[length] = '\n';
        assert_int_equal(write(fd, line, length + (i + 1 < count || whole)),
                         (ssize_t)(length + (i + 1 < count || whole)));
    }
    free(line);
    close(fd);
}

static void lines_and_their_places(void **state)
{
    static const struct {
        size_t count, length;
    } rows[] = { { 0, 0 }, { 1, 10 }, { 1000, 0 }, { 5000, 700 }, { 3, 1 << 20 } };

    (void)state;
    for (size_t i = 0; i < COUNT(rows); i++) {
        AUTO(arena_release) struct arena mem;
        struct plan_reader              *r;
        struct err                       err = { 0 };
        struct str                       line, again;
        uint64_t                         offset = 0;
        size_t                           count = 0;
        enum etl_status                  st;

        arena_init(&mem, 64 << 20, "a test");
        write_lines(rows[i].count, rows[i].length, true);
        assert_int_equal(plan_reader_open(path, &r, &err), ETL_OK);
        while ((st = plan_reader_next(r, &line, &offset, &err)) == ETL_OK) {
            assert_int_equal(offset, count * (rows[i].length + 1));
            assert_int_equal(line.len, rows[i].length);
            assert_int_equal(plan_reader_at(r, offset, line.len, &mem, &again, &err), ETL_OK);
            assert_text(again, line);
            count++;
            arena_reset(&mem);
        }
        assert_int_equal(st, ETL_END);
        assert_int_equal(count, rows[i].count);
        plan_reader_close(r);
    }
}

/* A plan that was cut off is no plan. */
static void a_cut_off_file(void **state)
{
    AUTO(arena_release) struct arena mem;
    struct plan_reader              *r;
    struct err                       err = { 0 };
    struct str                       line;
    uint64_t                         offset;

    (void)state;
    arena_init(&mem, 1 << 20, "a test");
    write_lines(2, 10, false);
    assert_int_equal(plan_reader_open(path, &r, &err), ETL_OK);
    assert_int_equal(plan_reader_next(r, &line, &offset, &err), ETL_OK);
    assert_int_equal(plan_reader_next(r, &line, &offset, &err), ETL_FAIL);
    assert_non_null(strstr(err.text, "is cut off"));
    assert_int_equal(plan_reader_at(r, 15, 100, &mem, &line, &err), ETL_FAIL);
    plan_reader_close(r);
    plan_reader_close(NULL);
    assert_int_equal(plan_reader_open("/nowhere/plan.jsonl", &r, &err), ETL_FAIL);
}

static int make_file(void **state)
{
    int fd = mkstemp(path);

    (void)state;
    close(fd);
    return fd >= 0 ? 0 : -1;
}

static int remove_file(void **state)
{
    (void)state;
    return unlink(path);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_form_of_a_value),  cmocka_unit_test(stages),         cmocka_unit_test(what_is_not_ours),
        cmocka_unit_test(lines_and_their_places), cmocka_unit_test(a_cut_off_file),
    };

    return cmocka_run_group_tests(tests, make_file, remove_file);
}
