/* tests/unit/formats/test_csv_reader.c - formats/csv_reader.h: a table per rule, the same answers wherever blocks are cut. */
#include "formats/csv_reader.h"

#include <poll.h>
#include <sched.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "formats/encoding.h"
#include "tests/unit/reading.h"

/* The log begins with the columns. */
static void read_text(struct str bytes, const struct csv_options *options, struct seen *seen)
{
    struct source        *source;
    struct record_reader *r;
    const struct str     *columns;
    size_t                count;

    begin_seen(seen);
    write_input(bytes);
    assert_int_equal(source_open(temporary, NULL, &source, &seen->err), ETL_OK);
    seen->end = csv_reader_open(source, options, &r, &seen->err);
    if (seen->end == ETL_OK) {
        columns = csv_reader_columns(r, &count);
        for (size_t i = 0; i < count; i++)
            buf_fmt(&seen->log, "%s%.*s", i != 0 ? "|" : "", STR_ARG(columns[i]));
        buf_byte(&seen->log, ' ');
        read_blocks(r, NULL, seen);
        record_reader_close(r);
    }
    source_close(source);
}

static const struct csv_options usual = { .delimiter = ',', .quote = '"', .has_header = true };

/* ---- the rules, one row each ---- */

struct row {
    const char     *in, *log;
    enum etl_status end;  /* 0: ETL_END */
    uint64_t        line; /* of the end's error */
};

static void check_rows(const struct row *rows, size_t count, const struct csv_options *options)
{
    for (size_t i = 0; i < count; i++) {
        struct str in = str_from(rows[i].in);

        for (size_t block = 1; block <= in.len + 2; block++) { /* cut at every place */
            struct csv_options with = *options;
            struct seen        seen;

            with.block_bytes = block == in.len + 2 ? 0 : block;
            read_text(in, &with, &seen);
            if (!str_is(buf_str(&seen.log), rows[i].log))
                fail_row(i, "blocks of %zu: %s\n got  %s\n want %s", block, rows[i].in, buf_cstr(&seen.log),
                         rows[i].log);
            if (seen.end != (rows[i].end != ETL_OK ? rows[i].end : ETL_END) ||
                (rows[i].line != 0 && seen.err.line != rows[i].line))
                fail_row(i, "blocks of %zu: %s\n ended with %d in line %llu: %s", block, rows[i].in, (int)seen.end,
                         (unsigned long long)seen.err.line, seen.err.text);
            forget(&seen);
        }
    }
}
#define CHECK(rows, options) check_rows((rows), COUNT(rows), (options))

static void cells_and_quotes(void **state)
{
    static const struct row rows[] = {
        { "a,b\n1,2\n", "a|b 2:[1][2] ", 0, 0 },
        { "a,b\n1,2", "a|b 2:[1][2] ", 0, 0 }, /* no line end at the end */
        { "a,b\n,\n", "a|b 2:[][] ", 0, 0 },
        { "a,b\n 1 , 2 \n", "a|b 2:[ 1 ][ 2 ] ", 0, 0 }, /* blanks are kept */
        { " a , b \n1,2\n", "a|b 2:[1][2] ", 0, 0 },     /* but not in the header */
        { "a,b\n\"1\",\"2\"\n", "a|b 2:[1][2] ", 0, 0 },
        { "a,b\n\"1,1\",2\n", "a|b 2:[1,1][2] ", 0, 0 },
        { "a,b\n\"1\n1\",2\n3,4\n", "a|b 2:[1\n1][2] 4:[3][4] ", 0, 0 }, /* the line is the first physical one */
        { "a,b\n\"1\"\"1\",\"\"\"\"\n", "a|b 2:[1\"1][\"] ", 0, 0 },
        { "a,b\n\"\",\"\"\"\"\"\"\n", "a|b 2:[][\"\"] ", 0, 0 },
        { "a,b\n\"\"\"1\"\"\",2\n", "a|b 2:[\"1\"][2] ", 0, 0 },
        { "a,b\n1\"1,2\"\n", "a|b 2:[1\"1][2\"] ", 0, 0 }, /* a quote inside an unquoted cell is literal */
        { "a,b\n5\" pipe,7\" pipe\n3,4\n", "a|b 2:[5\" pipe][7\" pipe] 3:[3][4] ", 0, 0 },
        { "a,b\n \"1\",2\n", "a|b 2:[ \"1\"][2] ", 0, 0 }, /* a blank before it makes it literal, too */
        { "\"a\",\"b,c\"\n1,2\n", "a|b,c 2:[1][2] ", 0, 0 },
        { "\"a\nx\",b\n1,2\n", "a\nx|b 3:[1][2] ", 0, 0 },
        { "a\n1\n2\n", "a 2:[1] 3:[2] ", 0, 0 },
        { "a,a,\n1,2,3\n", "a|a| 2:[1][2][3] ", 0, 0 }, /* double and empty names are told as they are */
        { "a,b\n", "a|b ", 0, 0 },
        { "a,b", "a|b ", 0, 0 },
        { "a,b\n\"1\"", "a|b 2!row-short[1] ", 0, 0 },
        { "a,b\n1,\"2\"", "a|b 2:[1][2] ", 0, 0 }, /* the quote closes with the last byte */
        { "a,b\n1,\"\"", "a|b 2:[1][] ", 0, 0 },
    };

    (void)state;
    CHECK(rows, &usual);
}

