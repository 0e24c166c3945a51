/* etl/mapping/program.h - a mapping as data: its inputs, its calls, and what is asked of whoever runs it.
 *
 * mapping.h loads it, mapper.h evaluates it; compiled.h, private to this room, holds its expressions.
 *
 * Lifetime  lives in the arena it was loaded into.
 * Threads   read-only once the columns of all inputs are bound. */
#ifndef ETL_MAPPING_PROGRAM_H
#define ETL_MAPPING_PROGRAM_H

#include "etl/core/notation/threshold.h"
#include "formats/csv_reader.h"
#include "formats/json_reader.h"
#include "providers/model/provider.h"

struct input_format;

struct mapping_input {
    struct str                 name;
    const struct input_format *format;
    struct csv_options         csv;
    struct json_options        json;
    struct json_wanted         wanted;   /* the paths that the mapping asks of a JSON record; known at load */
    bool                       optional; /* the file may be left out */
    int                        parent;   /* index of the parent input, or -1 */
    bool              orphans_allowed;   /* a row without an accepted parent row goes on; its fields are empty then */
    const struct str *unique;            /* column names; each alone is unique among the accepted rows */
    size_t            unique_count;
    uint64_t          rows_min, rows_max; /* expect: rows; 0, UINT64_MAX when not said */
    bool              has_rows_share;     /* expect: rows: ±10%, of last time: so many may be more or less */
    struct threshold  rows_share;
    uint64_t          max_age_s; /* expect: max_age; 0 = none */
    bool              has_lane;  /* lane: given here or for all; else each record alone */
    /* set by mapping_bind: */
    const struct str  *columns;
    size_t             column_count;
    const bool        *asked;       /* by column: an expression asks for it; NULL: all, as in JSON */
    const bool        *secret;      /* by column: listed under secret:, or feeds a secret parameter */
    const bool *const *list_secret; /* by list of `wanted`, by its column */
    const struct str *secret_paths; /* JSON: all of them, whether or not a column asks; what lies below is secret too */
    size_t            secret_path_count;
    uint64_t          line;
};

/* If it has secrets, a record with too few or too many cells is shown nowhere: its secret cells may stand under any column. */
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

struct mapping_file { /* the plan's seal covers its digest */
    struct str name;
    struct str path;
    struct str text;
};

struct mapping_ease { /* rules: another severity for a rule, "text32", or for a parameter's rule, "addr1.text32" */
    struct str    rule;
    enum severity severity;
};

/* guards: above `stop` there is no plan; above `hold` the lanes of these calls are kept out of it. A share is one of the records read (rejects)
 * or of the calls planned (dangers). hold is never above stop, whatever the share is of. */
enum guard_kind {
    GUARD_REJECTS,
    GUARD_CUTS, /* the dangers, in the order of the bits DANGER_* */
    GUARD_DESTROYS,
    GUARD_SPENDS,
    GUARD_NOTIFIES,
    GUARDS
};
struct guard {
    bool             has_hold, has_stop;
    struct threshold hold, stop;
};

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
    struct guard                guards[GUARDS];
    const struct mapping_ease  *eases; /* severities changed here; the plan's summary says so */
    size_t                      ease_count;
    bool                        uses_nth, uses_parent; /* what planning has to provide; it saves the work otherwise */
    const bool                 *counts;                /* by input: count(input) is asked somewhere */
    bool                        uses_password;         /* password(n): needs the key */
    struct compiled            *compiled;              /* private to this room: compiled.h */
};

struct mapping_source {            /* which mapping is to be loaded */
    struct str               name; /* path, or stock mapping's name */
    const struct pair_value *set;  /* --set name=value */
    size_t                   set_count;
    /* NULL: as the name and the mapping say. Else a run's inputs/: mapping.yaml, lookup-1.csv … and provider.yaml are read from there. */
    const char *kept_in;
};

int                        mapping_input_named(const struct mapping *m, struct str name); /* -1: there is none */
const struct mapping_call *mapping_call_named(const struct mapping *m, struct str name);  /* by as:, else by command */
/* The dangers that the call has, whatever its values or with some of them: bits DANGER_*. */
unsigned mapping_call_dangers(const struct mapping_call *call);
/* How severe a broken rule of the parameter is in this mapping (rules:); `mapping` is a struct mapping, as rules.h wants it. */
enum severity mapping_severity(const void *mapping, const struct command *c, const struct param *p, struct str rule,
                               enum severity described);

#endif
