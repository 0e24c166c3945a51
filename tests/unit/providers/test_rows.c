/* tests/unit/providers/test_rows.c - rows as they come: however a reply is cut into pieces its records are the same; a reply that ends early is never whole; rotten bytes. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include "providers/description/load.h"
#include "providers/redact/repair.h"
#include "providers/replies/rows.h"
#include "providers/replies/tree.h"

static struct arena           mem;
static const struct provider *ispn, *safepages, *billmanager, *simpler;

static int load(void **state)
{
    struct findings faults;

    (void)state;
    arena_init(&mem, 1U << 30, "test");
    findings_init(&faults, &mem);
    provider_load(STR("ispn"), &mem, &ispn, &faults);
    provider_load(STR("safepages"), &mem, &safepages, &faults);
    provider_load(STR("billmanager"), &mem, &billmanager, &faults);
    provider_load(STR("simpler"), &mem, &simpler, &faults);
    return faults.errors != 0;
}

static int unload(void **state)
{
    (void)state;
    provider_free(ispn);
    provider_free(safepages);
    provider_free(billmanager);
    provider_free(simpler);
    arena_release(&mem);
    return 0;
}

static enum etl_status write_down(void *context, const struct reply_record *record, struct err *err)
{
    struct buf *out = context;

    (void)err;
    for (size_t i = 0; i < record->count; i++)
        buf_fmt(out, "%s%.*s=%.*s", i != 0 ? "|" : "", STR_ARG(record->fields[i].name),
                STR_ARG(record->fields[i].value));
    buf_byte(out, '\n');
    return ETL_OK;
}

/* The records as text, fed in pieces of `piece` bytes. */
static enum etl_status read_rows(const struct provider *p, const char *command, struct str body, size_t piece,
                                 struct buf *out, struct rows_end *end, struct err *err)
{
    struct rows_sink sink = { write_down, out };
    struct rows     *r = rows_new(provider_command(p, str_from(command)), NULL, &sink);
    enum etl_status  st = ETL_OK;

    buf_reset(out);
    while (body.len != 0 && st == ETL_OK) {
        st = rows_feed(r, str_head(body, piece), err);
        body = str_skip(body, body.len < piece ? body.len : piece);
    }
    if (st == ETL_OK)
        st = rows_end(r, end, err);
    rows_free(r);
    return st;
}

static const struct {
    const char *command, *body, *rows;
    bool        csv, proven;
    uint64_t    repairs;
} good[] = {
    { "list",
      "<?xml version=\"1.0\"?>\n<customers><customer><billid>1</billid><fname>Zo\xc3\xab</fname></customer><customer><billid>2</billid></customer></customers>\n",
      "billid=1|fname=Zo\xc3\xab\nbillid=2\n", false, true, 0 },
    { "list", "<customer><billid>1</billid></customer>\n<customer><billid>2</billid></customer>",
      "billid=1\nbillid=2\n", false, false, 0 },
    { "list",
      "<a><customer><billid>1</billid></customer></a><?xml version=\"1.0\"?><a><customer><billid>2</billid></customer></a>",
      "billid=1\nbillid=2\n", false, false, 0 },
    { "list", "<a><customer><fname>Ann & Bob &amp; co</fname></customer></a>", "fname=Ann & Bob & co\n", false, true,
      1 },
    { "list", "<a><customer><fname>Zo\xeb\x07</fname></customer></a>", "fname=Zo\xc3\xab\n", false, true, 2 },
    { "list", "<a><customer><1>x</1></customer></a>", "1=x\n", false, true, 2 },
    { "list", "<a><customer><fname><![CDATA[a<b]]></fname></customer></a>", "fname=a<b\n", false, true, 0 },
    { "dialup_full_report", "\"ann@x.net\",\"pw\",\"1\",\"enabled\",\"0000-00-00\",\"N\",\"0000-00-00\"\n",
      "username=ann@x.net|password=pw|acct_num=1|status=enabled|cancel_date=0000-00-00|webaccel=N|webaccel_cancel_date=0000-00-00\n",
      true, false, 0 },
    { "dialup_full_report",
      "\"username\",\"password\",\"acct_num\",\"status\",\"cancel_date\",\"webaccel\",\"webaccel_cancel_date\"\r\n\"a\",\"q\"\"q\n,\",\"1\",\"e\",\"\",\"\",\"\"",
      "username=a|password=q\"q\n,|acct_num=1|status=e|cancel_date=|webaccel=|webaccel_cancel_date=\n", true, false,
      0 },
    { "dialup_full_report", "a,Jos\xe9,1,e,,,\n",
      "username=a|password=Jos\xc3\xa9|acct_num=1|status=e|cancel_date=|webaccel=|webaccel_cancel_date=\n", true, false,
      1 },
};

