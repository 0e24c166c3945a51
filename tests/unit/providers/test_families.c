/* tests/unit/providers/test_families.c - names with places, `like`, defaults, headers, test mode by leaving out, logins: read and encoded. */
#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

#include "providers/description/load.h"
#include "providers/model/family.h"
#include "providers/rules/rules.h"
#include "providers/wires/wire.h"

static const char head[] =
    "provider: 1\n"
    "name: shop\n"
    "title: Shop\n"
    "endpoint: {url: \"https://shop.example/api\", wire: form, method: POST}\n"
    "command_field: func\n"
    "credentials:\n"
    "  user: {wire: null, title: login}\n"
    "  word: {wire: null, title: password}\n"
    "types:\n"
    "  text: {title: text}\n"
    "replies:\n"
    "  ok: {style: text, cases: [{body: '^ok', is: done}]}\n";

static const char rest[] =
    "logins:\n"
    "  session:\n"
    "    command:\n"
    "      wire: auth\n"
    "      effect: read\n"
    "      params: {u: {type: text, required: true}, p: {type: text, required: true, secret: true}}\n"
    "      reply: ok\n"
    "      captures: {id: 'ok (\\S+)'}\n"
    "    with: {u: \"{user}\", p: \"{word}\"}\n"
    "    token: id\n"
    "    send: {auth: \"{token}\"}\n"
    "  always: {send: {authinfo: \"{user}:{word}\"}}\n"
    "commands:\n"
    "  order:\n"
    "    title: Order anything\n"
    "    effect: create\n"
    "    wire: \"v2.{kind}.order\"\n"
    "    params:\n"
    "      kind: {type: text, required: true}\n"
    "      tariff: {type: text, required: true}\n"
    "      os: {type: text}\n"
    "      renew: {type: text, clear: \"null\"}\n"
    "      theme: {type: text, headers: {dragon: {X-Client: Web}}}\n"
    "      \"addon_{id}\": {type: text, key: \"0-9\"}\n"
    "      out: {type: text, default: json}\n"
    "      sok: {always: ok, test: left_out}\n"
    "    together:\n"
    "      - {rule: something, at_least_one_of: [os, \"addon_{id}\"]}\n"
    "    reply: ok\n"
    "    tables: [{make: services, key: {id: \"{new_id}\"}, set: {kind: \"{kind}\"}}]\n"
    "  v2.vps.order:\n"
    "    like: order\n"
    "    title: Order a VPS\n"
    "    params: {kind: {always: vps}, os: {type: text, required: true}}\n"
    "  v2.web.order:\n"
    "    like: v2.vps.order\n"
    "    title: Order a web site\n"
    "    together: null\n"
    "    params: {kind: {always: web}, os: null}\n"
    "  list: {title: List anything, effect: read, wire: \"{kind}\", params: {kind: {type: text, required: true}}, reply: ok}\n";

struct shop {
    struct arena           mem;
    struct findings        faults;
    const struct provider *provider;
};

static enum etl_status load(struct shop *s, const char *tail)
{
    struct yaml_source source = { .name = "shop.yaml" };

    arena_init(&s->mem, 64U << 20, "a test");
    findings_init(&s->faults, &s->mem);
    source.text = arena_fmt(&s->mem, "%s%s", head, tail);
    return provider_load_text(&source, &s->mem, &s->provider, &s->faults);
}

static void load_shop(struct shop *s)
{
    AUTO(buf_release) struct buf said;

    buf_init(&said, 1 << 20, "faults");
    if (load(s, rest) == ETL_OK)
        return;
    findings_print(&said, &s->faults);
    fail_msg("%s", buf_cstr(&said));
}

static void drop(struct shop *s)
{
    provider_free(s->provider);
    arena_release(&s->mem);
}

static void set(const struct command *c, struct value *values, const char *name, const char *text)
{
    int at = command_param_index(c, str_from(name));

    assert_true(at >= 0);
    values[at] = VALUE_OF(str_from(text));
}

static void expect_body(const struct command *c, const struct value *values, unsigned how, const char *body,
                        const char *headers)
{
    struct credential_value credentials[8] = { 0 };
    struct request          request;

    for (size_t i = 0; i < c->provider->credential_count; i++)
        if (str_is(c->provider->credentials[i].name, "auth"))
            credentials[i].value = STR("t0ken");
    request_init(&request, 1 << 20);
    assert_int_equal(
        wire_encode(
            &(struct wire_call){
                .command = c, .url = c->provider->url, .values = values, .credentials = credentials, .how = how },
            &request, NULL),
        ETL_OK);
    assert_string_equal(buf_cstr(&request.body), body);
    assert_string_equal(buf_cstr(&request.headers), headers);
    request_release(&request);
}

