/* etl/run/plan_line.h - one line of plan.jsonl: one call. The plan writes it; test, apply, explain and reveal read it.
 *
 * {"id":"32 hex","seq":N,"lane":"1001","from":"customers.csv:17","command":"addcust","as":"customer","effect":"create",
 *  "params":{"billid":"999","pass":{"sealed":"…"},"x":{"ref":"customer.id"},"y":null,"address":["12 High St","",…]}}
 *
 * id    digest of lane, call name and occurrence (0 for the first call of that name in its lane, 1 for the second, …).
 * seq   orders the calls of a lane: position in `calls:` * 10^10 + the record's number over all inputs.
 * Lines of before: and after: carry "stage":"before" or "after" and lane "". A clear is null.
 * Secret values are sealed; plan_line_values() opens them. */
#ifndef ETL_RUN_PLAN_LINE_H
#define ETL_RUN_PLAN_LINE_H

#include "etl/core/err.h"
#include "etl/secrets/sealer.h"
#include "providers/model/provider.h"

struct plan_param {
    struct str   name;
    struct value value; /* text as it stands; sealed ones: secret = true and text = the sealed form */
    bool         sealed;
};
enum plan_stage { STAGE_LANE, STAGE_BEFORE, STAGE_AFTER };
struct plan_line {
    struct str               id, lane, from, command, as, effect;
    uint64_t                 seq;
    enum plan_stage          stage;
    const struct plan_param *params;
    size_t                   param_count;
};
/* Parses one line (without its newline). A line that is not ours is ETL_FAIL naming what is wrong. */
enum etl_status plan_line_parse(struct str line, struct arena *mem, struct plan_line *out, struct err *err);
/* The line's command, with those members of parameter families that the line names. NULL: the description has no such command. */
const struct command *plan_line_command(const struct provider *p, const struct plan_line *line, struct arena *mem);
/* The values by command->params, unsealed (secret set), ready for wire encoding. References stay VALUE_REF. */
enum etl_status plan_line_values(const struct plan_line *line, const struct command *command, struct sealer *sealer,
                                 struct arena *mem, struct value **out, struct err *err);

#endif
