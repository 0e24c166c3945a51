/* etl/run/plan_call.h - one call of a plan: its id, its command, its values.
 *
 * The id is the same in every plan in which the same record makes the same call, so that what became of it there is known here: the first 128
 * bits of SHA-256, in hex, over six netstrings ("4:1001,"): the lane (empty where each record is a lane by itself, since that is named by its
 * place in the file); the input; "key" or "says"; the key or what the record says, with "#2" from the second copy on; the call's name; which of
 * the record's calls of that name it is, from 0. A record whose line says neither key nor says has its lane as key.
 *
 * Lifetime  the arena given. Errors: ETL_FAIL. */
#ifndef ETL_RUN_PLAN_CALL_H
#define ETL_RUN_PLAN_CALL_H

#include "etl/run/plan_record.h"
#include "etl/secrets/sealer.h"
#include "providers/model/provider.h"

enum { CALL_ID_DIGITS = 32 };

/* The id of the record's calls[i]. Takes a SHA-256 of about 100 bytes. */
void plan_call_id(const struct plan_record *r, size_t i, char id[CALL_ID_DIGITS + 1]);
/* The call's command, with those members of parameter families that the call names. NULL: the description has no such command. */
const struct command *plan_call_command(const struct provider *p, const struct plan_call *call, struct arena *mem);
/* The values by command->params, unsealed (secret set), ready for wire encoding. References stay VALUE_REF. */
struct plan_values {
    const struct command *command;
    struct str            lane;
    struct sealer        *sealer;
};
enum etl_status plan_call_values(const struct plan_call *call, const struct plan_values *how, struct arena *mem,
                                 struct value **out, struct err *err);

#endif