static void line_ends(void **state)
{
    static const struct row rows[] = {
        { "a,b\r\n1,2\r\n3,4\r\n", "a|b 2:[1][2] 3:[3][4] ", 0, 0 },
        { "a,b\r1,2\r3,4\r", "a|b 2:[1][2] 3:[3][4] ", 0, 0 },
        { "a,b\r\"1\n1\",2\r3,4", "a|b 2:[1\n1][2] 3:[3][4] ", 0, 0 }, /* an LF in quotes tells nothing */
        { "a,\"b\n\"\r1,2\r", "a|b 2:[1][2] ", 0, 0 },
        { "a,b\n1,2\r\n3,4\n", "a|b 2:[1][2] 3:[3][4] ", 0, 0 }, /* mixed */
        { "a,b\n1\r1,2\n", "a|b 2:[1\r1][2] ", 0, 0 },           /* a lone CR in a file of LF is text */
        { "a,b\r\n1,\"2\"\r\n", "a|b 2:[1][2] ", 0, 0 },
        { "a,b\r\n\"1\r\n1\",2\r\n3,4\r\n", "a|b 2:[1\r\n1][2] 4:[3][4] ", 0, 0 },
        { "a,b\r\n1,2\r", "a|b 2:[1][2] ", 0, 0 }, /* half a line end at the end */
        { "a,b\r\n1,\"2\"\r", "a|b 2:[1][2] ", 0, 0 },
        { "\n\r\na,b\n1,2\n", "a|b 4:[1][2] ", 0, 0 }, /* empty lines ahead of the header */
        { "a,b\n\n1,2\n\r\n\n3,4\n\n\n", "a|b 3:[1][2] 6:[3][4] ", 0, 0 },
    };

    (void)state;
    CHECK(rows, &usual);
}

static void ragged_rows(void **state)
{
    static const struct row rows[] = {
        { "a,b,c\n1,2\n4,5,6\n", "a|b|c 2!row-short[1][2] 3:[4][5][6] ", 0, 0 },
        { "a,b\n1,2,3\n4,5\n", "a|b 2!row-long[1][2][3] 3:[4][5] ", 0, 0 },
        { "a,b\n1,2,,\n", "a|b 2:[1][2] ", 0, 0 }, /* the surplus is empty */
        { "a,b\n1,2,\"\",\n", "a|b 2:[1][2] ", 0, 0 },
        { "a,b\n1,2,,x\n", "a|b 2!row-long[1][2][][x] ", 0, 0 },
        { "a,b\n1,2, \n", "a|b 2!row-long[1][2][ ] ", 0, 0 }, /* a blank is something */
        { "a,b\n \n", "a|b 2!row-short[ ] ", 0, 0 },
        { "a,b\n\"\"\n", "a|b 2!row-short[] ", 0, 0 },
        { "a,b\n1,2,3,4,5,6,7,8,9,10,11,12,13,14,15,16,17\n",
          "a|b 2!row-long[1][2][3][4][5][6][7][8][9][10][11][12][13][14][15][16][17] ", 0, 0 },
    };

    (void)state;
    CHECK(rows, &usual);
}

