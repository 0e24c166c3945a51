/* etl/extract/input.h - opens the reader of a mapping's input, as the mapping says the file is written. */
#ifndef ETL_EXTRACT_INPUT_H
#define ETL_EXTRACT_INPUT_H

#include "etl/mapping/program.h"

/* may_have_reasons: it may have come back from rejects/, where a headerless CSV has one cell more. Names live in `mem`. */
enum etl_status input_open(const struct mapping *m, size_t input, struct source *source, bool may_have_reasons,
                           struct arena *mem, struct record_reader **out, struct err *err);
/* What mapping_bind() takes: of a CSV what it has, of JSON what the mapping asks. */
const struct str *input_columns(const struct mapping *m, size_t input, const struct record_reader *r, size_t *count);
/* The record once more, living in `mem`; without its raw bytes. */
struct record input_keep(const struct mapping *m, size_t input, const struct record *r, struct arena *mem);

#endif
