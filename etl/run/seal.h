/* etl/run/seal.h - seal.json: which bytes a run consists of, under the installation's key.
 *
 * {"seal":2,"run":"32 hex","key":"16 hex","records":N,"lanes":N,"calls":N,
 *  "digests":[["input customers","64 hex SHA-256"],…],
 *  "files":[{"file":"plan.jsonl","format":"subferry plan 2","blocks":[[offset,length,"tag"],…]},…],
 * "mac":"64 hex"}
 *
 * The MAC is over all bytes of the file before its own line, under a key of this run alone (run_key.h): a seal of another run, or one that
 * was put together from two, does not hold. It is the seal's root: a ledger keeps it and belongs to that plan.
 *
 * Lifetime  everything lives in `mem`, but for the run's key: seal_release().
 * Errors    ETL_FAIL, rule "seal" or "seal-key", with what to do. */
#ifndef ETL_RUN_SEAL_H
#define ETL_RUN_SEAL_H

#include "etl/core/value.h"
#include "etl/run/sealed_file.h"

enum { SEAL_EDITION = 2, SEALED_FILES_MAX = 256 };
/* What is told of a folder of the first edition; takes its path. */
#define SEAL_OF_OLD_EDITION                                                                                            \
    "%s was planned by an older version of subferry, whose run folders this version does not read: finish it with that version (summary.json names it), or plan anew into another folder what its results.csv says is still to be sent"

struct seal {
    struct arena      *mem;
    char               run_id[RUN_ID_DIGITS + 1];
    char               root[2 * SEAL_MAC_BYTES + 1]; /* "" until it is written */
    struct str         key_id;
    struct run_key    *key;
    uint64_t           records, lanes, calls;
    struct pair_value *digests; /* "input customers", hex SHA-256: for those who keep them elsewhere */
    size_t             digest_count, digest_cap;
    struct sealed_file files[SEALED_FILES_MAX];
    size_t             file_count;
};
/* A new run: draws its id. */
enum etl_status seal_begin(struct seal *s, const struct key *key, struct random *random, struct arena *mem,
                           struct err *err);
/* Adds a file, in the order of the table. Its blocks are added as it is written. */
struct sealed_file *seal_add_file(struct seal *s, struct str name, const char *format);
void                seal_add_digest(struct seal *s, struct str what, struct str digest);
enum etl_status     seal_write(struct seal *s, const char *folder, struct err *err);

/* Reads seal.json and checks its MAC. The files are verified as they are read, or all at once by seal_verify(). */
enum etl_status seal_read(const char *folder, const struct key *key, struct arena *mem, struct seal *out,
                          struct err *err);
enum etl_status seal_verify(const struct seal *s, const char *folder, struct err *err);
/* NULL: the seal covers no such file. */
const struct sealed_file *seal_file(const struct seal *s, const char *name);
void                      seal_release(struct seal *s);

#endif
