/* tests/unit/sandbox/test_sandbox_intake.c - providers/sandbox/intake.h: what the wire styles write is read as it was meant; answers by each wire. */
#include "etl/core/notation/list.h"
#include "providers/description/load.h"
#include "providers/replies/reply.h"
#include "providers/replies/tree.h"
#include "providers/sandbox/listing.h"
#include "providers/sandbox/respond.h"
#include "providers/wires/wire.h"
#include "tests/unit/check.h"

static const char two_text[] =
    "provider: 1\n"
    "name: two\n"
    "title: Two wires\n"
    "document: none\n"
    "wires:\n"
    "  rest: {style: rest, url: \"https://<server>/restapi/\", path: \"/API/{command}\", answer_type: application/json, answer: '{\"result\":\"{answer}\"}'}\n"
    "  soap: {style: soap, url: \"https://<server>\", path: /API/operator.pl, space: \"{origin}/Operator\", answer_type: text/xml,\n"
    "         answer: '<Envelope><Body><{command}Response><r>{answer}</r></{command}Response></Body></Envelope>'}\n"
    "  resource: {style: rest, url: \"https://<server>/restapi\", path: \"/API/{command}\", answer_type: application/json, answer: '{\"result\":\"{answer}\"}'}\n"
    "credentials: {user: {wire: api_user, title: user, chars: \"a-z\", length: 3}}\n"
    "rules: {any: {message: any, source: here, length: 0..1000, good: [a], bad: []}}\n"
    "types:\n"
    "  text: {title: text, rules: [any], example: x}\n"
    "  secret: {title: secret, rules: [any], secret: true, example: abcd}\n"
    "  day: {title: day, date: DD/MM/YYYY, example: \"2025-02-28\"}\n"
    "  address: {title: address, list: {join: \":::\", each: text}, example: x}\n"
    "replies:\n"
    "  status: {style: {rest: json, soap: soap, resource: json}, cases: [{at: result, text: '^OK', is: done}, {at: result, text: '(?<reason>.+)', is: refused}]}\n"
    "  list: {style: {rest: json, soap: soap, resource: json}, cases: [{at: result, text: '^none', is: nothing}, {listed: true, is: done}]}\n"
    "answers: {refused: \"{reason}\", login: \"who are you\", unknown_command: \"what?\", type: text/plain}\n"
    "commands:\n"
    "  add:\n"
    "    title: Add\n"
    "    about: Adds.\n"
    "    effect: create\n"
    "    wire: addThing\n"
    "    route: {resource: \"PUT /things\"}\n"
    "    params: {id: {type: text, required: true}, pass: {type: secret}, since: {type: day}, where: {type: address}}\n"
    "    reply: status\n"
    "    tables: [{make: customers, key: {customer_id: \"{id}\"}, set: {password: \"{pass}\", active_date: \"{since}\", address1: \"{where}\"}}]\n"
    "    answer: \"OK: {new_id} <&> \\\"{id}\\\"\"\n"
    "    example: {id: \"7\"}\n"
    "  find:\n"
    "    title: Find\n"
    "    about: Finds.\n"
    "    effect: read\n"
    "    params: {id: {type: text}}\n"
    "    reply: list\n"
    "    record: result.customer\n"
    "    lists: {in: customers, where: {customer_id: \"{id}\"}, report: customers}\n"
    "    nothing: \"none\"\n"
    "    example: {}\n"
    "  keyed:\n"
    "    like: find\n"
    "    record: \"result.{#id}\"\n"
    "    lists: {in: customers, where: {customer_id: \"{id}\"}, report: keyed}\n"
    "reports:\n"
    "  customers: {command: find, table: customers, columns: {id: customer_id, when.since: active_date, when.pass: password, where: address1}}\n"
    "  keyed: {command: keyed, table: customers, columns: {id: customer_id, since: active_date}}\n";

