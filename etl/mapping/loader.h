/* etl/mapping/loader.h - what the parts of loading share. Private to this room.
 *
 * mapping.c calls the parts in order, in three phases: every fault is reported, and secrets are known before constants are folded.
 *   parse    every expression is parsed for the input it belongs to, and its names get their meaning (resolve_names.c)
 *   check    required parameters, references, what can be cleared (check.c), what is secret (check_secrets.c)
 *   prepare  filters' arguments, patterns, constants (check.c, by language/prepare.h)
 * A CSV's columns are bound later, when its file is opened (bind_columns.c). */
#ifndef ETL_MAPPING_LOADER_H
#define ETL_MAPPING_LOADER_H

#include "etl/core/notation/yaml_reader.h"
#include "etl/mapping/compiled.h"
#include "etl/mapping/keywords.h"

struct mapping_loader {
    struct yaml_reader           read; /* source, mem, faults: for the readers of YAML nodes */
    struct mapping              *m;
    struct compiled             *c;
    const struct mapping_source *asked;
    const struct yaml           *root;
    const char                  *folder; /* of the mapping file; NULL: a stock mapping has none */
    unsigned                     deepest_let;
};

/* load_head.c */
void load_head(struct mapping_loader *l); /* name, title, provider, vars */
void load_allow(struct mapping_loader *l);
void load_rules(struct mapping_loader *l);
bool is_file_path(struct str name); /* a mapping or provider named by its file, not a stock one */
/* load_guards.c */
void load_guards(struct mapping_loader *l);
/* load_inputs.c */
void load_inputs(struct mapping_loader *l);
void read_csv_form(struct yaml_reader *r, const struct yaml *body,
                   struct csv_options *csv); /* delimiter, quote, encoding */
/* load_lookups.c */
void load_lookups(struct mapping_loader *l);
/* load_calls.c */
void load_calls(struct mapping_loader *l);
/* resolve_names.c */
enum expression_role { ROLE_FIELD, ROLE_WHEN, ROLE_ONCE_PER, ROLE_LANE, ROLE_LET };
struct expression_scope { /* where an expression stands decides which names it may use */
    enum expression_role role;
    size_t               input;      /* index in compiled->in */
    int                  call;       /* index in mapping->calls, or -1 */
    unsigned             list_depth; /* inside a field's list 1, in a list inside it 2 */
    int                  each;       /* bare names are fields of an element of this list; -1: of the record */
};
struct node *compile_expression(struct mapping_loader *l, const struct yaml *yaml,
                                const struct expression_scope *scope); /* NULL after a fault */
void         read_lets(struct mapping_loader *l);
void         input_unknown(struct mapping_loader *l, const struct yaml *node); /* the fault, with "did you mean" */
/* check_secrets.c */
void check_secrets(struct mapping_loader *l);
/* Visits what an expression's value may come from, through lets, lookups and filters. */
typedef void (*visit_source)(void *context, const struct node *n);
void           each_source(const struct compiled_input *in, const struct node *n, visit_source visit, void *context);
struct lookup *lookup_of(const struct compiled *c, const struct node *n); /* NULL: the node is no lookup */
/* check.c */
void check_mapping(struct mapping_loader *l);
/* check_tests.c: that tests: is written as it has to be; running them is run_tests.h. */
void   check_tests(struct mapping_loader *l);
size_t test_input(const struct mapping *m, const struct yaml *test);

#endif
