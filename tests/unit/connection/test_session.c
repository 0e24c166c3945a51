/* tests/unit/connection/test_session.c - sessions: opened once, renewed when they lapse, and no write carried out twice for it. */
#include <setjmp.h>
#include <stdarg.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "etl/connection/exchanges.h"
#include "tests/unit/connection/little_server.h"

static const char description[] =
    "provider: 1\n"
    "name: shop\n"
    "endpoint: {url: \"https://shop.example/api\", wire: form, method: POST}\n"
    "command_field: func\n"
    "credentials:\n"
    "  user: {wire: null, title: login}\n"
    "  word: {wire: null, title: password}\n"
    "logins:\n"
    "  session:\n"
    "    command:\n"
    "      wire: auth\n"
    "      effect: read\n"
    "      params: {u: {type: text, required: true}, p: {type: text, required: true, secret: true}}\n"
    "      reply: status\n"
    "      captures: {id: 'ok session=(\\S+)'}\n"
    "    with: {u: \"{user}\", p: \"{word}\"}\n"
    "    token: id\n"
    "    send: {auth: \"{token}\"}\n"
    "  each: {send: {authinfo: \"{user}:{word}\"}}\n"
    "types: {text: {title: text}}\n"
    "replies:\n"
    "  status: {style: text, cases: [{body: '^ok', is: done}, {body: '^who', is: login}, {body: '^no', is: refused}]}\n"
    "commands:\n"
    "  add: {effect: create, params: {n: {type: text, required: true}}, reply: status}\n";

enum { CALLS = 40 };

struct shop {
    unsigned    uses_left, uses_each; /* of a session; 0: it never lapses */
    unsigned    logins, refused, done[CALLS];
    bool        never, drop_first_login, no_token;
    const char *word;       /* the right password */
    const char *renew_path; /* a wrong login makes somebody write the right one there */
    char        token[32];
    bool        authinfo_right;
};

static void write_file(const char *path, const char *text)
{
    FILE *f = fopen(path, "w");

    assert_non_null(f);
    fputs(text, f);
    fclose(f);
    chmod(path, 0600);
}

static void log_in(struct shop *s, const struct asked_of_us *asked, struct our_answer *answer)
{
    char user[64], word[64], text[64];

    s->logins++;
    if (s->drop_first_login && s->logins == 1) {
        answer->close = true;
        return;
    }
    if (!form_value(asked->body, "u", user, sizeof user) || !form_value(asked->body, "p", word, sizeof word) ||
        strcmp(user, "admin") != 0 || strcmp(word, s->word) != 0) {
        if (s->renew_path != NULL)
            write_file(s->renew_path, s->word);
        answer_text(answer, "who are you");
        return;
    }
    if (s->no_token) {
        answer_text(answer, "ok");
        return;
    }
    s->uses_left = s->uses_each;
    snprintf(s->token, sizeof s->token, "t0ken-%u", s->logins);
    snprintf(text, sizeof text, "ok session=%s", s->token);
    answer_text(answer, text);
}

/* A session ends by its own last use. A request of an older session may arrive after the next one was opened: it is refused, and the
 * session that is open stays as it is. */
static bool session_holds(struct shop *s, const struct asked_of_us *asked)
{
    char auth[64];

    if (!form_value(asked->body, "auth", auth, sizeof auth) || strcmp(auth, s->token) != 0)
        return false;
    if (s->never || (s->uses_each != 0 && s->uses_left == 0)) {
        s->token[0] = '\0';
        return false;
    }
    s->uses_left -= s->uses_each != 0;
    return true;
}

static void script(void *context, const struct asked_of_us *asked, struct our_answer *answer)
{
    struct shop *s = context;
    char         func[32], auth[64], n[16];

    assert_true(form_value(asked->body, "func", func, sizeof func));
    if (strcmp(func, "auth") == 0) {
        assert_false(form_value(asked->body, "auth", auth, sizeof auth));
        log_in(s, asked, answer);
        return;
    }
    s->authinfo_right = form_value(asked->body, "authinfo", auth, sizeof auth) && strcmp(auth, "admin:Gr8-kite") == 0;
    if (!s->authinfo_right && !session_holds(s, asked)) {
        s->refused++;
        answer_text(answer, "who are you");
        return;
    }
    assert_true(form_value(asked->body, "n", n, sizeof n));
    s->done[strtoul(n, NULL, 10)]++;
    answer_text(answer, "ok");
}

