/* tests/unit/formats/test_csv_writer.c - formats/csv_writer.h: rejects keep their bytes and are read again; results start no formula. */
#include "formats/csv_writer.h"

#include <unistd.h>

#include "etl/core/system/atomic_file.h"
#include "formats/csv_reader.h"
#include "tests/unit/check.h"

static void results_are_defused(void **state)
{
    static const struct {
        const char *cell, *want;
    } rows[] = {
        { "a", "a\n" },
        { "=1+1", "'=1+1\n" },
        { "+1 913 555", "'+1 913 555\n" },
        { "-5", "'-5\n" },
        { "@x", "'@x\n" },
        { "\tx", "'\tx\n" },
        { "\rx", "\"'\rx\"\n" },
        { "=a,\"b\"", "\"'=a,\"\"b\"\"\"\n" },
        { "a=1", "a=1\n" },
        { "", "\n" },
    };
    const struct str             several[] = { STR("1"), STR("two, three"), STR(""), STR("=4") };
    AUTO(buf_release) struct buf out;

    (void)state;
    buf_init(&out, 1000, "a test");
    for (size_t i = 0; i < COUNT(rows); i++) {
        struct str cell = str_from(rows[i].cell);

        buf_reset(&out);
        csv_write_row(&out, &cell, 1);
        if (!str_is(buf_str(&out), rows[i].want))
            fail_row(i, "got %s", buf_cstr(&out));
    }
    buf_reset(&out);
    csv_write_row(&out, several, 4);
    assert_is(buf_str(&out), "1,\"two, three\",,'=4\n");
}

/* ---- rejects: what is written is what was read, and reads the same ---- */

static char temporary[] = "/tmp/test_csv_writer.XXXXXX";

struct file {
    struct source        *source;
    struct record_reader *reader;
    size_t                columns;
};

static void open_text(struct file *f, struct str bytes, const struct csv_options *options)
{
    AUTO(atomic_file_drop) struct atomic_file file = { 0 };
    struct err                                err = { 0 };

    assert_int_equal(atomic_file_begin(&file, temporary, &err), ETL_OK);
    assert_int_equal(atomic_file_write(&file, bytes, &err), ETL_OK);
    assert_int_equal(atomic_file_commit(&file, &err), ETL_OK);
    assert_int_equal(source_open(temporary, NULL, &f->source, &err), ETL_OK);
    assert_int_equal(csv_reader_open(f->source, options, &f->reader, &err), ETL_OK);
    csv_reader_columns(f->reader, &f->columns);
}

static void close_text(struct file *f)
{
    record_reader_close(f->reader);
    source_close(f->source);
}

/* Every record of `in` as a reject. replace: instead of the cell of that column. */
static void reject_all(struct buf *out, struct str in, const struct csv_options *options, int replace)
{
    struct file          f;
    struct record_block *b;
    struct err           err = { 0 };
    struct record        record;
    bool                 is_damaged;

    open_text(&f, in, options);
    csv_reject_header(out, csv_reader_form(f.reader));
    while (record_reader_block(f.reader, &b, &err) == ETL_OK) {
        while (record_block_next(b, &record, &is_damaged, &err) != ETL_END) {
            struct str replaced[8] = { { NULL, 0 } };

            assert_false(is_damaged);
            if (replace >= 0)
                replaced[replace] = STR("sealed:x,y");
            csv_reject_row(out, csv_reader_form(f.reader), &record, f.columns, replace >= 0 ? replaced : NULL,
                           STR("b: is \"so\", é (r)"));
        }
        record_block_release(b);
    }
    close_text(&f);
}

static const struct csv_options usual = { .delimiter = ',', .quote = '"', .has_header = true };

