/* tests/unit/formats/test_json_reader.c - formats/json_reader.h: a table per rule, the same answers wherever blocks are cut. */
#include "formats/json_reader.h"

#include "tests/unit/reading.h"

static const struct str         columns[] = { BYTES("a"), BYTES("b.c") };
static const struct json_wanted usual = { columns, 2, NULL, 0 };
static const size_t             usual_rows[] = { 0 };

static void read_text(struct str bytes, const struct json_options *options, const struct json_wanted *wanted,
                      const size_t *rows, struct seen *seen)
{
    struct source        *source;
    struct record_reader *r;

    begin_seen(seen);
    write_input(bytes);
    assert_int_equal(source_open(temporary, NULL, &source, &seen->err), ETL_OK);
    seen->end = json_reader_open(source, options, wanted, &r, &seen->err);
    if (seen->end == ETL_OK) {
        read_blocks(r, rows, seen);
        record_reader_close(r);
    }
    source_close(source);
}

struct row {
    struct str      in;
    const char     *log;
    enum etl_status end;  /* 0: ETL_END */
    uint64_t        line; /* of the end's error */
    uint32_t        column;
};

static void check_rows(const struct row *rows, size_t count, const struct json_options *options,
                       const struct json_wanted *wanted, const size_t *widths)
{
    for (size_t i = 0; i < count; i++)
        for (size_t block = 1; block <= rows[i].in.len + 2; block++) { /* cut at every place */
            struct json_options with = *options;
            struct seen         seen;

            with.block_bytes = block == rows[i].in.len + 2 ? 0 : block;
            read_text(rows[i].in, &with, wanted, widths, &seen);
            if (!str_is(buf_str(&seen.log), rows[i].log))
                fail_row(i, "blocks of %zu: %.*s\n got  %s\n want %s\n %s", block, STR_ARG(rows[i].in),
                         buf_cstr(&seen.log), rows[i].log, seen.err.text);
            if (seen.end != (rows[i].end != ETL_OK ? rows[i].end : ETL_END) ||
                (rows[i].line != 0 && seen.err.line != rows[i].line) ||
                (rows[i].column != 0 && seen.err.column != rows[i].column))
                fail_row(i, "blocks of %zu: %.*s\n ended with %d at %llu:%u: %s", block, STR_ARG(rows[i].in),
                         (int)seen.end, (unsigned long long)seen.err.line, seen.err.column, seen.err.text);
            forget(&seen);
        }
}
#define CHECK(rows, options) check_rows((rows), COUNT(rows), (options), &usual, usual_rows)

static const struct json_options list = { 0 }, lines = { .is_lines = true },
                                 inside = { .records = { "data.customers", 14 } };

/* ---- values ---- */

