/* formats/json/json_outer.h - the document around the list of records: yajl parses it and finds where the list begins.
 *
 * yajl gets the document's bytes up to the list's [, then a ] instead of the records, then the bytes behind the list. So it judges
 * everything except the records. Private to formats. */
#ifndef FORMATS_JSON_JSON_OUTER_H
#define FORMATS_JSON_JSON_OUTER_H

#include "etl/core/err.h"

struct json_outer;
/* records: "data.customers", or empty. */
struct json_outer *json_outer_new(struct str records);
void               json_outer_free(struct json_outer *o); /* NULL is fine */
/* Says what is wrong with a document that should be a list and does not begin with [. `bytes`: its first ones. */
enum etl_status json_outer_refuse(struct json_outer *o, struct str bytes, struct err *err);
/* Takes the bytes up to the list's [, or all of them; *used: how many. *entered: the [ was found. ETL_UNREAD: invalid at byte *used. */
enum etl_status json_outer_enter(struct json_outer *o, struct str bytes, size_t *used, bool *entered, struct err *err);
/* After the list: takes all of the bytes. ETL_UNREAD: invalid, or the list comes a second time. */
enum etl_status json_outer_take(struct json_outer *o, struct str bytes, size_t *used, struct err *err);
/* The input has ended: is the document whole? Was there a list? */
enum etl_status json_outer_end(struct json_outer *o, struct err *err);

#endif
