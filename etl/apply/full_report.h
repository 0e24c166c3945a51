/* etl/apply/full_report.h - a report that lists every record, read once: what it says of one record.
 *
 * A description marks it `full: true`. Reading it for every call would cost the provider more than the calls do, so it is read once, and
 * each call is looked up by an index over the field that names a record.
 *
 * Limits   the whole reply in memory while it is read (256 MiB), its records in 2 GiB: past that a named error. */
#ifndef ETL_APPLY_FULL_REPORT_H
#define ETL_APPLY_FULL_REPORT_H

#include "etl/connection/exchanges.h"

struct full_report;
/* The report that this command read; NULL: not read yet. */
struct full_report *full_report_find(struct full_report *list, const struct command *command);
/* Finds it, or reads it whole and adds it to the list. No other exchange may be under way. */
struct full_report *full_report_read(struct full_report **list, struct exchanges *e, const struct lookup_read *lookup,
                                     const struct value *call_values);
void                full_reports_free(struct full_report **list);
/* Why there was no answer; STR_NONE when there was. */
struct str full_report_failed(const struct full_report *r);
/* The answer as if it listed only the records that the first pair of `match` names. REPLY_NOTHING: none. */
void full_report_about(struct full_report *r, const struct lookup_read *lookup, const struct value *call_values,
                       struct arena *mem, struct verdict *out);
int  full_report_http(const struct full_report *r);

#endif