static void values_stay_as_they_are_written(void **state)
{
    static const struct row rows[] = {
        { BYTES("[{\"a\":\"x\",\"b\":{\"c\":\"y\"}}]"), "1:[x][y] ", 0, 0, 0 },
        { BYTES("[{\"a\":1000000000,\"b\":{\"c\":1e9}}]"), "1:[1000000000][1e9] ", 0, 0, 0 },
        { BYTES("[{\"a\":0.10,\"b\":{\"c\":-0}}]"), "1:[0.10][-0] ", 0, 0, 0 },
        { BYTES("[{\"a\":123456789012345678901234567890,\"b\":{\"c\":1E400}}]"),
          "1:[123456789012345678901234567890][1E400] ", 0, 0, 0 },
        { BYTES("[{\"a\":true,\"b\":{\"c\":false}}]"), "1:[true][false] ", 0, 0, 0 },
        { BYTES("[{\"a\":null,\"b\":{\"c\":\"\"}}]"), "1:[][] ", 0, 0, 0 },
        { BYTES("[{\"a\":null,\"b\":null}]"), "1:[][-] ", 0, 0, 0 },
        { BYTES("[{}]"), "1:[-][-] ", 0, 0, 0 },
        { BYTES("[{\"x\":[1,{\"a\":2}],\"a\":\"z\",\"b\":{\"a\":1,\"d\":{\"c\":1}}}]"), "1:[z][-] ", 0, 0,
          0 }, /* what nobody wants */
        { BYTES("[{\"a\":\"\\u00e9\\n\\\"\\/\\ud83d\\ude00\"}]"), "1:[\xc3\xa9\n\"/\xf0\x9f\x98\x80][-] ", 0, 0, 0 },
        { BYTES("[{\"\\u0061\":\"\xc3\xa9\"}]"), "1:[\xc3\xa9][-] ", 0, 0, 0 }, /* a key may be escaped, too */
        { BYTES("[{\"b.c\":\"flat\"}]"), "1:[-][flat] ", 0, 0, 0 },      /* a member whose own name has the dot */
        { BYTES("[{\"a\":[],\"b\":{\"c\":{}}}]"), "1:[][-] ", 0, 0, 0 }, /* empty ones are nothing */
        { BYTES("[{\"a\":[\"x\",2,true,null]}]"), "1:[[\"x\",\"2\",\"true\",\"\"]][-] ", 0, 0, 0 },
        { BYTES("[{\"a\":[[\"x\",\"y\"],[\"z\"]]}]"), "1:[[[\"x\",\"y\"],[\"z\"]]][-] ", 0, 0, 0 },
        { BYTES("[{\"a\":[[[\"x\"]]]},{\"a\":1}]"), "1!json-list 1:[1][-] ", 0, 0, 0 },
        { BYTES("[{\"b\":[{\"c\":1},{\"c\":2},{}]}]"), "1:[-][[\"1\",\"2\"]] ", 0, 0, 0 }, /* a path through a list */
        { BYTES("[{\"b\":[{\"c\":1}]}]"), "1:[-][[\"1\"]] ", 0, 0, 0 },
    };

    (void)state;
    CHECK(rows, &list);
}

static void rejects_of_their_own(void **state)
{
    static const struct row rows[] = {
        { BYTES("[{\"a\":1,\"a\":2},{\"a\":3}]"), "1!json-twice 1:[3][-] ", 0, 0, 0 },
        { BYTES("[{\"b\":{\"c\":1},\"b\":{}},{\"a\":3}]"), "1!json-twice 1:[3][-] ", 0, 0, 0 },
        { BYTES("[{\"b\":{\"c\":1},\"b.c\":2},{\"a\":3}]"), "1!json-twice 1:[3][-] ", 0, 0, 0 },
        { BYTES("[{\"x\":1,\"x\":2,\"a\":3}]"), "1:[3][-] ", 0, 0, 0 }, /* who cares */
        { BYTES("[{\"a\":{\"x\":1}},{\"a\":3}]"), "1!json-object 1:[3][-] ", 0, 0, 0 },
        { BYTES("[{\"a\":[{\"x\":1}]},{\"a\":3}]"), "1!json-object 1:[3][-] ", 0, 0, 0 },
        { BYTES("[{\"a\":\"\\ud83d\"},{\"a\":3}]"), "1~damaged-encoding 1:[3][-] ", 0, 0, 0 },
        { BYTES("[{\"a\":\"\\ud83dx\\ude00\"},{\"a\":3}]"), "1~damaged-encoding 1:[3][-] ", 0, 0, 0 },
        { BYTES("[{\"a\":\"\\ude00\"},{\"a\":3}]"), "1~damaged-encoding 1:[3][-] ", 0, 0, 0 },
        { BYTES("[{\"a\":\"\\u0000\"},{\"a\":3}]"), "1~damaged-encoding 1:[3][-] ", 0, 0, 0 },
        { BYTES("[{\"a\":\"\\\\u0000\"}]"), "1:[\\u0000][-] ", 0, 0, 0 }, /* an escaped backslash is none */
        { BYTES("[{\"a\":\"\xc0\xaf\"},{\"a\":3}]"), "1~damaged-encoding 1:[3][-] ", 0, 0, 0 },
        { BYTES("[{\"a\":\"\xed\xa0\x80\"},{\"a\":3}]"), "1~damaged-encoding 1:[3][-] ", 0, 0, 0 },
        { BYTES("[{\"a\":\"\xe9\"},{\"a\":3}]"), "1~damaged-encoding 1:[3][-] ", 0, 0, 0 },
        { BYTES("[{\"a\":1,},{\"a\":3}]"), "1~damaged-json 1:[3][-] ", 0, 0, 0 },
        { BYTES("[{\"a\":01},{\"a\":3}]"), "1~damaged-json 1:[3][-] ", 0, 0, 0 },
        { BYTES("[{a:1},{\"a\":3}]"), "1~damaged-json 1:[3][-] ", 0, 0, 0 },
        { BYTES("[{\"a\":NaN},{\"a\":3}]"), "1~damaged-json 1:[3][-] ", 0, 0, 0 },
        { BYTES("[{\"a\":\"\t\"},{\"a\":3}]"), "1~damaged-json 1:[3][-] ", 0, 0, 0 }, /* a raw control character */
        { BYTES("[1,\"x\",null,[{\"a\":1}],{\"a\":3}]"),
          "1~damaged-json 1~damaged-json 1~damaged-json 1~damaged-json 1:[3][-] ", 0, 0, 0 },
    };

    (void)state;
    CHECK(rows, &list);
}

