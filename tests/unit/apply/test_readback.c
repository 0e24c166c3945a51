/* tests/unit/apply/test_readback.c - what reading back proves: every answer against every statement of the description. */
#include "etl/apply/readback.h"
#include "providers/description/load.h"
#include "tests/unit/check.h"

static const char description[] =
    "provider: 1\nname: v\ntitle: V\ndocument: none\nendpoint: {url: 'https://127.0.0.1/', wire: form, method: POST}\ncommand_field: cmd\n"
    "credentials:\n  auth: {wire: auth, title: a, chars: '!-~', length: 1..64}\n"
    "types:\n  key: {title: key, example: a}\n  pass: {title: password, secret: true, example: b}\n"
    "replies:\n  status: {style: text, cases: [{body: '^0', is: nothing}, {body: '^1', is: done}, {body: '^2', is: outage}]}\n"
    "commands:\n"
    "  find: {title: F, about: x, effect: read, entity: e, reply: status, params: {key: {type: key, required: true}},\n"
    "         captures: {pass: 'pass=(\\S*)', kind: 'kind=(\\S*)'}, example: {key: a}}\n"
    "  plain:  {title: A, about: x, effect: create, entity: e, reply: status, params: {key: {type: key}, pass: {type: pass}},\n"
    "           verify: {read: find, with: {key: '{key}'}, match: {pass: '{pass}'}}, example: {key: a}}\n"
    "  based:  {title: B, about: x, effect: create, entity: e, reply: status, params: {key: {type: key}, pass: {type: pass}},\n"
    "           verify: {read: find, with: {key: '{key}'}, match: {pass: '{pass}'}, baseline: true}, example: {key: a}}\n"
    "  weak:   {title: C, about: x, effect: create, entity: e, reply: status, params: {key: {type: key}, pass: {type: pass}},\n"
    "           verify: {read: find, with: {key: '{key}'}, match: {pass: '{pass}'}, absence: no_proof, baseline: true}, example: {key: a}}\n"
    "  kind:   {title: D, about: x, effect: create, entity: e, reply: status, params: {key: {type: key}, pass: {type: pass}},\n"
    "           verify: {read: find, with: {key: '{key}'}, match: {pass: '{pass}', kind: dial}}, example: {key: a}}\n"
    "  gone:   {title: E, about: x, effect: remove, entity: e, reply: status, params: {key: {type: key}, pass: {type: pass}},\n"
    "           verify: {read: find, with: {key: '{key}'}, wants: nothing}, example: {key: a}}\n"
    "  unkind: {title: G, about: x, effect: remove, entity: e, reply: status, params: {key: {type: key}, pass: {type: pass}},\n"
    "           verify: {read: find, with: {key: '{key}'}, match: {kind: dial}, wants: nothing}, example: {key: a}}\n"
    "  weakly: {title: H, about: x, effect: remove, entity: e, reply: status, params: {key: {type: key}, pass: {type: pass}},\n"
    "           verify: {read: find, with: {key: '{key}'}, wants: nothing, absence: no_proof}, example: {key: a}}\n";

static struct arena           mem;
static const struct provider *provider;
static struct reply_judge    *judge;

static int set_up(void **state)
{
    struct yaml_source source = { "v.yaml", str_from(description) };
    struct findings    faults;

    (void)state;
    arena_init(&mem, 64 << 20, "a test");
    findings_init(&faults, &mem);
    judge = reply_judge_new(&real_clock);
    if (provider_load_text(&source, &mem, &provider, &faults) == ETL_OK)
        return 0;
    for (size_t i = 0; i < faults.count; i++)
        print_error("%s\n", faults.items[i].err.text);
    return -1;
}

static int tear_down(void **state)
{
    (void)state;
    reply_judge_free(judge);
    provider_free(provider);
    arena_release(&mem);
    return 0;
}

static struct verdict answer(const char *body)
{
    struct reply_message m = { .status = 200, .content_type = STR("text/plain"), .body = str_from(body) };
    struct verdict       v;

    reply_judge_call(judge, provider_command(provider, STR("find")), &m, &mem, &v);
    return v;
}

