/* etl/core/opt.h - options as tables: one row is the parser, the default, the check and the help line.
 *
 * Form   --name VALUE, --name=VALUE, -x VALUE, flags without value; anywhere; `--` ends them.
 * Errors all faults of a command line are told, with "did you mean". */
#ifndef ETL_CORE_OPT_H
#define ETL_CORE_OPT_H

#include "etl/core/err.h"

enum opt_kind { OPT_KIND_FLAG, OPT_KIND_TEXT, OPT_KIND_NUMBER, OPT_KIND_LIST };

struct opt_list { /* an option that may be given several times */
    const char **items;
    size_t       count;
};

struct opt {
    const char   *name;   /* "max-rejects"; NULL ends a table */
    char          letter; /* 'm', or 0 */
    size_t        offset;
    enum opt_kind kind;
    const char   *value; /* "FILE" in the help; NULL for a flag */
    const char   *deflt; /* as if typed; NULL = none */
    const char   *help;
};

#define OPT_KIND(field)                                                                                                \
    _Generic((field), bool: OPT_KIND_FLAG, const char *: OPT_KIND_TEXT, uint64_t: OPT_KIND_NUMBER,      \
             struct opt_list: OPT_KIND_LIST)
#define OPT(type, field, name, letter, value, deflt, help)                                                             \
    {                                                                                                                  \
        name, letter, offsetof(type, field), OPT_KIND(((type *)0)->field), value, deflt, help                          \
    }

/* One or two tables (a command's own, then the common ones), each with the struct it fills. */
struct opt_set {
    const struct opt *table;
    void             *target;
};
/* argv[0] is skipped; what is no option comes out as operands, in order, in `mem`. */
enum etl_status opt_parse(const struct opt_set *sets, size_t nsets, int argc, char **argv, struct arena *mem,
                          struct opt_list *operands, struct findings *faults);
void            opt_help(struct buf *out, const struct opt *table);

#endif