/* ---- the document ---- */

static void lists_and_their_places(void **state)
{
    static const struct row rows[] = {
        { BYTES("[]"), "", 0, 0, 0 },
        { BYTES(" \n [ ] \n"), "", 0, 0, 0 },
        { BYTES("\xef\xbb\xbf[{\"a\":1}]"), "1:[1][-] ", 0, 0, 0 },
        { BYTES("[\n  {\n    \"a\": \"x\"\n  },\n  {\n    \"a\": \"y\"\n  }\n]\n"), "2:[x][-] 5:[y][-] ", 0, 0, 0 },
        { BYTES("[\r\n{\"a\":1}\r\n,\r\n{\"a\":2}\r\n]"), "2:[1][-] 4:[2][-] ", 0, 0, 0 },
        { BYTES("[{\"a\":\"]},{[\\\"\"},{\"a\":2}]"), "1:[]},{[\"][-] 1:[2][-] ", 0, 0,
          0 }, /* brackets in texts are texts */
    };

    (void)state;
    CHECK(rows, &list);
}

static void a_list_inside(void **state)
{
    static const struct row rows[] = {
        { BYTES("{\"data\":{\"customers\":[{\"a\":1},{\"a\":2}]}}"), "1:[1][-] 1:[2][-] ", 0, 0, 0 },
        { BYTES(
              "{\"x\":[1,{\"customers\":[2]}],\"data\":{\"y\":{\"customers\":[3]},\n\"customers\":[{\"a\":1}],\"z\":0},\"w\":[]}"),
          "2:[1][-] ", 0, 0, 0 },
        { BYTES("{\"data\":{\"customers\":[]}}"), "", 0, 0, 0 },
        { BYTES("{\"data\":{\"x\":{\"customers\":[{\"a\":1}]}}}"), "", ETL_UNREAD, 0, 0 },
        { BYTES("{\"customers\":[{\"a\":1}],\"data\":[]}"), "", ETL_UNREAD, 0, 0 },
        { BYTES("{\"data\":{\"customers\":{\"a\":1}}}"), "", ETL_UNREAD, 0, 0 },
        { BYTES("{\"data\":{\"customers\":7}}"), "", ETL_UNREAD, 0, 0 },
        { BYTES("[{\"a\":1}]"), "", ETL_UNREAD, 0, 0 },
        { BYTES("{\"data\":{\"customers\":[{\"a\":1}],\"customers\":[{\"a\":2}]}}"), "1:[1][-] ", ETL_UNREAD, 1, 0 },
        { BYTES("{\"data\":{\"customers\":[{\"a\":1}]},\n\"data\":{\"customers\":[{\"a\":2}]}}"), "1:[1][-] ",
          ETL_UNREAD, 2, 0 },
        { BYTES("{\"data\":{\"customers\":[{\"a\":1}]}"), "1:[1][-] ", ETL_UNREAD, 0, 0 },
        { BYTES("{\"data\":{\"customers\":[{\"a\":1}]},}"), "1:[1][-] ", ETL_UNREAD, 1, 33 },
        { BYTES("{\"data\":{\"customers\":[{\"a\":1}]}} x"), "1:[1][-] ", ETL_UNREAD, 1, 34 },
        { BYTES("{\"data\" {\"customers\":[{\"a\":1}]}}"), "", ETL_UNREAD, 1, 9 },
    };

    (void)state;
    CHECK(rows, &inside);
}

