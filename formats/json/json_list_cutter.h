/* formats/json/json_list_cutter.h - cuts the list of records in a JSON document into blocks, by brackets and quotes alone.
 *
 * yajl judges the document around the list (json_outer.h), later the records (json_parser.h). A value longer than max_record is
 * dropped while it is read.
 *
 * Errors   ETL_UNREAD with line and column: brackets, quotes or commas are wrong, or the document is cut off.
 * Threads  one at a time. Private to formats. */
#ifndef FORMATS_JSON_JSON_LIST_CUTTER_H
#define FORMATS_JSON_JSON_LIST_CUTTER_H

#include "formats/json/json_block.h"
#include "formats/json/json_outer.h"
#include "formats/json/json_scan.h"
#include "formats/json_options.h"

enum list_place {              /* what was read last */
                  PLACE_FIRST, /* the list's [ */
                  PLACE_COMMA,
                  PLACE_VALUE, /* the beginning of a value */
                  PLACE_AFTER, /* a whole value */
                  PLACE_BEHIND /* the list's ] */
};
struct json_list_cutter {
    struct json_carry *carry;
    struct str         records;
    size_t             max_record, block_bytes;
    struct json_outer *outer;
    enum etl_status    failed; /* not ETL_OK: the next block is this failure */
    struct err         failure;
    enum list_place    place;
    struct json_scan   scan;
    bool               is_scalar;   /* the value that is being examined is neither object nor list */
    bool               is_dropping; /* it is too long: its bytes are not kept */
    bool               is_long;     /* one was too long: the next block says so */
    uint64_t           long_line, long_offset;
};
void json_list_cutter_init(struct json_list_cutter *l, struct json_carry *carry, const struct json_options *options);
void json_list_cutter_release(struct json_list_cutter *l);
/* Reads the document up to the [ of the list. */
enum etl_status json_list_cutter_enter(struct json_list_cutter *l, struct err *err);
/* ETL_END behind the document's end. */
enum etl_status json_list_cutter_fill(struct json_list_cutter *l, struct json_block *b, struct err *err);

#endif
