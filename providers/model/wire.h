/* providers/model/wire.h - one way to reach the provider. A connection chooses one; the first is the default. */
#ifndef PROVIDERS_MODEL_WIRE_H
#define PROVIDERS_MODEL_WIRE_H

#include "providers/model/template.h"

struct wire_style;

struct wire {
    struct str               name;  /* "rest" */
    size_t                   index; /* among the provider's wires */
    const struct wire_style *style;
    struct str  url;    /* where no connection says another; one with a <place> must be given by the connection */
    struct text path;   /* behind the connection's url: "/API/{command}"; count 0: nothing */
    const char *method; /* "POST" */
    const struct pair_value *fields; /* go with every request: out=json */
    size_t                   field_count;
    const void              *own;         /* what the keys of its style say, for the style; NULL: it has none */
    struct str               answer_type; /* sandbox: content type of an answer; ptr NULL: the provider's */
    struct text              answer;      /* sandbox: what stands around {answer} */
};
struct route { /* where a command differs: "PUT /customTableEntries" */
    const struct wire *wire;
    const char        *method;
    struct text        path;
};

#endif
