/* etl/plan/record_says.h - what a record says, as 64 bits: how a record without a unique value is known again in the next plan.
 *
 * Columns count by their names and only where they are not empty, so that neither their order nor a new empty one changes anything. Cells that are
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
