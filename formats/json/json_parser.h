/* formats/json/json_parser.h - one JSON record: yajl parses it, the wanted places become its cells.
 *
 * Numbers stay as they are written, true and false are words, null is empty; a list is the text ["a","b"]. Refused, the record alone:
 * what is no JSON, what is no object, wrong UTF-8, halves of surrogate pairs, \u0000, nesting past 64 levels (all damaged-*);
 * a wanted member that stands twice (json-twice), an object where a text is wanted (json-object).
 *
 * Threads  a parser belongs to one thread, the paths are shared. Source: yajl takes lone surrogates, overlong UTF-8 and
 *          form feeds between values, so these are checked here. Private to formats. */
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
/* By path_target_index(), then by list: was there such a place in any record so far? */
const bool *json_parser_seen(const struct json_parser *p);

#endif
