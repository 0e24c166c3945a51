/* providers/wire_form.c - application/x-www-form-urlencoded POST: credentials, the command's field, then its parameters.
 *
 * Source  URL standard, application/x-www-form-urlencoded; all but A-Za-z0-9-._~ is percent-encoded, blanks too, so that no server's
 *         reading of "+" matters. */
#include "providers/wire.h"

static void add_field(struct buf *body, struct str name, struct str value)
{
    if (body->len != 0)
        buf_byte(body, '&');
    buf_percent(body, name);
    buf_byte(body, '=');
    buf_percent(body, value);
}

static void add_masked(struct buf *body, struct str name)
{
    if (body->len != 0)
        buf_byte(body, '&');
    buf_percent(body, name);
    buf_lit(body, "=***");
}

static void add_param(struct buf *body, const struct command *c, const struct param *p, const struct value *v, bool masked)
{
    struct str value = v->kind == VALUE_CLEAR ? c->clear : v->text;

    if (p->always.ptr != NULL) {
        add_field(body, p->wire, p->always);
        return;
    }
    if (v->kind != VALUE_TEXT && v->kind != VALUE_CLEAR)
        return;
    if (masked && v->kind == VALUE_TEXT && (v->secret || p->secret))
        add_masked(body, p->wire);
    else
        add_field(body, p->wire, value);
}

static enum etl_status form_encode(const struct command *command, struct str url, const struct value *values,
                                   const struct credential_value *credentials, const struct pair_value *extra,
                                   size_t extra_count, bool masked, struct request *out, struct err *err)
{
    const struct provider *p = command->provider;

    out->method = "POST";
    buf_add(&out->url, url);
    buf_lit(&out->headers, "Content-Type: application/x-www-form-urlencoded\n");
    for (size_t i = 0; i < p->credential_count; i++) {
        if (masked)
            add_masked(&out->body, p->credentials[i].wire);
        else
            add_field(&out->body, p->credentials[i].wire, credentials[i].value);
    }
    add_field(&out->body, p->command_field, command->wire);
    for (size_t i = 0; i < command->param_count; i++)
        add_param(&out->body, command, &command->params[i], &values[i], masked);
    for (size_t i = 0; i < extra_count; i++)
        add_field(&out->body, extra[i].name, extra[i].value);
    if (buf_failed(&out->url) || buf_failed(&out->body))
        return err_set(err, ETL_REJECT, "request-size", "%s is longer than %zu bytes",
                       buf_failed(&out->url) ? out->url.what : out->body.what,
                       buf_failed(&out->url) ? out->url.max : out->body.max);
    return ETL_OK;
}

const struct wire_style wire_form = {
    .name = "form",
    .summary = "application/x-www-form-urlencoded POST",
    .encode = form_encode,
};
