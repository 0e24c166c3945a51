/* tests/unit/providers/test_trees.c - JSON, SOAP and XML as trees: what is read, by which way, and what is refused. */
#include "tests/unit/check.h"

#include "providers/replies/tree.h"

static const struct reply plain = { .case_count = 0 };
static const struct reply dollar = { .text_member = { "$", 1 } };

/* result.*.{#id}: as the loader compiles it. */
static struct path way(const char *text, struct arena *mem)
{
    struct path       path = { NULL, 0 };
    struct path_step *steps = ARENA_ARRAY(mem, struct path_step, 16);
    struct str        rest = str_from(text);

    while (rest.ptr != NULL && rest.len != 0) {
        struct str word;

        rest = str_cut(rest, '.', &word);
        if (word.ptr[0] == '{') {
            steps[path.count].is_number = word.ptr[1] == '#';
            steps[path.count].field =
                str_of(word.ptr + 1 + steps[path.count].is_number, word.len - 2 - steps[path.count].is_number);
        } else if (!str_is(word, "*")) {
            steps[path.count].name = word;
        }
        path.count++;
    }
    path.steps = steps;
    return path;
}

#define ENVELOPE(body)                                                                                                   \
    "<?xml version=\"1.0\" encoding=\"UTF-8\"?><soap:Envelope xmlns:soap=\"http://schemas.xmlsoap.org/soap/envelope/\" " \
    "xmlns:xsi=\"http://www.w3.org/2001/XMLSchema-instance\"><soap:Body>" body "</soap:Body></soap:Envelope>"
#define ANSWER(inside)                                                                                                 \
    ENVELOPE("<namesp1:pingAPIResponse xmlns:namesp1=\"http://x/OperatorAPI\">" inside "</namesp1:pingAPIResponse>")

