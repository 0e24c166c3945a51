/* etl/pull/pull.h - brings a provider's reports into an archive of normalized tables.
 *
 * A report is asked (ask.h); its answers lose their secrets and are kept in the work folder (stored_answer.h); their records become
 * rows of a table (build_table.h); tables, raw answers and a manifest become the archive (pack.h). The work folder ARCHIVE.pull stays
 * until the archive is whole: an interrupted pull continues from it and asks nothing twice.
 *
 * Memory  does not grow with the reports: per concurrent request one answer of ANSWER_SMALL bytes and one record, and SQLite's cache.
 * Errors  ETL_AGAIN: the provider, the network, a signal or a full disk stopped it, and the same command continues. ETL_GUARD: a guard
 *         of the options stopped it; what was pulled stays in the work folder. */
#ifndef ETL_PULL_PULL_H
#define ETL_PULL_PULL_H

#include "etl/pull/pulled.h"

/* Puts all faults of options and description into `faults` at once; what stops the pull later goes to err. The caller reads the result
 * in `out` and releases it with pulled_release(), whatever came back. */
enum etl_status pull_run(const struct pull_options *options, struct arena *mem, struct pulled *out,
                         struct findings *faults, struct err *err);

#endif
