/* tests/unit/formats/test_csv_libcsv.c - our CSV reader against libcsv, on made-up files where libcsv is right: same records, same cells.
 *
 * Left out is what libcsv is known to do otherwise: it trims blanks of unquoted cells, hides damage, and ends a record at a
 * lone CR. Everything else is random: cells, quoting, line ends, doubled quotes, quotes inside unquoted cells, block sizes. */
#include <csv.h>
#include <fcntl.h>
#include <unistd.h>

#include "formats/csv_reader.h"
#include "tests/unit/check.h"

enum { ROUNDS = 400, MOST_COLUMNS = 9, MOST_ROWS = 60, LONGEST_CELL = 90 };

static char     temporary[] = "/tmp/test_csv_libcsv.XXXXXX";
static uint32_t state;

static uint32_t dice(uint32_t sides)
{
    state = state * 1664525 + 1013904223;
    return (state >> 8) % sides;
}

static const char *const pieces[] = { "a", "b", "7", "\xc3\xa9", "-", "\"", "''", "x y", "=", "0" };
static const char *const quoted_only[] = { ",", "\n", "\r\n", "\"\"", " ", "\t", ";" };

/* A cell's text as it stands in the file. */
static void add_cell(struct buf *out)
{
    bool     quoted = dice(3) == 0;
    uint32_t len = dice(8) == 0 ? dice(LONGEST_CELL) : dice(6);

    if (quoted)
        buf_byte(out, '"');
    for (uint32_t i = 0; i < len; i++) {
        const char *piece =
            quoted && dice(3) == 0 ? quoted_only[dice(COUNT(quoted_only))] : pieces[dice(COUNT(pieces))];

        if (strcmp(piece, "\"") == 0 && (quoted || i == 0))
            piece = "q"; /* a single quote is literal inside an unquoted cell only, and not at its beginning */
        buf_text(out, piece);
    }
    if (quoted)
        buf_byte(out, '"');
}

static size_t make_file(struct buf *out)
{
    size_t      columns = 2 + dice(MOST_COLUMNS - 1);
    uint32_t    rows = 1 + dice(MOST_ROWS);
    const char *line_end = dice(2) == 0 ? "\n" : "\r\n";

    buf_reset(out);
    for (uint32_t r = 0; r < rows; r++) {
        for (size_t c = 0; c < columns; c++) {
            if (c != 0)
                buf_byte(out, ',');
            add_cell(out);
        }
        if (r + 1 < rows || dice(2) == 0)
            buf_text(out, line_end);
        if (dice(10) == 0 && r + 1 < rows)
            buf_text(out, line_end); /* an empty line */
    }
    return columns;
}

static void oracle_cell(void *cell, size_t len, void *log)
{
    buf_byte(log, '[');
    buf_add(log, str_of(cell, len));
    buf_byte(log, ']');
}

static void oracle_row(int how, void *log)
{
    (void)how;
    buf_byte(log, '|');
}

static void read_by_libcsv(struct str text, struct buf *log)
{
    struct csv_parser p;

    csv_init(&p, 0);
    assert_int_equal(csv_parse(&p, text.ptr, text.len, oracle_cell, oracle_row, log), text.len);
    csv_fini(&p, oracle_cell, oracle_row, log);
    csv_free(&p);
}

static void read_by_us(size_t columns, size_t block_bytes, struct buf *log)
{
    struct str         names[MOST_COLUMNS];
    struct csv_options options = {
        .delimiter = ',', .quote = '"', .names = names, .name_count = columns, .block_bytes = block_bytes
    };
    struct source        *source;
    struct record_reader *r;
    struct record_block  *b;
    struct err            err = { 0 };
    enum etl_status       st;

    for (size_t i = 0; i < columns; i++)
        names[i] = STR("x");
    assert_int_equal(source_open(temporary, NULL, &source, &err), ETL_OK);
    assert_int_equal(csv_reader_open(source, &options, &r, &err), ETL_OK);
    while ((st = record_reader_block(r, &b, &err)) == ETL_OK) {
        struct record record;
        bool          is_damaged;

        while ((st = record_block_next(b, &record, &is_damaged, &err)) == ETL_OK) {
            for (size_t i = 0; i < record.count; i++) {
                buf_byte(log, '[');
                buf_add(log, record.cells[i]);
                buf_byte(log, ']');
            }
            buf_byte(log, '|');
        }
        assert_int_equal(st, ETL_END);
        record_block_release(b);
    }
    assert_int_equal(st, ETL_END);
    record_reader_close(r);
    source_close(source);
}

static void the_same_cells(void **unused)
{
    AUTO(buf_release) struct buf text;
    AUTO(buf_release) struct buf want;
    AUTO(buf_release) struct buf got;

    (void)unused;
    buf_init(&text, 8 << 20, "a test");
    buf_init(&want, 8 << 20, "a test");
    buf_init(&got, 8 << 20, "a test");
    for (uint32_t round = 0; round < ROUNDS; round++) {
        size_t columns;
        int    fd = open(temporary, O_WRONLY | O_TRUNC);

        state = round; /* the number that a failure names makes the same file again */
        columns = make_file(&text);
        assert_int_equal(write(fd, text.ptr, text.len), (ssize_t)text.len);
        close(fd);
        buf_reset(&want);
        read_by_libcsv(buf_str(&text), &want);
        for (int sizes = 0; sizes < 4; sizes++) {
            size_t block = sizes == 0 ? 0 : 1 + dice(200);

            buf_reset(&got);
            read_by_us(columns, block, &got);
            if (!str_eq(buf_str(&got), buf_str(&want)))
                fail_row(round, "blocks of %zu\n%.*s\n got  %.*s\n want %.*s", block, (int)text.len, text.ptr,
                         (int)got.len, got.ptr, (int)want.len, want.ptr);
        }
    }
}

static int make_temporary(void **unused)
{
    int fd = mkstemp(temporary);

    (void)unused;
    close(fd);
    return fd >= 0 ? 0 : -1;
}

static int remove_temporary(void **unused)
{
    (void)unused;
    return unlink(temporary);
}

int main(void)
{
    const struct CMUnitTest tests[] = { cmocka_unit_test(the_same_cells) };

    return cmocka_run_group_tests(tests, make_temporary, remove_temporary);
}