static void broken_quotes(void **state)
{
    static const struct row rows[] = {
        /* text after a closing quote rejects that record, reading resumes at the next line */
        { "a,b\n\"1\"x,2\n3,4\n", "a|b 2~damaged-quote 3:[3][4] ", 0, 0 },
        { "a,b\n\"1\" ,2\n3,4\n", "a|b 2~damaged-quote 3:[3][4] ", 0, 0 },
        { "a,b\n1,\"2\"x\"\n3,4\n", "a|b 2~damaged-quote 3:[3][4] ", 0, 0 },
        { "a,b\n1,\"2\"x,\"\n3,4\n", "a|b 2~damaged-quote 3:[3][4] ", 0,
          0 }, /* the quote opening behind it opens nothing */
        { "a,b\n1,\"2\"x", "a|b 2~damaged-quote ", 0, 0 },
        { "a,b\n1,\"2\"\rx\n3,4\n", "a|b 2~damaged-quote 3:[3][4] ", 0, 0 },
        { "a,b\n\"1\n1\"x,2\n3,4\n", "a|b 2~damaged-quote 4:[3][4] ", 0, 0 }, /* several lines belong to it */
        { "a,b\n\"1\"\"x,2\n3\",4\n", "a|b 2:[1\"x,2\n3][4] ", 0, 0 },
        /* a quote still open at the end stops, naming the line where it opened */
        { "a,b\n1,2\n3,\"4\n5,6\n", "a|b 2:[1][2] ", ETL_UNREAD, 3 },
        { "a,b\n1,2\n\"3\n\",\"4\n5,6\n", "a|b 2:[1][2] ", ETL_UNREAD, 4 },
        { "a,b\n1,\"", "a|b ", ETL_UNREAD, 2 },
        { "a,b\n1,\"2\"\"", "a|b ", ETL_UNREAD, 2 },
        /* in the header nothing can be read on */
        { "a,\"b\n1,2\n", "", ETL_UNREAD, 1 },
        { "a,\"b\"x\n1,2\n", "", ETL_UNREAD, 1 },
        { "\n\n", "", ETL_UNREAD, 0 },
        { "", "", ETL_UNREAD, 0 },
    };

    (void)state;
    CHECK(rows, &usual);
}

static void other_delimiters_and_quotes(void **state)
{
    const struct str names[] = { STR("x"), STR("y") };
    const struct {
        struct csv_options options;
        struct row         row;
    } cases[] = {
        { { .delimiter = ';', .quote = '"', .has_header = true }, { "a;b\n\"1;1\";2,0\n", "a|b 2:[1;1][2,0] ", 0, 0 } },
        { { .delimiter = '\t', .quote = '"', .has_header = true }, { "a\tb\n1\t\"2\t\"\n", "a|b 2:[1][2\t] ", 0, 0 } },
        { { .delimiter = '|', .quote = '\'', .has_header = true },
          { "a|b\n'1|''1'|\"2\n", "a|b 2:[1|'1][\"2] ", 0, 0 } },
        { { .delimiter = '\t', .quote = 0, .has_header = true },
          { "a\tb\n\"1\t2\"\n\"\t\"\n", "a|b 2:[\"1][2\"] 3:[\"][\"] ", 0, 0 } },
        { { .delimiter = ' ', .quote = '"', .has_header = true }, { "a b\n1 \"2 2\"\n", "a|b 2:[1][2 2] ", 0, 0 } },
        { { .delimiter = ',', .quote = '"', .has_header = false, .names = names, .name_count = 2 },
          { "1,2\n3\n", "x|y 1:[1][2] 2!row-short[3] ", 0, 0 } },
        { { .delimiter = ',', .quote = '"', .has_header = false, .names = names, .name_count = 1 },
          { "", "x ", 0, 0 } },
        { { .has_header = true, .quote = '"' },
          { "a,b\n1,2\n", "a|b 2:[1][2] ", 0, 0 } }, /* the comma is the default */
    };

    (void)state;
    for (size_t i = 0; i < COUNT(cases); i++)
        check_rows(&cases[i].row, 1, &cases[i].options);
}