static void where_brackets_do_not_close(void **state)
{
    static const struct row rows[] = {
        { BYTES("[{\"a\":1},\n{\"a\":2"), "1:[1][-] ", ETL_UNREAD, 2, 1 },
        { BYTES("[{\"a\":1},\n {\"a\":[2},{\"a\":3}]"), "1:[1][-] ", ETL_UNREAD, 2, 9 },
        { BYTES("[{\"a\":1},\n{\"a\":\"2},\n{\"a\":3}]"), "1:[1][-] ", ETL_UNREAD, 2,
          10 }, /* no string goes past its line */
        { BYTES("[{\"a\":1}"), "1:[1][-] ", ETL_UNREAD, 1, 9 },
        { BYTES("[{\"a\":1},"), "1:[1][-] ", ETL_UNREAD, 1, 10 },
        { BYTES("[{\"a\":1} {\"a\":2}]"), "1:[1][-] ", ETL_UNREAD, 1, 10 },
        { BYTES("[{\"a\":1},]"), "1:[1][-] ", ETL_UNREAD, 1, 10 },
        { BYTES("[,{\"a\":1}]"), "", ETL_UNREAD, 1, 2 },
        { BYTES("[{\"a\":1}}"), "1:[1][-] ", ETL_UNREAD, 1, 9 },
        { BYTES("[{\"a\":1}]]"), "1:[1][-] ", ETL_UNREAD, 1, 10 },
        { BYTES("[{\"a\":1}]\n[]"), "1:[1][-] ", ETL_UNREAD, 2, 1 },
        { BYTES("["), "", ETL_UNREAD, 1, 2 },
        { BYTES(""), "", ETL_UNREAD, 0, 0 },
        { BYTES("{\"a\":1}"), "", ETL_UNREAD, 1, 1 },
        { BYTES("7"), "", ETL_UNREAD, 1, 1 },
        { BYTES("\xff\xfe[\0]\0"), "", ETL_UNREAD, 0, 0 },
    };

    (void)state;
    CHECK(rows, &list);
}

static void says_what_to_do(void **state)
{
    static const struct {
        const struct json_options *options;
        const char                *in, *text;
    } rows[] = {
        { &list, "{\"meta\":{\"n\":1},\"data\":{\"customers\":[{}]}}",
          "the document is an object, and the list of records stands inside: say where, records: data.customers" },
        { &list, "{\"a\":1}\n{\"a\":2}\n",
          "there are several documents in it; is each line one? Then it is format: jsonl" },
        { &list, "{\"a\":1}", "the document is an object, not a list of records" },
        { &lines, "[\n{\"a\":1}\n]", "the document is a list, not one record a line: it is format: json" },
        { &inside, "{\"data\":{\"clients\":[]}}",
          "there is no \"data.customers\" in the document; there is a list at data.clients" },
        { &inside, "{\"data\":{\"customers\":{}}}",
          "\"data.customers\" is an object, and the list of records should stand there" },
        { &list, "[{\"a\":1}", "the list of records is never closed; the file is cut off" },
    };

    (void)state;
    for (size_t i = 0; i < COUNT(rows); i++) {
        struct seen seen;

        read_text(str_from(rows[i].in), rows[i].options, &usual, usual_rows, &seen);
        if (seen.end != ETL_UNREAD || strcmp(seen.err.text, rows[i].text) != 0)
            fail_row(i, "%s", seen.err.text);
        forget(&seen);
    }
}

