/* tests/unit/core/test_yaml.c - etl/core/notation/yaml.h: every scalar is text, every fault has its place. */
#include "etl/core/notation/yaml.h"

#include "tests/unit/check.h"

struct loaded {
    struct arena       mem;
    struct findings    faults;
    const struct yaml *root;
};

static void load(struct loaded *l, struct str text)
{
    struct yaml_source source = { "m.yaml", text };

    arena_init(&l->mem, 8 << 20, "a test");
    findings_init(&l->faults, &l->mem);
    l->root = yaml_load(&source, &l->mem, &l->faults);
}

static void scalars_stay_what_they_are(void **state)
{
    static const char *const keys[] = { "a", "b", "c", "d", "e", "f", "g", "h" };
    static const char *const want[] = { "NO", "0123", "1e5", "true", "2024-01-02", "0x1f", "null", "a: b # c" };
    struct loaded            l;

    (void)state;
    load(&l, STR("a: NO\nb: 0123\nc: 1e5\nd: true\ne: 2024-01-02\nf: 0x1f\ng: \"null\"\nh: 'a: b # c'\ni: null\n"));
    assert_int_equal(l.faults.count, 0);
    for (size_t i = 0; i < COUNT(keys); i++)
        assert_text(yaml_text(l.root, keys[i]), str_from(want[i]));
    assert_int_equal(yaml_get(l.root, "i")->kind, YAML_NULL);
    assert_true(yaml_get(l.root, "g")->quoted);
    assert_null(yaml_text(l.root, "i").ptr);
    assert_null(yaml_text(l.root, "none").ptr);
    arena_release(&l.mem);
}

static void knows_its_places(void **state)
{
    struct loaded      l;
    const struct yaml *calls, *fields, *b;

    (void)state;
    load(&l, STR("# a comment\ncalls:\n  - command: addcust\n    fields: {a: 1, b: [x, y]}\n"));
    assert_int_equal(l.faults.count, 0);
    calls = yaml_get(l.root, "calls");
    assert_int_equal(calls->kind, YAML_LIST);
    assert_int_equal(calls->count, 1);
    fields = yaml_get(&calls->items[0], "fields");
    assert_int_equal(fields->pairs[1].line, 4);
    assert_int_equal(fields->pairs[1].column, 20);
    b = yaml_get(fields, "b");
    assert_int_equal(b->count, 2);
    assert_int_equal(b->items[1].line, 4);
    assert_int_equal(b->items[1].column, 27);
    assert_text(b->items[1].text, STR("y"));
    arena_release(&l.mem);
}

static void json_is_yaml(void **state)
{
    struct loaded l;

    (void)state;
    load(&l, STR("{\"mapping\": 1, \"calls\": [{\"a\": \"x\\ny\"}, {}], \"u\": \"\\u00e9\"}"));
    assert_int_equal(l.faults.count, 0);
    assert_is(yaml_text(l.root, "mapping"), "1");
    assert_is(yaml_text(&yaml_get(l.root, "calls")->items[0], "a"), "x\ny");
    assert_is(yaml_text(l.root, "u"), "\xc3\xa9");
    arena_release(&l.mem);
}

static void multi_line_texts(void **state)
{
    struct loaded l;

    (void)state;
    load(&l, STR("a: |\n  {{ x }}\n  b\nc: >-\n  one\n  two\nd: \"{{ First | trim }}\"\n"));
    assert_int_equal(l.faults.count, 0);
    assert_is(yaml_text(l.root, "a"), "{{ x }}\nb\n");
    assert_is(yaml_text(l.root, "c"), "one two");
    assert_is(yaml_text(l.root, "d"), "{{ First | trim }}");
    arena_release(&l.mem);
}

/* A doubled quote is one, however many stand in a row; line ends fold. */
static void single_quotes(void **state)
{
    static const struct {
        const char *text, *want;
    } rows[] = {
        { "a: 'x''y'\n", "x'y" },
        { "a: 'x''''y'\n", "x''y" },
        { "a: ''''''''\n", "'''" },
        { "a: '{{ A | default('''') }}'\n", "{{ A | default('') }}" },
        { "{b: '', a: '''x''', c: ''''}\n", "'x'" },
        { "a: ''\n", "" },
        { "a: ' x '\n", " x " },
        { "a: 'x  \n  y'\n", "x y" },
        { "a: 'x\n\n\n  y'\n", "x\n\ny" },
        { "a: '\r\n  y''\r\n  '\r\n", " y' " },
    };

    (void)state;
    for (size_t i = 0; i < COUNT(rows); i++) {
        struct loaded l;

        load(&l, str_from(rows[i].text));
        if (l.faults.count != 0 || !str_is(yaml_text(l.root, "a"), rows[i].want))
            fail_row(i, "%s: got %.*s", rows[i].text, STR_ARG(yaml_text(l.root, "a")));
        arena_release(&l.mem);
    }
}

