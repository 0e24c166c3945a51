/* tests/unit/language/expression_cases.h - runs three-line cases of expressions: the expression, its input, what comes of it.
 *
 *   HomePhone | digits | last(10)
 *   +1 (913) 555-0147
 *   9135550147
 *
 * A blank line stands between cases; lines with # are remarks. The input is the value of every field, or {A: x, B: [y, z]}; "…" has YAML's
 * escapes, - is empty. Expected is a text likewise; null where the field is cleared; `! RULE words` where the record is a reject for
 * that rule and the message has the words; `!! words` where the mapping does not load. {{ }} makes it a template.
 * Lookups: state (Texas, Kansas), plan (D1; missing: reject), grade (GLD; missing: keep), note (none: null). */
#ifndef TESTS_UNIT_LANGUAGE_EXPRESSION_CASES_H
#define TESTS_UNIT_LANGUAGE_EXPRESSION_CASES_H

#include "etl/core/str.h"

struct case_counts {
    unsigned ran, failed;
};
/* Told on stderr with file and line; `first_line` is that of the text's first. */
struct case_counts run_expression_cases(const char *file, struct str text, unsigned first_line);
struct case_counts run_expression_file(const char *path);

#endif
