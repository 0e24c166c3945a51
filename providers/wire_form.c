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

static void add_either(struct buf *body, enum wire_field kind, struct str name, struct str text)
{
    if (kind == WIRE_TEXT)
        add_field(body, name, text);
    else if (kind == WIRE_HIDDEN)
        add_masked(body, name);
}

static void add_command(struct buf *body, const struct command *c, const struct value *values)
{
    AUTO(buf_release) struct buf name;

    buf_init(&name, body->max, "a command's name");
    command_wire_name(c, values, &name);
    add_field(body, c->provider->command_field, buf_str(&name));
}

static enum etl_status form_encode(const struct command *command, struct str url, const struct value *values,
                                   const struct credential_value *credentials, const struct pair_value *extra,
                                   size_t extra_count, unsigned how, struct request *out, struct err *err)
{
    const struct provider *p = command->provider;

    out->method = "POST";
    buf_add(&out->url, url);
    buf_lit(&out->headers, "Content-Type: application/x-www-form-urlencoded\n");
    wire_headers(command, values, &out->headers);
    for (size_t i = 0; i < p->credential_count; i++)
        add_either(&out->body, wire_credential(p, i, credentials, how), p->credentials[i].wire,
                   credentials != NULL ? credentials[i].value : STR_NONE);
    add_command(&out->body, command, values);
    for (size_t i = 0; i < command->param_count; i++) {
        struct str text;
        enum wire_field kind = wire_param(command, i, &values[i], how, &text);

        add_either(&out->body, kind, command->params[i].wire, text);
    }
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
