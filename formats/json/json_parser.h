/* formats/json/json_parser.h - parses one JSON record after the other with yajl; the wanted places become its cells.
 *
 * Values    numbers stay as they are written, true and false are words, null is empty, a list is the text ["a","b"].
 * Rejects   the record alone: what json_check.h finds, invalid JSON, nesting past 64 levels (all damaged-*); a wanted member that comes
 *           twice (json-twice), an object where a text is wanted (json-object).
 * Threads   a parser belongs to one thread; the paths are shared. Private to formats. */
#ifndef FORMATS_JSON_JSON_PARSER_H
#define FORMATS_JSON_JSON_PARSER_H

#include "etl/core/err.h"
#include "etl/core/record.h"
#include "formats/json/json_paths.h"

struct json_parser;
struct json_parser *json_parser_new(const struct json_paths *paths);
void                json_parser_free(struct json_parser *p); /* NULL is fine */
/* Sets out->cells, count and lists; they point into `text` or live in `mem`. ETL_REJECT with rule and text. */
enum etl_status json_parser_record(struct json_parser *p, struct str text, struct arena *mem, struct record *out,
                                   bool *is_damaged, struct err *err);
/* By path_target_index(), then by list: did any record so far have this place? */
const bool *json_parser_seen(const struct json_parser *p);

#endif