struct stage {
    char                  folder[64], path[128];
    struct little_server *server;
    struct arena          mem;
    struct config         config;
    struct connection     connection;
    struct exchanges      exchanges;
    struct exchange       x[CALLS];
    struct value          values[CALLS];
    struct err            err;
};

static void open_stage(struct stage *s, struct shop *shop, const char *login, const char *word)
{
    struct findings faults;
    char            text[1024];

    *s = (struct stage){ .folder = "/tmp/subferry-session-XXXXXX" };
    assert_non_null(mkdtemp(s->folder));
    s->server = little_server_new(false, script, shop);
    arena_init(&s->mem, 64U << 20, "a test");
    findings_init(&faults, &s->mem);
    snprintf(s->path, sizeof s->path, "%s/shop.yaml", s->folder);
    write_file(s->path, description);
    snprintf(s->path, sizeof s->path, "%s/word", s->folder);
    write_file(s->path, word);
    snprintf(
        text, sizeof text,
        "connections:\n  c: {provider: ./shop.yaml, url: \"%s\", plain_http: true, login: %s,\n"
        "      credentials: {user: \"env:SESSION_TEST_USER\", word: \"file:word\"}, limits: {concurrency: 4, per_second: 10000}}\n",
        little_server_url(s->server), login);
    snprintf(s->path, sizeof s->path, "%s/subferry.yaml", s->folder);
    write_file(s->path, text);
    setenv("SESSION_TEST_USER", "admin", 1);
    assert_int_equal(config_load(s->path, &s->mem, &s->config, &faults), ETL_OK);
    if (connection_open(
            &(struct connection_options){ &s->config, STR("c"), NULL, &real_clock, &real_random, NULL, false }, &s->mem,
            &s->connection, &faults) != ETL_OK)
        fail_msg("%s", faults.items[0].err.text);
    assert_int_equal(exchanges_open(&s->connection, &s->mem, &s->exchanges, &s->err), ETL_OK);
}

static void close_stage(struct stage *s)
{
    char text[192];

    exchanges_close(&s->exchanges);
    connection_close(&s->connection);
    arena_release(&s->mem);
    little_server_free(s->server);
    snprintf(text, sizeof text, "rm -rf %s", s->folder);
    assert_int_equal(system(text), 0);
}

static void send_all(struct stage *s, unsigned count)
{
    const struct command *add = provider_command(s->connection.provider, STR("add"));
    unsigned              back = 0;

    for (unsigned i = 0; i < count; i++) {
        s->values[i] = VALUE_OF(arena_fmt(&s->mem, "%u", i));
        s->x[i] = (struct exchange){ .command = add, .values = &s->values[i], .mem = &s->mem };
        exchanges_submit(&s->exchanges, &s->x[i]);
    }
    while (back < count) {
        struct exchange *x = exchanges_next(&s->exchanges, 1000);

        back += x != NULL;
        if (x != NULL)
            assert_false(x->opens_session);
    }
}

static void expect_each_once(const struct stage *s, const struct shop *shop)
{
    for (unsigned i = 0; i < CALLS; i++) {
        assert_int_equal(s->x[i].end, EXCHANGE_ANSWERED);
        assert_int_equal(s->x[i].verdict.is, REPLY_DONE);
        assert_int_equal(shop->done[i], 1);
        assert_false(str_contains(s->x[i].reply, STR("t0ken")));
    }
    assert_int_equal(s->exchanges.stop, ETL_OK);
}

static void it_is_opened_once(void **state)
{
    struct shop  shop = { .word = "Gr8-kite" };
    struct stage s;

    open_stage(&s, &shop, "session", "Gr8-kite");
    send_all(&s, CALLS);
    expect_each_once(&s, &shop);
    assert_int_equal(shop.logins, 1);
    assert_int_equal(shop.refused, 0);
    close_stage(&s);
    (void)state;
}

