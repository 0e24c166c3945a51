/* providers/model/report.h - one question that lists what the provider has, asked as often as it takes, and the table its answers fill. */
#ifndef PROVIDERS_MODEL_REPORT_H
#define PROVIDERS_MODEL_REPORT_H

#include "providers/model/command.h"

struct report_column {
    struct str field, column; /* theirs, the table's */
};
struct report_value {
    struct str column, theirs, ours;
};
enum report_body { REPORT_RECORDS, REPORT_LINES, REPORT_WHOLE };
struct report { /* one question, asked as often as it takes */
    struct str                  name, table, record;
    const struct command       *command;
    const struct report_column *columns;
    size_t                      column_count;
    const struct report_value  *values;
    size_t                      value_count;
    struct pairs                with; /* parameters that always go with it */
    struct {                          /* asked for each row of tables that reports before this one filled */
        const struct str *tables;
        size_t            table_count; /* 0: asked once */
        struct pairs      with;        /* {row.customer_id}; {row.login.domain}: what stands behind its @ */
    } each;
    struct {                     /* asked for each of these values, which the operator may say */
        struct str        param; /* ptr NULL: none */
        const struct str *values;
        size_t            count; /* 0: only what the operator says */
    } ask;
    struct {                       /* asked for so many days at a time */
        struct str from, to, form; /* ptr NULL: no window */
        uint32_t   days;
    } window;
    struct {                     /* asked page by page, until one is not full */
        struct str size, offset; /* ptr NULL: no pages; size may be */
        uint32_t   rows;
        bool       by_page; /* offset counts pages, not rows */
    } pages;
    struct pairs
        set; /* columns from the question's own {parameters}, from {row.column} of each, from {asked.month}, or fixed */
    struct pairs      dates;   /* column: how its dates come, "MM/DD/YYYY"; ISO needs none */
    const struct str *secrets; /* fields that no secret column takes and that are secret all the same (scrub.h) */
    size_t            secret_count;
    enum report_body  body; /* answers without records: a row a line, or one for all of it */
    struct str        body_column;
};

#endif
