/* etl/apply/full_report.h - a report that lists everything, read once: what it says of one record.
 *
 * Descriptions mark it `full: true`. Reading it for every call would cost the provider more than the calls do, so it is read
 * once for all that are asked about, and an index by the field that names a record answers.
 *
 * Limits   the whole reply in memory while it is read (256 MiB), its records in 2 GiB: past that a named error. */
#ifndef ETL_APPLY_FULL_REPORT_H
#define ETL_APPLY_FULL_REPORT_H

#include "etl/connection/exchange.h"

struct full_report;
/* The one that was read by this command; NULL: it was not read yet. */
struct full_report *full_report_find(struct full_report *list, const struct command *command);
/* That, or reads it to its end and adds it; nothing else may be under way. */
struct full_report *full_report_read(struct full_report **list, struct exchanges *e, const struct lookup_read *lookup,
                                     const struct value *call_values);
void                full_reports_free(struct full_report **list);
/* Why there was no answer; STR_NONE when there was. */
struct str full_report_failed(const struct full_report *r);
/* What it answered, as if only the record had been asked for that the first pair of `match` names: REPLY_NOTHING where there is none. */
void full_report_about(struct full_report *r, const struct lookup_read *lookup, const struct value *call_values,
                       struct arena *mem, struct verdict *out);
int  full_report_http(const struct full_report *r);

#endif
