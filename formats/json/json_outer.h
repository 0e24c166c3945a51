/* formats/json/json_outer.h - the document around the list of records: yajl parses it, and tells where the list begins.
 *
 * It is given the document's bytes up to the list's [, then a ] instead of the list, then what is behind it. So yajl judges
 * everything but the records. Private to formats. */
#ifndef FORMATS_JSON_JSON_OUTER_H
#define FORMATS_JSON_JSON_OUTER_H

#include "etl/core/err.h"

struct json_outer;
/* records: "data.customers", or empty. */
struct json_outer *json_outer_new(struct str records);
void               json_outer_free(struct json_outer *o); /* NULL is fine */
/* What is wrong with a document that does not begin with a [ although it should be the list; `bytes` are its first. */
enum etl_status json_outer_refuse(struct json_outer *o, struct str bytes, struct err *err);
/* Takes bytes up to the list's [, or all. *used: how many. ETL_OK: *entered tells; ETL_UNREAD: at byte *used it is no JSON. */
enum etl_status json_outer_enter(struct json_outer *o, struct str bytes, size_t *used, bool *entered, struct err *err);
/* Once entered: takes all of the bytes; the list once more is ETL_UNREAD. */
enum etl_status json_outer_take(struct json_outer *o, struct str bytes, size_t *used, struct err *err);
/* The input has ended: is the document whole? Was there a list? */
enum etl_status json_outer_end(struct json_outer *o, struct err *err);

#endif