static void rejects_keep_their_bytes(void **state)
{
    static const struct {
        struct csv_options options;
        struct str         in, want;
    } rows[] = {
        { { ',', '"', ENCODING_AUTO, true, NULL, 0, 0, 0 },
          BYTES("a,\"b\"\n\"1\", 2 \n\"x\ny\",\"\"\"\"\n"),
          BYTES(
              "a,\"b\",_errors\n\"1\", 2 ,\"b: is \"\"so\"\", é (r)\"\n\"x\ny\",\"\"\"\",\"b: is \"\"so\"\", é (r)\"\n") },
        { { ';', '\'', ENCODING_WINDOWS_1252, true, NULL, 0, 0, 0 }, /* its own encoding, delimiter, quote, line end */
          BYTES("a;b\r\n\xe9;\x80\r\n"),
          BYTES("a;b;_errors\r\n\xe9;\x80;b: is \"so\", \xe9 (r)\r\n") },
        { { ',', '"', ENCODING_LATIN1, true, NULL, 0, 0, 0 },
          BYTES("a,b\r\xe9,2\r"),
          BYTES("a,b,_errors\r\xe9,2,\"b: is \"\"so\"\", \xe9 (r)\"\r") },
        { { '\t', 0, ENCODING_AUTO, true, NULL, 0, 0, 0 },
          BYTES("a\tb\n\"1\t=2\n"),
          BYTES("a\tb\t_errors\n\"1\t=2\tb: is \"so\", é (r)\n") }, /* not defused: it is fed again */
        { { ',', 0, ENCODING_AUTO, true, NULL, 0, 0, 0 }, /* without a quote no delimiter can stand in the reasons */
          BYTES("a,b\n1,2\n"),
          BYTES("a,b,_errors\n1,2,b: is \"so\"  é (r)\n") },
        { { ',', '"', ENCODING_AUTO, true, NULL, 0, 0, 0 }, /* the BOM stays, short rows are filled up */
          BYTES("\xef\xbb\xbf"
                "a,b,c\n1\n"),
          BYTES("\xef\xbb\xbf"
                "a,b,c,_errors\n1,,,\"b: is \"\"so\"\", é (r)\"\n") },
        { { ',', '"', ENCODING_AUTO, true, NULL, 0, 0, 0 },
          BYTES("a,b\n1,2,3\n"),
          BYTES("a,b,_errors\n1,2,3,\"b: is \"\"so\"\", é (r)\"\n") },
        { { ',', '"', ENCODING_AUTO, true, NULL, 0, 0, 0 }, /* a column of that name is the reasons' */
          BYTES("a,_errors\n1\n"),
          BYTES("a,_errors\n1,,\"b: is \"\"so\"\", é (r)\"\n") },
        { { ',', '"', ENCODING_AUTO, true, NULL, 0, 0, 0 }, /* one that only ends so is not */
          BYTES("a,my_errors\n1,2\n"),
          BYTES("a,my_errors,_errors\n1,2,\"b: is \"\"so\"\", é (r)\"\n") },
        { { ',', '"', ENCODING_AUTO, true, NULL, 0, 0, 0 },
          BYTES("\xff\xfe"
                "a\0,\0b\0\r\0\n\0\xe9\0,\0"
                "2\0\r\0\n\0"),
          BYTES("\xff\xfe"
                "a\0,\0b\0,\0_\0e\0r\0r\0o\0r\0s\0\r\0\n\0\xe9\0,\0"
                "2\0,\0\"\0b\0:\0 \0i\0s\0 \0\"\0\"\0s\0o\0\"\0\"\0,\0 \0\xe9\0 \0(\0r\0)\0\"\0\r\0\n\0") },
    };

    (void)state;
    for (size_t i = 0; i < COUNT(rows); i++) {
        AUTO(buf_release) struct buf out;

        buf_init(&out, 10000, "a test");
        reject_all(&out, rows[i].in, &rows[i].options, -1);
        if (!str_eq(buf_str(&out), rows[i].want))
            fail_row(i, "got %.*s", (int)out.len, out.ptr);
    }
}

static void a_headerless_file_stays_so(void **state)
{
    const struct str             names[] = { STR("a"), STR("b") };
    struct csv_options           options = { .delimiter = ',', .quote = '"', .names = names, .name_count = 2 };
    AUTO(buf_release) struct buf out;

    (void)state;
    buf_init(&out, 10000, "a test");
    reject_all(&out, STR("1,2\n3\n"), &options, -1);
    assert_is(buf_str(&out), "1,2,\"b: is \"\"so\"\", é (r)\"\n3,,\"b: is \"\"so\"\", é (r)\"\n");
}

/* Sealed cells stand instead; the others keep their text, blanks and quotes too. */
static void secrets_are_replaced(void **state)
{
    AUTO(buf_release) struct buf out;
    struct file                  f;
    struct record_block         *b;
    struct record                record;
    bool                         is_damaged;
    struct err                   err = { 0 };

    (void)state;
    buf_init(&out, 10000, "a test");
    reject_all(&out, STR("a,b,c\n\" x\"\"y\",hunter2,\" z \"\n"), &usual, 1);
    assert_is(buf_str(&out), "a,b,c,_errors\n\" x\"\"y\",\"sealed:x,y\", z ,\"b: is \"\"so\"\", é (r)\"\n");
    open_text(&f, buf_str(&out), &usual);
    assert_int_equal(f.columns, 4);
    assert_int_equal(record_reader_block(f.reader, &b, &err), ETL_OK);
    assert_int_equal(record_block_next(b, &record, &is_damaged, &err), ETL_OK);
    assert_is(record.cells[0], " x\"y");
    assert_is(record.cells[1], "sealed:x,y");
    assert_is(record.cells[2], " z ");
    assert_is(record.cells[3], "b: is \"so\", é (r)");
    record_block_release(b);
    close_text(&f);
}

static void encodings_back(void **state)
{
    static const struct {
        enum encoding encoding;
        struct str    utf8, want;
    } rows[] = {
        { ENCODING_UTF8, BYTES("é€"), BYTES("é€") },
        { ENCODING_LATIN1, BYTES("é€\xc2\x80"), BYTES("\xe9?\x80") },
        { ENCODING_WINDOWS_1252, BYTES("é€Ÿ漢"), BYTES("\xe9\x80\x9f?") },
        { ENCODING_UTF16LE, BYTES("é😀"), BYTES("\xe9\0\x3d\xd8\x00\xde") },
        { ENCODING_UTF16BE, BYTES("é😀"), BYTES("\0\xe9\xd8\x3d\xde\x00") },
    };

    (void)state;
    for (size_t i = 0; i < COUNT(rows); i++) {
        AUTO(buf_release) struct buf out;

        buf_init(&out, 1000, "a test");
        encoding_add(&out, rows[i].encoding, rows[i].utf8);
        if (!str_eq(buf_str(&out), rows[i].want))
            fail_row(i, "got %zu bytes", out.len);
    }
}

static int make_file(void **state)
{
    int fd = mkstemp(temporary);

    (void)state;
    close(fd);
    return fd >= 0 ? 0 : -1;
}

static int remove_file(void **state)
{
    (void)state;
    return unlink(temporary);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(results_are_defused),
        cmocka_unit_test(rejects_keep_their_bytes),
        cmocka_unit_test(a_headerless_file_stays_so),
        cmocka_unit_test(secrets_are_replaced),
        cmocka_unit_test(encodings_back),
    };

    return cmocka_run_group_tests(tests, make_file, remove_file);
}
