/* etl/core/err.h - what went wrong, where, by which rule, and what the caller does next.
 *
 * Who detects writes rule and text; who knows the place adds the place; who decides reports it, once.
 * No outside value reaches `text` except through shown() below, which clips and masks. */
#ifndef ETL_CORE_ERR_H
#define ETL_CORE_ERR_H

#include "etl/core/arena.h"
#include "etl/core/buf.h"
#include "etl/core/str.h"

enum etl_status {
    ETL_OK = 0,
    ETL_END,    /* no more input; not an error */
    ETL_REJECT, /* this record broke a rule: list it, take the next one */
    ETL_AGAIN,  /* not now: the same step may succeed later; exit code 4 */
    ETL_UNREAD, /* an input cannot be read on; exit code 3 */
    ETL_GUARD,  /* a guard stopped it; exit code 5 */
    ETL_FAIL    /* usage, configuration, mapping or description wrong; exit code 2 */
};

enum severity { SEVERITY_ERROR, SEVERITY_WARNING, SEVERITY_INFO };
extern const char *const severity_names[]; /* "error", "warning", "info" */

struct err {
    const char *file;      /* "extract.csv", or NULL; outlives the err */
    uint64_t    line;      /* 1-based; 0 = no place */
    uint32_t    column;    /* 1-based; 0 = unknown */
    const char *field;     /* parameter or column, or NULL; outlives the err */
    char        rule[40];  /* stable id for reports and tests: "phone10" */
    char        text[400]; /* one line for a person */
};

/* Sets rule and text, leaves the place alone, returns `status`. `err` may be NULL. */
enum etl_status err_set(struct err *err, enum etl_status status, const char *rule, const char *fmt, ...)
    __attribute__((format(printf, 4, 5)));
void err_place(struct err *err, const char *file, uint64_t line, uint32_t column);

/* A value as a message may show it: quoted, control bytes escaped, clipped; "(secret)" if secret. */
struct shown {
    char text[96];
};
struct shown shown(struct str value, bool is_secret);

/* The compiler's look: "file:line:col: field: text (rule id)". One printer for people, one for JSON. */
void err_print(struct buf *out, const struct err *err, enum severity severity);

/* Where a person wants every fault at once. Copies what it is given into its arena. */
struct finding {
    struct err    err;
    enum severity severity;
    const char   *excerpt; /* the source line for a caret, or NULL */
};
struct findings {
    struct arena   *mem;
    struct finding *items;
    size_t          count, cap, errors;
    size_t          ceiling; /* further ones are counted, not kept; 0 = 1000 */
};
void findings_init(struct findings *f, struct arena *mem);
void findings_add(struct findings *f, enum severity severity, const struct err *err, const char *excerpt);
/* Adds one built in place. Returns ETL_REJECT for an error, ETL_OK for less. */
enum etl_status findings_say(struct findings *f, enum severity severity, const char *file, uint64_t line,
                             uint32_t column, const char *rule, const char *fmt, ...)
    __attribute__((format(printf, 7, 8)));
void findings_print(struct buf *out, const struct findings *f); /* all, with excerpts and carets */

#endif
