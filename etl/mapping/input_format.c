/* etl/mapping/input_format.c - the formats that an input's file can have. */
#include "etl/mapping/input_format.h"

#include "etl/mapping/program.h"

static enum etl_status open_csv(const struct mapping_input *in, struct source *source, struct record_reader **out,
                                struct err *err)
{
    return csv_reader_open(source, &in->csv, out, err);
}

static const struct str *csv_columns(const struct mapping_input *in, const struct record_reader *r, size_t *count)
{
    (void)in;
    return csv_reader_columns(r, count);
}

static enum etl_status open_json(const struct mapping_input *in, struct source *source, struct record_reader **out,
                                 struct err *err)
{
    return json_reader_open(source, &in->json, &in->wanted, out, err);
}

static const struct str *json_columns(const struct mapping_input *in, const struct record_reader *r, size_t *count)
{
    (void)r;
    *count = in->wanted.column_count;
    return in->wanted.columns;
}

static const struct input_format csv_format = {
    .name = "csv",
    .open = open_csv,
    .columns = csv_columns,
};
static const struct input_format json_format = {
    .name = "json",
    .columns_are_paths = true,
    .is_list = true,
    .open = open_json,
    .columns = json_columns,
};
static const struct input_format jsonl_format = {
    .name = "jsonl",
    .columns_are_paths = true,
    .is_lines = true,
    .open = open_json,
    .columns = json_columns,
};
const struct input_format *const input_formats[] = { &csv_format, &json_format, &jsonl_format, NULL };