static void pieces_make_no_difference(void **state)
{
    AUTO(buf_release) struct buf out;

    (void)state;
    buf_init(&out, 1 << 20, "test");
    for (size_t i = 0; i < sizeof good / sizeof good[0]; i++)
        for (size_t piece = 1; piece <= strlen(good[i].body); piece++) {
            struct rows_end end;
            struct err      err = { 0 };
            enum etl_status st = read_rows(good[i].csv ? safepages : ispn, good[i].command, str_from(good[i].body),
                                           piece, &out, &end, &err);

            if (st != ETL_OK || !str_is(buf_str(&out), good[i].rows))
                print_error("case %zu, pieces of %zu: %s\n%s", i, piece, err.text, buf_cstr(&out));
            assert_int_equal(st, ETL_OK);
            assert_string_equal(buf_cstr(&out), good[i].rows);
            assert_int_equal(end.proven, good[i].proven);
            assert_int_equal(end.repairs, good[i].repairs);
        }
}

/* Cut anywhere, XML that says where it ends is broken or not proven. */
static void a_cut_is_never_proven(void **state)
{
    AUTO(buf_release) struct buf out;
    struct str                   body = str_from(good[0].body);

    (void)state;
    buf_init(&out, 1 << 20, "test");
    for (size_t cut = 0; cut + 1 < body.len; cut++) {
        struct rows_end end = { 0 };
        struct err      err = { 0 };
        enum etl_status st = read_rows(ispn, "list", str_head(body, cut), 7, &out, &end, &err);

        assert_false(st == ETL_OK && end.proven);
    }
}

static const struct {
    const char *command, *body, *rule;
    bool        csv;
} bad[] = {
    { "list", "<!DOCTYPE html><html><body>down</body></html>", "xml", false },
    { "list", "<a><customer><billid>1</customer></a>", "xml", false },
    { "list", "<a><customer><billid>1</billid></customer>", "xml", false },
    { "dialup_full_report", "\"a\",\"b\"c\",1\n", "csv", true },
    { "dialup_full_report", "\"a\",\"never closed\n1,2,3\n", "csv", true },
};

static void what_is_broken_is_named(void **state)
{
    AUTO(buf_release) struct buf out;

    (void)state;
    buf_init(&out, 1 << 20, "test");
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        struct rows_end end = { 0 };
        struct err      err = { 0 };

        assert_int_equal(
            read_rows(bad[i].csv ? safepages : ispn, bad[i].command, str_from(bad[i].body), 5, &out, &end, &err),
            ETL_REJECT);
        assert_string_equal(err.rule, bad[i].rule);
    }
}

static void repairing_holds_back_only_what_is_unclear(void **state)
{
    AUTO(buf_release) struct buf out;
    struct repair                r = { .xml = true };

    (void)state;
    buf_init(&out, 1 << 20, "test");
    repair_add(&r, STR("&am"), false, &out);
    assert_int_equal(out.len, 0);
    repair_add(&r, STR("p;"), true, &out);
    assert_string_equal(buf_cstr(&out), "&amp;");
    assert_int_equal(r.count, 0);
}