#define FORM "Content-Type: application/x-www-form-urlencoded\n"

static void a_family_is_called_by_its_place(void **state)
{
    struct shop           s;
    const struct command *order;
    struct value          values[16] = { 0 };

    (void)state;
    load_shop(&s);
    order = provider_command(s.provider, STR("order"));
    set(order, values, "kind", "soft");
    set(order, values, "tariff", "7");
    expect_body(order, values, 0, "auth=t0ken&func=v2.soft.order&tariff=7&out=json&sok=ok", FORM);
    drop(&s);
}

static void like_takes_over_replaces_and_takes_away(void **state)
{
    struct shop           s;
    const struct command *vps, *web;
    struct value          values[16] = { 0 };

    (void)state;
    load_shop(&s);
    vps = provider_command(s.provider, STR("v2.vps.order"));
    web = provider_command(s.provider, STR("v2.web.order"));
    assert_true(str_is(vps->title, "Order a VPS"));
    assert_true(command_param(vps, STR("os"))->required);
    assert_null(command_param(web, STR("os")));
    assert_int_equal(vps->together_count, 1);
    assert_int_equal(web->together_count, 0);
    assert_int_equal(web->step_count, 1);
    assert_true(str_is(web->steps[0].set.items[0].text.parts[0].literal, "web"));
    set(vps, values, "tariff", "7");
    set(vps, values, "os", "debian");
    expect_body(vps, values, 0, "auth=t0ken&func=v2.vps.order&tariff=7&os=debian&out=json&sok=ok", FORM);
    drop(&s);
}

static void members_are_parameters_behind_the_others(void **state)
{
    const struct str      names[] = { STR("tariff"), STR("addon_5"), STR("addon_17"), STR("addon_5"), STR("addon_x") };
    struct shop           s;
    const struct command *order, *with;
    struct value          values[32] = { 0 };

    (void)state;
    load_shop(&s);
    order = provider_command(s.provider, STR("order"));
    assert_ptr_equal(command_with_members(order, names, 1, false, &s.mem), order);
    with = command_with_members(order, names, 5, false, &s.mem);
    assert_int_equal(with->param_count, order->param_count + 2);
    assert_int_equal(command_param_index(with, STR("tariff")), command_param_index(order, STR("tariff")));
    assert_null(command_family(order, STR("addon_x"), false));
    assert_null(command_family(order, STR("addon_"), false));
    set(with, values, "kind", "vps");
    set(with, values, "tariff", "7");
    set(with, values, "addon_5", "10");
    set(with, values, "addon_17", "a&b");
    expect_body(with, values, 0, "auth=t0ken&func=v2.vps.order&tariff=7&out=json&sok=ok&addon_5=10&addon_17=a%26b",
                FORM);
    drop(&s);
}

static void rules_know_families(void **state)
{
    const struct str      names[] = { STR("addon_5") };
    struct shop           s;
    const struct command *with;
    struct value          values[32] = { 0 };
    struct rule_check    *check = rule_check_new(STR("2026-11-24"));

    (void)state;
    load_shop(&s);
    with = command_with_members(provider_command(s.provider, STR("order")), names, 1, false, &s.mem);
    set(with, values, "kind", "vps");
    set(with, values, "tariff", "7");
    assert_int_equal(rules_call(check, with, values, NULL, &s.mem), ETL_REJECT); /* neither os nor an add-on */
    set(with, values, "addon_5", "10");
    assert_int_equal(rules_call(check, with, values, NULL, &s.mem), ETL_OK);
    values[command_param_index(with, STR("renew"))].kind = VALUE_CLEAR;
    assert_int_equal(rules_call(check, with, values, NULL, &s.mem), ETL_OK);
    expect_body(with, values, 0, "auth=t0ken&func=v2.vps.order&tariff=7&renew=null&out=json&sok=ok&addon_5=10", FORM);
    values[command_param_index(with, STR("tariff"))].kind = VALUE_CLEAR;
    assert_int_equal(rules_call(check, with, values, NULL, &s.mem), ETL_REJECT);
    rule_check_free(check);
    drop(&s);
}