/* ---- bytes ---- */

static void encodings(void **state)
{
    static const struct {
        enum encoding named;
        struct str    in;
        const char   *log;
    } rows[] = {
        { ENCODING_AUTO, BYTES("a,\xc3\xa9\n\xc3\xa9,2\n"), "a|\xc3\xa9 2:[\xc3\xa9][2] " },
        { ENCODING_AUTO,
          BYTES("\xef\xbb\xbf"
                "a,b\n1,2\n"),
          "a|b 2:[1][2] " },
        { ENCODING_LATIN1,
          BYTES("\xef\xbb\xbf"
                "a,b\n\xc3\xa9,2\n"),
          "a|b 2:[\xc3\xa9][2] " }, /* the BOM knows better */
        { ENCODING_AUTO, BYTES("a,b\n\xe9,2\n3,4\n"), "a|b 2~damaged-encoding 3:[3][4] " },
        { ENCODING_AUTO, BYTES("a,b\n\xed\xa0\x80,2\n3,4\n"), "a|b 2~damaged-encoding 3:[3][4] " },
        { ENCODING_AUTO, BYTES("a,b\n\xc0\xaf,2\n3,4\n"), "a|b 2~damaged-encoding 3:[3][4] " },
        { ENCODING_LATIN1, BYTES("a,\xe9\n\xe9\x80,2\n"), "a|\xc3\xa9 2:[\xc3\xa9\xc2\x80][2] " },
        { ENCODING_WINDOWS_1252, BYTES("a,\x80\n\x93x\x94,\xff\n"),
          "a|\xe2\x82\xac 2:[\xe2\x80\x9cx\xe2\x80\x9d][\xc3\xbf] " },
        { ENCODING_WINDOWS_1252, BYTES("a,b\n\x81,2\n3,4\n"), "a|b 2~damaged-encoding 3:[3][4] " },
        { ENCODING_WINDOWS_1252, BYTES("a,b\n\"\xe9\"\"\xe9\",2\n"), "a|b 2:[\xc3\xa9\"\xc3\xa9][2] " },
        { ENCODING_AUTO,
          BYTES("\xff\xfe"
                "a\0,\0\xe9\0\n\0"
                "1\0,\0=\xd8\0\xde\n\0"),
          "a|\xc3\xa9 2:[1][\xf0\x9f\x98\x80] " },
        { ENCODING_AUTO,
          BYTES("\xfe\xff\0a\0,\0\xe9\0\n\0"
                "1\0,\xd8=\xde\0\0\n"),
          "a|\xc3\xa9 2:[1][\xf0\x9f\x98\x80] " },
        { ENCODING_UTF16LE,
          BYTES("a\0,\0b\0\n\0"
                "1\0,\0"
                "2\0"),
          "a|b 2:[1][2] " }, /* named, no BOM */
        { ENCODING_UTF16BE,
          BYTES("\0a\0,\0b\0\n\0"
                "1\0,\0"
                "2"),
          "a|b 2:[1][2] " },
        { ENCODING_UTF16LE,
          BYTES("a\0,\0b\0\n\0\0\xd8,\0"
                "2\0\n\0"
                "3\0,\0"
                "4\0"),
          "a|b 2~damaged-encoding 3:[3][4] " }, /* half a pair */
        { ENCODING_UTF16LE,
          BYTES("a\0,\0b\0\n\0"
                "1\0,\0"
                "2\0x"),
          "a|b 2~damaged-encoding " }, /* half a unit */
        { ENCODING_AUTO, BYTES("a,b\n1\0,2\n3,4\n"), "a|b 2~damaged-nul 3:[3][4] " },
    };

    (void)state;
    for (size_t i = 0; i < COUNT(rows); i++)
        for (size_t block = 1; block < 30; block++) {
            struct csv_options options = { ',', '"', rows[i].named, true, NULL, 0, 0, block };
            struct seen        seen;

            read_text(rows[i].in, &options, &seen);
            if (!str_is(buf_str(&seen.log), rows[i].log))
                fail_row(i, "blocks of %zu: got %s", block, buf_cstr(&seen.log));
            forget(&seen);
        }
}

