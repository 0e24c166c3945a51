/* etl/pages/call_line.c - one planned call as a line: JSON for programs, words for people. */
#include "etl/pages/call_line.h"

#include "etl/core/notation/json_writer.h"
#include "etl/core/utf8.h"

static void json_value(struct json_writer *w, const struct plan_param *p)
{
    json_name_text(w, p->name);
    switch (p->value.kind) {
    case VALUE_ABSENT:
    case VALUE_CLEAR: json_null(w); break;
    case VALUE_REF:
        json_begin_object(w);
        json_member_text(w, "ref", p->value.text);
        json_end_object(w);
        break;
    case VALUE_LIST: json_raw(w, p->value.text); break;
    case VALUE_TEXT:
        if (p->sealed)
            json_raw(w, STR("{\"secret\":true}"));
        else
            json_text(w, p->value.text);
        break;
    }
}

void call_line_json(const struct planned_call *c, struct buf *out)
{
    const struct plan_call_head *head = c->call->head;
    struct json_writer           w = json_writer(out);

    json_begin_object(&w);
    json_member_text(&w, "id", str_from(c->id));
    json_member_text(&w, "lane", c->record->lane);
    json_member_text(&w, "from", c->record->from);
    json_member_text(&w, "command", head->command);
    json_member_text(&w, "as", head->as);
    json_member_text(&w, "effect", head->effect);
    json_member_text(&w, "state", str_from(call_state_names[c->state]));
    json_member_object(&w, "params");
    for (size_t i = 0; i < c->call->param_count; i++)
        json_value(&w, &c->call->params[i]);
    json_end_object(&w);
    json_end_object(&w);
    buf_byte(out, '\n');
}

/* A word stands as it is; what has blanks or quotes, or is empty, stands in quotes, so that a line stays a line. */
static void add_word(struct buf *out, struct str text)
{
    bool plain = text.len != 0 && memchr(text.ptr, ' ', text.len) == NULL && memchr(text.ptr, '"', text.len) == NULL;

    if (!plain)
        buf_byte(out, '"');
    utf8_add_safe(out, text);
    if (!plain)
        buf_byte(out, '"');
}

static void add_value(struct buf *out, const struct plan_param *p)
{
    buf_fmt(out, " %.*s=", STR_ARG(p->name));
    if (p->sealed)
        buf_lit(out, "(secret)");
    else if (p->value.kind == VALUE_CLEAR)
        buf_lit(out, "(cleared)");
    else if (p->value.kind == VALUE_REF)
        buf_fmt(out, "{%.*s}", STR_ARG(p->value.text));
    else
        add_word(out, p->value.text);
}

void call_line_text(const struct planned_call *c, struct buf *out)
{
    const struct plan_call_head *head = c->call->head;

    if (head->stage == STAGE_LANE)
        add_word(out, c->record->lane);
    else
        buf_fmt(out, "(%.*s)", STR_ARG(c->record->from));
    buf_fmt(out, "  %s  %.*s", call_state_names[c->state], STR_ARG(head->command));
    if (!str_eq(head->as, head->command))
        buf_fmt(out, " as %.*s", STR_ARG(head->as));
    buf_byte(out, ':');
    for (size_t i = 0; i < c->call->param_count; i++)
        add_value(out, &c->call->params[i]);
    buf_byte(out, '\n');
}
