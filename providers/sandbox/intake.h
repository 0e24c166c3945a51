/* providers/sandbox/intake.h - a request as received: which of the provider's wires it came by, which command it names, which fields it has.
 *
 * Lifetime  all in the arena given. */
#ifndef PROVIDERS_SANDBOX_INTAKE_H
#define PROVIDERS_SANDBOX_INTAKE_H

#include "providers/wires/wire.h"

struct asked {
    struct str method, path; /* "POST"; the path behind the server's address */
    struct str type;         /* the body's content type, or STR_NONE */
    struct str headers;      /* lines "Name: value\n" */
    struct str body;
    bool       reused; /* not the connection's first request */
    uint64_t   connection;
    uint64_t   now_seconds;
};
struct intake {
    const struct wire       *wire;
    struct str               command_word; /* the command's name on the wire; "": the request names none */
    const struct wire_field *fields;
    size_t                   field_count;
    int                      status; /* HTTP status of a malformed request: 404, 405, 415, 400 */
};
/* ETL_REJECT: malformed, with the reason. */
enum etl_status intake_read(const struct provider *p, const struct asked *asked, struct arena *mem, struct intake *out,
                            struct err *err);

/* The path under which a wire is served: "/simpler/restapi"; the wire's own path is appended to it. */
struct str intake_base(const struct provider *p, const struct wire *w, struct arena *mem);

#endif
