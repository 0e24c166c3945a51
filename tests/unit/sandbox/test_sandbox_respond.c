/* tests/unit/sandbox/test_sandbox_respond.c - providers/sandbox/respond.h: which answer a request gets, and what is written down of it. */
#include "tests/unit/shop.h"

struct shop {
    struct arena           mem;
    const struct provider *provider;
    struct hosted_provider hosted;
    struct sandbox_shared  shared;
    struct workspace      *workspace;
    struct answered        got;
};

static int open_shop(void **state)
{
    static struct shop shop;
    struct err         err = { 0 };

    shop = (struct shop){ 0 };
    arena_init(&shop.mem, 1 << 24, "a test");
    shop.provider = shop_load(&shop.mem);
    hosted_provider_open(&shop.hosted, shop.provider, shop_credentials, &real_random, &shop.mem);
    shop.shared.faults = faults_new(1);
    assert_int_equal(journal_open(NULL, &shop.shared.journal, &err), ETL_OK);
    shop.workspace = workspace_new(STR("2026-11-24"));
    *state = &shop;
    return 0;
}

static int close_shop(void **state)
{
    struct shop *shop = *state;

    workspace_free(shop->workspace);
    journal_close(shop->shared.journal);
    faults_free(shop->shared.faults);
    hosted_provider_close(&shop->hosted);
    provider_free(shop->provider);
    arena_release(&shop->mem);
    return 0;
}

static struct asked post(const char *body)
{
    return (struct asked){ .method = STR("POST"),
                           .path = STR("/shop/api/do.pl"),
                           .type = STR("application/x-www-form-urlencoded"),
                           .body = str_from(body),
                           .connection = 3,
                           .now_seconds = 1000 };
}

/* A body without its credentials is given them. */
static struct str ask(struct shop *shop, const char *body)
{
    struct asked asked = post(arena_cstr(&shop->mem, arena_fmt(&shop->mem, "u=abc&k=sesame-1&%s", body)));

    respond(&shop->shared, &shop->hosted, shop->workspace, &asked, &shop->got);
    return shop->got.body;
}

static void order(struct shop *shop, const char *text)
{
    struct str specs[] = { str_from(text) };

    assert_int_equal(faults_set(shop->shared.faults, specs, 1, NULL), ETL_OK);
}

static struct str journal(struct shop *shop)
{
    AUTO(buf_release) struct buf out;
    struct str                   text;

    buf_init(&out, 1 << 20, "a test");
    journal_text(shop->shared.journal, &out);
    text = arena_str(&shop->mem, buf_str(&out));
    journal_reset(shop->shared.journal);
    return text;
}

static bool counted(struct shop *shop, const char *part)
{
    AUTO(buf_release) struct buf out;
    struct json_writer           json;
    bool                         found;

    buf_init(&out, 1 << 20, "a test");
    json = json_writer(&out);
    counts_json(shop->hosted.counts, &json);
    found = str_contains(buf_str(&out), str_from(part));
    if (!found)
        print_error("%s\n", buf_cstr(&out));
    return found;
}

static void path(void **state)
{
    struct shop *shop = *state;

    assert_is(shop->hosted.path, "/shop/api/do.pl");
}

/* Of one state, in this order. */
static void answers(void **state)
{
    static const struct {
        const char  *body, *want;
        enum outcome outcome;
    } rows[] = {
        { "cmd=add&kind=1&id=7&name=Ann+Lee&pass=sesame", "ok 1001 7 Ann Lee!", OUTCOME_DONE },
        { "cmd=add&kind=1&id=7", "no there already: customers customer_id=\"7\"", OUTCOME_REFUSED },
        { "cmd=add&kind=1&id=x", "no id: must be digits, got \"x\"", OUTCOME_REFUSED },
        { "cmd=add&kind=1&id=8&pass=abc", "no pass: must have 4 characters, got (secret)", OUTCOME_REFUSED },
        { "cmd=add&kind=1&name=Bob", "no id: is required and has no value", OUTCOME_REFUSED },
        { "cmd=add&kind=1&id=", "no id: is required and has no value", OUTCOME_REFUSED },
        { "cmd=add&kind=1&id=8&id=9", "no id: is given twice", OUTCOME_REFUSED },
        { "cmd=add&kind=1&id=8&cmd=add", "no cmd: is given twice", OUTCOME_REFUSED },
        { "cmd=add&kind=1&id=8&colour=red", "no unknown parameter \"colour\"", OUTCOME_REFUSED },
        { "cmd=add&kind=1&id=8&wired=x", "no unknown parameter \"wired\"", OUTCOME_REFUSED },
        { "cmd=add&id=8", "no kind: must be 1", OUTCOME_REFUSED },
        { "cmd=add&kind=2&id=8", "no kind: must be 1", OUTCOME_REFUSED },
        { "cmd=add&kind=1&id=8&w-name=W", "ok 1003 8 !", OUTCOME_DONE },
        { "cmd=change&id=7&flag=yes", "no flag: is not written as documented", OUTCOME_REFUSED },
        { "cmd=change&id=7&name=NULL", "ok 1", OUTCOME_DONE },
        { "cmd=look&id=7", "ok ", OUTCOME_DONE },
        { "cmd=change&id=NULL&name=x", "no id: must be digits, got \"NULL\"", OUTCOME_REFUSED },
        { "cmd=addbox&id=7&box=b&size=L", "ok 1", OUTCOME_DONE },
        { "cmd=look&box=b", "ok box of 7, L.", OUTCOME_DONE },
        { "cmd=look&box=c", "no such thing", OUTCOME_NOTHING },
        { "cmd=list&id=9", "none", OUTCOME_NOTHING },
        { "cmd=list&id=8",
          "<customerlist>\n<customer><id>8</id><who><name></name><state>on</state></who></customer>\n</customerlist>\n",
          OUTCOME_DONE },
        { "cmd=nonsense", "what?", OUTCOME_UNKNOWN },
        { "id=7", "what?", OUTCOME_UNKNOWN },
    };
    struct shop *shop = *state;

    for (size_t i = 0; i < COUNT(rows); i++) {
        struct str got = ask(shop, rows[i].body);

        if (!str_is(got, rows[i].want) || shop->got.outcome != rows[i].outcome || shop->got.status != 200)
            fail_row(i, "%s: got %d \"%.*s\"", rows[i].body, shop->got.status, STR_ARG(got));
    }
}

