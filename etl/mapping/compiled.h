/* etl/mapping/compiled.h - a mapping's expressions: what loading makes and a mapper evaluates. Private to this room.
 *
 * Lifetime  lives in the mapping's arena; the patterns are freed by mapping_free(). */
#ifndef ETL_MAPPING_COMPILED_H
#define ETL_MAPPING_COMPILED_H

#include "etl/language/expression.h"
#include "etl/language/expression_place.h"
#include "etl/language/lookup.h"
#include "etl/mapping/program.h"

struct pattern;

/* Dangers that a mapping has to allow by name. Cutting a service is not among them: it is the purpose of many mappings. */
enum { DANGERS_TO_ALLOW = DANGER_DESTROYS | DANGER_SPENDS | DANGER_NOTIFIES };
#define ON_CHANGE(change) (1U << (change)) /* a bit of compiled_call.on, by enum record_change */

struct let {
    struct str         name;
    const struct yaml *yaml;
};
struct placed_expression { /* an expression, and where it stands in the file */
    struct node       *node;
    const struct yaml *yaml;
};
struct column_use {    /* a name in an expression that is looked up among the input's columns */
    struct node *node; /* gets the column. NULL: the name means something else (`is`), and must not be a column too */
    const char  *is;
    struct str   name;
    int          list; /* within an element of this list; -1: of the record */
    uint32_t     at;   /* in `yaml` */
    const struct yaml *yaml;
};
struct compiled_input {
    struct placed_expression lane;       /* node NULL: each record alone */
    struct node            **lets;       /* by let; NULL: no expression of the input asks it */
    unsigned                *let_depths; /* while loading: 0 not compiled yet, UINT_MAX being compiled */
    size_t                  *calls;      /* those of this input, in order; indexes in mapping->calls */
    size_t                   call_count, call_cap;
    struct column_use       *uses;
    size_t                   use_count, use_cap;
    struct str              *feeds_secret; /* columns that feed a secret parameter */
    size_t                   feed_count, feed_cap;
    const struct yaml       *unique, *secret, *key; /* as written, for their places */
    struct str              *lists;                 /* the paths that each: walks, none twice */
    size_t                   list_count, list_cap;
    const struct str        *optional; /* columns that may be missing */
    size_t                   optional_count;
    bool                     asks_parent;
    int                     *unique_columns; /* set by mapping_bind */
};
struct compiled_field {
    size_t                   param;
    struct placed_expression value;
    /* FIELD_ASKS_RULES is evaluated after the fields that those rules compare it with; FIELD_MAKES_PASSWORD last, since the password depends on
     * what the call is about (providers/model/identity.h). */
    enum field_turn { FIELD_PLAIN, FIELD_ASKS_RULES, FIELD_MAKES_PASSWORD } turn;
};
struct compiled_call {
    struct placed_expression when, once_per; /* node NULL: not said */
    struct compiled_field   *fields;         /* by their turns, else as written */
    size_t                   field_count;
    const struct yaml       *yaml;  /* the call, as it is written */
    unsigned                 on;    /* bits ON_CHANGE(): for which changes of a record it is made */
    size_t                   input; /* index in compiled->in */
};
struct compiled {
    struct arena             *mem;
    struct yaml_source        source;
    struct mapping_file      *files;
    struct mapping_input     *inputs; /* the mapping's own, while they can be changed */
    struct mapping_call      *call_heads;
    bool                     *counts; /* by input: count(input) is asked */
    struct compiled_input    *in;     /* by input; one more at the end for before: and after:, which have no record */
    struct compiled_call     *calls;
    struct let               *lets;
    size_t                    let_count;
    struct lookup           **lookups;
    size_t                    lookup_count;
    struct pattern          **patterns;
    size_t                    pattern_count, pattern_cap;
    struct placed_expression *expressions; /* all of them, to be prepared */
    size_t                    expression_count, expression_cap;
    const struct yaml        *tests;
};

static inline struct expression_place place_in(struct compiled *c, const struct yaml *yaml, struct findings *faults)
{
    return (struct expression_place){ &c->source, faults, yaml, c->mem };
}

#endif
