/* tests/unit/mapping/test_program.c - etl/mapping/program.h: inputs and calls by their names, severities of rules. */
#include "tests/unit/mapping/loaded_mapping.h"

static void inputs_and_calls_have_names(void **state)
{
    struct loaded l;

    (void)state;
    load(&l, STR(HEAD "inputs: {people: {}, boxes: {}}\ncalls:\n"
                      "  - {command: addcust, input: people, as: customer, fields: {billid: \"{{ A }}\"}}\n"));
    expect_well(&l);
    assert_int_equal(mapping_input_named(l.m, STR("boxes")), 1);
    assert_int_equal(mapping_input_named(l.m, STR("box")), -1);
    assert_ptr_equal(mapping_call_named(l.m, STR("customer")), &l.m->calls[0]);
    assert_ptr_equal(mapping_call_named(l.m, STR("addcust")), &l.m->calls[0]);
    assert_null(mapping_call_named(l.m, STR("addmbox")));
    release(&l);
}

static void a_parameters_rule_outweighs_the_rule(void **state)
{
    struct loaded       l;
    struct param        phone = { .name = STR("hphone") }, other = { .name = STR("wphone") };
    const struct param *params[] = { &phone, &other };
    enum severity       want[] = { SEVERITY_INFO, SEVERITY_WARNING };

    (void)state;
    load(&l, STR(HEAD "rules: {phone10: warn, hphone.phone10: info}\ncalls:\n"
                      "  - {command: addcust, fields: {billid: \"{{ A }}\", hphone: \"{{ B }}\"}}\n"));
    expect_well(&l);
    for (size_t i = 0; i < COUNT(params); i++)
        if (mapping_severity(l.m, NULL, params[i], STR("phone10"), SEVERITY_ERROR) != want[i])
            fail_row(i, "%s has another severity", params[i]->name.ptr);
    assert_int_equal(mapping_severity(l.m, NULL, &phone, STR("zip5"), SEVERITY_ERROR), SEVERITY_ERROR);
    release(&l);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(inputs_and_calls_have_names),
        cmocka_unit_test(a_parameters_rule_outweighs_the_rule),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
