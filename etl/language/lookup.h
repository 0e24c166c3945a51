/* etl/language/lookup.h - a table that turns a key into a value: `Plan | lookup('plan')`.
 *
 * Lifetime  keys and values live in the arena given. Read-only once filled, so threads share it.
 * Limits    keys are compared as text, exactly. A file has at most 64 MiB. */
#ifndef ETL_LANGUAGE_LOOKUP_H
#define ETL_LANGUAGE_LOOKUP_H

#include "etl/core/err.h"
#include "etl/core/value.h"
#include "formats/csv_reader.h"

enum lookup_missing { MISSING_EMPTY, MISSING_REJECT, MISSING_KEEP };

struct lookup_entry {
    struct str   key;
    struct value value;
    uint64_t     line;
};
struct lookup {
    struct str           name;
    enum lookup_missing  missing;
    bool                 secret; /* what it yields is masked and sealed */
    struct lookup_entry *entries;
    size_t               count, cap;
    uint32_t            *slots; /* 1-based into entries; 0 = free */
    size_t               slot_mask;
    uint64_t             line;
};

/* Two rows with one key and different values are a fault; `err` names both lines. */
enum etl_status     lookup_add(struct lookup *t, struct str key, struct value value, uint64_t line, struct arena *mem,
                               struct err *err);
const struct value *lookup_find(const struct lookup *t, struct str key); /* NULL: missing */

struct lookup_file {
    const char        *path;
    struct csv_options csv;
    struct str         key, value; /* column names */
    struct buf        *bytes;      /* gets the file's bytes as they were read: what a plan's digest covers */
};
/* Fills the table from a CSV file. Empty keys are skipped. */
enum etl_status lookup_read(struct lookup *t, const struct lookup_file *file, struct arena *mem, struct err *err);

#endif
