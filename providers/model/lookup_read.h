/* providers/model/lookup_read.h - a read that answers a question about a call: `verify:` and `test:` of a command. */
#ifndef PROVIDERS_MODEL_LOOKUP_READ_H
#define PROVIDERS_MODEL_LOOKUP_READ_H

#include "providers/model/together.h"

struct command;

struct lookup_read {
    const struct command *read;  /* NULL: there is none */
    struct pairs          with;  /* the read's parameters, from the call's */
    struct pairs          match; /* capture or record field: what it must equal */
    bool                  wants_nothing;
    bool                  baseline, full;
    bool                  absence_is_proof; /* and only where the condition holds: lookup_absence_is_proof() */
    bool                  absence_has_condition, absence_unless;
    struct together_item  absence_condition;
    const struct pair_value
          *captures; /* the call's capture: the read's record field or capture; beside those of equal name */
    size_t capture_count;
    bool   others_are_no_proof; /* absence: none_at_all - that others are found and ours is not says nothing */
    bool   there_is_refused;    /* what the read before the first sending finds is not made a second time */
    bool   baseline_when_told; /* a look that is refused does not keep from sending: what is found later stays unsure */
    uint32_t settle_seconds;
};

/* Is it proof that the call did not happen when this read does not find it? By the description and, where it names one, the condition. */
bool lookup_absence_is_proof(const struct lookup_read *l, const struct value *call_values);

#endif
