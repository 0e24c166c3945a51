/* providers/model/wire.h - one way to reach the provider. A connection chooses one; the first is the default. */
#ifndef PROVIDERS_MODEL_WIRE_H
#define PROVIDERS_MODEL_WIRE_H

#include "providers/model/template.h"

struct wire_style;

struct wire {
    struct str               name;  /* "rest" */
    size_t                   index; /* among the provider's wires */
    const struct wire_style *style;
    struct str  url;    /* used when the connection has none; if it has a <place>, the connection must give one */
    struct text path;   /* appended to the connection's url: "/API/{command}"; count 0: nothing */
    const char *method; /* "POST" */
    const struct pair_value *fields; /* sent with every request: out=json */
    size_t                   field_count;
    const void              *own;         /* what the keys of its style say, for the style; NULL: it has none */
    struct str               answer_type; /* sandbox: content type of an answer; ptr NULL: the provider's */
    struct text              answer;      /* sandbox: what stands around {answer} */
};
struct route { /* a command's own method and path on a wire: "PUT /customTableEntries" */
    const struct wire *wire;
    const char        *method;
    struct text        path;
};

#endif
