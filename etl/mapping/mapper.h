/* etl/mapping/mapper.h - evaluates a mapping: from a record to its lane, its unique values and its calls.
 *
 * Lifetime  what a mapper yields lives in the record arena given, until the caller resets it; slices point into the record.
 * Threads   one mapper per thread.
 * Limits    a value is at most 1 MiB; patterns stop at their match limits. */
#ifndef ETL_MAPPING_MAPPER_H
#define ETL_MAPPING_MAPPER_H

#include "etl/mapping/program.h"
#include "etl/secrets/key.h"

struct mapper;
struct mapper *mapper_new(const struct mapping *m, struct str today, const struct key *key /* may be NULL */);
void           mapper_free(struct mapper *m);

struct row { /* one record and what is known about it */
    size_t               input;
    const struct record *record;
    const struct record *parent; /* where the input has a parent and the mapping asks parent.X */
    uint64_t             nth;    /* 1-based among its input's rows in the lane */
    const uint64_t      *counts; /* by input */
    enum record_change   change; /* picks the calls, by on: */
    const struct record *old;    /* of a changed or removed record; else NULL */
};

extern const struct record record_of_nothing; /* an orphan's parent: each of its fields is empty */

/* Step 1: the row's lane and its unique values. *lane is STR_NONE where the input has no lane:, a record is alone in its lane then. unique[i]
 * belongs to input->unique[i]. An empty lane is a reject (rule lane-empty). */
enum etl_status mapper_keys(struct mapper *m, const struct row *row, struct arena *record_mem, struct str *lane,
                            struct str *unique, struct err *err);

struct mapped_call {
    const struct mapping_call *call;
    struct value              *values;   /* by command->params; written forms, ready to encode */
    struct str                 once_per; /* ptr NULL: none */
    size_t                     element;  /* 1-based, of the list that each: walks; 0: none */
    unsigned                   dangers;
};
struct mapped {
    struct mapped_call *calls;
    size_t              count;
    size_t              tried;    /* calls that were made, also those of a reject: for showing them */
    struct finding     *findings; /* errors and warnings; err.field is the parameter or column */
    size_t              finding_count;
    bool                rejected;
};
/* Step 2: its calls, checked by the provider's rules. ETL_REJECT if any finding is an error; then it has no calls. */
enum etl_status mapper_row(struct mapper *m, const struct row *row, struct str lane, struct arena *record_mem,
                           struct mapped *out);
/* The calls of before: (or after:), which have no record. */
enum etl_status mapper_once(struct mapper *m, bool after, struct arena *record_mem, struct mapped *out);

/* ---- for show_record.c, which shows a row's expressions one by one ---- */
struct eval;
/* The row's expressions can be evaluated with the result, until the mapper gets another row. */
struct eval *mapper_eval(struct mapper *mapper, const struct row *row, struct arena *record_mem);
/* Expressions inside each: are about this element (from 1) of the list from now on; false: the list has no such element. */
bool mapper_take_element(struct eval *e, int list, size_t columns, size_t element);

#endif
