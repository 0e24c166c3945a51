/* tests/unit/core/test_yaml_reader.c - etl/core/notation/yaml_reader.h: values of nodes, and faults at their places. */
#include "etl/core/notation/yaml_reader.h"

#include "tests/unit/check.h"

struct read_text {
    struct arena       mem;
    struct findings    faults;
    struct yaml_source source;
    const struct yaml *root;
    struct yaml_reader reader;
};

static void begin(struct read_text *t, const char *text)
{
    arena_init(&t->mem, 1 << 20, "a test");
    findings_init(&t->faults, &t->mem);
    t->source = (struct yaml_source){ "t.yaml", str_from(text) };
    t->root = yaml_load(&t->source, &t->mem, &t->faults);
    assert_non_null(t->root);
    t->reader = (struct yaml_reader){ &t->source, &t->mem, &t->faults };
}

static void values_are_read(void **state)
{
    static const char *const words[] = { "csv", "json", NULL };
    struct read_text         t;
    int64_t                  min, max;
    size_t                   count;

    (void)state;
    begin(&t, "on: true\nname: x\nsize: 12\nform: json\nrange: 3..15\nlist: [a, b]\none: a\n");
    assert_true(yaml_read_bool(&t.reader, t.root, "on", false));
    assert_true(yaml_read_bool(&t.reader, t.root, "absent", true));
    assert_is(yaml_read_text(&t.reader, t.root, "name"), "x");
    assert_null(yaml_read_text(&t.reader, t.root, "absent").ptr);
    assert_int_equal(yaml_read_u32(&t.reader, t.root, "size", 1), 12);
    assert_int_equal(yaml_read_word(&t.reader, yaml_get(t.root, "form"), words, "format"), 1);
    assert_true(yaml_read_range(&t.reader, yaml_get(t.root, "range"), &min, &max));
    assert_int_equal(min, 3);
    assert_int_equal(max, 15);
    assert_is(yaml_read_texts(&t.reader, yaml_get(t.root, "list"), &count)[1], "b");
    assert_int_equal(count, 2);
    yaml_read_texts(&t.reader, yaml_get(t.root, "one"), &count);
    assert_int_equal(count, 1);
    assert_int_equal(t.faults.errors, 0);
    arena_release(&t.mem);
}

static void faults_have_their_place(void **state)
{
    static const char *const words[] = { "csv", "json", NULL };
    struct read_text         t;
    int64_t                  min, max;

    (void)state;
    begin(&t, "on: maybe\nname: [x]\nform: jsom\nrange: x\n");
    assert_false(yaml_read_bool(&t.reader, t.root, "on", false));
    assert_null(yaml_read_text(&t.reader, t.root, "name").ptr);
    assert_int_equal(yaml_read_word(&t.reader, yaml_get(t.root, "form"), words, "format"), -1);
    assert_non_null(strstr(t.faults.items[2].err.text, "did you mean \"json\""));
    assert_false(yaml_read_range(&t.reader, yaml_get(t.root, "range"), &min, &max));
    assert_int_equal(t.faults.errors, 4);
    for (size_t i = 0; i < t.faults.count; i++)
        assert_int_equal(t.faults.items[i].err.line, i + 1);
    arena_release(&t.mem);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(values_are_read),
        cmocka_unit_test(faults_have_their_place),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
