/* providers/model/together.h - rules between the parameters of one call, and the condition (when:, unless:) that other parts of a description use too. */
#ifndef PROVIDERS_MODEL_TOGETHER_H
#define PROVIDERS_MODEL_TOGETHER_H

#include "providers/model/param.h"

enum together_kind {
    TOGETHER_EXACTLY_ONE,
    TOGETHER_AT_LEAST_ONE,
    TOGETHER_AT_MOST_ONE,
    TOGETHER_REQUIRED,
    TOGETHER_ABSENT,
    TOGETHER_TYPE_OF
};
struct together_item { /* a parameter, or a parameter with a value */
    int        param;
    struct str value; /* ptr NULL: any value */
};
struct together {
    struct str                  rule, message;
    enum together_kind          kind;
    enum severity               severity;
    const struct together_item *items;
    size_t                      item_count;
    bool                        has_condition, unless; /* REQUIRED, ABSENT: when: / unless: */
    struct together_item        condition;
    int                         subject, by; /* TYPE_OF */
    const struct type_case {
        struct str               value;
        const struct value_type *type;
    } * cases;
    size_t case_count;
};

/* Does a `when:` or `unless:` hold for these values? Without a condition: yes. An absent parameter has no value; a cleared one is empty. */
bool condition_holds(bool has_condition, bool unless, const struct together_item *condition,
                     const struct value *values);

#endif
