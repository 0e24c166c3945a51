/* etl/apply/readback.h - what reading back proves about a call whose answer got lost.
 *
 * Only looks at its arguments: the description's statement, the call's values, what the read answered, and what the read before the
 * first sending saw. What is not proven stays unsure, and a person looks. */
#ifndef ETL_APPLY_READBACK_H
#define ETL_APPLY_READBACK_H

#include "providers/replies/reply.h"

enum readback {
    READBACK_DONE,     /* it is there as we sent it, and was not there before (a removal: it is gone) */
    READBACK_ABSENT,   /* it is not there (a removal: it still is): seen twice, it is sent again */
    READBACK_UNSURE,   /* differs, was there before, or belongs to another: a person looks */
    READBACK_NO_PROOF, /* it is not found (a removal: it is no longer found), which proves nothing for this command */
    READBACK_UNREAD    /* the read itself gave no answer; a failed read is never "not there" */
};

/* The reading command's values, from the call's. */
struct value *lookup_values(const struct lookup_read *lookup, const struct value *call_values, struct arena *mem);
/* Was it there before we sent anything? For the baseline. READBACK_UNREAD: cannot be told. */
enum readback baseline_judge(const struct command *command, const struct value *values, const struct verdict *read,
                             struct arena *mem, bool *there);
struct before {
    bool looked, there;
    bool same_answer; /* the same read answers now, byte for byte, what it answered then: nothing happened */
};
/* One full report answers for all calls of the command: nothing of a call is in its question. */
bool          lookup_is_shared(const struct lookup_read *lookup);
enum readback readback_judge(const struct command *command, const struct value *values, const struct before *before,
                             const struct verdict *read, struct arena *mem, const char **why);

#endif
