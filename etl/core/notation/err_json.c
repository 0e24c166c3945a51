/* etl/core/notation/err_json.c - a finding as a JSON object, for programs. */
#include "etl/core/notation/err_json.h"

void err_json(struct json_writer *w, const struct err *err, enum severity severity)
{
    json_begin_object(w);
    json_member_text(w, "severity", str_from(severity_names[severity]));
    if (err->file != NULL)
        json_member_text(w, "file", str_from(err->file));
    if (err->line != 0)
        json_member_number(w, "line", err->line);
    if (err->column != 0)
        json_member_number(w, "column", err->column);
    if (err->field != NULL)
        json_member_text(w, "field", str_from(err->field));
    json_member_text(w, "rule", str_from(err->rule));
    json_member_text(w, "message", str_from(err->text));
    json_end_object(w);
}
