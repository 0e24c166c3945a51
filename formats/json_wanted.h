/* formats/json_wanted.h - which places of a JSON record become cells: the record's own, and lists whose elements are rows. */
#ifndef FORMATS_JSON_WANTED_H
#define FORMATS_JSON_WANTED_H

#include "etl/core/str.h"

struct json_list { /* a list in a record, whose elements are rows */
    struct str        path;
    const struct str *columns; /* paths within an element */
    size_t            column_count;
};
struct json_wanted {
    const struct str       *columns; /* paths */
    size_t                  column_count;
    const struct json_list *lists; /* no path twice */
    size_t                  list_count;
};

#endif