static void refusals(void **state)
{
    static const struct {
        struct str  text;
        const char *rule;
        uint64_t    line;
        uint32_t    column;
    } rows[] = {
        { { "a: 1\nb: 2\na: 3\n", 15 }, "yaml-twice", 3, 1 },
        { { "a: &x 1\n", 8 }, "yaml-anchor", 1, 4 },
        { { "a: *x\n", 6 }, "yaml-alias", 1, 4 },
        { { "a: !!int 1\n", 11 }, "yaml-tag", 1, 4 },
        { { "b: {<<: {a: 1}}\n", 16 }, "yaml-merge", 1, 5 },
        { { "a: 1\n---\nb: 2\n", 14 }, "yaml-documents", 2, 1 },
        { { "a:\nb: 2\n", 8 }, "yaml-empty", 1, 1 },
        { { ": b\n", 4 }, "yaml-empty", 1, 1 }, /* no key: the parser knows no place for it */
        { { "a: ~\n", 5 }, "yaml-null", 1, 4 },
        { { "a: NULL\n", 8 }, "yaml-null", 1, 4 },
        { { "a: {{ b }}\n", 11 }, "yaml-braces", 1, 4 },
        { { "x: 1\na: [b, {{ c }}]\n", 21 }, "yaml-braces", 2, 8 },
        { { "a: 1\nb: \xff\n", 10 }, "yaml-utf8", 2, 4 },
        { { "a: >\0\016 x\n", 10 }, "yaml-utf8", 1, 5 },
        { { "a: \"\x1b[31m\"\n", 12 }, "yaml-utf8", 1, 5 },
        { { "", 0 }, "yaml-empty", 1, 1 },
        { { "a: [1, 2\n", 9 }, "yaml-syntax", 0, 0 },
        { { "? [a]\n: 1\n", 10 }, "yaml-key", 1, 3 },
    };

    (void)state;
    for (size_t i = 0; i < COUNT(rows); i++) {
        struct loaded     l;
        const struct err *e;

        load(&l, rows[i].text);
        e = l.faults.count != 0 ? &l.faults.items[0].err : NULL;
        if (e == NULL)
            fail_row(i, "%.*s: no fault", STR_ARG(rows[i].text));
        if (strcmp(e->rule, rows[i].rule) != 0 ||
            (rows[i].line != 0 && (e->line != rows[i].line || e->column != rows[i].column)))
            fail_row(i, "got %s at %llu:%u: %s", e->rule, (unsigned long long)e->line, e->column, e->text);
        arena_release(&l.mem);
    }
}

static void all_faults_at_once(void **state)
{
    struct loaded l;

    (void)state;
    load(&l, STR("a: ~\nb: &x 1\nc: !t 2\nd: {e: 1, e: 2}\n"));
    assert_int_equal(l.faults.errors, 4);
    arena_release(&l.mem);
}

static void a_bom_is_no_text(void **state)
{
    struct loaded l;

    (void)state;
    load(&l, STR("\xef\xbb\xbf"
                 "a: 1\n"));
    assert_int_equal(l.faults.count, 0);
    assert_is(yaml_text(l.root, "a"), "1");
    arena_release(&l.mem);
}

static void too_deep(void **state)
{
    char          text[2001];
    struct loaded l;

    (void)state;
    memset(text, '[', 1000);
    memset(text + 1000, ']', 1000);
    text[2000] = '\0';
    load(&l, str_from(text));
    assert_true(l.faults.errors != 0);
    arena_release(&l.mem);
}

static void unknown_keys(void **state)
{
    static const char *const known[] = { "mapping", "provider", NULL };
    struct yaml_source       source = { "m.yaml", STR("mapping: 1\nprovidr: ispn\n") };
    struct loaded            l;

    (void)state;
    load(&l, source.text);
    yaml_only_keys(l.root, known, "a mapping", &source, &l.faults);
    assert_int_equal(l.faults.count, 1);
    assert_string_equal(l.faults.items[0].err.text, "unknown key \"providr\" in a mapping, did you mean \"provider\"?");
    assert_string_equal(l.faults.items[0].excerpt, "providr: ispn");
    arena_release(&l.mem);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(scalars_stay_what_they_are),
        cmocka_unit_test(knows_its_places),
        cmocka_unit_test(json_is_yaml),
        cmocka_unit_test(multi_line_texts),
        cmocka_unit_test(refusals),
        cmocka_unit_test(all_faults_at_once),
        cmocka_unit_test(single_quotes),
        cmocka_unit_test(a_bom_is_no_text),
        cmocka_unit_test(too_deep),
        cmocka_unit_test(unknown_keys),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
