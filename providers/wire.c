/* providers/wire.c - the wire styles there are, and the request they fill. */
#include "providers/wire.h"

const struct wire_style *const wire_styles[] = { &wire_form, NULL };

enum wire_field wire_param(const struct command *c, size_t param, const struct value *v, unsigned how, struct str *text)
{
    const struct param *p = &c->params[param];

    if (p->in_name || p->is_family || (p->live_only && (how & ENCODE_TEST) != 0))
        return WIRE_NOTHING;
    *text = p->always.ptr != NULL             ? p->always
            : v->kind == VALUE_CLEAR          ? (p->clear.ptr != NULL ? p->clear : c->clear)
            : v->kind == VALUE_TEXT           ? v->text
            : v->kind == VALUE_ABSENT         ? p->deflt
                                              : STR_NONE;
    if (text->ptr == NULL)
        return WIRE_NOTHING;
    return (how & ENCODE_MASKED) != 0 && v->kind == VALUE_TEXT && (v->secret || p->secret) ? WIRE_HIDDEN : WIRE_TEXT;
}

enum wire_field wire_credential(const struct provider *p, size_t credential, const struct credential_value *values, unsigned how)
{
    if (values == NULL || values[credential].value.ptr == NULL || p->credentials[credential].wire.len == 0)
        return WIRE_NOTHING;
    return (how & ENCODE_MASKED) != 0 ? WIRE_HIDDEN : WIRE_TEXT;
}

void wire_headers(const struct command *c, const struct value *values, struct buf *out)
{
    for (size_t i = 0; i < c->param_count; i++)
        for (size_t k = 0; k < c->params[i].header_count; k++) {
            const struct header_value *h = &c->params[i].headers[k];

            if (values[i].kind == VALUE_TEXT && str_eq(values[i].text, h->value))
                buf_fmt(out, "%.*s: %.*s\n", STR_ARG(h->name), STR_ARG(h->text));
        }
}

void request_init(struct request *r, size_t max_body)
{
    r->method = "POST";
    buf_init(&r->url, 64 << 10, "a request's address");
    buf_init(&r->headers, 64 << 10, "a request's headers");
    buf_init(&r->body, max_body, "a request's body");
}

void request_reset(struct request *r)
{
    buf_reset(&r->url);
    buf_reset(&r->headers);
    buf_reset(&r->body);
}

void request_release(struct request *r)
{
    buf_release(&r->url);
    buf_release(&r->headers);
    buf_wipe(&r->body);
}