struct two {
    struct arena           mem;
    const struct provider *provider;
    struct hosted_provider hosted;
    struct sandbox_shared  shared;
    struct workspace      *workspace;
    struct request         request;
    struct answered        got;
};
static const struct str credentials[] = { { "abc", 3 } };

static int open_two(void **state)
{
    static struct two        two;
    const struct yaml_source source = { "two.yaml", str_from(two_text) };
    struct findings          faults;

    two = (struct two){ 0 };
    arena_init(&two.mem, 1 << 26, "a test");
    findings_init(&faults, &two.mem);
    if (provider_load_text(&source, &two.mem, &two.provider, &faults) != ETL_OK) {
        AUTO(buf_release) struct buf out;

        buf_init(&out, 1 << 16, "a test");
        findings_print(&out, &faults);
        print_error("%s", buf_cstr(&out));
        return 1;
    }
    hosted_provider_open(&two.hosted, two.provider, credentials, &real_random, &two.mem);
    two.shared.faults = faults_new(1);
    journal_open(NULL, &two.shared.journal, NULL);
    two.workspace = workspace_new(STR("2026-11-24"));
    request_init(&two.request, 1 << 20);
    *state = &two;
    return 0;
}

static int close_two(void **state)
{
    struct two *two = *state;

    request_release(&two->request);
    workspace_free(two->workspace);
    journal_close(two->shared.journal);
    faults_free(two->shared.faults);
    hosted_provider_close(&two->hosted);
    provider_free(two->provider);
    arena_release(&two->mem);
    return 0;
}

/* The call as this wire writes it, for a sandbox at https://h. */
static struct asked encoded(struct two *two, const char *wire, const char *command, const struct value *values)
{
    const struct wire            *w = provider_wire(two->provider, str_from(wire));
    const struct credential_value given[] = { { STR("abc") } };
    struct wire_call              call = {
                     .command = provider_command(two->provider, str_from(command)), .wire = w, .values = values, .credentials = given
    };
    struct asked asked;

    call.url = arena_fmt(&two->mem, "https://h%.*s", STR_ARG(intake_base(two->provider, w, &two->mem)));
    request_reset(&two->request);
    assert_int_equal(wire_encode(&call, &two->request, NULL), ETL_OK);
    asked = (struct asked){ .method = str_from(two->request.method),
                            .path = str_skip(buf_str(&two->request.url), strlen("https://h")),
                            .headers = buf_str(&two->request.headers),
                            .body = buf_str(&two->request.body) };
    asked.type = wire_header(asked.headers, "content-type");
    return asked;
}

static struct str ask(struct two *two, const struct asked *asked)
{
    respond(&two->shared, &two->hosted, two->workspace, asked, &two->got);
    return two->got.body;
}

static void addresses(void **state)
{
    struct two *two = *state;

    assert_is(intake_base(two->provider, &two->provider->wires[0], &two->mem), "/two/restapi");
    assert_is(intake_base(two->provider, &two->provider->wires[1], &two->mem), "/two");
    assert_is(two->hosted.path, "/two/restapi");
}

/* What one side writes the other reads, whichever way it goes. */
static void round_trips(void **state)
{
    static const char *const wires[] = { "rest", "soap", "resource" };
    struct two              *two = *state;

    for (size_t i = 0; i < COUNT(wires); i++) {
        struct value  values[] = { VALUE_OF(STR("a<&>\"\\ \xc3\xab 007")),
                                   VALUE_OF(STR("true")),
                                   VALUE_OF(STR("2025-02-28")),
                                   { VALUE_LIST, false, STR("[\"105 Main St\",\"\",\"Kansas City\"]") } };
        struct asked  asked = encoded(two, wires[i], "add", values);
        struct intake taken;
        struct err    err = { 0 };

        if (intake_read(two->provider, &asked, &two->mem, &taken, &err) != ETL_OK)
            fail_row(i, "%s: %s", wires[i], err.text);
        assert_is(taken.command_word, "addThing");
        assert_int_equal(taken.field_count, 5);
        assert_is(taken.fields[0].name, "api_user");
        assert_text(taken.fields[1].value, values[0].text);
        assert_is(taken.fields[2].value, "true");
        assert_is(taken.fields[3].value, "28/02/2025");
        assert_is(taken.fields[4].value, "105 Main St::::::Kansas City");
    }
}

