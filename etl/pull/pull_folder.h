/* etl/pull/pull_folder.h - the work folder of a pull, ARCHIVE.pull: where everything lies in it.
 *
 * Layout  raw/<report>.frames and raw/<report>.<number>: answers (stored_answer.h); tables/<table>.csv; questions.db: the journal.
 * Errors  ETL_AGAIN: the disk is full. */
#ifndef ETL_PULL_PULL_FOLDER_H
#define ETL_PULL_PULL_FOLDER_H

#include "etl/core/arena.h"
#include "etl/core/err.h"

struct pull_folder {
    const char *path, *raw, *tables, *journal;
};
/* Names only: nothing is made. The paths live in `mem`. */
void            pull_folder_name(struct pull_folder *f, const char *archive, struct arena *mem);
enum etl_status pull_folder_make(const struct pull_folder *f, struct err *err);
const char     *pull_folder_table(const struct pull_folder *f, struct str table, struct arena *mem);
/* A new file that has no name any more and goes when it is closed; -1 with err. */
int pull_folder_temporary(const struct pull_folder *f, struct err *err);
/* The folder with everything in it goes. */
void pull_folder_remove(const struct pull_folder *f);

#endif
