/* etl/mapping/mapping.h - a mapping file: from records to calls. Loaded, checked and compiled once; then evaluated by every thread.
 *
 * The language is told in mappings/reference.md. All faults of a file are found at load, or when the columns of an input are bound; what is
 * left for a record are its values.
 *
 * Lifetime  a mapping lives in the arena it was loaded into (patterns: mapping_free). A mapper is one thread's means to
 *           evaluate; what it yields lives in the record arena given, until the caller resets it.
 * Threads   struct mapping is read-only after mapping_bind(); one mapper per thread.
 * Limits    a value is at most 1 MiB; pattern match limits; lookups files 64 MiB each. */
#ifndef ETL_MAPPING_MAPPING_H
#define ETL_MAPPING_MAPPING_H

#include "etl/core/embedded.h"
#include "etl/core/notation/threshold.h"
#include "etl/core/notation/yaml.h"
#include "etl/core/record.h"
#include "etl/core/value.h"
#include "etl/secrets/key.h"
#include "formats/csv_reader.h"
#include "formats/json_reader.h"
#include "providers/model/provider.h"
#include "providers/rules/rules.h"

enum input_format { INPUT_CSV, INPUT_JSON, INPUT_JSONL }; /* the latter two: columns are paths, see json_reader.h */

struct mapping_input {
    struct str          name;
    enum input_format   format;
    struct csv_options  csv;
    struct json_options json;
    struct json_wanted  wanted;          /* the paths that the mapping asks of a JSON record; known at load */
    bool                optional;        /* the file may be left out */
    int                 parent;          /* index of the parent input, or -1 */
    bool                orphans_allowed; /* a row without an accepted parent row goes on; its fields are empty then */
    const struct str   *unique;          /* column names; each alone is unique among the accepted rows */
    size_t              unique_count;
    uint64_t            rows_min, rows_max; /* expect: rows; 0, UINT64_MAX when not said */
    uint64_t            max_age_s;          /* expect: max_age; 0 = none */
    bool                has_lane;           /* lane: given here or for all; else each record alone */
    /* set by mapping_bind: */
    const struct str  *columns;
    size_t             column_count;
    const bool        *secret;      /* by column: listed under secret:, or feeds a secret parameter */
    const bool *const *list_secret; /* by list of `wanted`, by its column */
    const struct str *secret_paths; /* JSON: all of them, whether or not a column asks; what lies below is secret too */
    size_t            secret_path_count;
    uint64_t          line;
};

/* Where it has any, a record with too few or too many cells is shown nowhere: a secret may stand under any name. */
static inline bool mapping_input_has_secrets(const struct mapping_input *in)
{
    for (size_t i = 0; i < in->column_count; i++)
        if (in->secret[i])
            return true;
    return in->secret_path_count != 0;
}

struct mapping_call {
    const struct command *command;
    struct str            as;       /* the call's name: as:, or the command's */
    int                   input;    /* index; -1 for before:/after: */
    int                   position; /* in `calls:`, 0-based; orders a lane's calls */
    bool                  has_once_per;
    bool                  is_before, is_after;
    int                   list;   /* each: index in the input's `wanted` lists; -1: the record itself */
    const int            *params; /* the params that fields: names, in written order */
    size_t                param_count;
    uint64_t              line;
};

struct mapping_file {
    struct str name;
    struct str path;
    struct str text;
}; /* what the plan's digest covers */

struct mapping_ease {
    struct str    rule;
    enum severity severity;
}; /* rules:  "addr1.text32" or "text32" */

struct mapping {
    struct str                  name, path, title;
    const struct provider      *provider;
    const struct mapping_input *inputs;
    size_t                      input_count;
    const struct mapping_call  *calls; /* before, calls, after, in that order */
    size_t                      call_count;
    const struct mapping_file  *files; /* the mapping itself, then its lookup files */
    size_t                      file_count;
    struct pair_value          *vars;
    size_t                      var_count;
    unsigned                    allow; /* dangers allowed: bits of DANGER_* */
    bool                        has_rejects_guard;
    struct threshold            rejects_guard; /* guards: rejects */
    const struct mapping_ease  *eases;         /* severities changed here; the plan's summary says so */
    size_t                      ease_count;
    bool                        uses_nth, uses_parent; /* what a pipeline has to provide; else it saves the work */
    const bool                 *counts;                /* by input: count(input) is asked somewhere */
    bool                        uses_password;         /* password(n): needs the key */
    struct compiled            *compiled;              /* private to mapping*.c */
};

struct mapping_source {
    struct str               name; /* path, or stock mapping's name */
    const struct pair_value *set;  /* --set name=value */
    size_t                   set_count;
};
/* All faults and warnings to `faults`. */
enum etl_status mapping_load(const struct mapping_source *source, struct arena *run_mem, struct mapping **out,
                             struct findings *faults);
/* The input's columns are known now (a header, or names:): resolves every field that is used. A column no header has is a fault (unless
 * `optional:`), with "did you mean". Also computes which columns are secret. Before any mapper is made. Does nothing for a JSON
 * input, whose columns are the paths that the mapping asks. */
enum etl_status mapping_bind(struct mapping *m, size_t input, const struct str *columns, size_t count,
                             struct findings *faults);
void            mapping_free(struct mapping *m);

/* ---- evaluating; one mapper per thread ---- */
struct mapper;
struct mapper *mapper_new(const struct mapping *m, struct str today, const struct key *key /* may be NULL */);
void           mapper_free(struct mapper *m);

struct row { /* one record and what is known about it */
    size_t               input;
    const struct record *record;
    const struct record *parent; /* where the input has a parent and the mapping asks parent.X */
    uint64_t             nth;    /* 1-based among its input's rows in the lane */
    const uint64_t      *counts; /* by input */
};

extern const struct record record_of_nothing; /* an orphan's parent: each of its fields is empty */

/* Step 1: what the row is called. lane: by lane:, or STR_NONE for "alone" (the pipeline names it by its position). unique[i] by input->unique.
 * An empty lane text is a reject (rule lane-empty). */
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
    size_t              tried; /* calls that were made, whether or not the record is rejected: what people are shown */
    struct finding     *findings; /* errors and warnings; err.field is the parameter or column */
    size_t              finding_count;
    bool                rejected;
};
/* Step 2: its calls, checked by the provider's rules. ETL_OK; ETL_REJECT when any finding is an error (then no calls). */
enum etl_status mapper_row(struct mapper *m, const struct row *row, struct str lane, struct arena *record_mem,
                           struct mapped *out);
/* The calls of before: (or after:), which have no record. */
enum etl_status mapper_once(struct mapper *m, bool after, struct arena *record_mem, struct mapped *out);

/* ---- for people ---- */
/* Runs the mapping's own tests:; each failure is a finding. */
enum etl_status mapping_run_tests(struct mapping *m, struct str today, const struct key *key, struct arena *mem,
                                  size_t *ran, struct findings *faults);
extern const struct embedded_file stock_mapping_files[];

#endif
