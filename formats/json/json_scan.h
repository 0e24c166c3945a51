/* formats/json/json_scan.h - how far a JSON value goes, by brackets and quotes alone. yajl judges what is between them.
 *
 * Sixty-four bytes at a time: a value of 300 bytes costs about as much as copying it. Private to formats. */
#ifndef FORMATS_JSON_JSON_SCAN_H
#define FORMATS_JSON_JSON_SCAN_H

#include "etl/core/limits.h"
#include "etl/core/str.h"

struct json_scan { /* all zero: at a value's beginning */
    unsigned depth;
    bool     in_string, escaped;
    uint64_t arrays[JSON_DOCUMENT_LEVELS_MAX / 64]; /* by depth: is it a [ ? */
};
enum json_scan_end {
    JSON_SCAN_DONE,        /* *at is behind the value's last bracket */
    JSON_SCAN_MORE,        /* the bytes end inside the value */
    JSON_SCAN_MISMATCH,    /* *at is at a bracket that closes what is not open */
    JSON_SCAN_OPEN_STRING, /* *at is at a line end inside a string */
    JSON_SCAN_DEEP         /* *at is at a bracket nested deeper than JSON_DOCUMENT_LEVELS_MAX */
};
/* The value begins with a bracket. JSON_SCAN_MORE: call it again with the bytes that follow. */
enum json_scan_end json_scan(struct json_scan *s, const char **at, const char *end);

#endif
