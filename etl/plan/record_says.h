/* etl/plan/record_says.h - what a record says, as 64 bits: how a record without a unique value is known again in the next plan.
 *
 * What the mapping asks of it counts, so that a date of the last login changes nothing. Columns count by their names and only where they are not
 * empty: their order, or a new one, changes nothing either. Cells that are
 * secret count by a keyed fingerprint: the number stands in the plan in clear, and nobody can try passwords against it.
 *
 * Lifetime  bound to an input whose columns are known. Threads: one. Source: XXH3. */
#ifndef ETL_PLAN_RECORD_SAYS_H
#define ETL_PLAN_RECORD_SAYS_H

#include "etl/core/record.h"
#include "etl/mapping/program.h"
#include "etl/secrets/key.h"

struct record_says;
struct record_says *record_says_new(const struct mapping_input *in, const struct key *key);
void                record_says_free(struct record_says *s); /* NULL is fine */
uint64_t            record_says_of(struct record_says *s, const struct record *r);

#endif
