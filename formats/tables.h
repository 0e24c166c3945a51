/* formats/tables.h - the normalized tables: names, columns, types, keys, what is secret, when two values are equal.
 *
 * Defined once, as data, in tables.yaml, which is embedded in the program. Everything that fills, writes, shows or compares a table
 * reads it here; tables.md is made from it.
 *
 * Lifetime  the tables live in the arena they were loaded into. Read-only, so threads may share them. */
#ifndef FORMATS_TABLES_H
#define FORMATS_TABLES_H

#include "etl/core/err.h"

enum column_type {
    COLUMN_TEXT,
    COLUMN_NAME,
    COLUMN_LOGIN,
    COLUMN_EMAIL,
    COLUMN_PHONE,
    COLUMN_DATE,
    COLUMN_TIME,
    COLUMN_BOOL,
    COLUMN_STATUS,
    COLUMN_NUMBER,
    COLUMN_IP,
    COLUMN_MAC
};
extern const char *const column_type_names[]; /* "text" …, NULL-ended */

struct table_column {
    struct str       name, title;
    enum column_type type;
    bool             secret, is_key;
};
struct table {
    struct str                 name, title;
    const struct table_column *columns;
    size_t                     column_count;
    const size_t              *key; /* indices of its columns */
    size_t                     key_count;
};
struct tables {
    const struct table *items;
    size_t              count;
};
/* All faults of the definition at once. A test makes sure that the stock definition has none. */
enum etl_status     tables_load(struct arena *mem, struct tables *out, struct findings *faults);
const struct table *table_named(const struct tables *t, struct str name);       /* NULL: none */
int                 table_column_index(const struct table *t, struct str name); /* -1 */

/* Does the value have the form of its type? An empty value always does. */
bool column_is_well_written(enum column_type type, struct str value);
/* The value in the form of its type, where only one reading is possible: 1/0 and yes/no become true/false, a MAC becomes lower case. 10,50
 * stays as it is, because the comma may mean two things. */
struct str column_normalize(enum column_type type, struct str value, struct arena *mem);
/* Are two values equal in a column of this type? */
bool column_equal(enum column_type type, struct str a, struct str b);
/* The reference page, from the definition. */
void tables_describe(const struct tables *t, struct buf *out);

#endif
