/* etl/mapping/input_format.h - the formats that an input's file can have: one row each.
 *
 * What depends on a format is a field or a function of its row, so that nobody asks which row it is. To add one: its row and its name in
 * mapping_formats (keywords.c), at the same position. */
#ifndef ETL_MAPPING_INPUT_FORMAT_H
#define ETL_MAPPING_INPUT_FORMAT_H

#include "etl/core/err.h"
#include "etl/core/str.h"

struct mapping_input;
struct record_reader;
struct source;

struct input_format {
    const char *name; /* as in format: */
    /* A column is a path that the mapping asks of each record, known at load, and a cell may be a list. Otherwise the file's header or
     * names: says the columns. */
    bool columns_are_paths;
    bool is_list;  /* its records are the list of one document, at the path records: */
    bool is_lines; /* each line is a record */
    enum etl_status (*open)(const struct mapping_input *in, struct source *source, struct record_reader **out,
                            struct err *err);
    const struct str *(*columns)(const struct mapping_input *in, const struct record_reader *r, size_t *count);
};
extern const struct input_format *const input_formats[]; /* the default first; NULL ends it */

#endif
