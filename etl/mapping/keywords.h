/* etl/mapping/keywords.h - the words of the mapping language. The loader reads by them; the reference page and the JSON Schema are tested
 * against them, so neither can fall behind. */
#ifndef ETL_MAPPING_KEYWORDS_H
#define ETL_MAPPING_KEYWORDS_H

#include <stdbool.h>

/* NULL-ended. */
extern const char *const mapping_head_keys[],
    *const mapping_input_keys[], *const mapping_expect_keys[], *const mapping_lookup_keys[],
                                                                   *const             mapping_guard_keys[],
                                                                       *const         mapping_call_keys[],
                                                                           *const     mapping_test_keys[],
                                                                               *const mapping_reason_keys[];
/* In the order of what they stand for: enum input_format, lookup_missing, severity, ON_*, DANGER_*. */
extern const char *const mapping_formats[],
    *const mapping_orphan_words[], *const mapping_missing_words[],
                                       *const mapping_severities[], *const mapping_on_words[], *const mapping_dangers[];

struct mapping_words {
    const char        *what; /* as the schema names it: "input", "format" */
    const char *const *words;
    bool               are_keys; /* else the values of one key */
};
extern const struct mapping_words mapping_words[]; /* NULL `what` ends it */

#endif