static void a_header_in_another_encoding_is_told(void **state)
{
    struct seen seen;

    (void)state;
    read_text(STR("name,stra\xdf"
                  "e\n1,2\n"),
              &usual, &seen);
    assert_int_equal(seen.end, ETL_UNREAD);
    assert_int_equal(seen.err.line, 1);
    assert_string_equal(
        seen.err.text,
        "column 2 of the header has bytes that are no UTF-8; name the encoding in the mapping (windows-1252, latin-1)");
    forget(&seen);
}

static void encoding_names(void **state)
{
    enum encoding encoding;
    struct err    err = { 0 };

    (void)state;
    assert_int_equal(encoding_from_name(STR("Windows-1252"), &encoding, &err), ETL_OK);
    assert_int_equal(encoding, ENCODING_WINDOWS_1252);
    assert_int_equal(encoding_from_name(STR("windows-1251"), &encoding, &err), ETL_FAIL);
    assert_non_null(strstr(err.text, "did you mean \"windows-1252\"?"));
}

/* ---- sizes ---- */

static void too_long_records(void **state)
{
    struct csv_options      options = usual;
    static const struct row rows[] = {
        { "a,b\n12345678901,2\n3,4\n", "a|b 2~damaged-long 3:[3][4] ", 0, 0 },
        { "a,b\n12345678,2\n3,4\n", "a|b 2:[12345678][2] 3:[3][4] ", 0, 0 }, /* ten bytes are allowed */
        { "a,b\n12345678,2\r\n3,4\n", "a|b 2:[12345678][2] 3:[3][4] ", 0, 0 },
        { "a,b\n123456789,2", "a|b 2~damaged-long ", 0, 0 },
        { "a,b\n\"1\",4567890\n3,4\n", "a|b 2~damaged-long 3:[3][4] ", 0, 0 },
        { "a,b\n\"1\n1\n\",3456789\n5,6\n", "a|b 2~damaged-long 5:[5][6] ", 0, 0 }, /* quoted lines belong to it */
        { "a,b\n1,2\n3,\"4567890123456\"\n5,6\n", "a|b 2:[1][2] ", ETL_UNREAD,
          3 }, /* open at the limit: who knows what it swallows */
        { "a,b\n1,2\n3,\"4567890123456\n5,6\n", "a|b 2:[1][2] ", ETL_UNREAD, 3 },
        { "a,b\n12345678901,\"2\n2\n3,4\n", "a|b 2~damaged-long 3!row-short[2] 4:[3][4] ", 0,
          0 }, /* opens behind the limit */
        { "a,b\n12345678901,\"2\n", "a|b 2~damaged-long ", 0, 0 },
    };

    (void)state;
    options.max_record = 10;
    CHECK(rows, &options);
}

