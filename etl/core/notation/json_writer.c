/* etl/core/notation/json_writer.c - writes JSON into a buffer: what is not worth a place in every caller. */
#include "etl/core/notation/json_writer.h"

void json_name_text(struct json_writer *w, struct str name)
{
    json_text(w, name);
    buf_byte(w->out, ':');
    w->needs_comma = false;
}

void json_integer(struct json_writer *w, int64_t number)
{
    json_separate(w);
    buf_fmt(w->out, "%lld", (long long)number);
    w->needs_comma = true;
}

void json_member_seconds(struct json_writer *w, const char *name, double seconds)
{
    json_name(w, name);
    buf_fmt(w->out, "%.3f", seconds);
    w->needs_comma = true;
}