static void a_line_is_for_itself(void **state)
{
    static const struct row rows[] = {
        { BYTES("{\"a\":1}\n{\"a\":2}\n"), "1:[1][-] 2:[2][-] ", 0, 0, 0 },
        { BYTES("{\"a\":1}\n{\"a\":2}"), "1:[1][-] 2:[2][-] ", 0, 0, 0 },
        { BYTES("\xef\xbb\xbf{\"a\":1}\r\n\r\n  {\"a\":2}  \r\n\n"), "1:[1][-] 3:[2][-] ", 0, 0, 0 },
        { BYTES("{\"a\":\n{\"a\":2}\n"), "1~damaged-json 2:[2][-] ", 0, 0, 0 },
        { BYTES("{\"a\":\"x\n{\"a\":2}\n"), "1~damaged-json 2:[2][-] ", 0, 0, 0 },
        { BYTES("{\"a\":1} {\"a\":2}\n{\"a\":3}\n"), "1~damaged-json 2:[3][-] ", 0, 0, 0 },
        { BYTES("{\"a\":1},\n{\"a\":3}\n"), "1~damaged-json 2:[3][-] ", 0, 0, 0 },
        { BYTES("7\n\"x\"\n{\"a\":3}\n"), "1~damaged-json 2~damaged-json 3:[3][-] ", 0, 0, 0 },
        { BYTES("\n\n"), "", 0, 0, 0 },
        { BYTES(""), "", 0, 0, 0 },
    };

    (void)state;
    CHECK(rows, &lines);
}

/* ---- rows ---- */

static void elements_are_rows(void **state)
{
    static const struct str       service[] = { BYTES("name"), BYTES("ip.v4"), BYTES("tags") }, item[] = { BYTES("") };
    static const struct json_list lists[] = { { BYTES("services"), service, 3 }, { BYTES("phones"), item, 1 } };
    static const struct str       own[] = { BYTES("id"), BYTES("services.1.name"), BYTES("services.name") };
    static const struct json_wanted wanted = { own, 3, lists, 2 };
    static const size_t             widths[] = { 3, 1, 0 };
    static const struct row         rows[] = {
                { BYTES(
                      "[{\"id\":1,\"services\":[{\"name\":\"a\",\"ip\":{\"v4\":\"x\"}},{\"name\":\"b\",\"tags\":[\"t\",\"u\"]}],\"phones\":[\"1\",2]}]"),
                  "1:[1][b][[\"a\",\"b\"]] 0[a][x][-] 0[b][-][[\"t\",\"u\"]] 1[1] 1[2] ", 0, 0, 0 },
                { BYTES("[{\"id\":1}]"), "1:[1][-][-] ", 0, 0, 0 },
                { BYTES("[{\"services\":{\"1\":{\"name\":\"b\"}}}]"), "1:[-][b][-] 0[-][-][-] ", 0, 0,
                  0 }, /* as PHP writes lists with a gap */
                { BYTES("[{\"services\":null,\"phones\":null}]"), "1:[-][-][-] ", 0, 0, 0 },
                { BYTES("[{\"services\":[],\"phones\":[]}]"), "1:[-][-][-] ", 0, 0, 0 },
                { BYTES("[{\"services\":{\"name\":\"a\"},\"phones\":\"7\"}]"), "1:[-][-][a] 0[a][-][-] 1[7] ", 0, 0,
                  0 }, /* no list is a list of one */
                { BYTES("[{\"services\":[{},{\"name\":\"b\"}],\"phones\":[null,\"7\",\"\"]}]"),
                  "1:[-][b][[\"b\"]] 0[-][-][-] 0[b][-][-] 1[7] 1[] ", 0, 0, 0 },
                { BYTES("[{\"services\":[[{\"name\":\"a\"}],{\"name\":\"b\"}]}]"),
                  "1:[-][b][[\"a\",\"b\"]] 0[a][-][-] 0[b][-][-] ", 0, 0, 0 },
                { BYTES("[{\"services\":[{\"name\":\"a\",\"name\":\"b\"}]}]"), "1!json-twice ", 0, 0, 0 },
                { BYTES("[{\"services\":[{\"name\":\"a\"},{\"name\":\"a\"}]}]"),
                  "1:[-][a][[\"a\",\"a\"]] 0[a][-][-] 0[a][-][-] ", 0, 0, 0 },
    };

    (void)state;
    check_rows(rows, COUNT(rows), &list, &wanted, widths);
}

