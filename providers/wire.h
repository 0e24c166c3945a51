/* providers/wire.h - wire styles: a call becomes the bytes of a request. No network here.
 *
 * A style looks only at its arguments, so it is tested byte by byte against the providers' documents. */
#ifndef PROVIDERS_WIRE_H
#define PROVIDERS_WIRE_H

#include "providers/description.h"

struct credential_value {                /* by the provider's credential order */
    struct str value;
};
struct request {
    const char *method;                  /* "POST" */
    struct buf  url;                     /* the whole URL; never holds a secret */
    struct buf  headers;                 /* lines "Name: value", each ended by \n */
    struct buf  body;
};
void request_init(struct request *r, size_t max_body);
void request_reset(struct request *r);
void request_release(struct request *r);         /* wipes */

/* How a request is written: flags. */
enum {
    ENCODE_MASKED = 1,                   /* "***" for credentials and secret values: for --dry-run */
    ENCODE_TEST = 2                      /* in test mode: without the parameters that are for live calls only */
};

struct wire_style {
    const char *name, *summary;
    /* values[i] belongs to command->params[i]; only texts and clears are sent. `extra` are further fields (a provider's test mode).
     * A credential without a value (of another login, or of a session not opened yet) is not sent. */
    enum etl_status (*encode)(const struct command *command, struct str url, const struct value *values,
                              const struct credential_value *credentials, const struct pair_value *extra,
                              size_t extra_count, unsigned how, struct request *out, struct err *err);
};
/* What every style asks. */
enum wire_field { WIRE_NOTHING, WIRE_TEXT, WIRE_HIDDEN };
/* What goes out for a parameter; for text, what it is. */
enum wire_field wire_param(const struct command *c, size_t param, const struct value *v, unsigned how, struct str *text);
enum wire_field wire_credential(const struct provider *p, size_t credential, const struct credential_value *values, unsigned how);
void            wire_headers(const struct command *c, const struct value *values, struct buf *out);

extern const struct wire_style wire_form;
extern const struct wire_style *const wire_styles[];     /* NULL-ended */

#endif
