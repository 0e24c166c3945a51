/* etl/mapping/run_tests.h - runs a mapping's own tests: a record, and exactly the calls or the rejects that come of it. */
#ifndef ETL_MAPPING_RUN_TESTS_H
#define ETL_MAPPING_RUN_TESTS_H

#include "etl/mapping/mapping.h"
#include "etl/secrets/key.h"

/* Each failure is a finding. Binds the mapping's inputs to the columns that the mapping and its tests name. */
enum etl_status mapping_run_tests(struct mapping *m, struct str today, const struct key *key, struct arena *mem,
                                  size_t *ran, struct findings *faults);

#endif