static void answers(void **state)
{
    struct two  *two = *state;
    struct value values[] = { VALUE_OF(STR("a<b")),
                              VALUE_OF(STR("pw")),
                              VALUE_OF(STR("2025-02-28")),
                              { VALUE_LIST, false, STR("[\"Main St\",\"KC\"]") } };
    struct value none[] = { VALUE_NONE };
    struct asked asked = encoded(two, "rest", "add", values);

    assert_is(ask(two, &asked), "{\"result\":\"OK: 1001 <&> \\\"a<b\\\"\"}");
    assert_is(two->got.type, "application/json");
    asked = encoded(two, "soap", "add", values);
    assert_is(
        ask(two, &asked),
        "<Envelope><Body><addThingResponse><r>there already: customers customer_id=&quot;a&lt;b&quot;</r></addThingResponse></Body></Envelope>");
    assert_is(two->got.type, "text/xml");
    asked = encoded(two, "rest", "find", none);
    assert_is(
        ask(two, &asked),
        "{\"result\":{\"customer\":[{\"id\":\"a<b\",\"when\":{\"since\":\"2025-02-28\",\"pass\":\"pw\"},\"where\":\"[\\\"Main St\\\",\\\"KC\\\"]\"}]}}\n");
    asked = encoded(two, "soap", "find", none);
    assert_true(
        str_starts(ask(two, &asked),
                   STR("<Envelope><Body><findResponse><r><customer><id>a&lt;b</id><when><since>2025-02-28</since>")));
    assert_true(str_ends(two->got.body, STR("</customer>\n</r></findResponse></Body></Envelope>")));
    asked = encoded(two, "rest", "keyed", none);
    assert_is(ask(two, &asked), "{\"result\":{\"a<b\":{\"since\":\"2025-02-28\"}}}\n");
}

/* Every answer in a tree is read by the very readers of the program. */
static void answers_are_read(void **state)
{
    struct two         *two = *state;
    struct reply_judge *judge = reply_judge_new(&real_clock);
    struct value        values[] = { VALUE_OF(STR("7")), VALUE_NONE, VALUE_NONE, VALUE_NONE };
    static const struct {
        const char   *wire;
        enum reply_is is;
    } rows[] = { { "rest", REPLY_DONE }, { "rest", REPLY_REFUSED }, { "soap", REPLY_REFUSED } };

    for (size_t i = 0; i < COUNT(rows); i++) {
        struct asked         asked = encoded(two, rows[i].wire, "add", values);
        struct str           body = ask(two, &asked);
        struct reply_message m = { .wire = provider_wire(two->provider, str_from(rows[i].wire)),
                                   .status = 200,
                                   .content_type = two->got.type,
                                   .headers = STR(""),
                                   .body = body };
        struct verdict       v;

        reply_judge_call(judge, provider_command(two->provider, STR("add")), &m, &two->mem, &v);
        if (v.is != rows[i].is)
            fail_row(i, "%s: %.*s", reply_is_names[v.is], STR_ARG(body));
    }
    reply_judge_free(judge);
}