/* The text at a place. "-": the place is there and has no text; NULL: it is not there. */
static const struct {
    const struct reply_style *style;
    const char               *body, *path, *text;
} texts[] = {
    { &reply_json, "{\"ip\":\"1.2.3.4\",\"result\":\"OK: 7\"}", "result", "OK: 7" },
    { &reply_json, "\xef\xbb\xbf {\"result\":\"OK\"}\n", "result", "OK" },
    { &reply_json, "{\"result\":10000000000000000000000.50}", "result", "10000000000000000000000.50" },
    { &reply_json, "{\"result\":1e5}", "result", "1e5" },
    { &reply_json, "{\"result\":true}", "result", "true" },
    { &reply_json, "{\"result\":null}", "result", "-" },
    { &reply_json, "{\"result\":\"\"}", "result", "" },
    { &reply_json, "{\"result\":{}}", "result", "-" },
    { &reply_json, "{\"result\":[]}", "result", "-" },
    { &reply_json, "{\"result\":{\"result\":\"OK\"}}", "result.result", "OK" },
    { &reply_json, "{\"result\":{\"a\":\"x\"}}", "result.b", NULL },
    { &reply_json, "{\"result\":{\"id\":[\"20\"]}}", "result.id", "20" },
    { &reply_json, "{\"result\":{\"id\":[\"20\",\"21\"]}}", "result.id", "-" },
    { &reply_json, "{\"a\":[{\"b\":\"1\"},{\"c\":\"2\"}]}", "a.c", "2" },
    { &reply_json, "{\"a\":[[{\"c\":\"2\"}]]}", "a.c", "2" },
    { &reply_json, "[{\"c\":\"2\"}]", "*.c", "2" },
    { &reply_json, "{\"a\":{\"x\":{\"c\":\"2\"}}}", "a.*.c", "2" },
    { &reply_json, "{\"a\":{\"x\":{\"c\":\"1\"},\"7\":{\"c\":\"2\"}}}", "a.{#id}.c", "2" },
    { &reply_json, "{\"a\":\"\\u00e9\\ud83d\\ude00\\n\"}", "a", "\xc3\xa9\xf0\x9f\x98\x80\n" },
    { &reply_soap, ANSWER("<s-gensym3 xsi:type=\"xsd:string\">OK: 7</s-gensym3>"), "result", "OK: 7" },
    { &reply_soap, ANSWER("<any xsi:type=\"xsd:int\">15</any>"), "result", "15" },
    { &reply_soap, ANSWER("<s xsi:type=\"xsd:base64Binary\">Wm/DqyDDiMO8</s>"), "result",
      "Zo\xc3\xab \xc3\x88\xc3\xbc" },
    { &reply_soap, ANSWER("<s xsi:type=\"SOAP-ENC:base64\">Wm/r</s>"), "result", "Zo\xc3\xab" },
    { &reply_soap, ANSWER("<s xsi:nil=\"true\"/>"), "result", "-" },
    { &reply_soap, ANSWER(""), "result", "" },
    { &reply_soap, ANSWER("<s xsi:type=\"xsd:string\" />"), "result", "" },
    { &reply_soap, ANSWER("<s><a xsi:type=\"xsd:string\"> x </a></s>"), "result.a", " x " },
    { &reply_soap, ANSWER("<s xsi:type=\"apachens:Map\"><item><key>39</key><value>x</value></item></s>"), "result.39",
      "x" },
    { &reply_soap, ANSWER("<s><l xsi:type=\"soapenc:Array\"><item>a</item><item><c>2</c></item></l></s>"), "result.l.c",
      "2" },
    { &reply_soap, ANSWER("<s>&lt;root&gt;&lt;results&gt;6&lt;/results&gt;&lt;/root&gt;</s>"), "result.results", "6" },
    { &reply_soap, ANSWER("<s>&lt;c id=\"27738\"&gt;&lt;city/&gt;&lt;/c&gt;</s>"), "result.id", "27738" },
    { &reply_soap, ANSWER("<s>&lt;E&gt;&lt;1&gt;&lt;id&gt;9&lt;/id&gt;&lt;/1&gt;&lt;/E&gt;</s>"), "result.{#n}.id",
      "9" },
    { &reply_soap, ANSWER("<s>&lt;E&gt;&lt;l New Status=\"a > b\" post=\"p\" /&gt;&lt;/E&gt;</s>"),
      "result.l.New Status", "a > b" },
    { &reply_soap, ANSWER("<s>&lt;E&gt;A &amp; B &lt;/E&gt;</s>"), "result", "A & B " },
    { &reply_soap, ENVELOPE("<r><s href=\"#one\"/></r><multiRef id=\"one\"><a>x</a></multiRef>"), "result.a", "x" },
    { &reply_soap, ENVELOPE("<r><s href=\"#one\"/></r><multiRef id=\"one\"><a href=\"#one\"/></multiRef>"), "result.a",
      NULL },
    { &reply_soap, ENVELOPE("<soap:Fault><faultcode>soap:Client</faultcode><faultstring>no</faultstring></soap:Fault>"),
      "Fault.faultstring", "no" },
    { &reply_soap, ENVELOPE("<soap:Fault><faultcode>soap:Client</faultcode></soap:Fault>"), "result", NULL },
    { &reply_xml_tree, "<?xml version=\"1.0\"?><doc><elem><id>958</id></elem></doc>", "doc.elem.id", "958" },
    { &reply_xml_tree, "<doc><error type=\"auth\"><msg>no</msg></error></doc>", "doc.error.type", "auth" },
    { &reply_xml_tree, "<doc><!-- a b=c --><![CDATA[x < y]]></doc>", "doc", "x < y" },
};

static void test_texts(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(texts); i++) {
        const struct tree *top, *node;
        struct arena       mem;
        struct err         err = { 0 };
        struct path        path;

        arena_init(&mem, 16U << 20, "a test");
        path = way(texts[i].path, &mem);
        if (texts[i].style->tree(&plain, str_from(texts[i].body), &mem, &top, &err) != ETL_OK)
            fail_row(i, "refused: %s", err.text);
        node = tree_at(top, &path);
        if ((node == NULL) != (texts[i].text == NULL))
            fail_row(i, "%s is %s", texts[i].path, node == NULL ? "not there" : "there");
        if (node != NULL && strcmp(texts[i].text, "-") == 0 && tree_text(node).ptr != NULL)
            fail_row(i, "has a text: %.*s", STR_ARG(tree_text(node)));
        if (node != NULL && strcmp(texts[i].text, "-") != 0 && !str_is(tree_text(node), texts[i].text))
            fail_row(i, "got \"%.*s\", wanted \"%s\"", STR_ARG(tree_text(node)), texts[i].text);
        arena_release(&mem);
    }
}

static void test_member_that_is_the_text(void **state)
{
    const struct tree *top;
    struct arena       mem;
    struct path        path;

    (void)state;
    arena_init(&mem, 1U << 20, "a test");
    path = way("doc.elem.id", &mem);
    assert_int_equal(reply_json.tree(&dollar, STR("{\"doc\":{\"elem\":{\"id\":{\"$\":\"958\"}}}}"), &mem, &top, NULL),
                     ETL_OK);
    assert_is(tree_text(tree_at(top, &path)), "958");
    assert_null(tree_at(top, &path)->first);
    arena_release(&mem);
}

