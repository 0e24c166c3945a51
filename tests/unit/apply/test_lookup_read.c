/* tests/unit/apply/test_lookup_read.c - what a read answers about a call: is it there, is it ours, what does it yield? */
#include "etl/apply/readback.h"
#include "providers/description/load.h"
#include "providers/model/family.h"
#include "providers/replies/lookup_read.h"
#include "tests/unit/check.h"

static const char description[] =
    "provider: 1\n"
    "name: shop\n"
    "endpoint: {url: \"https://shop.example/api\", wire: form}\n"
    "command_field: func\n"
    "types: {text: {title: text}}\n"
    "replies:\n"
    "  ok: {style: text, cases: [{body: '^ok', is: done}]}\n"
    "  rows: {style: json, cases: [{at: error, is: refused}, {records: 1.., is: done}, {at: rows, is: nothing}]}\n"
    "commands:\n"
    "  order:\n"
    "    effect: create\n"
    "    params: {domain: {type: text}, plan: {type: text}, now: {type: text}, \"addon_{id}\": {type: text}}\n"
    "    reply: ok\n"
    "    captures: {id: 'id=(\\d+)'}\n"
    "    repeat: {safe_unless: \"addon_{id}\"}\n"
    "    verify: {read: list, match: {host: \"{domain}\", plan: \"{plan}\"}, full: true, captures: {id: number}, absence: {proof_when: {now: \"1\"}}}\n"
    "  remove:\n"
    "    effect: remove\n"
    "    params: {domain: {type: text, required: true}}\n"
    "    reply: ok\n"
    "    verify: {read: one, with: {host: \"{domain}\"}, match: {host: \"{domain}\"}, full: true, wants: nothing}\n"
    "  list: {effect: read, reply: rows, record: rows, captures: {number: {field: number}}}\n"
    "  one: {effect: read, reply: rows, record: rows, params: {host: {type: text}}}\n";

struct shop {
    struct arena           mem;
    const struct provider *provider;
    const struct command  *order;
    struct value           values[8];
};

static void open_shop(struct shop *s, const char *domain, const char *plan, const char *now)
{
    struct yaml_source source = { "shop.yaml", { description, sizeof description - 1 } };
    struct findings    faults;

    *s = (struct shop){ 0 };
    arena_init(&s->mem, 64U << 20, "a test");
    findings_init(&faults, &s->mem);
    if (provider_load_text(&source, &s->mem, &s->provider, &faults) != ETL_OK)
        fail_msg("%s", faults.items[0].err.text);
    s->order = provider_command(s->provider, STR("order"));
    s->values[0] = domain != NULL ? VALUE_OF(str_from(domain)) : VALUE_NONE;
    s->values[1] = plan != NULL ? VALUE_OF(str_from(plan)) : VALUE_NONE;
    s->values[2] = now != NULL ? VALUE_OF(str_from(now)) : VALUE_NONE;
}

static void close_shop(struct shop *s)
{
    provider_free(s->provider);
    arena_release(&s->mem);
}

static void read_rows(struct shop *s, const char *body, struct verdict *out)
{
    struct reply_judge  *judge = reply_judge_new(&real_clock);
    struct reply_message m = { .status = 200, .body = str_from(body) };

    reply_judge_call(judge, provider_command(s->provider, STR("list")), &m, &s->mem, out);
    reply_judge_free(judge);
}