static void credentials(void **state)
{
    static const char *const bodies[] = { "cmd=look&id=7",
                                          "u=abc&cmd=look",
                                          "u=abc&k=wrong&cmd=look",
                                          "u=&k=&cmd=look",
                                          "u=abd&k=sesame-1&cmd=add&kind=1&id=7",
                                          "u=abc&k=sesame-1+&cmd=look" };
    struct shop             *shop = *state;

    for (size_t i = 0; i < COUNT(bodies); i++) {
        struct asked asked = post(bodies[i]);

        respond(&shop->shared, &shop->hosted, shop->workspace, &asked, &shop->got);
        assert_is(shop->got.body, "go away");
        assert_int_equal(shop->got.outcome, OUTCOME_LOGIN);
    }
    assert_true(state_table_at(shop->hosted.state, 0) == NULL); /* nothing was even looked at */
}

static void malformed(void **state)
{
    struct shop *shop = *state;
    struct asked asked = post("a=b c");

    respond(&shop->shared, &shop->hosted, shop->workspace, &asked, &shop->got);
    assert_int_equal(shop->got.status, 400);
    asked = post("u=abc&k=sesame-1&cmd=look");
    asked.type = STR("application/x-www-form-urlencoded; charset=utf-8");
    respond(&shop->shared, &shop->hosted, shop->workspace, &asked, &shop->got);
    assert_int_equal(shop->got.status, 200);
    asked.type = STR("application/json");
    respond(&shop->shared, &shop->hosted, shop->workspace, &asked, &shop->got);
    assert_int_equal(shop->got.status, 415);
    asked.type = STR_NONE;
    respond(&shop->shared, &shop->hosted, shop->workspace, &asked, &shop->got);
    assert_int_equal(shop->got.status, 415);
    asked.method = STR("GET");
    respond(&shop->shared, &shop->hosted, shop->workspace, &asked, &shop->got);
    assert_int_equal(shop->got.status, 405);
    assert_int_equal(shop->got.outcome, OUTCOME_MALFORMED);
    asked.path = STR("/shop/api/do.pl/");
    respond(&shop->shared, &shop->hosted, shop->workspace, &asked, &shop->got);
    assert_int_equal(shop->got.status, 404);
}

static void test_mode(void **state)
{
    struct shop *shop = *state;

    assert_is(ask(shop, "cmd=add&kind=1&id=7&mode=test"), "ok 1001 7 !");
    assert_is(ask(shop, "cmd=look&id=7"), "no such thing");
    assert_is(ask(shop, "cmd=add&kind=1&id=7&mode=live"),
              "no mode: must be as documented for test mode, or not be sent at all");
    assert_is(ask(shop, "cmd=add&kind=1&id=x&mode=test"), "no id: must be digits, got \"x\"");
    ask(shop, "cmd=add&kind=1&id=7");
    assert_is(ask(shop, "cmd=add&kind=1&id=7&mode=test"), "no there already: customers customer_id=\"7\"");
    assert_true(counted(
        shop, "\"add\":{\"received\":5,\"executed\":1,\"answered\":0,\"refused\":3,\"tested\":1,\"dropped\":0}"));
}