/* Records, written name=value,… with | between them. */
static const struct {
    const struct reply_style *style;
    const char               *body, *path, *records;
} records[] = {
    { &reply_json, "{\"r\":{\"e\":[{\"id\":\"1\",\"n\":null},{\"id\":\"2\"}]}}", "r.e", "id=1|id=2" },
    { &reply_json, "{\"r\":{\"e\":{\"id\":\"1\"}}}", "r.e", "id=1" },
    { &reply_json, "{\"r\":{\"e\":[]}}", "r.e", "" },
    { &reply_json, "{\"r\":{\"e\":null}}", "r.e", "" },
    { &reply_json, "{\"r\":{}}", "r.e", "" },
    { &reply_json, "{\"r\":{\"c\":[\"a\",\"b\"]}}", "r.c", "c=a|c=b" },
    { &reply_json, "{\"e\":{\"a\":{\"b\":\"1\",\"c\":[\"2\",\"3\"]},\"d\":[{\"f\":\"4\"},{\"f\":\"5\"}]}}", "e",
      "a.b=1,a.c=2; 3,d.f=4; 5" },
    { &reply_json, "{\"voip\":{\"rows\":{\"2\":{\"1\":{\"39\":\"u\",\"40\":\"p\"},\"3\":{\"39\":\"v\"}}}}}",
      "{table}.rows.{customer}.{row}", "table=voip,customer=2,row=1,39=u,40=p|table=voip,customer=2,row=3,39=v" },
    { &reply_json, "{\"r\":{\"39\":\"u\",\"40\":{\"value\":\"p\"}}}", "r.{column}",
      "column=39,value=u|column=40,value=p" },
    { &reply_json, "{\"r\":{\"customer\":{\"27\":{\"city\":\"A\"},\"28\":{\"city\":\"B\"}}}}", "r.customer.{#id}",
      "id=27,city=A|id=28,city=B" },
    { &reply_json, "{\"r\":{\"customer\":{\"city\":\"A\"}}}", "r.customer.{#id}", "" },
    { &reply_soap,
      ANSWER(
          "<s>&lt;r&gt;&lt;customer id=\"7\"&gt;&lt;city&gt;A&lt;/city&gt;&lt;/customer&gt;&lt;customer id=\"8\"/&gt;&lt;/r&gt;</s>"),
      "result.customer", "id=7,city=A|id=8" },
    { &reply_soap, ANSWER("<s><customer><item><city>A</city></item></customer></s>"), "result.customer",
      "item.city=A" },
    { &reply_soap, ANSWER("<s xsi:type=\"soapenc:Array\"><item><a>1</a></item><item><a>2</a></item></s>"), "result",
      "a=1|a=2" },
    { &reply_xml_tree, "<doc><elem><id>1</id></elem><elem><id>2</id></elem></doc>", "doc.elem", "id=1|id=2" },
};

static void test_records(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(records); i++) {
        const struct reply_record *list = NULL;
        const struct tree         *top;
        struct arena               mem;
        struct buf                 got;
        struct err                 err = { 0 };
        struct path                path;
        size_t                     count = 0;

        arena_init(&mem, 16U << 20, "a test");
        buf_init(&got, 1 << 16, "records");
        path = way(records[i].path, &mem);
        if (records[i].style->tree(&plain, str_from(records[i].body), &mem, &top, &err) != ETL_OK ||
            tree_records(top, &path, &mem, &list, &count, &err) != ETL_OK)
            fail_row(i, "refused: %s", err.text);
        for (size_t k = 0; k < count; k++)
            for (size_t f = 0; f < list[k].count; f++)
                buf_fmt(&got, "%s%.*s=%.*s",
                        f != 0   ? ","
                        : k != 0 ? "|"
                                 : "",
                        STR_ARG(list[k].fields[f].name), STR_ARG(list[k].fields[f].value));
        if (!str_is(buf_str(&got), records[i].records))
            fail_row(i, "got %s, wanted %s", buf_cstr(&got), records[i].records);
        buf_release(&got);
        arena_release(&mem);
    }
}

