/* etl/extract/archive_input.h - an archive as the input of a plan: which of a mapping's inputs its tables feed. */
#ifndef ETL_EXTRACT_ARCHIVE_INPUT_H
#define ETL_EXTRACT_ARCHIVE_INPUT_H

#include "etl/core/err.h"

/* Is it an archive of ours, by its name and its manifest? */
bool archive_input_is(const char *path);
/* What feeds the input: "ARCHIVE:customers.csv". NULL: the archive has no table of that name. Warns of a table that is not
 * complete. */
const char *archive_input_path(const char *archive, struct str input, struct arena *mem, struct findings *faults);

#endif
