/* tests/unit/mapping/test_run_tests.c - etl/mapping/run_tests.h: a mapping's own tests pass and fail as they should; the stock mappings' pass. */
#include "etl/mapping/run_tests.h"

#include "etl/mapping/keywords.h"
#include "tests/unit/mapping/loaded_mapping.h"

/* ---- its own tests ---- */

#define TESTED                                                                                                         \
    HEAD                                                                                                               \
        "lane: \"{{ A }}\"\ncalls:\n  - command: addcust\n    fields: {billid: \"{{ A }}\", hphone: \"{{ B | digits }}\"}\ntests:\n"

static const struct {
    struct str  tests;
    const char *words; /* NULL: passes */
} own_tests[] = {
    { BYTES(
          "  - {record: {A: '7', B: (913) 555-0147}, lane: '7', calls: [{addcust: {billid: '7', hphone: '9135550147'}}]}\n"),
      NULL },
    { BYTES("  - {record: {A: '7'}, calls: [{addcust: {billid: '7'}}]}\n"), NULL },
    { BYTES("  - {record: {A: '7', B: '1'}, rejects: [{field: hphone, rule: phone10}]}\n"), NULL },
    { BYTES("  - {record: {B: '9135550147'}, rejects: [{rule: lane-empty}]}\n"), NULL },
    { BYTES("  - {record: {A: '7'}, calls: []}\n"), "the call addcust is made, and not expected" },
    { BYTES("  - {record: {A: '7'}, calls: [{addcust: {billid: '8'}}]}\n"), "billid: expected \"8\", got \"7\"" },
    { BYTES("  - {record: {A: '7', B: '9135550147'}, calls: [{addcust: {billid: '7'}}]}\n"), "hphone is not expected" },
    { BYTES("  - {record: {A: '7'}, calls: [{addcust: {billid: '7', hphone: '1'}}]}\n"),
      "expected \"1\", got nothing" },
    { BYTES("  - {record: {A: '7', B: '1'}, calls: [{addcust: {billid: '7', hphone: '1'}}]}\n"),
      "(rule phone10), and it is not expected" },
    { BYTES("  - {record: {A: '7'}, rejects: [{field: hphone, rule: phone10}]}\n"),
      "expected hphone to break rule phone10, and it does not" },
    { BYTES("  - {record: {A: '7'}, lane: '8', calls: [{addcust: {billid: '7'}}]}\n"), "the lane is \"7\"" },
    { BYTES("  - {record: {A: '7'}, calls: [{addcust: {billid: '7'}}, {addcust: {billid: '7'}}]}\n"),
      "it is not made" },
};

static void a_mappings_own_tests(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(own_tests); i++) {
        struct loaded l;
        size_t        ran = 0;

        begin(&l);
        load_set(&l, arena_fmt(&l.mem, "%s%.*s", TESTED, STR_ARG(own_tests[i].tests)), NULL, 0);
        expect_well(&l);
        l.status = mapping_run_tests(l.m, STR("2026-11-24"), NULL, &l.mem, &ran, &l.faults);
        assert_int_equal(ran, 1);
        if ((l.status == ETL_OK) != (own_tests[i].words == NULL) ||
            (own_tests[i].words != NULL && strstr(l.faults.items[0].err.text, own_tests[i].words) == NULL)) {
            print_faults(&l);
            fail_row(i, "want %s", own_tests[i].words != NULL ? own_tests[i].words : "a pass");
        }
        release(&l);
    }
}

/* ---- stock mappings ---- */

/* Who plans by night has to be stopped by something: each input is compared with last time, each danger that a call can have has its guard. */
static void expect_guards(const struct mapping *m)
{
    unsigned dangers = 0;

    for (size_t i = 0; i < m->input_count; i++)
        if (!m->inputs[i].has_rows_share) {
            print_error("%.*s: input %.*s expects nothing\n", STR_ARG(m->name), STR_ARG(m->inputs[i].name));
            fail();
        }
    for (size_t i = 0; i < m->call_count; i++)
        dangers |= mapping_call_dangers(&m->calls[i]);
    for (int kind = GUARD_REJECTS; kind < GUARDS; kind++)
        if (!m->guards[kind].has_stop && (kind == GUARD_REJECTS || (dangers >> (kind - GUARD_CUTS) & 1) != 0)) {
            print_error("%.*s has no guard %s\n", STR_ARG(m->name), mapping_guard_keys[kind]);
            fail();
        }
}

static void stock_mappings_are_well(void **state)
{
    size_t count = 0;

    (void)state;
    for (; stock_mapping_files[count].name != NULL; count++) {
        struct str            name = str_from(stock_mapping_files[count].name);
        struct mapping_source source = { .name = str_head(name, name.len - strlen(".yaml")) };
        struct loaded         l;
        struct key           *key;
        size_t                ran = 0;

        begin(&l);
        l.status = mapping_load(&source, &l.mem, &l.m, &l.faults);
        expect_well(&l);
        expect_guards(l.m);
        key = test_key(&l);
        l.status = mapping_run_tests(l.m, STR("2026-11-24"), key, &l.mem, &ran, &l.faults);
        expect_well(&l);
        assert_true(ran > 0);
        key_free(key);
        release(&l);
    }
    assert_true(count >= 3);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_mappings_own_tests),
        cmocka_unit_test(stock_mappings_are_well),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