static void each_answer_proves_so_much(void **state)
{
    enum { NOT_LOOKED, LOOKED, WAS_THERE, SAME };
    static const struct {
        const char   *command, *body;
        int           before;
        enum readback want;
    } cases[] = {
        { "plain", "1 pass=b", NOT_LOOKED, READBACK_DONE },
        { "plain", "1 pass=c", NOT_LOOKED, READBACK_UNSURE }, /* other than we sent it */
        { "plain", "0 nothing", NOT_LOOKED, READBACK_ABSENT },
        { "plain", "2 down", NOT_LOOKED, READBACK_UNREAD }, /* a failed read is never "not there" */
        { "plain", "<html>", NOT_LOOKED, READBACK_UNREAD },
        { "based", "1 pass=b", LOOKED, READBACK_DONE },
        { "based", "1 pass=b", WAS_THERE, READBACK_UNSURE },
        { "based", "1 pass=b", NOT_LOOKED, READBACK_UNSURE }, /* nobody looked, so nobody knows */
        { "based", "1 pass=c", SAME, READBACK_ABSENT },       /* nothing has changed */
        { "based", "1 pass=c", LOOKED, READBACK_UNSURE },
        { "based", "0 nothing", LOOKED, READBACK_ABSENT },
        { "weak", "0 nothing", LOOKED, READBACK_NO_PROOF },
        { "weak", "1 pass=c", SAME, READBACK_NO_PROOF },
        { "weak", "1 pass=b", LOOKED, READBACK_DONE },
        { "kind", "1 pass=b kind=dial", NOT_LOOKED, READBACK_DONE },
        { "kind", "1 pass=b kind=mail", NOT_LOOKED,
          READBACK_NO_PROOF }, /* one kind is told; ours may be there besides */
        { "kind", "1 pass=b kind=mail", SAME, READBACK_NO_PROOF },
        { "kind", "1 pass=c kind=dial", NOT_LOOKED, READBACK_UNSURE },
        { "gone", "0 nothing", NOT_LOOKED, READBACK_DONE },
        { "gone", "1 pass=b", NOT_LOOKED, READBACK_ABSENT },
        { "gone", "2 down", NOT_LOOKED, READBACK_UNREAD },
        { "unkind", "1 kind=mail", NOT_LOOKED, READBACK_NO_PROOF },
        { "unkind", "1 kind=dial", NOT_LOOKED, READBACK_ABSENT },
        { "weakly", "0 nothing", NOT_LOOKED, READBACK_NO_PROOF },
        { "weakly", "1 pass=b", NOT_LOOKED, READBACK_ABSENT },
    };

    for (size_t i = 0; i < COUNT(cases); i++) {
        const struct command    *c = provider_command(provider, str_from(cases[i].command));
        struct value             values[2] = { VALUE_OF(STR("a")), VALUE_OF(STR("b")) };
        struct readback_baseline before = { .looked = cases[i].before != NOT_LOOKED,
                                            .there = cases[i].before == WAS_THERE,
                                            .same_answer = cases[i].before == SAME };
        struct verdict           v = answer(cases[i].body);
        const char              *why = NULL;
        enum readback            got = readback_judge(c, values, &before, &v, &mem, &why);

        if (got != cases[i].want)
            fail_msg("%s, \"%s\", before %d: got %d, want %d", cases[i].command, cases[i].body, cases[i].before, got,
                     cases[i].want);
        if (got != READBACK_DONE)
            assert_non_null(why);
    }
    (void)state;
}

static void the_look_before_tells_what_was_there(void **state)
{
    static const struct {
        const char   *command, *body;
        enum readback want;
        bool          there;
    } cases[] = {
        { "based", "1 pass=b", READBACK_DONE, true },
        { "based", "1 pass=c", READBACK_ABSENT, false },
        { "based", "0 nothing", READBACK_ABSENT, false },
        { "based", "2 down", READBACK_UNREAD, false },
        { "based", "???", READBACK_UNREAD, false },
        { "kind", "1 pass=b kind=mail", READBACK_NO_PROOF, false }, /* it may be sent; a lost answer stays uncertain */
    };
    struct value values[2] = { VALUE_OF(STR("a")), VALUE_OF(STR("b")) };

    for (size_t i = 0; i < COUNT(cases); i++) {
        struct verdict v = answer(cases[i].body);
        bool           there = !cases[i].there;

        assert_int_equal(
            readback_judge_baseline(provider_command(provider, str_from(cases[i].command)), values, &v, &mem, &there),
            cases[i].want);
        if (cases[i].want != READBACK_UNREAD)
            assert_int_equal(there, cases[i].there);
    }
    (void)state;
}

/* What the call asks by a secret is a secret in the question too. */
static void secrecy_goes_into_the_question(void **state)
{
    const struct command *c = provider_command(provider, STR("plain"));
    struct value          values[2] = { VALUE_OF(STR("a")), VALUE_OF(STR("b")) };
    struct value         *asked;

    values[0].secret = true;
    asked = readback_values(&c->verify, values, &mem);
    assert_is(asked[0].text, "a");
    assert_true(asked[0].secret);
    (void)state;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_answer_proves_so_much),
        cmocka_unit_test(the_look_before_tells_what_was_there),
        cmocka_unit_test(secrecy_goes_into_the_question),
    };

    return cmocka_run_group_tests(tests, set_up, tear_down);
}