static void a_value_adds_its_header_and_test_mode_leaves_out(void **state)
{
    struct shop           s;
    const struct command *order;
    struct value          values[16] = { 0 };

    (void)state;
    load_shop(&s);
    order = provider_command(s.provider, STR("order"));
    assert_true(order->test_send);
    assert_false(provider_command(s.provider, STR("list"))->test_send);
    set(order, values, "kind", "vps");
    set(order, values, "tariff", "7");
    set(order, values, "theme", "dragon");
    set(order, values, "out", "xml");
    expect_body(order, values, ENCODE_TEST, "auth=t0ken&func=v2.vps.order&tariff=7&theme=dragon&out=xml",
                FORM "X-Client: Web\n");
    set(order, values, "theme", "orion");
    expect_body(order, values, ENCODE_MASKED, "auth=***&func=v2.vps.order&tariff=7&theme=orion&out=xml&sok=ok", FORM);
    drop(&s);
}

static void names_on_the_wire_find_their_command(void **state)
{
    static const struct {
        const char *wire, *command, *place;
    } cases[] = {
        { "v2.vps.order", "v2.vps.order", "vps" },
        { "v2.soft.order", "order", "soft" },
        { "vps", "list", "vps" },
        { "v2..order", "list", "v2..order" },
        { "", NULL, NULL },
    };
    struct shop s;

    (void)state;
    load_shop(&s);
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct str            place;
        const struct command *c = provider_command_on_wire(s.provider, str_from(cases[i].wire), &place);

        assert_int_equal(c != NULL, cases[i].command != NULL);
        if (c == NULL)
            continue;
        assert_true(str_is(c->name, cases[i].command));
        assert_true(str_is(place, cases[i].place));
    }
    drop(&s);
}

static void logins_name_what_they_need(void **state)
{
    struct shop            s;
    const struct provider *p;

    (void)state;
    load_shop(&s);
    p = s.provider;
    assert_int_equal(p->login_count, 2);
    assert_int_equal(p->credential_count, 4);
    assert_true(str_is(p->logins[0].name, "session"));
    assert_non_null(p->logins[0].command);
    assert_null(p->logins[1].command);
    assert_null(provider_command(p, STR("session"))); /* no mapping can call it */
    assert_true(login_needs(&p->logins[0], p->credentials, p->credential_count, &p->credentials[0]));
    assert_true(login_needs(&p->logins[1], p->credentials, p->credential_count, &p->credentials[1]));
    assert_false(login_needs(&p->logins[0], p->credentials, p->credential_count, &p->credentials[2]));
    assert_ptr_equal(p->credentials[3].made_by, &p->logins[1]);
    drop(&s);
}

static void faults_stand_where_the_words_are(void **state)
{
    static const struct {
        const char *tail, *says;
    } cases[] = {
        { "commands:\n  a: {like: b, title: A}\n  b: {like: a}\n", "in a circle" },
        { "commands:\n  a: {like: nothing, effect: read, reply: ok}\n", "unknown command" },
        { "commands:\n  a: {effect: read, reply: ok, wire: \"{kind}.x\"}\n", "no parameter of the command" },
        { "commands:\n  a: {effect: read, reply: ok, wire: \"{kind}.x\", params: {kind: {type: text}}}\n",
          "required or always" },
        { "commands:\n  a: {effect: read, reply: ok, params: {\"x_{n}\": {type: text, required: true}}}\n",
          "neither required" },
        { "commands:\n  a: {effect: read, reply: ok, params: {x: {type: text, key: \"0-9\"}}}\n",
          "key is for a family" },
        { "logins: {l: {send: {x: \"{usr}\"}}}\ncommands: {a: {effect: read, reply: ok}}\n", "did you mean \"user\"" },
        { "logins: {l: {send: {x: \"{token}\"}}}\ncommands: {a: {effect: read, reply: ok}}\n", "unknown place" },
        { "logins: {l: {title: x}}\ncommands: {a: {effect: read, reply: ok}}\n", "what goes with every request" },
    };

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct shop s = { .provider = NULL };
        bool        found = false;

        assert_int_equal(load(&s, cases[i].tail), ETL_FAIL);
        for (size_t k = 0; k < s.faults.count; k++) {
            found = found || strstr(s.faults.items[k].err.text, cases[i].says) != NULL;
            assert_true(s.faults.items[k].err.line > 12);
        }
        if (!found)
            fail_msg("case %zu does not say \"%s\"", i, cases[i].says);
        drop(&s);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_family_is_called_by_its_place),
        cmocka_unit_test(like_takes_over_replaces_and_takes_away),
        cmocka_unit_test(members_are_parameters_behind_the_others),
        cmocka_unit_test(rules_know_families),
        cmocka_unit_test(a_value_adds_its_header_and_test_mode_leaves_out),
        cmocka_unit_test(names_on_the_wire_find_their_command),
        cmocka_unit_test(logins_name_what_they_need),
        cmocka_unit_test(faults_stand_where_the_words_are),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
