/* etl/run/run_folder.h - the run folder: a plan and all that becomes of it. 0700, its files 0600.
 *
 * Under the seal: plan.jsonl, findings.jsonl, summary.json, known.bin, inputs/ (run_facts.h); beside it: seal.json, rejects/, ledger.db,
 * test.csv, results.csv, lanes.csv, run.lock. plan.jsonl is renamed into place last: a folder without one holds no plan.
 *
 * Threads  one owner. The lock (an flock on run.lock) keeps two commands from writing one run. */
#ifndef ETL_RUN_RUN_FOLDER_H
#define ETL_RUN_RUN_FOLDER_H

#include "etl/core/err.h"

struct run_folder {
    const char *path; /* as given */
    int         dir_fd, lock_fd;
};

/* A run folder for `plan -o`, empty but for run.lock and rejects/. One that is there is taken over when planning it failed or was cut short, or when
 * it holds a plan and `replace` is said; never when something was sent from it (or that cannot be read), nor while another command works
 * on it: ETL_FAIL, ETL_AGAIN. */
enum etl_status run_folder_create(const char *path, bool replace, struct arena *mem, struct run_folder *out,
                                  struct err *err);
/* An existing run with a whole plan. write: takes the lock; ETL_AGAIN when another command holds it, naming its pid. */
enum etl_status run_folder_open(const char *path, bool write, struct arena *mem, struct run_folder *out,
                                struct err *err);
void            run_folder_close(struct run_folder *r);
char           *run_folder_file(const struct run_folder *r, const char *name, struct arena *mem); /* "RUN/name" */
/* "RUN/rejects/INPUT.csv", with the ending that is there: rejects keep their input's form. */
char *run_folder_rejects(const struct run_folder *r, struct str input, struct arena *mem);

/* Who works on the run right now: its process id, 0: nobody. */
long run_folder_holder(const struct run_folder *r, struct arena *mem);

#endif