static void journals(void **state)
{
    struct shop *shop = *state;

    ask(shop, "cmd=add&kind=1&id=7&pass=sesame&name=Ann");
    assert_is(
        journal(shop),
        "{\"seq\":1,\"provider\":\"shop\",\"command\":\"add\",\"params\":{\"kind\":\"1\",\"id\":\"7\",\"pass\":\"***\",\"name\":\"Ann\"},"
        "\"mode\":\"live\",\"outcome\":\"done\",\"reason\":\"\",\"fault\":\"\",\"executed\":true,\"connection\":3}\n");
    ask(shop, "cmd=add&kind=1&id=8&pas=typo-of-a-secret&mode=test");
    assert_is(
        journal(shop),
        "{\"seq\":2,\"provider\":\"shop\",\"command\":\"add\",\"params\":{\"kind\":\"1\",\"id\":\"8\",\"pas\":\"***\",\"mode\":\"test\"},"
        "\"mode\":\"test\",\"outcome\":\"refused\",\"reason\":\"unknown parameter \\\"pas\\\"\",\"fault\":\"\",\"executed\":false,\"connection\":3}\n");
}

static void duplicates(void **state)
{
    struct shop *shop = *state;

    ask(shop, "cmd=add&kind=1&id=7&pass=sesame");
    ask(shop, "cmd=add&kind=1&id=7&pass=sesame"); /* refused, so not carried out twice */
    assert_true(counted(shop, "\"duplicates\":[]"));
    ask(shop, "cmd=addbox&id=7&box=b");
    ask(shop, "cmd=delbox&box=b");
    ask(shop, "cmd=addbox&id=7&box=b");
    ask(shop, "cmd=delbox&box=b"); /* a removal is no create */
    assert_true(
        counted(shop, "\"duplicates\":[{\"command\":\"addbox\",\"times\":2,\"params\":{\"id\":\"7\",\"box\":\"b\"}}]"));
}

/* Which faults carry a call out, and what is then said. */
static void faults(void **state)
{
    static const struct {
        const char *fault;
        bool        carried_out;
        int         status;
        const char *says;
    } rows[] = {
        { "drop-before", false, 200, "" },
        { "drop-after", true, 200, NULL },
        { "status=503", false, 503, NULL },
        { "status-after=500", true, 500, NULL },
        { "html", false, 200, NULL },
        { "empty", false, 200, "" },
        { "throttle", false, 429, "slow down\n" },
        { "login", false, 200, "go away" },
        { "garbage", true, 200, NULL },
        { "cutoff", true, 200, NULL },
        { "close-idle", true, 200, NULL },
        { "delay=10", true, 200, NULL },
    };
    struct shop *shop = *state;

    for (size_t i = 0; i < COUNT(rows); i++) {
        const char *id = arena_cstr(&shop->mem, arena_fmt(&shop->mem, "%zu", i + 1));
        struct str  body;

        order(shop, rows[i].fault);
        body = ask(shop, arena_cstr(&shop->mem, arena_fmt(&shop->mem, "cmd=add&kind=1&id=%s", id)));
        if (shop->got.status != rows[i].status || (rows[i].says != NULL && !str_is(body, rows[i].says)))
            fail_row(i, "%s: %d %.*s", rows[i].fault, shop->got.status, STR_ARG(body));
        order(shop, "");
        body = ask(shop, arena_cstr(&shop->mem, arena_fmt(&shop->mem, "cmd=look&id=%s", id)));
        if (str_is(body, "ok ") != rows[i].carried_out)
            fail_row(i, "%s: %.*s", rows[i].fault, STR_ARG(body));
    }
}

static void rate_limit(void **state)
{
    struct shop *shop = *state;
    struct asked asked = post("u=abc&k=sesame-1&cmd=look&id=7");

    shop->shared.rate_limit = 2;
    for (int i = 0; i < 3; i++) {
        respond(&shop->shared, &shop->hosted, shop->workspace, &asked, &shop->got);
        assert_int_equal(shop->got.status, i < 2 ? 200 : 429);
        assert_int_equal(shop->got.retry_after, i == 2);
    }
    asked.now_seconds++;
    respond(&shop->shared, &shop->hosted, shop->workspace, &asked, &shop->got);
    assert_int_equal(shop->got.status, 200);
}

static void csv(void **state)
{
    struct shop *shop = *state;

    assert_is(ask(shop, "cmd=rows"), "");
    ask(shop, "cmd=add&kind=1&id=7&name=Ann+%22A%22,+Lee&pass=sesame");
    ask(shop, "cmd=add&kind=1&id=8");
    assert_is(ask(shop, "cmd=rows"), "\"7\",\"Ann \"\"A\"\", Lee\",\"sesame\"\n\"8\",\"\",\"\"\n");
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, open_shop, close_shop)
int main(void)
{
    const struct CMUnitTest tests[] = { TEST(path),       TEST(answers),  TEST(credentials), TEST(malformed),
                                        TEST(test_mode),  TEST(journals), TEST(duplicates),  TEST(faults),
                                        TEST(rate_limit), TEST(csv) };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
