/* etl/mapping/show_record.h - one record's way through a mapping, for people: record → let → calls → findings. Secrets are masked. */
#ifndef ETL_MAPPING_SHOW_RECORD_H
#define ETL_MAPPING_SHOW_RECORD_H

#include "etl/core/notation/json_writer.h"
#include "etl/mapping/mapper.h"

struct shown_row {
    struct row row;
    struct str where; /* "customers.csv:17" */
    struct str lane;
};
/* Maps the record once more and writes what happens on the way. */
void mapping_show(const struct mapping *m, struct mapper *mapper, const struct shown_row *shown_row, struct arena *mem,
                  struct buf *out);
void mapping_show_json(const struct mapping *m, struct mapper *mapper, const struct shown_row *shown_row,
                       struct arena *mem, struct json_writer *w);

#endif
