/* tests/fuzz/fuzz_json.c - any bytes as a JSON extract, as a list, a list inside a document, or JSON Lines: its records do not depend on where
 * blocks are cut, and every cell is UTF-8. The first byte chooses the form, the second the size of a block, the rest is the file. */
#include "formats/json_reader.h"
#include "tests/fuzz/file_input.h"

static const struct str         columns[] = { BYTES("a"), BYTES("b.c") }, element[] = { BYTES("x"), BYTES("y") };
static const struct json_list   lists[] = { { BYTES("l"), element, COUNT(element) } };
static const struct json_wanted wanted = { columns, COUNT(columns), lists, COUNT(lists) };
static const size_t             widths[] = { COUNT(element), 0 };

static void read_file(const struct json_options *options, struct seen *seen)
{
    struct source        *source;
    struct record_reader *r;

    begin_seen(seen);
    seen->end = source_open(temporary, NULL, &source, &seen->err);
    if (seen->end != ETL_OK)
        return;
    seen->end = json_reader_open(source, options, &wanted, &r, &seen->err);
    if (seen->end == ETL_OK) {
        read_blocks(r, widths, seen);
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
    struct json_options options = { 0 };
    struct seen         small, large;

    if (size < 2)
        return 0;
    options.is_lines = (data[0] & 1) != 0;
    options.records = (data[0] & 3) == 2 ? STR("data.list") : STR("");
    options.max_record = (data[0] & 8) != 0 ? 48 : 0;
    write_input(str_of((const char *)data + 2, size - 2));
    read_file(&options, &large);
    options.block_bytes = 1 + data[1] % 61;
    read_file(&options, &small);
    compare_seen(&small, &large);
    forget(&small);
    forget(&large);
    return 0;
}
