/* formats/json_list_frame.h - what stands around the list of records in a JSON document: the objects of its path and its own brackets. */
#ifndef FORMATS_JSON_LIST_FRAME_H
#define FORMATS_JSON_LIST_FRAME_H

#include "etl/core/buf.h"

/* records: where the list stands, "data.customers"; empty: the document is the list. {"data":{"customers":[ … ]}} */
void json_list_frame_begin(struct buf *out, struct str records);
void json_list_frame_end(struct buf *out, struct str records);

#endif
