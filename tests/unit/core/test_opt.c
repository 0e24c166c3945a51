/* tests/unit/core/test_opt.c - etl/core/opt.h: a table is the parser, the default, the check and the help. */
#include "etl/core/opt.h"

#include "tests/unit/check.h"

struct options {
    bool            quiet, force;
    const char     *name, *place;
    uint64_t        number;
    struct opt_list sets;
};
static const struct opt table[] = { OPT(struct options, quiet, "quiet", 'q', NULL, NULL, "say less"),
                                    OPT(struct options, force, "force", 0, NULL, NULL, "go on"),
                                    OPT(struct options, name, "name", 'n', "NAME", NULL, "a name"),
                                    OPT(struct options, place, "place", 0, "FILE", "here", "a place"),
                                    OPT(struct options, number, "number", 'N', "N", "8", "a number"),
                                    OPT(struct options, sets, "set", 's', "NAME=VALUE", NULL, "a variable"),
                                    { 0 } };

struct parsed {
    struct arena    mem;
    struct findings faults;
    struct options  options;
    struct opt_list operands;
    enum etl_status status;
};

static struct parsed parse(const char *const *words)
{
    struct parsed  p = { 0 };
    char          *argv[32] = { NULL };
    int            argc = 1;
    struct opt_set sets[2] = { { table, NULL }, { NULL, NULL } };

    arena_init(&p.mem, 1 << 20, "a test");
    findings_init(&p.faults, &p.mem);
    while (words[argc - 1] != NULL) {
        argv[argc] = arena_cstr(&p.mem, str_from(words[argc - 1]));
        argc++;
    }
    sets[0].target = &p.options;
    p.status = opt_parse(sets, 1, argc, argv, &p.mem, &p.operands, &p.faults);
    return p;
}
#define PARSE(...) parse((const char *const[]){ __VA_ARGS__, NULL })

static void every_form(void **state)
{
    struct parsed p =
        PARSE("a.csv", "--name", "x", "-q", "--number=12", "b=c.csv", "-s", "k=v", "-sm=w", "--set=", "--force", "-");

    (void)state;
    assert_int_equal(p.status, ETL_OK);
    assert_true(p.options.quiet && p.options.force);
    assert_string_equal(p.options.name, "x");
    assert_string_equal(p.options.place, "here");
    assert_int_equal(p.options.number, 12);
    assert_int_equal(p.options.sets.count, 3);
    assert_string_equal(p.options.sets.items[0], "k=v");
    assert_string_equal(p.options.sets.items[1], "m=w");
    assert_string_equal(p.options.sets.items[2], "");
    assert_int_equal(p.operands.count, 3);
    assert_string_equal(p.operands.items[1], "b=c.csv");
    assert_string_equal(p.operands.items[2], "-"); /* stdin is an operand */
    arena_release(&p.mem);
}

static void letters_run_together(void **state)
{
    struct parsed p = PARSE("-qN7", "-nx");

    (void)state;
    assert_int_equal(p.status, ETL_OK);
    assert_true(p.options.quiet);
    assert_int_equal(p.options.number, 7);
    assert_string_equal(p.options.name, "x");
    arena_release(&p.mem);
}

static void two_dashes_end_them(void **state)
{
    struct parsed p = PARSE("-q", "--", "--force", "-x");

    (void)state;
    assert_int_equal(p.status, ETL_OK);
    assert_false(p.options.force);
    assert_int_equal(p.operands.count, 2);
    assert_string_equal(p.operands.items[0], "--force");
    arena_release(&p.mem);
}

static void every_fault_at_once(void **state)
{
    struct parsed p = PARSE("--nmae", "x", "-z", "--number", "many", "--force=yes", "--place=a", "--place=b", "--name");
    static const struct {
        const char *rule, *text;
    } want[] = {
        { "option-unknown", "unknown option --nmae, did you mean --name?" },
        { "option-unknown", "unknown option -z" },
        { "option-value", "--number takes a number, got \"many\"" },
        { "option-value", "--force takes no value" },
        { "option-twice", "--place is given twice" },
        { "option-value", "--name needs NAME" },
    };

    (void)state;
    assert_int_equal(p.status, ETL_FAIL);
    assert_int_equal(p.faults.count, COUNT(want));
    for (size_t i = 0; i < COUNT(want); i++) {
        assert_string_equal(p.faults.items[i].err.rule, want[i].rule);
        assert_string_equal(p.faults.items[i].err.text, want[i].text);
    }
    arena_release(&p.mem);
}

static void help_comes_from_the_table(void **state)
{
    AUTO(buf_release) struct buf out;

    (void)state;
    buf_init(&out, 10000, "a test");
    opt_help(&out, table);
    assert_true(str_contains(buf_str(&out), STR("  -n, --name NAME             a name\n")));
    assert_true(str_contains(buf_str(&out), STR("      --place FILE            a place\n")));
}

static void long_help_goes_on_below(void **state)
{
    static const struct opt long_table[] = {
        OPT(struct options, name, "name", 'n', "NAME", NULL,
            "a help that is longer than what is left of a line of one hundred and twenty columns, so that it has to go on below"),
        { 0 },
    };
    AUTO(buf_release) struct buf out;

    (void)state;
    buf_init(&out, 10000, "a test");
    opt_help(&out, long_table);
    assert_true(
        str_contains(buf_str(&out), STR(" columns, so\n                              that it has to go on below\n")));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_form),
        cmocka_unit_test(letters_run_together),
        cmocka_unit_test(two_dashes_end_them),
        cmocka_unit_test(every_fault_at_once),
        cmocka_unit_test(help_comes_from_the_table),
        cmocka_unit_test(long_help_goes_on_below),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
