/* formats/json_options.h - how a JSON input is read. */
#ifndef FORMATS_JSON_OPTIONS_H
#define FORMATS_JSON_OPTIONS_H

#include "etl/core/str.h"

struct json_options {
    bool       is_lines;    /* JSON Lines: one record a line */
    struct str records;     /* where the list stands, "data.customers"; empty: the document is the list */
    size_t     max_record;  /* 0: 1 MiB */
    size_t     block_bytes; /* 0: 256 KiB */
};

#endif
