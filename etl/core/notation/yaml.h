/* etl/core/notation/yaml.h - a YAML document as a tree that knows its places. JSON is YAML, so it is read too.
 *
 * Every scalar is text as it was written: NO, 0123, 1e5 stay what they are. Refused, each at its place:
 * aliases, anchors, tags, merge keys, second documents, duplicate keys, invalid UTF-8, `~`, `NULL` and
 * nothing after a colon (write null), and an unquoted {{ (it has its own message).
 *
 * Lifetime  the tree lives in `mem`; the text may go.
 * Limits    files to 16 MiB, 64 levels.
 * Source    libfyaml parses; it stops at the first duplicate key, passes invalid UTF-8 and control characters, and gives
 *           wrong texts for 'a''''b', so these are seen to here. */
#ifndef ETL_CORE_NOTATION_YAML_H
#define ETL_CORE_NOTATION_YAML_H

#include "etl/core/err.h"

enum yaml_kind { YAML_NULL, YAML_TEXT, YAML_LIST, YAML_MAP };

struct yaml {
    enum yaml_kind          kind;
    bool                    quoted; /* a scalar in quotes: "null" is text then */
    struct str              text;   /* YAML_TEXT */
    uint64_t                line;
    uint32_t                column;
    size_t                  count; /* of items or pairs */
    const struct yaml      *items; /* YAML_LIST */
    const struct yaml_pair *pairs; /* YAML_MAP, in written order */
};
struct yaml_pair {
    struct str  key;
    uint64_t    line;
    uint32_t    column;
    struct yaml value;
};
struct yaml_source {  /* what faults are placed in */
    const char *name; /* "mapping.yaml" */
    struct str  text;
};

/* All faults go to `faults`; NULL comes back when there is no tree to work with. */
const struct yaml *yaml_load(const struct yaml_source *source, struct arena *mem, struct findings *faults);
const struct yaml *yaml_get(const struct yaml *map, const char *key);  /* NULL when absent or no map */
struct str         yaml_text(const struct yaml *map, const char *key); /* STR_NONE when absent */
/* A fault at a node, with the source line and a caret. */
enum etl_status yaml_fault(struct findings *faults, const struct yaml_source *source, uint64_t line, uint32_t column,
                           const char *rule, const char *fmt, ...) __attribute__((format(printf, 6, 7)));
void            yaml_warning(struct findings *faults, const struct yaml_source *source, uint64_t line, uint32_t column,
                             const char *rule, const char *fmt, ...) __attribute__((format(printf, 6, 7)));
/* Faults for every key of `map` that is not in `known`, with "did you mean". */
void yaml_only_keys(const struct yaml *map, const char *const *known, const char *what,
                    const struct yaml_source *source, struct findings *faults);

#endif
