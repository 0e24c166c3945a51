/* etl/run/plan_record.h - one line of plan.jsonl behind the first: a record and its calls. Planning writes it, all others read it.
 *
 * {"lane":"1001","from":"customers.csv:17","calls":[["customer",{"billid":"999","pass":{"sealed":"…"},"x":{"ref":"customer.id"},
 *  "y":null,"address":["12 High St","",…]}],["service",{…}]]}
 *
 * A call's name stands in the head (plan_head.h). A clear is null. Secret values are sealed; plan_call_values() opens them.
 * How the record is known again in the next plan: by its lane, where nothing else is said; by "key", the value of its input's `unique:` column;
 * or by "says", 16 hex digits of what its cells say, with "copy" from 2 on where others before it said the same.
 * A line of before: or after: has the lane "" and comes "from" that word.
 *
 * Lifetime  the arena given. Errors: ETL_FAIL naming what is wrong; nothing is written to the result then. */
#ifndef ETL_RUN_PLAN_RECORD_H
#define ETL_RUN_PLAN_RECORD_H

#include "etl/core/value.h"
#include "etl/run/plan_head.h"

enum { SAYS_DIGITS = 16 };

struct plan_param {
    struct str   name;
    struct value value; /* text as it stands; sealed ones: secret = true and text = the sealed form */
    bool         sealed;
};
struct plan_call {
    const struct plan_call_head *head;
    size_t                       position; /* in the head: orders the calls of a lane */
    const struct plan_param     *params;
    size_t                       param_count;
};
struct plan_record {
    struct str              lane, from, key, says; /* key and says: ptr NULL where they are not there */
    uint64_t                copy;                  /* 1: the first that says this */
    const struct plan_call *calls;
    size_t                  call_count;
};

#define PLAN_ALL_CALLS SIZE_MAX
struct plan_wanted {
    const struct plan_head *head;
    size_t                  call; /* whose params are kept, in the line's order; or PLAN_ALL_CALLS */
};
enum etl_status plan_record_parse(const struct plan_wanted *wanted, struct str line, struct arena *mem,
                                  struct plan_record *out, struct err *err);

#endif