static void no_list_is_a_list_of_one(void **state)
{
    static const struct str         own[] = { BYTES("phones.0"), BYTES("phones.1"), BYTES("services.0.name") };
    static const struct json_wanted wanted = { own, 3, NULL, 0 };
    static const struct row         rows[] = {
                { BYTES("[{\"phones\":[\"1\",\"2\"],\"services\":[{\"name\":\"a\"},{\"name\":\"b\"}]}]"), "1:[1][2][a] ", 0, 0,
                  0 },
                { BYTES("[{\"phones\":\"1\",\"services\":{\"name\":\"a\"}}]"), "1:[1][-][a] ", 0, 0, 0 },
                { BYTES("[{\"phones\":{\"0\":\"1\",\"1\":\"2\"},\"services\":{\"0\":{\"name\":\"a\"}}}]"), "1:[1][2][a] ", 0, 0,
                  0 },
                { BYTES("[{\"phones\":null,\"services\":[]}]"), "1:[][-][-] ", 0, 0, 0 },
    };

    (void)state;
    check_rows(rows, COUNT(rows), &list, &wanted, usual_rows);
}

static void lists_in_lists(void **state)
{
    static const struct str         service[] = { BYTES("name"), BYTES("addons.id") }, addon[] = { BYTES("id") };
    static const struct json_list   lists[] = { { BYTES("services"), service, 2 },
                                                { BYTES("services.addons"), addon, 1 } };
    static const struct json_wanted wanted = { NULL, 0, lists, 2 };
    static const size_t             widths[] = { 2, 1, 0 };
    static const struct row         rows[] = {
                { BYTES(
                      "[{\"services\":[{\"name\":\"a\",\"addons\":[{\"id\":1},{\"id\":2}]},{\"name\":\"b\",\"addons\":{\"id\":3}}]}]"),
                  "1: 0[a][[\"1\",\"2\"]] 0[b][3] 1[1] 1[2] 1[3] ", 0, 0, 0 },
    };

    (void)state;
    check_rows(rows, COUNT(rows), &list, &wanted, widths);
}

static void knows_what_it_has_seen(void **state)
{
    static const struct str own[] = { BYTES("id"), BYTES("never"), BYTES("nothing") },
                            service[] = { BYTES("name"), BYTES("never") };
    static const struct json_list   lists[] = { { BYTES("services"), service, 2 }, { BYTES("none"), service, 2 } };
    static const struct json_wanted wanted = { own, 3, lists, 2 };
    struct source                  *source;
    struct record_reader           *r;
    struct seen                     seen;

    (void)state;
    begin_seen(&seen);
    write_input(STR("[{\"id\":1},{\"nothing\":null},{\"services\":[{\"name\":1}]}]"));
    assert_int_equal(source_open(temporary, NULL, &source, &seen.err), ETL_OK);
    assert_int_equal(json_reader_open(source, &list, &wanted, &r, &seen.err), ETL_OK);
    read_blocks(r, NULL, &seen);
    assert_true(json_reader_has_seen(r, -1, 0));
    assert_false(json_reader_has_seen(r, -1, 1));
    assert_true(json_reader_has_seen(r, -1, 2));
    assert_true(json_reader_has_seen(r, 0, 0));
    assert_false(json_reader_has_seen(r, 0, 1));
    assert_true(json_reader_has_seen(r, 0, 2)); /* the list itself */
    assert_false(json_reader_has_seen(r, 1, 2));
    record_reader_close(r);
    source_close(source);
    forget(&seen);
}

