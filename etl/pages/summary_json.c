/* etl/pages/summary_json.c - members of the JSON summaries that test and apply write. */
#include "etl/pages/summary_json.h"

void json_text(struct buf *out, const char *before, struct str value)
{
    buf_text(out, before);
    if (value.ptr != NULL)
        buf_json(out, value);
    else
        buf_lit(out, "null");
}

void json_stopped(struct buf *out, const struct err *err)
{
    if (err->text[0] == '\0') {
        buf_lit(out, ",\n \"stopped\":null");
        return;
    }
    json_text(out, ",\n \"stopped\":{\"rule\":", str_from(err->rule));
    json_text(out, ",\"message\":", str_from(err->text));
    buf_byte(out, '}');
}
