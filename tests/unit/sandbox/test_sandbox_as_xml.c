/* tests/unit/sandbox/test_sandbox_as_xml.c - providers/sandbox/as_xml.h: one shape in JSON and in XML. */
#include "providers/sandbox/as_xml.h"
#include "tests/unit/check.h"

static void shapes(void **state)
{
    static const struct {
        const char *json, *mark, *xml;
        const char *empty_list;
    } rows[] = {
        { "{\"doc\":{}}", "$", "<doc></doc>", NULL },
        { "{\"doc\":{\"$func\":\"form\"}}", "$", "<doc func=\"form\"></doc>", NULL },
        { "{\"doc\":{\"error\":{\"$type\":\"a\\\"b<\",\"msg\":{\"$\":\"no & <never>\"}}}}", "$",
          "<doc><error type=\"a&quot;b&lt;\"><msg>no &amp; &lt;never&gt;</msg></error></doc>", NULL },
        { "{\"doc\":{\"elem\":[{\"id\":{\"$\":\"1\"}},{\"id\":{\"$\":\"2\"}}]}}", "$",
          "<doc><elem><id>1</id></elem><elem><id>2</id></elem></doc>", NULL },
        { "{\"doc\":{\"ok\":{\"$\":\"x\",\"$type\":\"t\"}}}", "$", "<doc><ok type=\"t\">x</ok></doc>", NULL },
        { "{\"a\":\"1\",\"b\":null}", "", "<a>1</a><b></b>", NULL },
        { "{\"a\":", "", NULL, NULL },
        { "OK", "", NULL, NULL },
        { "{\"a\":[]}", "", "", NULL },
        { "{\"a\":[]}", "", "<a soapenc:arrayType=\"xsd:anyType[0]\" xsi:type=\"soapenc:Array\"/>",
          "soapenc:arrayType=\"xsd:anyType[0]\" xsi:type=\"soapenc:Array\"" },
    };
    struct arena mem;

    (void)state;
    arena_init(&mem, 1 << 20, "a test");
    for (size_t i = 0; i < COUNT(rows); i++) {
        struct str got = as_xml(str_from(rows[i].json), str_from(rows[i].mark), rows[i].empty_list, &mem);

        if (!str_eq(got, str_from(rows[i].xml)) || (got.ptr == NULL) != (rows[i].xml == NULL))
            fail_row(i, "%.*s", STR_ARG(got));
    }
    arena_release(&mem);
}

int main(void)
{
    const struct CMUnitTest tests[] = { cmocka_unit_test(shapes) };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