/* 100 MB without a line end: one reject, and no memory for it. */
static void a_row_of_100_mb(void **state)
{
    enum { MEGABYTE = 1 << 20 };
    struct source        *source;
    struct record_reader *r;
    struct err            err = { 0 };
    struct seen           seen;
    char                 *part = malloc(MEGABYTE);
    int                   fd;

    (void)state;
    write_input(STR("a,b\n1,2\n"));
    fd = open(temporary, O_WRONLY | O_APPEND);
    memset(part, 'x', MEGABYTE);
    for (int i = 0; i < 100; i++)
        assert_int_equal(write(fd, part, MEGABYTE), MEGABYTE);
    assert_int_equal(write(fd, "\n3,4\n", 5), 5);
    close(fd);
    begin_seen(&seen);
    assert_int_equal(source_open(temporary, NULL, &source, &err), ETL_OK);
    assert_int_equal(csv_reader_open(source, &usual, &r, &err), ETL_OK);
    read_blocks(r, NULL, &seen);
    assert_is(buf_str(&seen.log), "2:[1][2] 3~damaged-long 4:[3][4] ");
    assert_is(buf_str(&seen.places), "4+3 8+0 104857609+3 ");
    record_reader_close(r);
    source_close(source);
    forget(&seen);
    free(part);
}

/* ---- places ---- */

/* What stands at offset and length is the record: read again it gives the same cells. */
static void check_places(struct str in, const struct csv_options *options)
{
    struct source        *source;
    struct record_reader *r;
    struct record_block  *b;
    struct err            err = { 0 };
    size_t                records = 0;

    write_input(in);
    assert_int_equal(source_open(temporary, NULL, &source, &err), ETL_OK);
    assert_int_equal(csv_reader_open(source, options, &r, &err), ETL_OK);
    while (record_reader_block(r, &b, &err) == ETL_OK) {
        struct record record, again;
        bool          is_damaged;

        while (record_block_next(b, &record, &is_damaged, &err) == ETL_OK) {
            AUTO(arena_release) struct arena mem;
            char                             bytes[200];

            arena_init(&mem, 1 << 20, "a test");
            assert_true(record.length < sizeof bytes);
            assert_int_equal(source_at(source, record.offset, bytes, record.length, &err), ETL_OK);
            assert_int_equal(record_again(r, str_of(bytes, record.length), &mem, &again, &err), ETL_OK);
            assert_int_equal(again.count, record.count);
            for (size_t i = 0; i < record.count; i++)
                assert_text(again.cells[i], record.cells[i]);
            records++;
        }
        record_block_release(b);
    }
    assert_int_equal(records, 3);
    record_reader_close(r);
    source_close(source);
}

static void a_record_is_found_again_by_its_place(void **state)
{
    static const struct {
        enum encoding encoding;
        struct str    in;
    } rows[] = {
        { ENCODING_AUTO, BYTES("a,b\n1,2\n\n\"x\n\"\"y\",\xc3\xa9\n5,6") },
        { ENCODING_AUTO, BYTES("\xef\xbb\xbf"
                               "a,b\r\n1,2\r\n\r\n\"x\r\ny\",\xf0\x9f\x98\x80\r\n5,6\r\n") },
        { ENCODING_LATIN1, BYTES("a,b\r1,\xe9\r\r\"x\ny\",2\r5,6\r") },
    };

    (void)state;
    for (size_t i = 0; i < COUNT(rows); i++)
        for (size_t block = 1; block < 40; block += 3) {
            struct csv_options options = { ',', '"', rows[i].encoding, true, NULL, 0, 0, block };

            check_places(rows[i].in, &options);
        }
    for (int big = 0; big < 2; big++) {
        AUTO(buf_release) struct buf wide;
        struct csv_options           options = { ',', '"', ENCODING_AUTO, true, NULL, 0, 0, 7 };

        buf_init(&wide, 1000, "a test");
        buf_add(&wide, big ? STR("\xfe\xff") : STR("\xff\xfe"));
        for (const char *p = "a,b\r\n1,2\r\n\r\n\"x\r\n\"\"y\",~\r\n5,6\r\n"; *p != '\0'; p++) {
            struct str units = big ? str_of((const char[]){ 0, *p }, 2) : str_of((const char[]){ *p, 0 }, 2);

            if (*p == '~')
                units = big ? str_of("\xd8\x3d\xde\x00", 4) : str_of("\x3d\xd8\x00\xde", 4);
            buf_add(&wide, units);
        }
        check_places(buf_str(&wide), &options);
    }
}