/* ---- sizes ---- */

static void too_long_records(void **state)
{
    static const struct row rows[] = {
        { BYTES("[{\"a\":1},\n{\"a\":\"123456789012345\"},\n{\"a\":3}]"), "1:[1][-] 2~damaged-long 3:[3][-] ", 0, 0,
          0 },
        { BYTES("[{\"a\":\"12345678901234\"}]"), "1:[12345678901234][-] ", 0, 0, 0 }, /* twenty-two bytes are allowed */
        { BYTES("[{\"a\":\n\"123456\n789012345\"}]"), "", ETL_UNREAD, 2, 0 },
        { BYTES("[\"123456789012345678901234\",{\"a\":3}]"), "1~damaged-long 1:[3][-] ", 0, 0, 0 },
        { BYTES("[{\"a\":\"123456789012345\"},\n{\"a\":\"123456789012345\"}]"), "1~damaged-long 2~damaged-long ", 0, 0,
          0 },
        { BYTES("[{\"a\":1},\n{\"a\":\"1234567890123456789012345"), "1:[1][-] ", ETL_UNREAD, 2, 0 },
    };
    static const struct row line_rows[] = {
        { BYTES("{\"a\":1}\n{\"a\":\"123456789012345\"}\n{\"a\":3}\n"), "1:[1][-] 2~damaged-long 3:[3][-] ", 0, 0, 0 },
        { BYTES("{\"a\":\"12345678901234\"}\n{\"a\":\"123456789012345\"}"), "1:[12345678901234][-] 2~damaged-long ", 0,
          0, 0 },
    };
    struct json_options options = { .max_record = 22 }, line_options = { .max_record = 22, .is_lines = true };

    (void)state;
    CHECK(rows, &options);
    CHECK(line_rows, &line_options);
}

static void depth(void **state)
{
    AUTO(buf_release) struct buf in;
    static const struct {
        size_t          depth;
        const char     *log;
        enum etl_status end;
    } rows[] = {
        { 60, "1:[-][-] 1:[3][-] ", ETL_END },
        { 70, "1~damaged-depth 1:[3][-] ", ETL_END },
        { 1000, "1~damaged-depth 1:[3][-] ", ETL_END },
        { 2000, "", ETL_UNREAD },
    };

    (void)state;
    buf_init(&in, 100000, "a test");
    for (size_t i = 0; i < COUNT(rows); i++) {
        struct seen seen;

        buf_reset(&in);
        buf_lit(&in, "[{\"x\":");
        for (size_t k = 0; k < rows[i].depth; k++)
            buf_byte(&in, '[');
        for (size_t k = 0; k < rows[i].depth; k++)
            buf_byte(&in, ']');
        buf_lit(&in, "},{\"a\":3}]");
        read_text(buf_str(&in), &list, &usual, usual_rows, &seen);
        if (seen.end != rows[i].end || !str_is(buf_str(&seen.log), rows[i].log))
            fail_row(i, "%s %s", buf_cstr(&seen.log), seen.err.text);
        forget(&seen);
    }
}