static void it_is_renewed_when_it_lapses(void **state)
{
    struct shop  shop = { .word = "Gr8-kite", .uses_each = 7 };
    struct stage s;

    open_stage(&s, &shop, "session", "Gr8-kite");
    send_all(&s, CALLS);
    expect_each_once(&s, &shop);
    assert_in_range(shop.logins, (CALLS + 6) / 7, CALLS / 4);
    close_stage(&s);
    (void)state;
}

static void a_lost_answer_to_the_login_is_asked_again(void **state)
{
    struct shop  shop = { .word = "Gr8-kite", .drop_first_login = true };
    struct stage s;

    open_stage(&s, &shop, "session", "Gr8-kite");
    send_all(&s, CALLS);
    expect_each_once(&s, &shop);
    assert_int_equal(shop.logins, 2);
    close_stage(&s);
    (void)state;
}

static void expect_stop(struct stage *s, struct shop *shop, const char *says)
{
    send_all(s, CALLS);
    for (unsigned i = 0; i < CALLS; i++) {
        assert_int_equal(shop->done[i], 0);
        assert_true(s->x[i].end == EXCHANGE_NOT_SENT || s->x[i].verdict.is == REPLY_LOGIN);
    }
    assert_int_equal(s->exchanges.stop, ETL_AGAIN);
    assert_string_equal(s->exchanges.stop_err.rule, "login");
    assert_non_null(strstr(s->exchanges.stop_err.text, says));
    assert_null(strstr(s->exchanges.stop_err.text, "kite"));
}

static void a_wrong_password_stops_it_all(void **state)
{
    struct shop  shop = { .word = "Gr8-kite" };
    struct stage s;

    open_stage(&s, &shop, "session", "wrong-kite");
    expect_stop(&s, &shop, "credentials");
    assert_int_equal(shop.logins, 1);
    close_stage(&s);
    (void)state;
}

static void a_login_without_a_session_stops_it_all(void **state)
{
    struct shop  shop = { .word = "Gr8-kite", .no_token = true };
    struct stage s;

    open_stage(&s, &shop, "session", "Gr8-kite");
    expect_stop(&s, &shop, "names none");
    assert_int_equal(shop.logins, 1);
    close_stage(&s);
    (void)state;
}

static void fresh_sessions_that_are_refused_stop_it_all(void **state)
{
    struct shop  shop = { .word = "Gr8-kite", .never = true };
    struct stage s;

    open_stage(&s, &shop, "session", "Gr8-kite");
    expect_stop(&s, &shop, "credentials");
    assert_in_range(shop.logins, 3, 4);
    close_stage(&s);
    (void)state;
}

static void a_password_that_was_changed_is_read_again(void **state)
{
    struct shop  shop = { .word = "Gr8-kite" };
    struct stage s;
    char         path[128];

    open_stage(&s, &shop, "session", "old-kite");
    snprintf(path, sizeof path, "%s/word", s.folder);
    shop.renew_path = path;
    send_all(&s, CALLS);
    expect_each_once(&s, &shop);
    assert_int_equal(shop.logins, 2);
    close_stage(&s);
    (void)state;
}

static void another_login_needs_no_session(void **state)
{
    struct shop  shop = { .word = "Gr8-kite" };
    struct stage s;

    open_stage(&s, &shop, "each", "Gr8-kite");
    send_all(&s, CALLS);
    expect_each_once(&s, &shop);
    assert_int_equal(shop.logins, 0);
    assert_true(shop.authinfo_right);
    close_stage(&s);
    (void)state;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(it_is_opened_once),
        cmocka_unit_test(it_is_renewed_when_it_lapses),
        cmocka_unit_test(a_lost_answer_to_the_login_is_asked_again),
        cmocka_unit_test(a_wrong_password_stops_it_all),
        cmocka_unit_test(a_login_without_a_session_stops_it_all),
        cmocka_unit_test(fresh_sessions_that_are_refused_stop_it_all),
        cmocka_unit_test(a_password_that_was_changed_is_read_again),
        cmocka_unit_test(another_login_needs_no_session),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
