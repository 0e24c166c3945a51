/* providers/model/report.h - a question that lists what the provider has, and the table that the answers fill. It is asked as often as needed. */
#ifndef PROVIDERS_MODEL_REPORT_H
#define PROVIDERS_MODEL_REPORT_H

#include "providers/model/command.h"

struct report_column {
    struct str field, column; /* the answer's field, our table's column */
};
struct report_value {
    struct str column, theirs, ours;
};
enum report_body { REPORT_RECORDS, REPORT_LINES, REPORT_WHOLE };
struct report {
    struct str                  name, table, record;
    const struct command       *command;
    const struct report_column *columns;
    size_t                      column_count;
    const struct report_value  *values;
    size_t                      value_count;
    struct pairs                with; /* parameters of every request */
    struct {                          /* one request for each row of these tables, which earlier reports filled */
        const struct str *tables;
        size_t            table_count; /* 0: asked once */
        struct pairs      with;        /* {row.customer_id}; {row.login.domain} is the part behind the @ */
    } each;
    struct {                     /* one request for each of these values; the operator may name others */
        struct str        param; /* ptr NULL: none */
        const struct str *values;
        size_t            count; /* 0: only those that the operator names */
    } ask;
    struct {                       /* one request for so many days */
        struct str from, to, form; /* ptr NULL: no window */
        uint32_t   days;
    } window;
    struct {                     /* one request a page, until a page is not full */
        struct str size, offset; /* offset.ptr NULL: no pages. size may be absent */
        uint32_t   rows;
        bool       by_page; /* offset counts pages, not rows */
    } pages;
    struct pairs
        set; /* columns from the question's own {parameters}, from {row.column} of each, from {asked.month}, or fixed */
    struct pairs      dates;   /* column: the form its dates have in the answer, "MM/DD/YYYY"; not needed for ISO */
    const struct str *secrets; /* secret fields that feed no secret column (replies/redactor.h) */
    size_t            secret_count;
    enum report_body  body; /* answers without records: a row for each line, or one row for the whole text */
    struct str        body_column;
};

#endif
