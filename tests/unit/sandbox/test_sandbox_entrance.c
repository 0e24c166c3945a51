/* tests/unit/sandbox/test_sandbox_entrance.c - providers/sandbox/entrance.h: who is let in, and for how long. */
#include "providers/description/load.h"
#include "providers/sandbox/entrance.h"
#include "tests/unit/check.h"

static const char description[] =
    "provider: 1\n"
    "name: shop\n"
    "endpoint: {url: \"https://shop.example/api\", wire: form}\n"
    "command_field: func\n"
    "credentials: {user: {wire: null, title: login}, word: {wire: null, title: password}, key: {wire: k, title: key}}\n"
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
    "  each: {send: {authinfo: \"{user}:{word}\"}}\n"
    "types: {text: {title: text}}\n"
    "replies: {ok: {style: text, cases: [{body: '^ok', is: done}]}}\n"
    "commands: {look: {effect: read, reply: ok}}\n";

static const struct str credentials[] = { { "ann", 3 }, { "Tr4vel", 6 }, { "k-1", 3 }, { NULL, 0 }, { NULL, 0 } };

struct shop {
    struct arena           mem;
    const struct provider *provider;
    struct entrance       *entrance;
    const struct login    *session;
};

static void open_shop(struct shop *s)
{
    struct yaml_source source = { "shop.yaml", { description, sizeof description - 1 } };
    struct findings    faults;

    arena_init(&s->mem, 64U << 20, "a test");
    findings_init(&faults, &s->mem);
    if (provider_load_text(&source, &s->mem, &s->provider, &faults) != ETL_OK)
        fail_msg("%s", faults.items[0].err.text);
    s->entrance = entrance_new(s->provider, credentials, &real_random);
    s->session = entrance_login(s->entrance, STR("auth"));
    assert_ptr_equal(s->session, &s->provider->logins[0]);
    assert_null(entrance_login(s->entrance, STR("look")));
}

static void close_shop(struct shop *s)
{
    entrance_free(s->entrance);
    provider_free(s->provider);
    arena_release(&s->mem);
}

static bool admits(struct shop *s, const char *name, struct str value)
{
    struct wire_field fields[] = { { STR("func"), STR("look"), false, false },
                                   { STR("k"), STR("k-1"), false, false },
                                   { str_from(name), value, false, false } };

    return entrance_admits(s->entrance, fields, value.ptr != NULL ? 3 : 2, &s->mem);
}

static struct str opened(struct shop *s, const char *user, const char *word)
{
    struct value values[] = { VALUE_OF(str_from(user)), VALUE_OF(str_from(word)) };

    return entrance_open(s->entrance, s->session, values, &s->mem);
}

static void by_either_login(void **state)
{
    struct shop s;
    struct str  token;

    (void)state;
    open_shop(&s);
    assert_false(admits(&s, "authinfo", STR_NONE));
    assert_true(admits(&s, "authinfo", STR("ann:Tr4vel")));
    assert_false(admits(&s, "authinfo", STR("ann:tr4vel")));
    assert_false(admits(&s, "auth", STR("")));
    assert_null(opened(&s, "ann", "wrong").ptr);
    assert_null(opened(&s, "bob", "Tr4vel").ptr);
    token = opened(&s, "ann", "Tr4vel");
    assert_true(token.len >= 16);
    assert_true(admits(&s, "auth", token));
    assert_false(admits(&s, "auth", str_head(token, token.len - 1)));
    assert_true(entrance_is_proof(s.entrance, STR("auth")) && entrance_is_proof(s.entrance, STR("k")));
    assert_false(entrance_is_proof(s.entrance, STR("user")));
    close_shop(&s);
}

/* What goes along by itself is asked for in every case. */
static void with_the_key_only(void **state)
{
    struct shop       s;
    struct wire_field fields[] = { { STR("authinfo"), STR("ann:Tr4vel"), false, false } };

    (void)state;
    open_shop(&s);
    assert_false(entrance_admits(s.entrance, fields, 1, &s.mem));
    close_shop(&s);
}

static void sessions_lapse(void **state)
{
    struct shop s;
    struct str  first, second;

    (void)state;
    open_shop(&s);
    entrance_session_uses(s.entrance, 2);
    first = opened(&s, "ann", "Tr4vel");
    second = opened(&s, "ann", "Tr4vel");
    assert_false(str_eq(first, second));
    assert_true(admits(&s, "auth", first) && admits(&s, "auth", first));
    assert_false(admits(&s, "auth", first));
    assert_false(admits(&s, "auth", first));
    assert_true(admits(&s, "auth", second));
    entrance_lapse(s.entrance);
    assert_false(admits(&s, "auth", second));
    assert_true(admits(&s, "authinfo", STR("ann:Tr4vel")));
    close_shop(&s);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(by_either_login),
        cmocka_unit_test(with_the_key_only),
        cmocka_unit_test(sessions_lapse),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