static const struct {
    const struct reply_style *style;
    struct str                body;
} refused[] = {
    { &reply_json, BYTES("") },
    { &reply_json, BYTES("{\"result\":\"OK\"") },
    { &reply_json, BYTES("{\"result\":[{\"a\":1},]}") },
    { &reply_json, BYTES("{\"result\":{\"a\":1,}}") },
    { &reply_json, BYTES("{\"id\":\"\",\"x\"}") },
    { &reply_json, BYTES("{result:\"OK\"}") },
    { &reply_json, BYTES("{'result':'OK'}") },
    { &reply_json, BYTES("{\"a\":\"1\",\"a\":\"2\"}") },
    { &reply_json, BYTES("{\"a\":01}") },
    { &reply_json, BYTES("{\"a\":\"b\"} x") },
    { &reply_json, BYTES("{\"a\":\"b\"}{}") },
    { &reply_json, BYTES("// c\n{\"a\":\"b\"}") },
    { &reply_json, BYTES("{\"a\":\"\\ud800\"}") },
    { &reply_json, BYTES("{\"a\":\"\\ude00\\ud83d\"}") },
    { &reply_json, BYTES("{\"a\":\"\xc0\xaf\"}") },
    { &reply_json, BYTES("{\"a\":\"\xe9\"}") },
    { &reply_json, BYTES("{\"a\":\"x\ny\"}") },
    { &reply_json, BYTES("<html><body>Maintenance</body></html>") },
    { &reply_soap, BYTES("<html><body>Maintenance</body></html>") },
    { &reply_soap, BYTES("<!DOCTYPE html><html></html>") },
    { &reply_soap, BYTES("OK: 7") },
    { &reply_soap, BYTES("<soap:Envelope xmlns:soap=\"x\"><soap:Body></soap:Body></soap:Envelope>") },
    { &reply_soap, BYTES("<soap:Envelope xmlns:soap=\"x\"><soap:Body><r><s>OK</s></r>") },
    { &reply_soap, BYTES(ANSWER("<s>&lt;root&gt;&lt;results&gt;6&lt;/results&gt;</s>")) },
    { &reply_soap, BYTES(ANSWER("<s><a>x</b></s>")) },
    { &reply_xml_tree, BYTES("<doc><elem></doc>") },
};

static void test_refused(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(refused); i++) {
        const struct tree *top;
        struct arena       mem;
        struct err         err = { 0 };

        arena_init(&mem, 16U << 20, "a test");
        if (refused[i].style->tree(&plain, refused[i].body, &mem, &top, &err) != ETL_REJECT || err.text[0] == '\0')
            fail_row(i, "%.*s is read", STR_ARG(refused[i].body));
        arena_release(&mem);
    }
}

/* Depth, by both roads, and every beginning of an answer: refused, and nothing worse. */
static void test_limits(void **state)
{
    static const char json[] = "{\"result\":{\"e\":[{\"id\":\"\\u00e9\"},7,null,true]}}";
    static const char soap[] =
        ANSWER("<s xsi:type=\"apachens:Map\"><item><key>39</key><value>&lt;a b c=\"d\"/&gt;</value></item></s>");
    const struct tree *top;
    struct arena       mem;
    struct buf         deep;

    (void)state;
    arena_init(&mem, 256U << 20, "a test");
    buf_init(&deep, 1 << 16, "a test");
    for (size_t i = 0; i < 100; i++)
        buf_lit(&deep, "[");
    for (size_t i = 0; i < 100; i++)
        buf_lit(&deep, "]");
    assert_int_equal(reply_json.tree(&plain, buf_str(&deep), &mem, &top, NULL), ETL_REJECT);
    buf_reset(&deep);
    for (size_t i = 0; i < 100; i++)
        buf_lit(&deep, "<a>");
    for (size_t i = 0; i < 100; i++)
        buf_lit(&deep, "</a>");
    assert_int_equal(reply_xml_tree.tree(&plain, buf_str(&deep), &mem, &top, NULL), ETL_REJECT);
    buf_release(&deep);
    for (size_t cut = 0; cut < sizeof json - 1; cut++)
        assert_int_equal(reply_json.tree(&plain, str_of(json, cut), &mem, &top, NULL), ETL_REJECT);
    for (size_t cut = 0; cut < sizeof soap - 1; cut++) {
        assert_int_equal(reply_soap.tree(&plain, str_of(soap, cut), &mem, &top, NULL), ETL_REJECT);
        arena_reset(&mem);
    }
    arena_release(&mem);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_texts),   cmocka_unit_test(test_member_that_is_the_text),
        cmocka_unit_test(test_records), cmocka_unit_test(test_refused),
        cmocka_unit_test(test_limits),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
