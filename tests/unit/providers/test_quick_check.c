/* tests/unit/providers/test_quick_check.c - what passes in one look holds by every rule of its type; and nearly all examples do pass. */
#include "providers/description/load.h"
#include "providers/model/quick_check.h"

#include "providers/rules/rules.h"
#include "tests/unit/check.h"

static uint64_t random_state = 1;

static uint64_t random_below(uint64_t n)
{
    random_state = random_state * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
    return (random_state >> 33) % n;
}

/* Is the rule one that the quick check stands for? */
static bool stands_for(const struct quick_check *q, const struct rule *rule)
{
    for (size_t i = 0; i < q->other_count; i++)
        if (q->others[i] == rule)
            return false;
    return true;
}

/* Returns whether it passed; what passes must hold, and what holds in ASCII must pass. */
static bool compare(const struct value_type *type, struct rule_check *check, struct str value)
{
    struct pair_value clear = { STR("clear"), STR("CLEAR") };
    bool              passes = quick_check_passes(type->quick, value, clear.value), holds = true, is_ascii = true;

    for (size_t i = 0; i < type->rule_count; i++) {
        struct err err = { 0 };

        if (stands_for(type->quick, type->rules[i]))
            holds = rule_holds(check, type->rules[i], value, &clear, 1, &err) == ETL_OK && holds;
    }
    for (size_t i = 0; i < value.len; i++)
        is_ascii = is_ascii && (unsigned char)value.ptr[i] < 0x80;
    if (passes != (holds && is_ascii))
        print_error("type %.*s, \"%.*s\": %s in one look, but its rules say otherwise\n", STR_ARG(type->name),
                    STR_ARG(value), passes ? "passes" : "fails");
    assert_int_equal(passes, holds && is_ascii);
    return passes;
}

static size_t compare_type(const struct value_type *type, struct rule_check *check)
{
    static const char likely[] = "0123456789abcxyzABCXYZ @.-_+ /:,#'\"\\&<>~!\t\n\r";
    size_t            passed = 0;

    for (size_t i = 0; i < type->rule_count; i++) {
        for (size_t k = 0; k < type->rules[i]->good_count; k++)
            passed += compare(type, check, type->rules[i]->good[k]);
        for (size_t k = 0; k < type->rules[i]->bad_count; k++)
            compare(type, check, type->rules[i]->bad[k]);
    }
    compare(type, check, STR("CLEAR"));
    for (int c = 0; c < 256; c++) {
        char text[12];

        memset(text, c, sizeof text);
        for (size_t len = 0; len <= sizeof text; len++)
            compare(type, check, str_of(text, len));
    }
    for (unsigned i = 0; i < 500; i++) {
        char   text[300];
        size_t len = random_below(random_below(8) == 0 ? sizeof text : 14);

        for (size_t k = 0; k < len; k++)
            text[k] = random_below(40) == 0 ? (char)random_below(256) : likely[random_below(sizeof likely - 1)];
        compare(type, check, str_of(text, len));
    }
    return passed;
}

static void every_type_of_the_stock_providers(void **state)
{
    struct rule_check *check = rule_check_new(STR("2026-11-24"));
    size_t             passed = 0, compared = 0;

    (void)state;
    for (size_t i = 0; stock_providers[i].name != NULL; i++) {
        struct str             name = str_from(stock_providers[i].name);
        const struct provider *p;
        struct arena           mem;
        struct findings        found;

        arena_init(&mem, 256U << 20, "a description");
        findings_init(&found, &mem);
        assert_int_equal(provider_load(str_head(name, name.len - strlen(".yaml")), &mem, &p, &found), ETL_OK);
        for (size_t k = 0; k < p->type_count; k++) {
            assert_int_equal(p->types[k].quick == NULL, p->types[k].list != NULL || p->types[k].date.len != 0);
            if (p->types[k].quick == NULL)
                continue;
            passed += compare_type(&p->types[k], check);
            compared++;
        }
        provider_free(p);
        arena_release(&mem);
    }
    assert_true(compared > 50 && passed > 100); /* else nothing was looked at */
    rule_check_free(check);
}

/* Which patterns are one class and a count, and so are no regular expression any more. */
static void patterns(void **state)
{
    static const struct {
        const char *pattern;
        bool        is_plain;
    } rows[] = {
        { "[0-9]{10}", true },  { "[0-9]{1,20}", true },     { "[0-9]{2,}", true },
        { "[a-z_-]+", true },   { "[\\t\\r\\n -~]*", true }, { "[-.]", true },
        { "[\\]\\\\]+", true }, { "[a-z]", true },           { "[^@]+", false },
        { "[\\d]+", false },    { "[[:alpha:]]+", false },   { "[a-z]+@[a-z]+", false },
        { "[a-z]+?", false },   { "[a-z]{,3}", false },      { "[a-z]{3", false },
        { "[]a]+", false },     { "[a-z", false },           { "abc", false },
        { "", false },          { "[\\x41]", false },        { "(?i)[a-z]+", false },
        { "[ä]+", false },
    };

    (void)state;
    for (size_t i = 0; i < COUNT(rows); i++) {
        struct rule               rule = { .check = CHECK_PATTERN, .expression = str_from(rows[i].pattern) };
        const struct rule        *list[] = { &rule };
        const struct quick_check *q;
        struct arena              mem;

        arena_init(&mem, 1U << 20, "a test");
        q = quick_check_new(list, 1, &mem);
        if ((q->other_count == 0) != rows[i].is_plain)
            fail_row(i, "%s is %s", rows[i].pattern, rows[i].is_plain ? "plain" : "more");
        arena_release(&mem);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_type_of_the_stock_providers),
        cmocka_unit_test(patterns),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
