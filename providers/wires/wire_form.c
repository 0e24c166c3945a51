/* providers/wires/wire_form.c - application/x-www-form-urlencoded POST: credentials, the command's field, then its parameters.
 *
 * Source  URL standard, application/x-www-form-urlencoded; all but A-Za-z0-9-._~ is percent-encoded, blanks too, so that no server's
 *         reading of "+" matters. */
#include "providers/model/family.h"
#include "providers/wires/form_fields.h"

static void add_field(struct buf *body, struct str name, struct str value, bool is_masked)
{
    if (body->len != 0)
        buf_byte(body, '&');
    buf_percent(body, name);
    buf_byte(body, '=');
    if (is_masked)
        buf_add(body, value);
    else
        buf_percent(body, value);
}

static void add_command(const struct wire_call *call, struct buf *body)
{
    AUTO(buf_release) struct buf name = { 0 };

    if (call->command->provider->command_field.len == 0)
        return;
    buf_init(&name, body->max, "a command's name");
    command_wire_name(call->command, call->values, &name);
    add_field(body, call->command->provider->command_field, buf_str(&name), false);
}

static enum etl_status form_encode(const struct wire_call *call, struct request *out, struct err *err)
{
    struct wire_walk  walk;
    struct wire_field field;
    bool              named = false;

    (void)err;
    buf_lit(&out->headers, "Content-Type: application/x-www-form-urlencoded\n");
    wire_walk_begin(&walk, call);
    while (wire_walk_next(&walk, &field)) {
        if (!named && walk.part != 0) { /* after the credentials, before everything else */
            add_command(call, &out->body);
            named = true;
        }
        add_field(&out->body, field.name, field.value, field.is_hidden);
    }
    if (!named)
        add_command(call, &out->body);
    wire_walk_end(&walk);
    return ETL_OK;
}

static enum etl_status form_decode(const struct wire_received *in, struct arena *mem, struct wire_decoded *out,
                                   struct err *err)
{
    struct wire_field *fields;
    enum etl_status    st = form_fields_parse(in->body, mem, &fields, &out->field_count, err);

    if (st != ETL_OK)
        return st;
    out->fields = fields;
    for (size_t i = 0; i < out->field_count && out->word.ptr == NULL; i++)
        if (str_eq(fields[i].name, in->provider->command_field))
            out->word = fields[i].value;
    return ETL_OK;
}

const struct wire_style wire_form = {
    .name = "form",
    .summary = "application/x-www-form-urlencoded POST",
    .content_type = "application/x-www-form-urlencoded",
    .needs_command_field = true,
    .encode = form_encode,
    .decode = form_decode,
};
