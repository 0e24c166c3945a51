/* etl/apply/readback.h - what reading back proves about a call whose answer got lost.
 *
 * Depends on its arguments only: the description's `verify`, the call's values, the answer of the read, and the answer of the read before
 * the first sending. What is not proved stays unsure, and a person checks it at the provider. */
#ifndef ETL_APPLY_READBACK_H
#define ETL_APPLY_READBACK_H

#include "providers/replies/reply.h"

enum readback {
    READBACK_DONE,   /* it is there as we sent it, and was not there before (a removal: it is gone) */
    READBACK_ABSENT, /* it is not there (a removal: it still is): seen twice, it is sent again */
    READBACK_UNSURE, /* differs, was there before, or belongs to another: a person looks */
    READBACK_NO_PROOF, /* it is not found, or another kind is told (a removal: it is no longer found): that proves nothing here */
    READBACK_UNREAD /* the read itself gave no answer; a failed read is never "not there" */
};

/* The values of the reading command, made from the call's. */
struct value *readback_values(const struct lookup_read *lookup, const struct value *call_values, struct arena *mem);
/* What the read before the first sending says: *there. READBACK_UNREAD: the read gave no answer. READBACK_NO_PROOF: it told another kind; the
 * call may be sent, but a later read cannot prove that this call made the record. */
enum readback readback_judge_baseline(const struct command *command, const struct value *values,
                                      const struct verdict *read, struct arena *mem, bool *there);
struct readback_baseline {
    bool looked, there;
    bool same_answer; /* the same read answers now, byte for byte, what it answered then: nothing happened */
};
/* Does one full report answer for all calls of the command? It does when no value of a call stands in the question. */
bool          readback_is_shared(const struct lookup_read *lookup);
enum readback readback_judge(const struct command *command, const struct value *values,
                             const struct readback_baseline *before, const struct verdict *read, struct arena *mem,
                             const char **why);

#endif
