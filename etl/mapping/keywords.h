/* etl/mapping/keywords.h - the words of the mapping language. The loader reads by them; the reference page and the JSON Schema are tested
 * against them, so neither can fall behind. */
#ifndef ETL_MAPPING_KEYWORDS_H
#define ETL_MAPPING_KEYWORDS_H

#include <stdbool.h>

/* The keys of each kind of map. NULL ends a list. */
extern const char *const mapping_head_keys[];
extern const char *const mapping_input_keys[];
extern const char *const mapping_expect_keys[];
extern const char *const mapping_lookup_keys[];
extern const char *const mapping_guard_keys[]; /* in the order of enum guard_kind */
extern const char *const mapping_guard_limit_keys[];
extern const char *const mapping_call_keys[];
extern const char *const mapping_test_keys[];
extern const char *const mapping_reason_keys[];
/* The words of one key each, in the order of the enum or the bits they stand for: input_formats[], enum lookup_missing, severity, record_change,
 * DANGER_*. */
extern const char *const mapping_formats[];
extern const char *const mapping_orphan_words[];
extern const char *const mapping_missing_words[];
extern const char *const mapping_severities[];
extern const char *const mapping_on_words[];
extern const char *const mapping_dangers[];

struct mapping_words {
    const char        *what; /* as the schema names it: "input", "format" */
    const char *const *words;
    bool               are_keys; /* else the values of one key */
};
extern const struct mapping_words mapping_words[]; /* NULL `what` ends it */

#endif
