/* etl/pages/summary_json.c - what the JSON summaries of test and apply have in common. */
#include "etl/pages/summary_json.h"

void summary_json_begin(struct json_writer *w, const char *command, const char *run, const struct connection *c)
{
    json_begin_object(w);
    json_member_text(w, "command", str_from(command));
    json_gap(w, "\n ");
    json_member_text(w, "run", str_from(run));
    json_gap(w, "\n ");
    json_member_text(w, "connection", c->name);
    json_gap(w, "\n ");
    json_member_text(w, "provider", c->provider->name);
    json_gap(w, "\n ");
    json_member_bool(w, "live", c->config->live);
}

void summary_json_end(struct json_writer *w, const struct err *err, bool interrupted, int exit_code)
{
    json_gap(w, "\n ");
    if (err->text[0] == '\0') {
        json_member_null(w, "stopped");
    } else {
        json_member_object(w, "stopped");
        json_member_text(w, "rule", str_from(err->rule));
        json_member_text(w, "message", str_from(err->text));
        json_end_object(w);
    }
    json_gap(w, "\n ");
    json_member_bool(w, "interrupted", interrupted);
    json_gap(w, "\n ");
    json_member_number(w, "exit", (uint64_t)exit_code);
    json_end_object(w);
    buf_byte(w->out, '\n');
}