static void lists_are_read(void **state)
{
    static const struct {
        const char *wire, *command, *field;
    } rows[] = { { "rest", "find", "when.since" },
                 { "soap", "find", "when.since" },
                 { "rest", "keyed", "since" },
                 { "soap", "keyed", "since" } };
    struct two         *two = *state;
    struct reply_judge *judge = reply_judge_new(&real_clock);
    struct value        none[] = { VALUE_NONE };

    for (int id = 1; id <= 3; id++) {
        struct value values[] = { VALUE_OF(arena_fmt(&two->mem, "%d", id)), VALUE_NONE, VALUE_OF(STR("2025-02-28")),
                                  VALUE_NONE };
        struct asked asked = encoded(two, "rest", "add", values);

        ask(two, &asked);
    }
    for (size_t i = 0; i < COUNT(rows); i++) {
        struct asked         asked = encoded(two, rows[i].wire, rows[i].command, none);
        struct reply_message m = { .wire = provider_wire(two->provider, str_from(rows[i].wire)),
                                   .status = 200,
                                   .headers = STR("") };
        struct verdict       v;
        bool                 found = false;

        m.body = arena_str(&two->mem, ask(two, &asked));
        m.content_type = two->got.type;
        reply_judge_call(judge, provider_command(two->provider, str_from(rows[i].command)), &m, &two->mem, &v);
        if (v.record_count != 3)
            fail_row(i, "%zu records in %.*s", v.record_count, STR_ARG(m.body));
        for (size_t k = 0; k < v.records[2].count; k++)
            found = found || (str_is(v.records[2].fields[k].name, rows[i].field) &&
                              str_is(v.records[2].fields[k].value, "2025-02-28"));
        if (!found)
            fail_row(i, "no %s in %.*s", rows[i].field, STR_ARG(m.body));
        for (size_t k = 0; k < v.records[2].count; k++)
            if (str_is(v.records[2].fields[k].name, "id"))
                assert_is(v.records[2].fields[k].value, "3");
    }
    reply_judge_free(judge);
}

static void malformed(void **state)
{
    static const struct {
        const char *method, *path, *type, *headers, *body;
        int         status;
    } rows[] = {
        { "POST", "/two/restapi/API/addThing/", "application/json", "", "{}", 404 },
        { "POST", "/two/restapi/things", "application/json", "", "{}", 404 },
        { "GET", "/two/restapi/API/addThing", "application/json", "", "{}", 405 },
        { "POST", "/two/restapi/API/addThing", "application/x-www-form-urlencoded", "", "id=1", 415 },
        { "POST", "/two/restapi/API/addThing", "application/json", "", "[]", 400 },
        { "POST", "/two/restapi/API/addThing", "application/json", "", "{\"id\":\"1\"", 400 },
        { "POST", "/two/restapi/API/addThing", "application/json", "", "{\"id\":\"1\",\"id\":\"2\"}", 400 },
        { "POST", "/two/restapi/API/addThing", "application/json", "", "{\"id\":{\"a\":\"1\"}}", 400 },
        { "POST", "/two/API/operator.pl", "text/xml", "", "<Envelope><Body/></Envelope>", 400 },
        { "POST", "/two/API/operator.pl", "text/xml", "", "<Envelope><Body><addThing/></Body></Envelope>", 400 },
        { "POST", "/two/API/operator.pl", "text/xml", "SOAPAction: \"x#other\"\n",
          "<Envelope><Body><addThing><h><id>1</id></h></addThing></Body></Envelope>", 400 },
        { "POST", "/two/API/operator.pl", "text/xml", "", "no xml", 400 },
    };
    struct two *two = *state;

    for (size_t i = 0; i < COUNT(rows); i++) {
        const struct asked asked = { .method = str_from(rows[i].method),
                                     .path = str_from(rows[i].path),
                                     .type = str_from(rows[i].type),
                                     .headers = str_from(rows[i].headers),
                                     .body = str_from(rows[i].body) };

        ask(two, &asked);
        if (two->got.status != rows[i].status || two->got.outcome != OUTCOME_MALFORMED)
            fail_row(i, "%s: %d %.*s", rows[i].path, two->got.status, STR_ARG(two->got.body));
    }
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, open_two, close_two)
int main(void)
{
    const struct CMUnitTest tests[] = { TEST(addresses),        TEST(round_trips),    TEST(answers),
                                        TEST(answers_are_read), TEST(lists_are_read), TEST(malformed) };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
