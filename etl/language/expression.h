/* etl/language/expression.h - an expression as data: a tree of nodes.
 *
 * parse.h makes a tree from text, with its names unresolved. The mapping gives each NODE_NAME its meaning (column, let, var, the parent's
 * field). prepare.h checks the filters' arguments and folds constants. After that a tree is read-only; evaluate.h evaluates it.
 *
 * Lifetime  nodes live in the arena that they were parsed into; their texts may be slices of the mapping's text.
 * Threads   after preparing, any number of threads may share a tree. */
#ifndef ETL_LANGUAGE_EXPRESSION_H
#define ETL_LANGUAGE_EXPRESSION_H

#include "etl/core/arena.h"
#include "etl/core/str.h"

struct filter;

enum node_op {
    NODE_TEXT,
    NODE_CLEAR, /* null: empties the field at the provider */
    NODE_FALSE,
    NODE_NAME, /* parsed, not yet resolved */
    NODE_COLUMN,
    NODE_MEMBER,  /* of a JSON record: a column that may be a list */
    NODE_ELEMENT, /* of the list that each: walks */
    NODE_PARENT,
    NODE_LET,
    NODE_NTH,
    NODE_COUNT,
    NODE_REF, /* what an earlier call's reply yields */
    NODE_PASSWORD,
    NODE_FILTER,
    NODE_JOIN, /* a template: its parts, joined */
    NODE_LIST, /* a field written as a list: its parts */
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
    bool                 bracketed; /* written [Home Phone]: a column, never a let or a var */
    bool                 secret;    /* its value is masked wherever it is shown */
    int                  index;     /* of the column, let or input; -1: the value is empty */
    struct str           text;      /* literal, name, "customer.id" */
    struct str           scope;     /* `parent` of parent.X; of a NODE_ELEMENT the list's path */
    const struct filter *filter;
    int64_t              numbers[2]; /* a filter's whole-number arguments */
    const void          *prepared;   /* what prepare made of a filter's arguments: a pattern, a lookup, date forms */
    struct node        **args;       /* operands; of a filter: what it is applied to, then its arguments */
    size_t               count;
};

struct node *node_copy(const struct node *n, struct arena *mem);

#endif
