/* etl/run/run_folder.h - the run folder: a plan and all that becomes of it. 0700, its files 0600.
 *
 * plan.jsonl, rejects/, findings.jsonl, summary.json, seal.json, ledger.db, test.csv, results.csv, lanes.csv. plan.jsonl is renamed
 * into place last: a folder without one holds no plan.
 *
 * Threads  one owner. The lock (an flock on run.lock) keeps two commands from writing one run. */
#ifndef ETL_RUN_RUN_FOLDER_H
#define ETL_RUN_RUN_FOLDER_H

#include "etl/core/err.h"
#include "etl/mapping/mapping.h"
#include "etl/secrets/key.h"

struct run_folder {
    const char *path; /* as given */
    int         dir_fd, lock_fd;
};

/* One thing a seal covers. path: where it is read again to be compared: a file, or "stock:NAME". */
struct sealed_thing {
    struct str what;               /* "plan", "findings", "summary", "mapping", "lookup", "description" */
    struct str name, path, digest; /* digest: hex SHA-256 */
};
enum { SEALED_THINGS_MAX = 256 };
/* Writes seal.json: the digests and an HMAC under the installation's key over them. */
enum etl_status run_folder_seal(const struct run_folder *r, const struct key *key, const struct sealed_thing *things,
                                size_t count, struct err *err);

/* A new run folder for `plan -o`. Refused (ETL_FAIL) when it exists, unless replace, and nothing was sent from it, and no command works on it. */
enum etl_status run_folder_create(const char *path, bool replace, struct arena *mem, struct run_folder *out,
                                  struct err *err);
/* An existing run with a whole plan. write: takes the lock; ETL_AGAIN when another command holds it, naming its pid. */
enum etl_status run_folder_open(const char *path, bool write, struct arena *mem, struct run_folder *out,
                                struct err *err);
void            run_folder_close(struct run_folder *r);
char           *run_folder_file(const struct run_folder *r, const char *name, struct arena *mem); /* "RUN/name" */
/* "RUN/rejects/INPUT.csv", with the ending that is there: rejects keep their input's form. */
char *run_folder_rejects(const struct run_folder *r, struct str input, struct arena *mem);

/* What summary.json says, as far as later commands need it. */
struct run_facts {
    struct str         provider, mapping, mapping_path, after, key_id, today, made; /* made: when, ISO 8601 */
    struct pair_value *set;                                                         /* the --set values of the plan */
    size_t             set_count;
    struct run_input {
        struct str name, file, path, digest;
        uint64_t   read, planned, rejected, without_calls, damaged;
    } * inputs;
    size_t                 input_count;
    uint64_t               calls, lanes, records, planned, rejected, without_calls, errors, warnings;
    uint64_t               dangers[4];  /* cuts, destroys, spends, notifies */
    struct str             plan_digest; /* hex SHA-256 */
    const struct provider *description; /* loaded, checked against the seal */
};
/* What summary.json and seal.json say, unchecked and without description: to show it, never to send by it. */
enum etl_status run_folder_read(const struct run_folder *r, struct arena *mem, struct run_facts *out, struct err *err);
/* Who works on the run right now: its process id, 0: nobody. */
long run_folder_holder(const struct run_folder *r, struct arena *mem);
/* Reads summary.json and seal.json and checks the seal: plan, mapping, lookups and description unchanged since planning.
 * ETL_FAIL with what changed ("plan.jsonl was changed since it was sealed"); no option overrides that. */
enum etl_status run_folder_check(const struct run_folder *r, const struct key *key, struct arena *mem,
                                 struct run_facts *out, struct err *err);

#endif
