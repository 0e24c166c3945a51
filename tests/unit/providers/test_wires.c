/* tests/unit/providers/test_wires.c - REST and SOAP requests: whatever a value holds, it is that value and nothing else; addresses, arrays, maps, masks. */
#include "tests/unit/check.h"

#include "etl/core/notation/list.h"
#include "providers/description/load.h"
#include "providers/model/family.h"
#include "providers/replies/tree_xml.h"
#include "providers/rules/rules.h"
#include "providers/wires/wire.h"

static const char provider_text[] =
    "provider: 1\n"
    "name: wires\n"
    "wires:\n"
    "  rest: {style: rest, url: \"https://<server>/api\", path: \"/do/{command}\"}\n"
    "  soap: {style: soap, url: \"https://<server>\", path: /soap.pl, space: \"{origin}/Things\"}\n"
    "  plain: {style: rest, url: \"https://<server>/api\", path: \"/do/{command}\"}\n"
    "credentials:\n"
    "  user: {title: user}\n"
    "  word: {title: password}\n"
    "  place: {title: database, optional: true}\n"
    "types:\n"
    "  text: {title: text}\n"
    "  texts: {title: texts, list: {each: text}}\n"
    "  pass: {title: password, secret: true}\n"
    "replies:\n"
    "  ok: {style: {rest: json, soap: soap, plain: json}, cases: [{at: result, is: done}]}\n"
    "commands:\n"
    "  put:\n"
    "    title: Put\n"
    "    effect: change\n"
    "    params:\n"
    "      a: {type: text}\n"
    "      b: {type: text, wire: bee}\n"
    "      p: {type: pass}\n"
    "      l: {type: texts}\n"
    "      whom: {type: text, omit: everybody}\n"
    "      \"{column}\": {type: text, key: \"0-9\"}\n"
    "    reply: ok\n"
    "    route: {plain: PUT /things}\n";

struct setup {
    struct arena           mem;
    const struct provider *p;
    const struct command  *put;
    struct request         request;
};

static int load(void **state)
{
    static struct setup s;
    struct findings     faults;
    struct yaml_source  source = { "wires.yaml", { provider_text, sizeof provider_text - 1 } };

    arena_init(&s.mem, 64U << 20, "a test");
    findings_init(&faults, &s.mem);
    if (provider_load_text(&source, &s.mem, &s.p, &faults) != ETL_OK) {
        for (size_t i = 0; i < faults.count; i++)
            print_error("%llu: %s\n", (unsigned long long)faults.items[i].err.line, faults.items[i].err.text);
        return 1;
    }
    s.put = provider_command(s.p, STR("put"));
    request_init(&s.request, 1 << 20);
    *state = &s;
    return 0;
}

static int unload(void **state)
{
    struct setup *s = *state;

    request_release(&s->request);
    provider_free(s->p);
    arena_release(&s->mem);
    return 0;
}

static struct credential_value credentials[] = { { BYTES("us<er") }, { BYTES("pa\"ss&word") }, { { NULL, 0 } } };

static enum etl_status encode(struct setup *s, const char *wire, const struct command *c, const struct value *values,
                              unsigned how, struct err *err)
{
    request_reset(&s->request);
    return wire_encode(&(struct wire_call){ .command = c,
                                            .wire = provider_wire(s->p, str_from(wire)),
                                            .url = STR("https://isp.example:8443/api/"),
                                            .values = values,
                                            .credentials = credentials,
                                            .how = how },
                       &s->request, err);
}

/* The fields as the other side reads them. */
static const struct tree *fields_of(struct setup *s, const char *wire)
{
    static const struct reply plain = { .case_count = 0 };
    const struct tree        *top = NULL;
    struct err                err = { 0 };
    bool                      soap = strcmp(wire, "soap") == 0;

    if (soap ? tree_from_xml(buf_str(&s->request.body), TREE_XML_SOAP, STR_NONE, &s->mem, &top, &err) != ETL_OK
             : reply_json.tree(&plain, buf_str(&s->request.body), &s->mem, &top, &err) != ETL_OK) {
        print_error("%s\n%s\n", err.text, buf_cstr(&s->request.body));
        fail();
    }
    return soap ? top->first->first->first->first : top; /* Envelope, Body, put, its one argument */
}

static const struct tree *member(const struct tree *top, const char *name)
{
    for (const struct tree *c = top->first; c != NULL; c = c->next)
        if (str_is(c->name, name))
            return c;
    print_error("no %s\n", name);
    fail();
    return NULL;
}

static size_t count(const struct tree *top)
{
    size_t n = 0;

    for (const struct tree *c = top->first; c != NULL; c = c->next)
        n++;
    return n;
}

static const struct str hostile[] = {
    BYTES("\",\"user\":\"root"),
    BYTES("</a><user>root</user><a>"),
    BYTES("]]></a><!-- <!DOCTYPE x [<!ENTITY e \"boom\">]> &e; &amp; &#65;"),
    BYTES("\\\" \\u0022 \\"),
    BYTES("a\0b"),
    BYTES("\x01\x02\x1f\x7f"),
    BYTES("line\r\nUser: root\r\n\r\n"),
    BYTES("'; DROP TABLE customer; --"),
    BYTES(" \t\n "),
    BYTES("Zo\xc3\xab \xe2\x80\xa8 \xf0\x9f\x98\x80"),
    BYTES("0"),
    BYTES("null"),
    BYTES("\xef\xbf\xbe"),
};

