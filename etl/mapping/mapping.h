/* etl/mapping/mapping.h - loads a mapping file and binds it to the columns of its inputs.
 *
 * mappings/reference.md describes the language. Faults of the file are found at load, faults of its column names when an input is bound;
 * only values can be wrong later, record by record.
 *
 * Lifetime  a mapping lives in the arena it was loaded into; mapping_free() frees its patterns and its provider.
 * Limits    lookup files have at most 64 MiB each. */
#ifndef ETL_MAPPING_MAPPING_H
#define ETL_MAPPING_MAPPING_H

#include "etl/core/embedded.h"
#include "etl/mapping/program.h"

/* All faults and warnings go to `faults`. */
enum etl_status mapping_load(const struct mapping_source *source, struct arena *run_mem, struct mapping **out,
                             struct findings *faults);
/* Gives the fields of an input their columns, once its header is read; finds out which columns are secret. A field without a column is a
 * fault with "did you mean", unless the column is optional. Must come before any mapper is made. A JSON input needs none: its columns are
 * the paths that the mapping asks, known at load. */
enum etl_status mapping_bind(struct mapping *m, size_t input, const struct str *columns, size_t count,
                             struct findings *faults);
void            mapping_free(struct mapping *m);

extern const struct embedded_file stock_mapping_files[];

#endif
