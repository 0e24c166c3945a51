/* tests/fuzz/fuzz_csv.c - any bytes as a CSV extract: its records do not depend on where blocks are cut, and every cell is UTF-8.
 * The first byte chooses the options, the second the size of a block, the rest is the file. */
#include "formats/csv_reader.h"
#include "tests/fuzz/file_input.h"

static void read_file(const struct csv_options *options, struct seen *seen)
{
    struct source        *source;
    struct record_reader *r;
    const struct str     *columns;
    size_t                count;

    begin_seen(seen);
    seen->end = source_open(temporary, NULL, &source, &seen->err);
    if (seen->end != ETL_OK)
        return;
    seen->end = csv_reader_open(source, options, &r, &seen->err);
    if (seen->end == ETL_OK) {
        columns = csv_reader_columns(r, &count);
        note_cells(&seen->log, columns, count);
        read_blocks(r, NULL, seen);
        record_reader_close(r);
    }
    source_close(source);
}

int LLVMFuzzerInitialize(int *argc, char ***argv)
{
    (void)argc;
    (void)argv;
    make_input();
    return 0;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const struct str    names[] = { BYTES("a"), BYTES("b") };
    static const enum encoding encodings[] = { ENCODING_AUTO, ENCODING_WINDOWS_1252, ENCODING_UTF16LE,
                                               ENCODING_UTF16BE };
    struct csv_options         options = { .names = names, .name_count = COUNT(names) };
    struct seen                small, large;

    if (size < 2)
        return 0;
    options.has_header = (data[0] & 1) == 0;
    options.delimiter = (data[0] & 2) != 0 ? ';' : ',';
    options.quote = (data[0] & 4) != 0 ? '\0' : '"';
    options.max_record = (data[0] & 8) != 0 ? 24 : 0;
    options.encoding = encodings[data[0] >> 6];
    write_input(str_of((const char *)data + 2, size - 2));
    read_file(&options, &large);
    options.block_bytes = 1 + data[1] % 61;
    read_file(&options, &small);
    compare_seen(&small, &large);
    forget(&small);
    forget(&large);
    return 0;
}
