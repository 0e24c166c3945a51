/* etl/call_load.h - a call from its line of the plan to values that can be encoded: unsealed, references resolved, rules held. */
#ifndef ETL_CALL_LOAD_H
#define ETL_CALL_LOAD_H

#include "etl/ledger.h"
#include "etl/plan_line.h"
#include "providers/rules.h"

struct call_source {
    struct ledger         *ledger;
    struct ledger         *after;      /* the run this one was planned after, or NULL: its captures count */
    struct plan_reader    *plan;
    const struct provider *provider;
    struct sealer         *sealer;
    struct rule_check     *rules;
};
struct loaded_call {
    struct plan_line      line;
    const struct command *command;
    struct value         *values;
};
/* keep_refs: what earlier calls are to yield stays a VALUE_REF. ETL_REJECT: a rule does not hold (any more), or a capture is missing;
 * `out` has everything but good values then. */
enum etl_status call_load(const struct call_source *s, const struct ledger_call *call, bool keep_refs, struct arena *mem,
                          struct loaded_call *out, struct err *err);

#endif
