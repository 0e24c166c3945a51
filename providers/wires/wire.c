/* providers/wires/wire.c - the table of wire styles, the request they fill, and the walk over the fields that are sent. */
#include "providers/wires/wire.h"

#include "etl/core/notation/list.h"
#include "providers/model/family.h"
#include "providers/model/value_form.h"

const struct wire_style *const wire_styles[] = { &wire_form, &wire_rest, &wire_soap, NULL };

void request_init(struct request *r, size_t max_body)
{
    r->method = "POST";
    buf_init(&r->url, 64 << 10, "a request's address");
    buf_init(&r->headers, 64 << 10, "a request's headers");
    buf_init(&r->body, max_body, "a request's body");
}

void request_reset(struct request *r)
{
    r->method = "POST";
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

/* ---- the address ---- */

static const struct route *route_of(const struct command *c, const struct wire *wire)
{
    for (size_t i = 0; i < c->route_count; i++)
        if (c->routes[i].wire == wire)
            return &c->routes[i];
    return NULL;
}

static void add_name(const struct wire_call *call, struct buf *url)
{
    AUTO(buf_release) struct buf name;

    buf_init(&name, url->max, "a command's name");
    command_wire_name(call->command, call->values, &name);
    buf_percent(url, buf_str(&name));
}

static void add_address(const struct wire_call *call, struct request *out)
{
    const struct route *route = route_of(call->command, call->wire);
    const struct text  *path = route != NULL ? &route->path : &call->wire->path;
    struct str          url = call->url;

    out->method = route != NULL ? route->method : call->wire->method;
    if (path->count != 0)
        while (str_ends(url, STR("/")))
            url.len--;
    buf_add(&out->url, url);
    for (size_t i = 0; i < path->count; i++)
        if (path->parts[i].literal.ptr != NULL)
            buf_add(&out->url, path->parts[i].literal);
        else /* {command} is the only place that a path can have */
            add_name(call, &out->url);
}

static void add_headers(const struct wire_call *call, struct buf *out)
{
    const struct command *c = call->command;

    for (size_t i = 0; i < c->param_count; i++)
        for (size_t k = 0; k < c->params[i].header_count; k++) {
            const struct header_value *h = &c->params[i].headers[k];

            if (call->values[i].kind == VALUE_TEXT && str_eq(call->values[i].text, h->value))
                buf_fmt(out, "%.*s: %.*s\n", STR_ARG(h->name), STR_ARG(h->text));
        }
}

enum etl_status wire_encode(const struct wire_call *given, struct request *out, struct err *err)
{
    struct wire_call call = *given;
    enum etl_status  st;

    if (call.wire == NULL)
        call.wire = &call.command->provider->wires[0];
    add_address(&call, out);
    st = call.wire->style->encode(&call, out, err);
    add_headers(&call, &out->headers);
    for (size_t i = 0; st == ETL_OK && i < 3; i++) {
        const struct buf *b = i == 0 ? &out->url : i == 1 ? &out->headers : &out->body;

        if (buf_failed(b))
            st = err_set(err, ETL_REJECT, "request-size", "%s is longer than %zu bytes", b->what, b->max);
    }
    return st;
}

/* ---- what there is to send ---- */

enum walk_part { WALK_CREDENTIALS, WALK_FIELDS, WALK_PARAMS, WALK_EXTRAS };

static bool pair_field(const struct pair_value *pair, struct wire_field *out)
{
    *out = (struct wire_field){ .name = pair->name, .value = pair->value };
    return true;
}

void wire_walk_begin(struct wire_walk *w, const struct wire_call *call)
{
    *w = (struct wire_walk){ .call = call, .part = WALK_CREDENTIALS };
    buf_init(&w->text, 16 << 20, "a value on the wire");
}

void wire_walk_end(struct wire_walk *w)
{
    buf_wipe(&w->text);
}

static void hide(struct wire_field *out)
{
    out->value = STR("***");
    out->is_hidden = true;
}

static bool credential_field(const struct wire_call *call, size_t at, struct wire_field *out)
{
    const struct credential *c = &call->command->provider->credentials[at];

    if (call->credentials == NULL || call->credentials[at].value.ptr == NULL || c->wire.len == 0)
        return false;
    *out = (struct wire_field){ .name = c->wire, .value = call->credentials[at].value };
    if ((call->how & ENCODE_MASKED) != 0)
        hide(out);
    return true;
}

/* The text that is sent for a value, before the provider's form is applied; STR_NONE: nothing is sent. */
static struct str sent_text(const struct command *c, const struct param *p, const struct value *v)
{
    if (p->always.ptr != NULL)
        return p->always;
    switch (v->kind) {
    case VALUE_CLEAR: return p->clear.ptr != NULL ? p->clear : c->clear;
    case VALUE_TEXT:
    case VALUE_LIST: return p->omit.ptr != NULL && str_eq(v->text, p->omit) ? STR_NONE : v->text;
    case VALUE_ABSENT: return p->deflt;
    case VALUE_REF: break;
    }
    return STR_NONE;
}

static bool param_field(struct wire_walk *w, size_t at, struct wire_field *out)
{
    const struct command *c = w->call->command;
    const struct param   *p = &c->params[at];
    const struct value   *v = &w->call->values[at];
    bool                  given = v->kind == VALUE_TEXT || v->kind == VALUE_LIST;

    if (p->in_name || p->is_family || (p->live_only && (w->call->how & ENCODE_TEST) != 0))
        return false;
    *out = (struct wire_field){ .name = p->wire, .value = sent_text(c, p, v) };
    if (out->value.ptr == NULL)
        return false;
    if ((w->call->how & ENCODE_MASKED) != 0 && given && (v->secret || p->secret)) {
        hide(out);
    } else if (given && value_form_differs(p->type)) {
        buf_reset(&w->text);
        value_form_write(p->type, v->text, &w->text);
        out->value = buf_str(&w->text);
    } else {
        out->is_array = v->kind == VALUE_LIST;
    }
    return true;
}

bool wire_walk_next(struct wire_walk *w, struct wire_field *out)
{
    const struct wire_call *call = w->call;

    for (; w->part == WALK_CREDENTIALS; w->part++, w->at = 0)
        while (w->at < call->command->provider->credential_count)
            if (credential_field(call, w->at++, out))
                return true;
    for (; w->part == WALK_FIELDS; w->part++, w->at = 0)
        if (w->at < call->wire->field_count)
            return pair_field(&call->wire->fields[w->at++], out);
    for (; w->part == WALK_PARAMS; w->part++, w->at = 0)
        while (w->at < call->command->param_count)
            if (param_field(w, w->at++, out))
                return true;
    return w->at < call->extra_count && pair_field(&call->extra[w->at++], out);
}

/* ---- the way back ---- */

struct str wire_header(struct str headers, const char *name)
{
    struct str line, rest = headers;

    while (rest.ptr != NULL && rest.len != 0) {
        struct str head, value;

        rest = str_cut(rest, '\n', &line);
        value = str_cut(line, ':', &head);
        if (value.ptr != NULL && str_eq_nocase(head, str_from(name)))
            return str_trim(value);
    }
    return STR_NONE;
}
