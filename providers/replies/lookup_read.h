/* providers/replies/lookup_read.h - what the answer of a read proves about a call: is its record there, and what would the call have captured?
 *
 * Lifetime  what is returned lives in the arena given, or in the verdict. */
#ifndef PROVIDERS_REPLIES_LOOKUP_READ_H
#define PROVIDERS_REPLIES_LOOKUP_READ_H

#include "providers/replies/reply.h"

/* What the answer of a verify, test or probe read says about a call. */
enum lookup_answer { LOOKUP_THERE, LOOKUP_NOT_THERE, LOOKUP_DIFFERS, LOOKUP_OTHER_KIND, LOOKUP_UNKNOWN };
/* THERE: a record equals the call in every `match`. DIFFERS: a record was found, but another one or with other values. NOT_THERE: nothing found. A
 * `match` value that is a constant selects the kind of record. In a list, records of other kinds do not count. An answer that tells one thing only
 * has told another kind: OTHER_KIND, which says nothing of ours, for it may be there besides. */
enum lookup_answer lookup_judge(const struct lookup_read *lookup, const struct value *call_values,
                                const struct verdict *read_verdict, struct arena *call_mem);
/* Does the call have the value that identifies its record (the first `match`)? Without it, no record found can be proved to be the call's. */
bool lookup_names_it(const struct lookup_read *lookup, const struct value *call_values, struct arena *call_mem);
/* How many records equal the call in every `match`, and the first of them. */
size_t lookup_found(const struct lookup_read *lookup, const struct value *call_values,
                    const struct verdict *read_verdict, struct arena *call_mem, const struct reply_record **first);
/* Do the records have different values for this capture? Then it must not be used. */
bool capture_is_ambiguous(const struct command *read, const struct verdict *verdict, size_t capture);
/* The call's captures, taken from the record that was found. */
size_t lookup_captures(const struct lookup_read *lookup, const struct command *command, const struct value *call_values,
                       const struct verdict *read_verdict, struct arena *call_mem, const struct pair_value **out);

#endif
