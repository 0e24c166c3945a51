/* etl/run/plan_head.h - the first line of plan.jsonl: what all records of a plan have in common.
 *
 * {"plan":2,"version":"0.8.0","provider":"ispn","mapping":"billing-to-ispn",
 *  "calls":[{"name":"customer","command":"addcust","effect":"create","input":"subscribers"},…]}
 *
 * calls   the mapping's calls in their order: before:, calls:, after:. A record's line names them by `name`, which is the call's own (`as:`,
 *         else the command's). Where two calls of a mapping have the same, the later ones are named "customer#2" and have "as":"customer".
 * Those of before: and after: say "stage". Lifetime: the arena given. Errors: ETL_FAIL with what is wrong. */
#ifndef ETL_RUN_PLAN_HEAD_H
#define ETL_RUN_PLAN_HEAD_H

#include "etl/core/buf.h"
#include "etl/core/err.h"
#include "etl/run/plan_reader.h"

enum { PLAN_EDITION = 2 };
enum plan_stage { STAGE_LANE, STAGE_BEFORE, STAGE_AFTER };
struct plan_call_head {
    struct str      name, as, command, effect, input;
    enum plan_stage stage;
};
struct plan_head {
    struct str                   version, provider, mapping;
    const struct plan_call_head *calls;
    size_t                       call_count;
};
enum etl_status plan_head_parse(struct str line, struct arena *mem, struct plan_head *out, struct err *err);
/* Reads it with a reader that is new. */
enum etl_status plan_head_read(struct plan_reader *r, struct arena *mem, struct plan_head *out, struct err *err);
/* Appends the line, with its newline. */
void plan_head_write(const struct plan_head *h, struct buf *out);
/* The place of the call in the head; -1: there is none. */
int plan_head_call(const struct plan_head *h, struct str name);

#endif
