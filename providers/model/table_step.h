/* providers/model/table_step.h - what a command does to the tables, and how a read answers from them. The sandbox carries it out; a plan and an audit read the steps. */
#ifndef PROVIDERS_MODEL_TABLE_STEP_H
#define PROVIDERS_MODEL_TABLE_STEP_H

#include "providers/model/together.h"

struct report;

enum step_kind { STEP_MAKE, STEP_CHANGE, STEP_REMOVE };
struct table_step {
    enum step_kind       kind;
    struct str           table;
    struct pairs         key, set;
    struct str           within_table; /* ptr NULL: none */
    struct pairs         within;
    bool                 has_condition, unless; /* when: / unless: */
    struct together_item condition;
    bool                 duplicate_allowed, missing_allowed;
    const struct str    *serial,
        *unique; /* serial: if another row has the value, a number is appended. unique: no other row may have the value */
    size_t serial_count, unique_count;
    int    each; /* a family's index: the step is done for each of its given members; -1: once */
};
struct listed {                    /* sandbox: how a list is narrowed and paged */
    bool                 any_case; /* texts are compared without regard to case */
    bool                 has_condition, unless;
    struct together_item condition;
    int                  size, offset; /* indices of the parameters; -1: none */
    uint32_t             rows;         /* rows of a page when size is not given; 0: all */
};

struct find { /* sandbox: how a read answers */
    struct str           table;
    struct pairs         where;
    bool                 has_condition; /* when: */
    struct together_item condition;
    struct text          answer;
    const struct report *report; /* instead of `answer`: the row, shown by this report */
};

#endif