static void test_values_stay_values(void **state)
{
    struct setup            *s = *state;
    static const char *const wires[] = { "rest", "soap" };

    for (size_t i = 0; i < COUNT(hostile); i++)
        for (size_t w = 0; w < 2; w++) {
            struct value      *values = ARENA_ARRAY(&s->mem, struct value, s->put->param_count + 1);
            const struct tree *top;

            values[0] = VALUE_OF(hostile[i]);
            values[1] = VALUE_OF(hostile[(i + 1) % COUNT(hostile)]);
            assert_int_equal(encode(s, wires[w], s->put, values, 0, NULL), ETL_OK);
            top = fields_of(s, wires[w]);
            if (count(top) != 4)
                fail_row(i, "%s: %zu fields", wires[w], count(top));
            assert_text(member(top, "user")->text, credentials[0].value);
            assert_text(member(top, "word")->text, credentials[1].value);
            assert_text(member(top, "a")->text, hostile[i]);
            assert_text(member(top, "bee")->text, hostile[(i + 1) % COUNT(hostile)]);
        }
}

/* JSON knows no bytes that are no UTF-8, and neither do the rules. */
static void test_no_utf8(void **state)
{
    struct setup *s = *state;
    struct value *values = ARENA_ARRAY(&s->mem, struct value, s->put->param_count + 1);
    struct err    err = { 0 };

    values[0] = VALUE_OF(STR("\xe9\xe8"));
    assert_int_equal(encode(s, "rest", s->put, values, 0, &err), ETL_REJECT);
    assert_string_equal(err.rule, "json");
}

static void test_bytes(void **state)
{
    struct setup           *s = *state;
    static const struct str names[] = { BYTES("39") };
    const struct command   *with = command_with_members(s->put, names, 1, false, &s->mem);
    struct value           *values = ARENA_ARRAY(&s->mem, struct value, with->param_count + 1);

    values[0] = VALUE_OF(STR("007"));
    values[2] = (struct value){ VALUE_TEXT, true, STR("kite") };
    values[3] = (struct value){ VALUE_LIST, false, STR("[\"x\",\"7\"]") };
    values[4] = VALUE_OF(STR("everybody"));
    assert_int_equal(encode(s, "rest", s->put, values, 0, NULL), ETL_OK);
    assert_string_equal(s->request.method, "POST");
    assert_is(buf_str(&s->request.url), "https://isp.example:8443/api/do/put");
    assert_is(buf_str(&s->request.headers), "Content-Type: application/json\nAccept: application/json\n");
    assert_is(buf_str(&s->request.body),
              "{\"user\":\"us<er\",\"word\":\"pa\\\"ss&word\",\"a\":\"007\",\"p\":\"kite\",\"l\":[\"x\",\"7\"]}");
    assert_int_equal(encode(s, "rest", s->put, values, ENCODE_MASKED, NULL), ETL_OK);
    assert_is(buf_str(&s->request.body),
              "{\"user\":\"***\",\"word\":\"***\",\"a\":\"007\",\"p\":\"***\",\"l\":[\"x\",\"7\"]}");
    assert_int_equal(encode(s, "plain", s->put, values, 0, NULL), ETL_OK);
    assert_string_equal(s->request.method, "PUT");
    assert_is(buf_str(&s->request.url), "https://isp.example:8443/api/things");
    assert_int_equal(encode(s, "soap", s->put, values, ENCODE_MASKED, NULL), ETL_OK);
    assert_is(buf_str(&s->request.url), "https://isp.example:8443/api/soap.pl");
    assert_is(
        buf_str(&s->request.headers),
        "Content-Type: text/xml; charset=utf-8\nAccept: text/xml\nSOAPAction: \"https://isp.example:8443/Things#put\"\n");
    assert_true(str_contains(buf_str(&s->request.body),
                             STR("<put xmlns=\"https://isp.example:8443/Things\"><c-gensym3>"
                                 "<user xsi:type=\"xsd:string\">***</user><word xsi:type=\"xsd:string\">***</word>"
                                 "<a xsi:type=\"xsd:string\">007</a><p xsi:type=\"xsd:string\">***</p>"
                                 "<l soapenc:arrayType=\"xsd:anyType[2]\" xsi:type=\"soapenc:Array\">"
                                 "<item xsi:type=\"xsd:string\">x</item><item xsi:type=\"xsd:int\">7</item></l>")));
    values[with->param_count - 1] = VALUE_OF(STR("v"));
    assert_int_equal(encode(s, "soap", with, values, 0, NULL), ETL_OK);
    assert_true(str_contains(buf_str(&s->request.body), STR("xmlns:apachens=\"http://xml.apache.org/xml-soap\"")));
    assert_true(
        str_contains(buf_str(&s->request.body),
                     STR("<c-gensym3 xsi:type=\"apachens:Map\"><item><key xsi:type=\"xsd:string\">user</key>")));
    assert_true(
        str_contains(buf_str(&s->request.body),
                     STR("<item><key xsi:type=\"xsd:int\">39</key><value xsi:type=\"xsd:string\">v</value></item>")));
}

static void test_ceiling(void **state)
{
    static const char *const wires[] = { "rest", "soap" };
    struct setup            *s = *state;
    struct value            *values = ARENA_ARRAY(&s->mem, struct value, s->put->param_count + 1);
    char                    *much = arena_bytes(&s->mem, 2 << 20);
    struct err               err = { 0 };

    memset(much, 'x', 2 << 20);
    values[0] = VALUE_OF(str_of(much, 2 << 20));
    for (size_t w = 0; w < 2; w++) {
        assert_int_equal(encode(s, wires[w], s->put, values, 0, &err), ETL_REJECT);
        assert_string_equal(err.rule, "request-size");
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_values_stay_values),
        cmocka_unit_test(test_no_utf8),
        cmocka_unit_test(test_bytes),
        cmocka_unit_test(test_ceiling),
    };

    return cmocka_run_group_tests(tests, load, unload);
}