static void empty_lines_are_counted(void **state)
{
    struct seen seen;

    (void)state;
    read_text(STR("a,b\n\n1,2\n\r\n3,4\n\n\n"), &usual, &seen);
    assert_int_equal(seen.empty_lines, 4);
    forget(&seen);
}

static void knows_how_the_input_is_written(void **state)
{
    static const struct {
        struct str    in, header;
        enum line_end line_end;
        bool          has_bom;
    } rows[] = {
        { BYTES("a,b\n1,2\n"), BYTES("a,b"), LINE_LF, false },
        { BYTES("\xef\xbb\xbf\"a\", b\r\n1,2\r\n"), BYTES("\"a\", b"), LINE_CRLF, true },
        { BYTES("a,b\r1,2\r"), BYTES("a,b"), LINE_CR, false },
    };

    (void)state;
    for (size_t i = 0; i < COUNT(rows); i++) {
        struct source         *source;
        struct record_reader  *r;
        struct err             err = { 0 };
        const struct csv_form *form;

        write_input(rows[i].in);
        assert_int_equal(source_open(temporary, NULL, &source, &err), ETL_OK);
        assert_int_equal(csv_reader_open(source, &usual, &r, &err), ETL_OK);
        form = csv_reader_form(r);
        assert_text(form->header_raw, rows[i].header);
        assert_int_equal(form->line_end, rows[i].line_end);
        assert_int_equal(form->has_bom, rows[i].has_bom);
        record_reader_close(r);
        source_close(source);
    }
}

/* Until the reader has taken what stands in the pipe, so that each byte comes alone. A reader that is gone ends the process. */
static void wait_until_taken(int fd)
{
    int left = 1;

    while (left != 0) {
        struct pollfd broken = { .fd = fd };

        if (poll(&broken, 1, 0) < 0 || (broken.revents & POLLERR) != 0 || ioctl(fd, FIONREAD, &left) != 0)
            _exit(1);
        sched_yield();
    }
}

/* What a pipe gives at a time tells nothing about the file. */
static void a_slow_pipe_gives_the_same(void **state)
{
    static const char     text[] = "a,b\r\n1,2\r\n3,4\r\n";
    struct source        *source;
    struct record_reader *r;
    struct err            err = { 0 };
    struct seen           seen;
    pid_t                 child;

    (void)state;
    unlink(temporary);
    assert_int_equal(mkfifo(temporary, 0600), 0);
    child = fork();
    if (child == 0) {
        int fd = open(temporary, O_WRONLY);

        for (size_t i = 0; i + 1 < sizeof text; i++) {
            if (write(fd, text + i, 1) != 1)
                _exit(1);
            wait_until_taken(fd);
        }
        _exit(0);
    }
    begin_seen(&seen);
    assert_int_equal(source_open(temporary, NULL, &source, &err), ETL_OK);
    assert_int_equal(csv_reader_open(source, &usual, &r, &err), ETL_OK);
    assert_int_equal(csv_reader_form(r)->line_end, LINE_CRLF);
    read_blocks(r, NULL, &seen);
    assert_is(buf_str(&seen.log), "2:[1][2] 3:[3][4] ");
    record_reader_close(r);
    source_close(source);
    forget(&seen);
    unlink(temporary);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(cells_and_quotes),
        cmocka_unit_test(line_ends),
        cmocka_unit_test(ragged_rows),
        cmocka_unit_test(broken_quotes),
        cmocka_unit_test(other_delimiters_and_quotes),
        cmocka_unit_test(encodings),
        cmocka_unit_test(a_header_in_another_encoding_is_told),
        cmocka_unit_test(encoding_names),
        cmocka_unit_test(too_long_records),
        cmocka_unit_test(a_row_of_100_mb),
        cmocka_unit_test(a_record_is_found_again_by_its_place),
        cmocka_unit_test(empty_lines_are_counted),
        cmocka_unit_test(knows_how_the_input_is_written),
        cmocka_unit_test(a_slow_pipe_gives_the_same),
    };

    return cmocka_run_group_tests(tests, make_temporary, remove_temporary);
}