static void reading_back(void **state)
{
    static const struct {
        const char   *domain, *plan, *now, *rows, *id;
        enum readback want;
    } cases[] = {
        /* The first row is another's; what is yielded is ours. */
        { "a.test", "7", "1",
          "{\"rows\":[{\"number\":1,\"host\":\"b.test\",\"plan\":7},{\"number\":2,\"host\":\"a.test\",\"plan\":7}]}",
          "2", READBACK_DONE },
        { "a.test", "7", "1", "{\"rows\":{\"number\":2,\"host\":\"a.test\",\"plan\":7}}", "2", READBACK_DONE },
        { "a.test", NULL, "1", "{\"rows\":[{\"number\":2,\"host\":\"a.test\",\"plan\":9}]}", "2", READBACK_DONE },
        { "a.test", "7", "1", "{\"rows\":[{\"number\":2,\"host\":\"a.test\",\"plan\":9}]}", NULL, READBACK_UNSURE },
        { "a.test", "7", "1",
          "{\"rows\":[{\"number\":1,\"host\":\"a.test\",\"plan\":7},{\"number\":2,\"host\":\"a.test\",\"plan\":7}]}",
          NULL, READBACK_UNSURE },
        { "a.test", "7", "1", "{\"rows\":[{\"number\":1,\"host\":\"b.test\",\"plan\":7}]}", NULL, READBACK_ABSENT },
        { "a.test", "7", "1", "{\"rows\":[]}", NULL, READBACK_ABSENT },
        { "a.test", "7", NULL, "{\"rows\":[]}", NULL,
          READBACK_NO_PROOF }, /* absence proves something with now=1 only */
        { "a.test", "7", "0", "{\"rows\":[]}", NULL, READBACK_NO_PROOF },
        { NULL, "7", "1", "{\"rows\":[{\"number\":1,\"host\":\"b.test\",\"plan\":7}]}", NULL,
          READBACK_NO_PROOF }, /* which is it? */
        { "a.test", "7", "1", "{\"error\":\"no\"}", NULL, READBACK_UNREAD },
        { "a.test", "7", "1", "{\"rows\":[", NULL, READBACK_UNREAD },
    };
    const struct readback_baseline before = { .looked = true };

    (void)state;
    for (size_t i = 0; i < COUNT(cases); i++) {
        struct shop              s;
        struct verdict           read;
        const struct pair_value *captures;
        const char              *why = "";
        enum readback            got;

        open_shop(&s, cases[i].domain, cases[i].plan, cases[i].now);
        read_rows(&s, cases[i].rows, &read);
        got = readback_judge(s.order, s.values, &before, &read, &s.mem, &why);
        if (got != cases[i].want)
            fail_msg("case %zu: wanted %d, got %d: %s", i, (int)cases[i].want, (int)got, why);
        if (cases[i].id != NULL) {
            assert_int_equal(lookup_captures(&s.order->verify, s.order, s.values, &read, &s.mem, &captures), 1);
            assert_true(str_is(captures[0].name, "id") && str_is(captures[0].value, cases[i].id));
        }
        close_shop(&s);
    }
}

static void one_question_for_all_or_one_each(void **state)
{
    struct shop s;

    (void)state;
    open_shop(&s, "a.test", "7", "1");
    assert_true(readback_is_shared(&s.order->verify));
    assert_false(readback_is_shared(&provider_command(s.provider, STR("remove"))->verify));
    close_shop(&s);
}

/* Without the value that it is known by, nothing is looked for, and it is sent all the same. */
static void baseline_without_a_name(void **state)
{
    struct shop    s;
    struct verdict read;
    bool           there = true;

    (void)state;
    open_shop(&s, NULL, "7", "1");
    read_rows(&s, "{\"rows\":[{\"number\":1,\"host\":\"b.test\",\"plan\":7}]}", &read);
    assert_int_equal(readback_judge_baseline(s.order, s.values, &read, &s.mem, &there), READBACK_ABSENT);
    assert_false(there);
    close_shop(&s);
}

static void repetition_with_an_exception(void **state)
{
    const struct str      names[] = { STR("addon_5") };
    struct shop           s;
    const struct command *with;
    int                   at;

    (void)state;
    open_shop(&s, "a.test", "7", NULL);
    assert_true(command_repeat_safe(s.order, s.values));
    with = command_with_members(s.order, names, 1, false, &s.mem);
    assert_true(command_repeat_safe(with, s.values));
    at = command_param_index(with, names[0]);
    s.values[at] = VALUE_OF(STR("10"));
    assert_false(command_repeat_safe(with, s.values));
    close_shop(&s);
}

static void several_yield_what_they_have_in_common(void **state)
{
    struct shop           s;
    struct verdict        read;
    const struct command *list;

    (void)state;
    open_shop(&s, NULL, NULL, NULL);
    list = provider_command(s.provider, STR("list"));
    read_rows(&s, "{\"rows\":[{\"number\":1},{\"number\":1}]}", &read);
    assert_false(capture_is_ambiguous(list, &read, 0));
    read_rows(&s, "{\"rows\":[{\"number\":1},{\"number\":2}]}", &read);
    assert_true(capture_is_ambiguous(list, &read, 0));
    read_rows(&s, "{\"rows\":[{\"number\":1},{\"host\":\"a.test\"}]}", &read);
    assert_true(capture_is_ambiguous(list, &read, 0));
    close_shop(&s);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(reading_back),
        cmocka_unit_test(one_question_for_all_or_one_each),
        cmocka_unit_test(baseline_without_a_name),
        cmocka_unit_test(repetition_with_an_exception),
        cmocka_unit_test(several_yield_what_they_have_in_common),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
