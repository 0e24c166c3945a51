/* providers/wires/form_fields.c - a form body, field by field. */
#include "providers/wires/form_fields.h"

static int hex(char c)
{
    if (c >= '0' && c <= '9')
        return c - '0';
    if (c >= 'A' && c <= 'F')
        return c - 'A' + 10;
    if (c >= 'a' && c <= 'f')
        return c - 'a' + 10;
    return -1;
}

static enum etl_status decode(struct str raw, struct arena *mem, struct str *out, struct err *err)
{
    char  *text = arena_bytes(mem, raw.len + 1);
    size_t len = 0;

    for (size_t i = 0; i < raw.len; i++) {
        unsigned char c = (unsigned char)raw.ptr[i];

        if (c == '+') {
            c = ' ';
        } else if (c == '%') {
            int high = raw.len - i > 2 ? hex(raw.ptr[i + 1]) : -1;
            int low = raw.len - i > 2 ? hex(raw.ptr[i + 2]) : -1;

            if (high < 0 || low < 0)
                return err_set(err, ETL_REJECT, "form-percent", "a %% without two hex digits in the body");
            c = (unsigned char)(high * 16 + low);
            i += 2;
            if (c == 0)
                return err_set(err, ETL_REJECT, "form-nul", "a NUL byte in the body");
        } else if (c <= ' ' || c >= 0x7f || c == '=') {
            return err_set(err, ETL_REJECT, "form-raw", "the byte 0x%02x stands raw in the body; write %%%02X", c, c);
        }
        text[len++] = (char)c;
    }
    text[len] = '\0';
    *out = str_of(text, len);
    return ETL_OK;
}

enum etl_status form_fields_parse(struct str body, struct arena *mem, struct wire_field **out, size_t *count,
                                  struct err *err)
{
    struct wire_field *fields = NULL;
    size_t             n = 0, cap = 0;
    struct str         rest = body.len == 0 ? STR_NONE : body;

    while (rest.ptr != NULL) {
        struct wire_field field = { .is_array = false };
        struct str        part, name, value;
        enum etl_status   st;

        rest = str_cut(rest, '&', &part);
        value = str_cut(part, '=', &name);
        if (name.len == 0 || value.ptr == NULL)
            return err_set(err, ETL_REJECT, "form-field", "field %zu of the body is not name=value", n + 1);
        st = decode(name, mem, &field.name, err);
        if (st == ETL_OK)
            st = decode(value, mem, &field.value, err);
        if (st != ETL_OK)
            return st;
        ARENA_PUSH(mem, fields, n, cap) = field;
    }
    *out = fields;
    *count = n;
    return ETL_OK;
}

bool form_word_decode(struct str raw, struct arena *mem, struct str *out)
{
    struct wire_field *fields;
    size_t             count;

    /* Read as a form's value. There a + would be a blank, but no command's name has one. */
    if (form_fields_parse(arena_fmt(mem, "x=%.*s", STR_ARG(raw)), mem, &fields, &count, NULL) != ETL_OK || count != 1)
        return false;
    *out = fields[0].value;
    return true;
}
