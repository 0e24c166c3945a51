/* tests/fuzz/file_input.h - for the readers of records: the input as a file, read twice, in small blocks and in large ones. */
#ifndef TESTS_FUZZ_FILE_INPUT_H
#define TESTS_FUZZ_FILE_INPUT_H

#include "etl/core/utf8.h"
#include "tests/fuzz/fuzzing.h"
#include "tests/unit/reading.h"

static inline void remove_input(void)
{
    unlink(temporary);
}

static inline void make_input(void)
{
    HOLDS(make_temporary(NULL) == 0);
    atexit(remove_input);
}

/* However the input is cut into blocks: the same records at the same places, the same rejects, the same end. */
static inline void compare_seen(const struct seen *small, const struct seen *large)
{
    HOLDS(str_eq(buf_str(&small->log), buf_str(&large->log)));
    HOLDS(str_eq(buf_str(&small->places), buf_str(&large->places)));
    HOLDS(small->end == large->end);
    HOLDS(small->empty_lines == large->empty_lines);
    HOLDS(small->err.line == large->err.line);
    HOLDS(strcmp(small->err.rule, large->err.rule) == 0);
    HOLDS(large->end == ETL_END || large->err.text[0] != '\0');
    HOLDS(utf8_valid(buf_str(&large->log)));
}

#endif
