/* providers/model/command.h - a command of the provider: parameters, rules between them, reply, captures, reads that prove it, tables.
 *
 * Lifetime  the provider's arena; patterns are freed by provider_free(). Read-only. */
#ifndef PROVIDERS_MODEL_COMMAND_H
#define PROVIDERS_MODEL_COMMAND_H

#include "providers/model/lookup_read.h"
#include "providers/model/reply.h"
#include "providers/model/table_step.h"

struct provider;

enum effect { EFFECT_READ, EFFECT_CREATE, EFFECT_CHANGE, EFFECT_REMOVE };
enum { DANGER_CUTS = 1, DANGER_DESTROYS = 2, DANGER_SPENDS = 4, DANGER_NOTIFIES = 8 };
extern const char *const effect_names[]; /* "read" "create" "change" "remove"; NULL-ended */
extern const char *const danger_names[]; /* by the bits' order: "cuts" "destroys" "spends" "notifies"; NULL-ended */
const char              *danger_name(unsigned danger); /* one bit -> "cuts" … */

struct capture {
    struct str      name;
    struct pattern *pattern; /* its group 1 is the value: matched in the body, or in a tree in the text at `at` */
    struct str      field;   /* a field of the records; in trees, if it gives no value, `at` does */
    struct path     at;      /* trees: the path from the top */
    bool            needed;  /* an answer without it is not done */
};

struct command {
    struct str               name, title, about, entity;
    struct str               wire;       /* its name on the wire; may hold one {place}: command_wire_name() */
    int                      name_param; /* the parameter that fills that place; -1: there is none */
    enum effect              effect;
    unsigned                 dangers;
    struct str               clear; /* ptr NULL: nothing can be cleared */
    const struct param      *params;
    const bool              *required; /* of each parameter; side by side, as each call asks all */
    bool                     has_danger_values;
    size_t                   param_count;
    const struct together   *together;
    size_t                   together_count;
    const struct reply      *reply;
    struct pattern          *done;    /* or NULL */
    struct str               record;  /* xml: the record's element */
    const struct path       *records; /* trees: the records stand at the first of these paths that exists */
    size_t                   record_path_count;
    const struct route      *routes; /* for wires on which its method or path differs from the wire's own */
    size_t                   route_count;
    const struct capture    *captures;
    size_t                   capture_count;
    bool                     repeat_safe; /* unless the exception is given: ask command_repeat_safe() */
    bool                     repeat_has_exception;
    struct together_item     repeat_exception;
    bool                     test_send; /* tested by sending it in the provider's test mode */
    struct lookup_read       verify, test;
    const struct table_step *steps;
    size_t                   step_count;
    const struct table_step *forbids; /* rows that must not exist; looked for before the steps */
    size_t                   forbid_count;
    struct text              answer, nothing; /* sandbox */
    const struct find       *finds;
    size_t                   find_count;
    const struct report     *lists; /* sandbox: the report whose columns its rows are shown by */
    struct str               lists_table;
    struct pairs             lists_where;
    struct listed            listed;
    struct pairs             example;
    const struct provider   *provider;
    uint64_t                 line;
};

const struct param   *command_param(const struct command *c, struct str name);       /* NULL: there is none */
int                   command_param_index(const struct command *c, struct str name); /* -1: there is none */
const struct capture *command_capture(const struct command *c, struct str name);     /* NULL: there is none */
/* Is sending this very call twice the same as sending it once? */
bool command_repeat_safe(const struct command *c, const struct value *values);

#endif
