/* providers/wires/wire.h - wire styles: a call becomes the bytes of a request. No network here.
 *
 * A style looks only at its arguments, so it is tested byte by byte against the providers' documents. */
#ifndef PROVIDERS_WIRES_WIRE_H
#define PROVIDERS_WIRES_WIRE_H

#include "providers/model/provider.h"
#include "providers/model/style_key.h"

struct credential_value { /* by the provider's credential order */
    struct str value;
};
struct request {
    const char *method;  /* "POST" */
    struct buf  url;     /* the whole URL; never holds a secret */
    struct buf  headers; /* lines "Name: value", each ended by \n */
    struct buf  body;
};
void request_init(struct request *r, size_t max_body);
void request_reset(struct request *r);
void request_release(struct request *r); /* wipes */

/* How a request is written: flags. */
enum {
    ENCODE_MASKED = 1, /* "***" for credentials and secret values: for --dry-run */
    ENCODE_TEST = 2    /* test mode: parameters for live calls only are left out */
};
struct wire_call {
    const struct command *command;
    const struct wire    *wire;   /* NULL: the provider's default */
    struct str            url;    /* the connection's */
    const struct value   *values; /* by command->params; texts, lists and clears are sent */
    const struct credential_value
        *credentials; /* those without a value (of another login, or of a session that is not open yet) are not sent */
    const struct pair_value *extra; /* further fields: a provider's test mode */
    size_t                   extra_count;
    unsigned                 how;
};
/* The whole request: address, headers, body. ETL_REJECT: too long, or the wire cannot carry it. */
enum etl_status wire_encode(const struct wire_call *call, struct request *out, struct err *err);

/* The fields that are sent, in order: credentials, the wire's own fields, parameters, extras; each in the provider's form. All styles use it. */
struct wire_field {
    struct str name, value;
    bool       is_hidden; /* masked: value is "***" */
    bool       is_array;  /* value is a list (list.h), written as the wire's own kind of array */
};
struct wire_walk {
    const struct wire_call *call;
    struct buf              text; /* a value in the provider's form */
    size_t                  part, at;
};
void wire_walk_begin(struct wire_walk *w, const struct wire_call *call);
bool wire_walk_next(struct wire_walk *w, struct wire_field *out);
void wire_walk_end(struct wire_walk *w);

/* The way back: the sandbox receives requests. */
struct wire_received {
    const struct provider *provider;
    struct str             headers; /* lines "Name: value\n" */
    struct str             body;
};
struct wire_decoded {
    struct str word; /* the command's name on the wire. Set to what the address says; STR_NONE: nothing so far */
    const struct wire_field *fields; /* in the order they came, with duplicates */
    size_t                   field_count;
};
/* The value of a header line, trimmed; STR_NONE: it is not there. */
struct str wire_header(struct str headers, const char *name);

struct wire_style {
    const char       *name, *summary;
    const char       *content_type;        /* of a request's body */
    bool              has_arrays;          /* can carry a list as such */
    bool              needs_command_field; /* the command is named by a field: the description's command_field */
    struct style_keys own; /* the description's keys that are its own, and the struct they fill: wire->own */
    /* XML answers: attributes of the element that stands for a list without items; NULL: there is no element. */
    const char *empty_list;
    /* Writes headers and body; method and address are set before. */
    enum etl_status (*encode)(const struct wire_call *call, struct request *out, struct err *err);
    /* ETL_REJECT: the body is not written as this style writes one. */
    enum etl_status (*decode)(const struct wire_received *in, struct arena *mem, struct wire_decoded *out,
                              struct err *err);
};
extern const struct wire_style        wire_form, wire_rest, wire_soap;
extern const struct wire_style *const wire_styles[]; /* NULL-ended */

#endif
