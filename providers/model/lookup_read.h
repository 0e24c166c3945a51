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
    bool                  absence_is_proof; /* if the condition holds: ask lookup_absence_is_proof() */
    bool                  absence_has_condition, absence_unless;
    struct together_item  absence_condition;
    const struct pair_value    *
        captures; /* name: the call's capture; value: the read's field or capture it is taken from. Those of equal names need no pair */
    size_t capture_count;
    bool   others_are_no_proof; /* absence: none_at_all. It is proof only if the read finds no records at all */
    bool
        there_is_refused; /* there: refused. If the read before the first sending finds the record, the call is not sent */
    bool
             baseline_when_told; /* If the baseline read is refused, the call is sent all the same, but a later read can no longer prove that this call made the record */
    uint32_t settle_seconds;
};

/* This read does not find the call: does that prove that the call did not happen? As the description says, under its condition if it has one. */
bool lookup_absence_is_proof(const struct lookup_read *l, const struct value *call_values);

#endif