/* JSON, piece by piece: the same records as of the whole tree, however it is cut. */
static const struct {
    const char *body, *rows, *simpler;
} json[] = {
    /* simpler: a command of its, instead of BILLmanager's vds */
    { "{\"doc\":{\"elem\":[{\"id\":{\"$\":\"1\"},\"ip\":{\"$\":\"10.0.0.1\"}},{\"id\":{\"$\":\"2\"}}],\"p_cnt\":{\"$\":\"2\"}}}",
      "id=1|ip=10.0.0.1\nid=2\n", NULL },
    { "{\"doc\":{\"elem\":{\"id\":{\"$\":\"7\"}}}}", "id=7\n", NULL },
    { "{\"doc\":{\"elem\":[]}}", "", NULL },
    { "{\"doc\":{\"x\":1}}", "", NULL },
    { "\xef\xbb\xbf{\"doc\":{\"elem\":[{\"n\":\"Zo\xc3\xab \\u00eb \\ud83d\\ude00\",\"a\":{\"b\":[1,2.50,1e9,null,true]}},null,{}]}}",
      "n=Zo\xc3\xab \xc3\xab \xf0\x9f\x98\x80|a.b=1; 2.50; 1e9; true\n", NULL },
    /* Several places where records may stand: by their number, or without. */
    { "{\"result\":{\"customer\":{\"7\":{\"city\":\"A\"},\"8\":{\"city\":\"B\"}}}}",
      "customerid=7|city=A\ncustomerid=8|city=B\n", "searchCustomer" },
    { "{\"result\":{\"customer\":{\"city\":\"A\",\"zip\":\"1\"}}}", "city=A|zip=1\n", "searchCustomer" },
    { "{\"result\":{\"customer\":[{\"city\":\"A\"},{\"city\":\"B\"}]}}", "city=A\ncity=B\n", "searchCustomer" },
    { "{\"result\":{\"customer\":{}}}", "", "searchCustomer" },
    { "{\"result\":{\"subscription\":{\"5\":{\"price\":\"1.50\"}}}}", "subscriptionid=5|price=1.50\n",
      "getActiveSubscriptionData" },
    { "{\"result\":{\"5\":{\"price\":\"1.50\"},\"6\":{\"price\":\"2\"}}}",
      "subscriptionid=5|price=1.50\nsubscriptionid=6|price=2\n", "getActiveSubscriptionData" },
    /* Indexed by table, customer, row and column. */
    { "{\"result\":{\"voip\":{\"rows_per_customerid\":{\"2\":{\"1\":{\"39\":\"x\",\"40\":\"y\"},\"3\":{\"39\":\"z\"}}},\"columns\":{\"39\":{\"id\":\"39\"}}}}}",
      "table=voip|customerid=2|rowid=1|columnid=39|value=x\ntable=voip|customerid=2|rowid=1|columnid=40|value=y\n"
      "table=voip|customerid=2|rowid=3|columnid=39|value=z\n",
      "listCustomTableEntries" },
};

static void json_streams(void **state)
{
    AUTO(buf_release) struct buf out, whole;

    (void)state;
    buf_init(&out, 1 << 20, "test");
    buf_init(&whole, 1 << 20, "test");
    for (size_t i = 0; i < sizeof json / sizeof json[0]; i++) {
        const struct provider     *p = json[i].simpler != NULL ? simpler : billmanager;
        const char                *name = json[i].simpler != NULL ? json[i].simpler : "vds";
        const struct command      *c = provider_command(p, str_from(name));
        struct str                 body = str_from(json[i].body);
        const struct reply_record *records = NULL;
        size_t                     count = 0;
        struct err                 err = { 0 };

        if (tree_rows(&reply_json, c, body, &mem, &records, &count, &err) != ETL_OK)
            fail_msg("%s: %s", json[i].body, err.text);
        buf_reset(&whole);
        for (size_t k = 0; k < count; k++)
            write_down(&whole, &records[k], &err);
        assert_string_equal(buf_cstr(&whole), json[i].rows);
        for (size_t piece = 1; piece <= body.len; piece++) {
            struct rows_end end;

            assert_int_equal(read_rows(p, name, body, piece, &out, &end, &err), ETL_OK);
            assert_string_equal(buf_cstr(&out), json[i].rows);
            assert_true(end.proven);
        }
        for (size_t cut = 0; cut < body.len; cut++) {
            struct rows_end end = { 0 };

            assert_int_equal(read_rows(p, name, str_head(body, cut), 5, &out, &end, &err), ETL_REJECT);
        }
    }
}

static const char *const bad_json[] = {
    "{\"doc\":{\"elem\":[{\"id\":\"1\",\"id\":\"2\"}]}}",
    "{\"doc\":{\"elem\":[{\"id\":\"\xc3(\"}]}}",
    "{\"doc\":{\"elem\":[{\"id\":\"\\ud800\"}]}}",
    "{\"doc\":{\"elem\":[{\"id\":\"\\udc00x\"}]}}",
    "{\"doc\":{\"elem\":[{\"id\":1,}]}}",
    "{\"doc\":{}} x",
    "",
    "<html>",
};

static void bad_json_is_refused(void **state)
{
    AUTO(buf_release) struct buf out;

    (void)state;
    buf_init(&out, 1 << 20, "test");
    for (size_t i = 0; i < sizeof bad_json / sizeof bad_json[0]; i++)
        for (size_t piece = 1; piece < 9; piece++) {
            struct rows_end end = { 0 };
            struct err      err = { 0 };

            assert_int_equal(read_rows(billmanager, "vds", str_from(bad_json[i]), piece, &out, &end, &err), ETL_REJECT);
            assert_string_equal(err.rule, "json");
        }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(pieces_make_no_difference),
        cmocka_unit_test(a_cut_is_never_proven),
        cmocka_unit_test(what_is_broken_is_named),
        cmocka_unit_test(repairing_holds_back_only_what_is_unclear),
        cmocka_unit_test(json_streams),
        cmocka_unit_test(bad_json_is_refused),
    };

    return cmocka_run_group_tests(tests, load, unload);
}
