/* etl/run/run_facts.h - what summary.json says of a run, and whether the run is still what was sealed.
 *
 * run_facts_check() is the way of whoever sends or relies on the run: the seal's MAC, every byte of every file under it, and the description
 * that the run was planned with, which it carries in inputs/. run_facts_read() shows a run as it stands, unchecked: never send by it.
 *
 * Lifetime  texts live in `mem`; the seal's key and the description go with run_facts_release().
 * Errors    ETL_FAIL with what to do; rule "edition": a folder of another version. */
#ifndef ETL_RUN_RUN_FACTS_H
#define ETL_RUN_RUN_FACTS_H

#include "etl/run/run_folder.h"
#include "etl/run/seal.h"
#include "providers/model/provider.h"

/* The files of a run folder that its seal covers. */
#define PLAN_FILE        "plan.jsonl"
#define FINDINGS_FILE    "findings.jsonl"
#define SUMMARY_FILE     "summary.json"
#define KNOWN_FILE       "known.bin"
#define INPUTS_FOLDER    "inputs"
#define MAPPING_FILE     "inputs/mapping.yaml"
#define DESCRIPTION_FILE "inputs/provider.yaml"
#define LOOKUP_FILE      "inputs/lookup-%zu.csv" /* from 1, in the mapping's order */

struct run_facts {
    struct str         provider, mapping, mapping_path, description_name, after, key_id, today, made, version;
    struct pair_value *set; /* the --set values of the plan */
    size_t             set_count;
    struct run_input {
        struct str name, file, path, digest;
        uint64_t   read, planned, rejected, without_calls, damaged;
    } * inputs;
    size_t                 input_count;
    uint64_t               calls, lanes, records, planned, rejected, without_calls, errors, warnings;
    uint64_t               held, held_lanes; /* by a guard: records, lanes */
    uint64_t               dangers[4];       /* cuts, destroys, spends, notifies */
    struct str             root;             /* the seal's; the ledger belongs to it */
    struct seal           *seal;             /* NULL: not checked */
    const struct provider *description;
};
enum etl_status run_facts_read(const struct run_folder *r, struct arena *mem, struct run_facts *out, struct err *err);
enum etl_status run_facts_check(const struct run_folder *r, const struct key *key, struct arena *mem,
                                struct run_facts *out, struct err *err);
void            run_facts_release(struct run_facts *f); /* the empty object is fine */

#endif
