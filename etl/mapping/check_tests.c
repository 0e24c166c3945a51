/* etl/mapping/check_tests.c - checks that a mapping's tests are written as they have to be. */
#include "etl/mapping/input_format.h"
#include "etl/mapping/loader.h"

static void check_texts(struct mapping_loader *l, const struct yaml *map, const char *what)
{
    if (map == NULL || !yaml_expect(&l->read, map, YAML_MAP, what))
        return;
    for (size_t i = 0; i < map->count; i++)
        if (map->pairs[i].value.kind != YAML_NULL)
            yaml_expect(&l->read, &map->pairs[i].value, YAML_TEXT, "a field of a test's record");
}

size_t test_input(const struct mapping *m, const struct yaml *test)
{
    int input = mapping_input_named(m, yaml_text(test, "input"));

    return input >= 0 ? (size_t)input : 0;
}

/* The record of a CSV input is texts by column; that of a JSON input may be any map. */
static void check_record(struct mapping_loader *l, size_t input, const struct yaml *map, const char *what)
{
    if (!l->m->inputs[input].format->columns_are_paths)
        check_texts(l, map, what);
    else if (map != NULL)
        yaml_expect(&l->read, map, YAML_MAP, what);
}

static void unknown_call(struct mapping_loader *l, const struct yaml_pair *pair)
{
    struct str *names = ARENA_ARRAY(l->read.mem, struct str, l->m->call_count + 1), hint;

    for (size_t i = 0; i < l->m->call_count; i++)
        names[i] = l->m->calls[i].as;
    hint = did_you_mean(pair->key, names, l->m->call_count, l->read.mem);
    yaml_fault(l->read.faults, l->read.source, pair->line, pair->column, "test",
               "the mapping makes no call \"%.*s\"%.*s", STR_ARG(pair->key), STR_ARG(hint));
}

/* {addcust: {billid: "7", pass: {made: 12}, sid: null, ref: {ref: customer.id}}} */
static void check_expected_call(struct mapping_loader *l, const struct yaml *item)
{
    const struct mapping_call *call;
    const struct yaml         *params;

    if (!yaml_expect(&l->read, item, YAML_MAP, "an expected call"))
        return;
    if (item->count != 1) {
        YAML_FAULT(&l->read, item, "test", "an expected call is one name and its parameters: addcust: {…}");
        return;
    }
    call = mapping_call_named(l->m, item->pairs[0].key);
    params = &item->pairs[0].value;
    if (call == NULL)
        unknown_call(l, &item->pairs[0]);
    if (!yaml_expect(&l->read, params, YAML_MAP, "the parameters of an expected call"))
        return;
    for (size_t i = 0; call != NULL && call->command != NULL && i < params->count; i++) {
        const struct yaml *value = &params->pairs[i].value;

        if (command_param_index(call->command, params->pairs[i].key) < 0)
            yaml_fault(l->read.faults, l->read.source, params->pairs[i].line, params->pairs[i].column, "test",
                       "%.*s has no parameter \"%.*s\"", STR_ARG(call->command->name), STR_ARG(params->pairs[i].key));
        if (value->kind == YAML_MAP &&
            (value->count != 1 || (yaml_text(value, "ref").ptr == NULL && yaml_text(value, "made").ptr == NULL)))
            YAML_FAULT(&l->read, value, "test",
                       "an expected value is a text, null, {ref: NAME.capture} or {made: 12}, or a list of texts");
    }
}

static void check_expected_findings(struct mapping_loader *l, const struct yaml *list, const char *what)
{
    if (list == NULL || !yaml_expect(&l->read, list, YAML_LIST, what))
        return;
    for (size_t i = 0; i < list->count; i++) {
        if (!yaml_expect(&l->read, &list->items[i], YAML_MAP, "a reason"))
            continue;
        yaml_only_keys(&list->items[i], mapping_reason_keys, "a reason", l->read.source, l->read.faults);
        if (yaml_text(&list->items[i], "rule").ptr == NULL)
            YAML_FAULT(&l->read, &list->items[i], "test", "a reason names its rule: {field: hphone, rule: phone10}");
    }
}

static void check_test(struct mapping_loader *l, const struct yaml *test)
{
    const struct yaml *input = yaml_get(test, "input"), *calls = yaml_get(test, "calls"),
                      *count = yaml_get(test, "count");

    if (!yaml_expect(&l->read, test, YAML_MAP, "a test"))
        return;
    yaml_only_keys(test, mapping_test_keys, "a test", l->read.source, l->read.faults);
    if (input != NULL && mapping_input_named(l->m, input->text) < 0)
        input_unknown(l, input);
    if (input == NULL && l->m->input_count > 1)
        YAML_FAULT(&l->read, test, "test", "there are several inputs: say whose record it is, input: …");
    if (yaml_get(test, "record") == NULL)
        YAML_FAULT(&l->read, test, "test", "a test needs a record: record: {…}");
    check_record(l, test_input(l->m, test), yaml_get(test, "record"), "record");
    if (l->m->inputs[test_input(l->m, test)].parent >= 0)
        check_record(l, (size_t)l->m->inputs[test_input(l->m, test)].parent, yaml_get(test, "parent"), "parent");
    check_texts(l, count, "count");
    yaml_read_u32(&l->read, test, "nth", 1);
    if ((calls == NULL) == (yaml_get(test, "rejects") == NULL))
        YAML_FAULT(&l->read, test, "test", "a test says what comes of the record: either calls: […] or rejects: […]");
    if (calls != NULL && yaml_expect(&l->read, calls, YAML_LIST, "calls"))
        for (size_t i = 0; i < calls->count; i++)
            check_expected_call(l, &calls->items[i]);
    check_expected_findings(l, yaml_get(test, "rejects"), "rejects");
    check_expected_findings(l, yaml_get(test, "warnings"), "warnings");
}

void check_tests(struct mapping_loader *l)
{
    const struct yaml *tests = yaml_get(l->root, "tests");

    if (tests == NULL || !yaml_expect(&l->read, tests, YAML_LIST, "tests"))
        return;
    l->c->tests = tests;
    for (size_t i = 0; i < tests->count; i++)
        check_test(l, &tests->items[i]);
}
