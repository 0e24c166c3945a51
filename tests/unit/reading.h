/* tests/unit/reading.h - a text read by a reader of records, and what came of it written down. */
#ifndef TESTS_UNIT_READING_H
#define TESTS_UNIT_READING_H

#include <fcntl.h>
#include <unistd.h>

#include "formats/record_reader.h"
#include "formats/source.h"
#include "tests/unit/check.h"

static char temporary[] = "/tmp/subferry_test.XXXXXX";

static inline void write_input(struct str bytes)
{
    int fd = open(temporary, O_WRONLY | O_TRUNC | O_CREAT, 0600);

    assert_true(fd >= 0);
    while (bytes.len != 0) {
        ssize_t put = write(fd, bytes.ptr, bytes.len);

        assert_true(put > 0);
        bytes = str_skip(bytes, (size_t)put);
    }
    close(fd);
}

static inline int make_temporary(void **state)
{
    int fd = mkstemp(temporary);

    (void)state;
    close(fd);
    return fd >= 0 ? 0 : -1;
}

static inline int remove_temporary(void **state)
{
    (void)state;
    unlink(temporary);
    return 0;
}

static inline void note_cells(struct buf *out, const struct str *cells, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        buf_byte(out, '[');
        buf_add(out, cells[i].ptr != NULL ? cells[i] : STR("-")); /* - is absent */
        buf_byte(out, ']');
    }
}

/* One record, as the log writes it: 3:[a][b] or 3!row-short[a], with ~ for one that is damaged. */
static inline void note_record(struct buf *out, const struct record *record, enum etl_status st, bool is_damaged,
                               const struct err *err)
{
    buf_u64(out, record->line);
    if (st == ETL_REJECT) {
        assert_int_equal(err->line, record->line);
        buf_fmt(out, is_damaged ? "~%s" : "!%s", err->rule);
    } else {
        buf_byte(out, ':');
    }
    if (!is_damaged)
        note_cells(out, record->cells, record->count);
}

struct seen {
    struct buf      log;
    struct buf      places; /* offset+length of every record, to be compared with the input */
    enum etl_status end;
    struct err      err;
    uint64_t        empty_lines;
};

/* rows: by list, how many columns it has; ended by 0. */
static inline void read_blocks(struct record_reader *r, const size_t *rows, struct seen *seen)
{
    struct record_block *b;
    struct record        record;
    bool                 is_damaged;

    while ((seen->end = record_reader_block(r, &b, &seen->err)) == ETL_OK) {
        uint64_t number = 0;

        for (;;) {
            struct err      err = { 0 };
            enum etl_status st = record_block_next(b, &record, &is_damaged, &err);

            if (st == ETL_END)
                break;
            assert_int_equal(record.number, ++number);
            note_record(&seen->log, &record, st, is_damaged, &err);
            for (size_t i = 0; st == ETL_OK && rows != NULL && rows[i] != 0; i++)
                for (size_t k = 0; k < record.lists[i].count; k++) {
                    buf_fmt(&seen->log, " %zu", i);
                    note_cells(&seen->log, record.lists[i].cells + k * rows[i], rows[i]);
                }
            buf_byte(&seen->log, ' ');
            buf_fmt(&seen->places, "%llu+%zu ", (unsigned long long)record.offset, record.length);
        }
        seen->empty_lines += record_block_empty_lines(b);
        record_block_release(b);
    }
}

static inline void begin_seen(struct seen *seen)
{
    *seen = (struct seen){ 0 };
    buf_init(&seen->log, 64 << 20, "the log");
    buf_init(&seen->places, 64 << 20, "the places");
}

static inline void forget(struct seen *seen)
{
    buf_release(&seen->log);
    buf_release(&seen->places);
}

#endif
