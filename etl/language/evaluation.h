/* etl/language/evaluation.h - what an evaluation knows: the record, the lane's numbers, the parameter that it feeds; and what filters need.
 *
 * Lifetime  values live as long as the record's arena, or the record itself.
 * Threads   a struct eval belongs to one thread; per record the caller sets the record's part.
 * Limits    a value has at most VALUE_BYTES_MAX. */
#ifndef ETL_LANGUAGE_EVALUATION_H
#define ETL_LANGUAGE_EVALUATION_H

#include "etl/core/err.h"
#include "etl/core/limits.h"
#include "etl/core/notation/pattern.h"
#include "etl/core/record.h"
#include "etl/core/value.h"

struct node;

struct let_slot {
    uint64_t     made; /* eval->row_number when its value was made */
    bool         failed;
    struct value value;
};
/* What a filter and password() may ask about the parameter that their value goes into. */
struct target {
    bool (*takes)(void *context, struct str value);                                     /* valid */
    bool (*password)(void *context, size_t length, struct str word, struct value *out); /* password(n, WORD) */
    void *context;
};
struct eval {
    const struct record  *record, *parent;
    const struct str     *element;         /* inside each: the element's cells, by the list's columns */
    const bool           *element_is_list; /* or NULL */
    size_t                element_count;
    uint64_t              nth, row_number;
    const uint64_t       *counts; /* by input */
    struct node *const   *lets;   /* the input's */
    struct let_slot      *slots;  /* by let */
    struct arena         *mem;    /* the record's */
    struct pattern_match *match;
    struct buf           *list;   /* scratch, where lists are put together */
    struct err            err;    /* why it failed */
    const struct target  *target; /* NULL outside fields: */
};

/* Fails the evaluation: always false. */
bool  eval_fail(struct eval *e, const char *rule, const char *fmt, ...) __attribute__((format(printf, 3, 4)));
char *eval_bytes(struct eval *e, size_t size); /* NULL (and failed) past VALUE_BYTES_MAX */

/* What a false comparison yields. It is recognised by its address: a cell that holds "false" is a text like any other. */
extern const char false_text[];
#define FALSE_TEXT str_of(false_text, 5)

static inline bool value_is_empty(const struct value *v)
{
    return v->kind == VALUE_ABSENT || (v->kind == VALUE_TEXT && v->text.len == 0);
}

/* The value becomes this text; its secrecy stays. */
static inline void value_give(struct value *v, struct str text)
{
    v->text = text;
    v->kind = text.len != 0 ? VALUE_TEXT : VALUE_ABSENT;
}

#endif
