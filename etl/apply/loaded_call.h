/* etl/apply/loaded_call.h - a call from its line of the plan to values that can be encoded: unsealed, references resolved, rules held. */
#ifndef ETL_APPLY_LOADED_CALL_H
#define ETL_APPLY_LOADED_CALL_H

#include "etl/ledger/ledger.h"
#include "etl/run/plan_call.h"
#include "etl/run/plan_reader.h"
#include "etl/secrets/sealer.h"
#include "providers/rules/rules.h"

struct call_source {
    struct ledger          *ledger;
    struct ledger          *after; /* the run this one was planned after, or NULL: its captures count */
    struct plan_reader     *plan;
    const struct plan_head *head;
    const struct provider  *provider;
    struct sealer          *sealer;
    struct rule_check      *rules;
};
struct loaded_call {
    struct plan_record      record;
    const struct plan_call *call; /* of the record */
    const struct command   *command;
    struct value           *values;
};
/* keep_refs: a reference to an earlier call stays a VALUE_REF. ETL_REJECT: a rule does not hold (any more), or a capture is missing; `out`
 * has its record and command then, but its values must not be sent. */
enum etl_status loaded_call_read(const struct call_source *s, const struct ledger_call *call, bool keep_refs,
                                 struct arena *mem, struct loaded_call *out, struct err *err);

#endif