/* 100 MB in one record: one reject, and no memory for it. */
static void a_record_of_100_mb(void **state)
{
    enum { MEGABYTE = 1 << 20 };
    static const struct json_options *const both[] = { &list, &lines };

    (void)state;
    for (size_t k = 0; k < COUNT(both); k++) {
        struct source        *source;
        struct record_reader *r;
        struct seen           seen;
        struct str            tail;
        char                 *part = malloc(MEGABYTE);
        int                   fd;

        begin_seen(&seen);
        write_input(both[k]->is_lines ? STR("{\"a\":1}\n{\"a\":\"") : STR("[{\"a\":1},\n{\"a\":\""));
        fd = open(temporary, O_WRONLY | O_APPEND);
        memset(part, 'x', MEGABYTE);
        for (int i = 0; i < 100; i++)
            assert_int_equal(write(fd, part, MEGABYTE), MEGABYTE);
        tail = str_from(both[k]->is_lines ? "\"}\n{\"a\":2}\n" : "\"},\n{\"a\":2}\n]");
        assert_int_equal(write(fd, tail.ptr, tail.len), (ssize_t)tail.len);
        close(fd);
        assert_int_equal(source_open(temporary, NULL, &source, &seen.err), ETL_OK);
        assert_int_equal(json_reader_open(source, both[k], &usual, &r, &seen.err), ETL_OK);
        read_blocks(r, NULL, &seen);
        assert_int_equal(seen.end, ETL_END);
        assert_is(buf_str(&seen.log), "1:[1][-] 2~damaged-long 3:[2][-] ");
        record_reader_close(r);
        source_close(source);
        forget(&seen);
        free(part);
    }
}

/* ---- places ---- */

static void a_record_is_found_again_by_its_place(void **state)
{
    static const struct {
        const struct json_options *options;
        struct str                 in;
    } rows[] = {
        { &list, BYTES("\xef\xbb\xbf[ {\"a\":1},\n\n {\"a\":\"\xc3\xa9\", \"b\": {\"c\": [1,2]}},{\"a\":3}]") },
        { &lines, BYTES("{\"a\":1}\r\n\n  {\"a\":\"\xc3\xa9\", \"b\": {\"c\": [1,2]}}  \n{\"a\":3}") },
    };

    (void)state;
    for (size_t i = 0; i < COUNT(rows); i++)
        for (size_t block = 1; block < 70; block++) {
            struct json_options   options = *rows[i].options;
            struct source        *source;
            struct record_reader *r;
            struct record_block  *b;
            struct err            err = { 0 };
            size_t                records = 0;

            options.block_bytes = block;
            write_input(rows[i].in);
            assert_int_equal(source_open(temporary, NULL, &source, &err), ETL_OK);
            assert_int_equal(json_reader_open(source, &options, &usual, &r, &err), ETL_OK);
            while (record_reader_block(r, &b, &err) == ETL_OK) {
                struct record record, again;
                bool          is_damaged;

                while (record_block_next(b, &record, &is_damaged, &err) == ETL_OK) {
                    AUTO(arena_release) struct arena mem;
                    char                             bytes[200];

                    arena_init(&mem, 1 << 20, "a test");
                    assert_int_equal(source_at(source, record.offset, bytes, record.length, &err), ETL_OK);
                    assert_text(str_of(bytes, record.length), record.raw);
                    assert_int_equal(record_again(r, str_of(bytes, record.length), &mem, &again, &err), ETL_OK);
                    for (size_t k = 0; k < record.count; k++)
                        assert_text(again.cells[k], record.cells[k]);
                    records++;
                }
                record_block_release(b);
            }
            assert_int_equal(records, 3);
            record_reader_close(r);
            source_close(source);
        }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(values_stay_as_they_are_written),
        cmocka_unit_test(rejects_of_their_own),
        cmocka_unit_test(lists_and_their_places),
        cmocka_unit_test(a_list_inside),
        cmocka_unit_test(where_brackets_do_not_close),
        cmocka_unit_test(says_what_to_do),
        cmocka_unit_test(a_line_is_for_itself),
        cmocka_unit_test(elements_are_rows),
        cmocka_unit_test(no_list_is_a_list_of_one),
        cmocka_unit_test(lists_in_lists),
        cmocka_unit_test(knows_what_it_has_seen),
        cmocka_unit_test(too_long_records),
        cmocka_unit_test(depth),
        cmocka_unit_test(a_record_of_100_mb),
        cmocka_unit_test(a_record_is_found_again_by_its_place),
    };

    return cmocka_run_group_tests(tests, make_temporary, remove_temporary);
}
