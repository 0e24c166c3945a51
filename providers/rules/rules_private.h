/* providers/rules/rules_private.h - what rules.c (one value) and rules_call.c (a whole call) share. */
#ifndef PROVIDERS_RULES_RULES_PRIVATE_H
#define PROVIDERS_RULES_RULES_PRIVATE_H

#include "providers/rules/rules.h"

struct rule_check {
    struct pattern_match *match;
    char                  today[16];
    char                  name[40]; /* of the last rule reported, NUL-terminated */
};
/* The other values that a relational rule compares with: of a call, or of a rule's examples. */
struct relations {
    struct str (*role)(const struct relations *relations, struct str role);
    const struct pair_value *pairs; /* examples: role and value */
    size_t                   pair_count;
    const struct command    *command; /* a call */
    const struct value      *values;
    struct str               clear; /* the command's clear word */
};
enum etl_status rule_judge(struct rule_check *c, const struct rule *r, const char *field, bool secret, struct str value,
                           const struct relations *relations, struct err *err);
const char     *rule_name(const struct rule *r, struct rule_check *c);

#endif
