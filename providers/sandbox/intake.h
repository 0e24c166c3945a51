/* providers/sandbox/intake.h - a request is taken apart: by which of the provider's wires it came, for which command, with which fields.
 *
 * Lifetime  all in the arena given. */
#ifndef PROVIDERS_SANDBOX_INTAKE_H
#define PROVIDERS_SANDBOX_INTAKE_H

#include "providers/wires/wire.h"

struct asked {
    struct str method, path; /* "POST"; behind the server's address */
    struct str type;         /* the body's content type, or STR_NONE */
    struct str headers;      /* lines "Name: value\n" */
    struct str body;
    bool       reused; /* not the connection's first request */
    uint64_t   connection;
    uint64_t   now_seconds;
};
struct intake {
    const struct wire       *wire;
    struct str               command_word; /* as on the wire; "" where none was named */
    const struct wire_field *fields;
    size_t                   field_count;
    int                      status; /* of a request that is malformed: 404, 405, 415, 400 */
};
/* ETL_REJECT: malformed, with the reason. */
enum etl_status intake_read(const struct provider *p, const struct asked *asked, struct arena *mem, struct intake *out,
                            struct err *err);

/* Where a wire is served: "/simpler/restapi"; what the wire's path says comes behind it. */
struct str intake_base(const struct provider *p, const struct wire *w, struct arena *mem);

#endif
