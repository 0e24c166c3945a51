/* etl/mapping/unseen_paths.h - warns of the paths that no record of a JSON input had: mostly they are misspelled. */
#ifndef ETL_MAPPING_UNSEEN_PATHS_H
#define ETL_MAPPING_UNSEEN_PATHS_H

#include "etl/mapping/program.h"

/* After the whole input was read with `r`. A warning per path, at its place in the mapping; a CSV has none. */
void mapping_warn_unseen(const struct mapping *m, size_t input, const struct record_reader *r, struct findings *faults);

#endif
