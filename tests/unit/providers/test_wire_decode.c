/* tests/unit/providers/test_wire_decode.c - what a wire style encodes, it decodes: each command's example, over each wire of each stock provider. */
#include "providers/description/load.h"
#include "providers/model/example.h"
#include "providers/wires/tree_fields.h"
#include "tests/unit/check.h"

static const struct credential_value *some_credentials(const struct provider *p, struct arena *mem)
{
    struct credential_value *list = ARENA_ARRAY(mem, struct credential_value, p->credential_count + 1);

    for (size_t i = 0; i < p->credential_count; i++)
        list[i].value = arena_fmt(mem, "Zo\xc3\xab %zu&<%%", i);
    return list;
}

static const struct wire_field *field_named(const struct wire_decoded *in, struct str name)
{
    for (size_t i = 0; i < in->field_count; i++)
        if (str_eq(in->fields[i].name, name))
            return &in->fields[i];
    return NULL;
}

/* All that the walk says there is to send has arrived, and nothing else but the command's own field. */
static size_t compare(const struct wire_call *call, const struct wire_decoded *in)
{
    struct wire_walk  walk;
    struct wire_field sent;
    size_t            count = 0;

    wire_walk_begin(&walk, call);
    while (wire_walk_next(&walk, &sent)) {
        const struct wire_field *got = field_named(in, sent.name);

        if (got == NULL || got->is_array != sent.is_array || !str_eq(got->value, sent.value))
            fail_row(count, "%.*s over %s: %.*s is lost", STR_ARG(call->command->name), call->wire->style->name,
                     STR_ARG(sent.name));
        count++;
    }
    wire_walk_end(&walk);
    assert_int_equal(in->field_count, count + call->wire->style->needs_command_field);
    return count;
}

static size_t there_and_back(const struct wire *wire, const struct command *c, struct arena *mem)
{
    struct request       request;
    struct wire_received received = { .provider = c->provider };
    struct wire_decoded  decoded = { .word = STR_NONE };
    struct value        *values;
    struct wire_call     call = { .wire = wire, .url = STR("https://example.net") };
    struct err           err = { 0 };
    size_t               count;

    call.command = example_call(c, mem, &values);
    call.values = values;
    call.credentials = some_credentials(c->provider, mem);
    request_init(&request, 1 << 20);
    assert_int_equal(wire_encode(&call, &request, &err), ETL_OK);
    assert_true(
        str_starts(wire_header(buf_str(&request.headers), "content-type"), str_from(wire->style->content_type)));
    received.headers = buf_str(&request.headers);
    received.body = buf_str(&request.body);
    if (wire->style->decode(&received, mem, &decoded, &err) != ETL_OK)
        fail_row(0, "%.*s over %s: %s", STR_ARG(c->name), wire->style->name, err.text);
    count = compare(&call, &decoded);
    request_release(&request);
    return count;
}

static void every_command(void **state)
{
    static const char *const names[] = { "ispn", "safepages", "simpler", "billmanager" };

    (void)state;
    for (size_t i = 0; i < COUNT(names); i++) {
        struct arena           mem;
        const struct provider *p;
        struct findings        faults;
        size_t                 count = 0;

        arena_init(&mem, 1U << 28, "a test");
        findings_init(&faults, &mem);
        assert_int_equal(provider_load(str_from(names[i]), &mem, &p, &faults), ETL_OK);
        for (size_t k = 0; k < p->command_count; k++)
            for (size_t w = 0; w < p->wire_count; w++)
                count += there_and_back(&p->wires[w], &p->commands[k], &mem);
        assert_true(count > 20);
        provider_free(p);
        arena_release(&mem);
    }
}

/* A field that holds fields is no value; a list keeps its parts, and lists in it. */
static void trees(void **state)
{
    struct arena        mem;
    struct tree         top = { .text = STR_NONE };
    struct tree        *list, *item;
    struct wire_decoded out = { .word = STR_NONE };
    struct err          err = { 0 };

    (void)state;
    arena_init(&mem, 1 << 20, "a test");
    tree_add(&top, STR("a"), &mem)->text = STR("1");
    list = tree_add(&top, STR("l"), &mem);
    list->is_list = true;
    tree_add(list, STR("l"), &mem)->text = STR("x");
    assert_int_equal(tree_fields(&top, &mem, &out, &err), ETL_OK);
    assert_int_equal(out.field_count, 2);
    assert_false(out.fields[0].is_array);
    assert_true(out.fields[1].is_array);
    item = tree_add(&top, STR("deep"), &mem);
    tree_add(item, STR("b"), &mem)->text = STR("2");
    assert_int_equal(tree_fields(&top, &mem, &out, &err), ETL_REJECT);
    assert_string_equal(err.rule, "field-form");
    arena_release(&mem);
}

int main(void)
{
    const struct CMUnitTest tests[] = { cmocka_unit_test(every_command), cmocka_unit_test(trees) };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
