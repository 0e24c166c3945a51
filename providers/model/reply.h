/* providers/model/reply.h - how an answer is told: cases, of which the first that fits gives the verdict.
 *
 * Lifetime  the provider's arena; patterns are freed by provider_free(). */
#ifndef PROVIDERS_MODEL_REPLY_H
#define PROVIDERS_MODEL_REPLY_H

#include "etl/core/notation/pattern.h"
#include "providers/model/path.h"
#include "providers/model/wire.h"

struct reply_style;

enum reply_is {
    REPLY_DONE,
    REPLY_NOTHING,
    REPLY_REFUSED,
    REPLY_THROTTLED,
    REPLY_LOGIN,
    REPLY_OUTAGE,
    REPLY_FAILED,
    REPLY_UNCERTAIN
};
extern const char *const reply_is_names[];

struct reply_case {
    const struct wire *wire; /* NULL: any */
    const struct status_range {
        int from, to;
    } * statuses;
    size_t          status_count;
    struct str      type;   /* the content type begins with this */
    struct str      header; /* a header of this name matches header_like */
    struct pattern *header_like, *body;
    int64_t         records_min, records_max; /* so many records; -1, -1: any number */
    bool listed; /* trees: the answer has the place where the command's records stand, with or without records in it */
    const struct path *at;    /* trees: a node stands at this path; NULL: not asked */
    struct pattern    *text;  /* trees: and its text matches */
    bool               empty; /* trees: and it has neither text nor children */
    enum reply_is      is;
};
struct reply {
    struct str                       name;
    const struct reply_style *const *styles; /* by the provider's wires */
    const struct reply_case         *cases;
    size_t                           case_count;
    const void *const
              *own; /* by the provider's wires: what the keys of the style say, for the style; NULL: it has none */
    struct str text_member; /* json: the member that is its object's own text: "$" */
};

#endif
