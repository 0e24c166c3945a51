/* etl/mapping/loading.h - what the parts of the mapping share: what is being loaded, and what comes of it. Private to mapping*.c and
 * mapper.c.
 *
 * Loading has three phases, so that every fault is told and secrets are known before anything is folded:
 *   parse    every expression is parsed for the input it belongs to, its names get their meaning (resolve_names.c)
 *   check    required parameters, references, what can be cleared, what is secret (check.c)
 *   prepare  filters' arguments, patterns, constants (expression_prepare)
 * Columns are known later, when a file is opened (bind_columns.c). */
#ifndef ETL_MAPPING_LOADING_H
#define ETL_MAPPING_LOADING_H

#include "etl/language/evaluate.h"
#include "etl/language/expression_place.h"
#include "etl/language/lookup.h"
#include "etl/mapping/keywords.h"
#include "etl/mapping/mapping.h"
#include "providers/description/node_reader.h"

enum { LETS_MAX = 256, LET_DEPTH_MAX = 32, LOOKUPS_MAX = 64, INPUTS_MAX = 64, CALLS_MAX = 512, UNIQUE_MAX = 16 };
/* What is not called by accident: cutting a service is what many a mapping is for, these are not. */
enum { DANGERS_TO_ALLOW = DANGER_DESTROYS | DANGER_SPENDS | DANGER_NOTIFIES };
enum { ON_ADDED = 1, ON_CHANGED = 2, ON_REMOVED = 4 };

struct let {
    struct str         name;
    const struct yaml *yaml;
};
struct written { /* an expression, and where it is written */
    struct node       *node;
    const struct yaml *yaml;
};
struct column_use {          /* what gets its column when the input's columns are known */
    struct node       *node; /* NULL: the name is `is` and must not be a column as well */
    const char        *is;
    struct str         name;
    int                list; /* within an element of this list; -1: of the record */
    uint32_t           at;   /* in `yaml` */
    const struct yaml *yaml;
};
struct compiled_input {
    struct written     lane;       /* node NULL: each record alone */
    struct node      **lets;       /* by let; NULL where the input does not ask it */
    unsigned          *let_depths; /* while loading: 0 not yet, UINT_MAX just being compiled */
    size_t            *calls;      /* those of this input, in order; indexes in mapping->calls */
    size_t             call_count, call_cap;
    struct column_use *uses;
    size_t             use_count, use_cap;
    struct str        *feeds_secret; /* columns that feed a secret parameter */
    size_t             feed_count, feed_cap;
    const struct yaml *unique, *secret, *key; /* as written, for their places */
    struct str        *lists;                 /* the paths that each: walks, none twice */
    size_t             list_count, list_cap;
    const struct str  *optional; /* columns that may be missing */
    size_t             optional_count;
    bool               asks_parent;
    int               *unique_columns; /* set by mapping_bind */
};
struct compiled_field {
    size_t         param;
    struct written value;
    bool           late; /* asks the parameter's rules, so it comes after those they look at */
};
struct compiled_call {
    struct written         when, once_per; /* node NULL: not said */
    struct compiled_field *fields;         /* late ones last */
    size_t                 field_count;
    const struct yaml     *yaml; /* the call, as it is written */
    unsigned               on;
    size_t                 input; /* index in compiled->in */
};
struct compiled {
    struct arena          *mem;
    struct yaml_source     source;
    struct mapping_file   *files;
    struct mapping_input  *inputs; /* the mapping's own, while they can be changed */
    struct mapping_call   *call_heads;
    bool                  *counts; /* by input: count(input) is asked */
    struct compiled_input *in;     /* by input; the one behind the last is before: and after:, which have no record */
    struct compiled_call  *calls;
    struct let            *lets;
    size_t                 let_count;
    struct lookup        **lookups;
    size_t                 lookup_count;
    struct pattern       **patterns;
    size_t                 pattern_count, pattern_cap;
    struct written        *written; /* all expressions, to be prepared */
    size_t                 written_count, written_cap;
    const struct yaml     *tests;
};

struct loading {
    struct reading               read; /* source, mem, faults: the small readers */
    struct mapping              *m;
    struct compiled             *c;
    const struct mapping_source *asked;
    const struct yaml           *root;
    const char                  *folder; /* of the mapping file; NULL: a stock mapping has none */
    unsigned                     deepest_let;
};

/* load_inputs.c */
void load_inputs(struct loading *l);
int  input_named(const struct mapping *m, struct str name);     /* -1 */
void input_unknown(struct loading *l, const struct yaml *node); /* the fault, with "did you mean" */
void read_csv_form(struct reading *r, const struct yaml *body,
                   struct csv_options *csv); /* delimiter, quote, encoding */
/* load_lookups.c */
void load_lookups(struct loading *l);
/* load_calls.c */
void load_calls(struct loading *l);
/* resolve_names.c: the place of an expression decides what it may ask. */
enum expression_role { ROLE_FIELD, ROLE_WHEN, ROLE_ONCE_PER, ROLE_LANE, ROLE_LET };
struct expression_role_of {
    enum expression_role role;
    size_t               input;      /* index in compiled->in */
    int                  call;       /* index in mapping->calls, or -1 */
    unsigned             list_depth; /* inside a field's list: 1, in a list of it 2 */
    int                  each;       /* bare names are of an element of this list; -1: of the record */
};
struct node *compile(struct loading *l, const struct yaml *yaml,
                     const struct expression_role_of *where); /* NULL after a fault */
void         read_lets(struct loading *l);
/* check.c */
void check_mapping(struct loading *l);
/* What an expression's value may come from, through let, lookups and filters. */
void each_source(const struct compiled_input *in, const struct node     *n,
                 void (*see)(void *context, const struct node *n), void *context);
/* mapper.c: how severe a broken rule is here; `context` is the mapping. */
enum severity mapping_severity(const void *context, const struct command *c, const struct param *p, struct str rule,
                               enum severity described);
/* A row's expressions, one at a time: good until the mapper is asked for another row. */
struct eval *mapper_eval(struct mapper *mapper, const struct row *row, struct arena *record_mem);
/* The element-th (from 1) of a list becomes what an expression inside each: is about; false: there are no more. */
bool mapper_take_element(struct eval *e, int list, size_t columns, size_t element);
/* bind_columns.c */
bool is_listed(const struct yaml *list, struct str name); /* a list of texts, or one text */
void find_columns(struct mapping *m, size_t input, const struct str *columns, size_t count, struct findings *faults);
void find_paths(struct mapping *m, size_t input); /* a JSON input's columns are what is asked of it */
struct str path_of_node(const struct node *n,
                        struct arena      *mem); /* of a column: its name, within a list with the list's path ahead */
/* run_tests.c: that the tests: are written as they have to be. */
void check_tests(struct loading *l);

static inline struct expression_place place_in(struct compiled *c, const struct yaml *yaml, struct findings *faults)
{
    return (struct expression_place){ &c->source, faults, yaml, c->mem };
}

#endif
