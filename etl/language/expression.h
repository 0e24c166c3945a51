/* etl/language/expression.h - the expressions of a mapping: `First | trim`, `Status|lower in ['active']`, "{{ a }} text {{ b }}".
 *
 * Parsed once into a tree of nodes; the mapping then gives every name its meaning (column, let, var, parent's field), and
 * expression_prepare() checks the filters' arguments and folds what is constant. After that a tree is read-only.
 *
 * Binding   tightest first: field, literal, ( ); |; comparison and in; not; and; or.
 * Values    a field's value is a slice of the record: nothing is copied until a filter has to.
 * No        false and the empty value; `or` passes over both, a text "false" from a cell only decides `when`, `and`, `not`.
 * Threads   a tree may be shared; a struct eval belongs to one thread.
 * Limits    64 levels; a value is at most 1 MiB. */
#ifndef ETL_LANGUAGE_EXPRESSION_H
#define ETL_LANGUAGE_EXPRESSION_H

#include "etl/core/notation/pattern.h"
#include "etl/core/notation/yaml.h"
#include "etl/core/record.h"
#include "etl/core/value.h"

struct filter;
struct eval;

enum node_op {
    NODE_TEXT,
    NODE_CLEAR,
    NODE_FALSE,
    NODE_NAME, /* parsed, not yet resolved */
    NODE_COLUMN,
    NODE_MEMBER,
    NODE_ELEMENT,
    NODE_PARENT,
    NODE_LET,
    NODE_NTH,
    NODE_COUNT,
    NODE_REF,
    NODE_PASSWORD,
    NODE_FILTER,
    NODE_JOIN,
    NODE_LIST, /* of a field written as a list: its parts */
    NODE_EQ,
    NODE_NE,
    NODE_LT,
    NODE_LE,
    NODE_GT,
    NODE_GE,
    NODE_IN,
    NODE_NOT,
    NODE_AND,
    NODE_OR
};

struct node {
    enum node_op         op;
    uint32_t             at;        /* byte in the text it was parsed from */
    bool                 bracketed; /* [Home Phone]: surely a field */
    bool                 secret;    /* what it yields is masked wherever shown */
    int                  index;     /* column, let or input; -1: yields nothing */
    struct str           text;      /* literal, name, "customer.id" */
    struct str           scope;     /* `parent` of parent.X; of a NODE_ELEMENT the list's path */
    const struct filter *filter;
    int64_t              numbers[2]; /* a filter's whole-number arguments */
    const void          *prepared;   /* what a filter made of its arguments: a pattern, a lookup, a date form */
    struct node        **args;       /* operands; of a filter: what it is applied to, then its arguments */
    size_t               count;
};

/* ---- parsing: every fault goes to `faults` with its place in the YAML ---- */
struct expression_place { /* where the text stands */
    const struct yaml_source *source;
    struct findings          *faults;
    const struct yaml        *yaml; /* the scalar */
    struct arena             *mem;
};
struct node *expression_parse(const struct expression_place *place, struct str text); /* NULL after a fault */
struct node *template_parse(const struct expression_place *place, struct str text);
struct node *node_copy(const struct node *n, struct arena *mem);
/* Told once, however often the same text is compiled. */
void expression_fault(const struct expression_place *place, uint32_t at, const char *rule, const char *fmt, ...)
    __attribute__((format(printf, 4, 5)));
void expression_warning(const struct expression_place *place, uint32_t at, const char *rule, const char *fmt, ...)
    __attribute__((format(printf, 4, 5)));
/* ", did you mean "digits"?" or nothing. */
struct str did_you_mean(struct str typed, const struct str *names, size_t count, struct arena *mem);

/* ---- preparing, when names are resolved ---- */
struct lookup;
struct preparing {
    const struct expression_place *place;
    const struct lookup *const    *lookups;
    size_t                         lookup_count;
    struct pattern              ***patterns; /* those made are added, for whoever frees them */
    size_t                        *pattern_count, *pattern_cap;
};
/* Checks arguments, compiles patterns, folds constants. false after a fault. */
bool expression_prepare(const struct preparing *p, struct node *n);

/* ---- evaluating ---- */
enum { VALUE_BYTES_MAX = 1 << 20 };

struct let_slot {
    uint64_t     made; /* eval->row_number when its value was made */
    bool         failed;
    struct value value;
};
struct eval { /* one thread's; the row's part is set per record */
    const struct record  *record, *parent;
    const struct str     *element;         /* inside each: the element's cells, by the list's columns */
    const bool           *element_is_list; /* or NULL */
    size_t                element_count;
    uint64_t              nth, row_number;
    const uint64_t       *counts;
    struct node *const   *lets;  /* the input's */
    struct let_slot      *slots; /* by let */
    struct arena         *mem;   /* the record's */
    struct pattern_match *match;
    struct buf           *list; /* where lists are put together */
    struct err            err;  /* why it failed */
    /* What a filter may ask about the parameter it feeds; NULL outside fields. */
    const struct target *target;
};
struct target {
    bool (*takes)(void *context, struct str value);                    /* valid */
    bool (*password)(void *context, size_t length, struct value *out); /* password(n) */
    void *context;
};
/* false: the record is a reject, e->err says why (rule and text). */
bool eval_node(struct eval *e, const struct node *n, struct value *out);
/* A condition. false comes back on failure too, with *failed set. */
bool eval_condition(struct eval *e, const struct node *n, bool *failed);
/* For filters: fails the evaluation; room for a new value. */
bool  eval_fail(struct eval *e, const char *rule, const char *fmt, ...) __attribute__((format(printf, 3, 4)));
char *eval_bytes(struct eval *e, size_t size); /* NULL (and failed) past VALUE_BYTES_MAX */

static inline bool value_is_empty(const struct value *v)
{
    return v->kind == VALUE_ABSENT || (v->kind == VALUE_TEXT && v->text.len == 0);
}
extern const char false_text[]; /* what a comparison that fails yields: known by its address */

#endif
