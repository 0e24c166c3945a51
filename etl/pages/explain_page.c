/* etl/pages/explain_page.c - one subscriber of a run, for people and for programs. */
#include "etl/pages/explain_page.h"

#include <time.h>

#include "etl/core/notation/json_writer.h"
#include "etl/core/system/clock.h"
#include "etl/core/utf8.h"
#include "etl/mapping/show_record.h"
#include "etl/pages/layout.h"

/* ---- counts ---- */

static size_t in_state(const struct explanation *x, enum call_state state)
{
    size_t n = 0;

    for (size_t i = 0; i < x->call_count; i++)
        n += x->calls[i].has_row && x->calls[i].row.state == state;
    return n;
}

static size_t errors(const struct explanation *x)
{
    size_t n = 0;

    for (size_t i = 0; i < x->finding_count; i++)
        n += x->findings[i].severity == SEVERITY_ERROR;
    return n;
}

static const struct run_input *run_input_of(const struct explanation *x, size_t input)
{
    for (size_t i = 0; i < x->facts.input_count; i++)
        if (str_eq(x->facts.inputs[i].name, x->mapping->inputs[input].name))
            return &x->facts.inputs[i];
    return NULL;
}

static size_t inputs(const struct explanation *x)
{
    return x->mapping != NULL ? x->mapping->input_count : 0;
}

/* Is the file no longer the one that the plan was made from? */
static bool was_changed(const struct explanation *x, size_t input)
{
    const struct run_input *in = run_input_of(x, input);
    const struct lane_file *file = &x->records.files[input];

    return in != NULL && file->problem.text[0] == '\0' && file->path != NULL && !str_is(in->digest, file->digest.text);
}

/* ---- for people ---- */

static void add_head(const struct explanation *x, struct buf *out)
{
    size_t done = in_state(x, CALL_DONE);

    utf8_add_safe(out, x->lane.ptr != NULL ? x->lane : x->key);
    buf_fmt(out, " in %s (%.*s to %.*s): ", x->run->path, STR_ARG(x->facts.mapping), STR_ARG(x->facts.provider));
    if (errors(x) != 0 && x->call_count == 0)
        buf_lit(out, "rejected\n");
    else if (x->call_count == 0)
        buf_lit(out, "makes no calls\n");
    else if (!x->has_ledger)
        buf_fmt(out, "%zu call%s, nothing sent yet\n", x->call_count, x->call_count == 1 ? "" : "s");
    else
        buf_fmt(out, "%zu of %zu calls done\n", done, x->call_count);
    if (errors(x) != 0 && x->call_count != 0)
        buf_lit(out, "Some of its records are rejects.\n");
}

static void add_file_notes(const struct explanation *x, struct buf *out)
{
    if (x->seal_fault.ptr != NULL)
        buf_fmt(out, "note: %.*s\n", STR_ARG(x->seal_fault));
    if (x->mapping == NULL)
        buf_lit(out, "note: the mapping cannot be loaded any more, so the records cannot be shown\n");
    for (size_t i = 0; i < inputs(x); i++) {
        const struct run_input *in = run_input_of(x, i);

        if (in == NULL)
            continue;
        if (x->records.files[i].problem.text[0] != '\0')
            buf_fmt(out, "note: %.*s cannot be read again: %s\n", STR_ARG(in->file), x->records.files[i].problem.text);
        else if (was_changed(x, i))
            buf_fmt(out, "note: %.*s was changed since it was planned; its records stand here as they are now\n",
                    STR_ARG(in->file));
    }
}

static void add_records(const struct explanation *x, struct arena *mem, struct buf *out)
{
    const struct lane_records *l = &x->records;

    for (size_t i = 0; i < l->count; i++) {
        struct shown_row shown = { lane_record_row(l, i), l->records[i].where,
                                   l->lane.ptr != NULL ? l->lane : l->records[i].where };

        buf_byte(out, '\n');
        if (l->records[i].damage.text[0] != '\0')
            buf_fmt(out, "%.*s: %s (rule %s)\n", STR_ARG(l->records[i].where), l->records[i].damage.text,
                    l->records[i].damage.rule);
        if (l->records[i].record.count != 0)
            mapping_show(x->mapping, l->mapper, &shown, mem, out);
    }
    if (l->left_out != 0)
        buf_fmt(out, "\nand %zu more records of this lane\n", l->left_out);
}

static void add_findings(const struct explanation *x, struct buf *out)
{
    buf_text(out, x->finding_count != 0 ? "\nfindings of planning\n" : "");
    for (size_t i = 0; i < x->finding_count; i++) {
        const struct explained_finding *f = &x->findings[i];

        buf_fmt(out, "  %-7s %.*s: %.*s%s%.*s (rule %.*s)\n", severity_names[f->severity], STR_ARG(f->where),
                STR_ARG(f->field), f->field.len != 0 ? ": " : "", STR_ARG(f->message), STR_ARG(f->rule));
    }
    if (x->findings_left_out != 0)
        buf_fmt(out, "  and %zu more\n", x->findings_left_out);
}

static void add_time(struct buf *out, uint64_t at_ms)
{
    char text[32];

    time_text(at_ms, text);
    buf_text(out, text);
}

static void add_value(struct buf *out, const struct explained_call *call, size_t i)
{
    const struct value *v = &call->values[i];

    buf_fmt(out, "      %-16.*s ", STR_ARG(call->command->params[i].name));
    if (v->kind == VALUE_CLEAR)
        buf_lit(out, "null (cleared)");
    else if (v->kind == VALUE_REF)
        buf_fmt(out, "%.*s (of an earlier call)", STR_ARG(v->text));
    else
        buf_text(out, shown(v->text, v->secret).text);
    buf_byte(out, '\n');
}

static void add_fate(struct buf *out, const struct explained_call *call)
{
    const struct ledger_row *row = &call->row;

    if (!call->has_row) {
        buf_lit(out, "not sent\n");
        return;
    }
    buf_text(out, row->state == CALL_PENDING ? "not sent" : call_state_names[row->state]);
    if (row->at_ms != 0) {
        buf_byte(out, ' ');
        add_time(out, row->at_ms);
    }
    if (row->http != 0)
        buf_fmt(out, ", HTTP %d", row->http);
    if (row->tries != 0)
        buf_fmt(out, ", %u %s", row->tries, row->tries == 1 ? "try" : "tries");
    buf_text(out, row->verified ? ", settled by reading back\n" : "\n");
}

static void add_call(struct buf *out, const struct explained_call *call, size_t number)
{
    const struct ledger_row *row = &call->row;

    buf_fmt(out, "  %zu. %.*s", number, STR_ARG(call->call.head->command));
    if (!str_eq(call->call.head->as, call->call.head->command))
        buf_fmt(out, " as %.*s", STR_ARG(call->call.head->as));
    buf_fmt(out, " from %.*s: ", STR_ARG(call->from));
    add_fate(out, call);
    for (size_t i = 0; i < call->command->param_count; i++)
        if (call->values[i].kind != VALUE_ABSENT)
            add_value(out, call, i);
    if (!call->has_row)
        return;
    if (row->test_outcome.len != 0) {
        buf_fmt(out, "      test: %.*s", STR_ARG(row->test_outcome));
        buf_fmt(out, "%s%.*s\n", row->test_reason.len != 0 ? ": " : "", STR_ARG(row->test_reason));
    }
    if (row->reason.len != 0)
        buf_fmt(out, "      reason: %.*s\n", STR_ARG(row->reason));
    if (row->reply.len != 0)
        buf_fmt(out, "      reply: %.*s\n", STR_ARG(row->reply));
    for (size_t i = 0; i < call->capture_count; i++)
        buf_fmt(out, "      captured: %.*s = %.*s\n", STR_ARG(call->captures[i].name),
                STR_ARG(call->captures[i].value));
}

static void add_calls(const struct explanation *x, struct buf *out)
{
    buf_text(out, x->call_count != 0 ? "\nplanned, in this order\n" : "");
    for (size_t i = 0; i < x->call_count; i++)
        add_call(out, &x->calls[i], i + 1);
    if (x->calls_left_out != 0)
        buf_fmt(out, "  and %zu more\n", x->calls_left_out);
}

/* The files in which this subscriber's rejects can be mended. */
static void add_advice(const struct explanation *x, struct arena *mem, struct buf *out)
{
    const char *before = "\nto mend it: ";

    for (size_t i = 0; i < x->facts.input_count; i++)
        for (size_t k = 0; k < x->finding_count; k++) {
            const struct explained_finding *f = &x->findings[k];
            bool                            damaged = str_starts(f->rule, STR("damaged"));

            if (f->severity != SEVERITY_ERROR || !str_eq(f->input, x->facts.inputs[i].name))
                continue;
            if (damaged)
                buf_fmt(out, "%s%s/rejects/%.*s.damaged (it is no record: mend the extract itself)", before,
                        x->run->path, STR_ARG(f->input));
            else
                buf_fmt(out, "%s%s", before, run_folder_rejects(x->run, f->input, mem));
            before = ", ";
            break;
        }
    if (before[0] == ',')
        buf_fmt(out, "; then plan it --after %s\n", x->run->path);
}

void explain_page(const struct explanation *x, struct arena *mem, struct buf *out)
{
    add_head(x, out);
    add_file_notes(x, out);
    add_records(x, mem, out);
    add_findings(x, out);
    add_calls(x, out);
    add_advice(x, mem, out);
}

/* ---- for programs ---- */

static void json_values(const struct explained_call *call, struct json_writer *w)
{
    json_member_object(w, "params");
    for (size_t i = 0; i < call->command->param_count; i++) {
        const struct value *v = &call->values[i];

        if (v->kind == VALUE_ABSENT)
            continue;
        json_name_text(w, call->command->params[i].name);
        if (v->kind == VALUE_CLEAR) {
            json_null(w);
        } else if (v->kind == VALUE_REF) {
            json_begin_object(w);
            json_member_text(w, "ref", v->text);
            json_end_object(w);
        } else if (v->secret) {
            json_raw(w, STR("{\"secret\":true}"));
        } else {
            json_text(w, v->text);
        }
    }
    json_end_object(w);
}

static void json_call(const struct explained_call *call, struct json_writer *w)
{
    const struct ledger_row *row = &call->row;
    bool                     unsent = !call->has_row || row->state == CALL_PENDING;

    json_begin_object(w);
    json_member_text(w, "id", str_from(call->id));
    json_member_text(w, "command", call->call.head->command);
    json_member_text(w, "as", call->call.head->as);
    json_member_text_or_null(w, "from", call->from);
    json_member_text_or_null(w, "effect", call->call.head->effect);
    json_values(call, w);
    json_member_text(w, "state", unsent ? STR("not sent") : str_from(call_state_names[row->state]));
    if (call->has_row) {
        json_member_number(w, "tries", row->tries);
        json_name(w, "http");
        json_integer(w, row->http);
        json_member_bool(w, "verified", row->verified);
        json_member_text_or_null(w, "reason", row->reason);
        json_member_text_or_null(w, "reply", row->reply);
        json_member_text_or_null(w, "test", row->test_outcome);
        json_member_text_or_null(w, "test_reason", row->test_reason);
    }
    json_member_object(w, "captures");
    for (size_t i = 0; i < call->capture_count; i++) {
        json_name_text(w, call->captures[i].name);
        json_text_or_null(w, call->captures[i].value);
    }
    json_end_object(w);
    json_end_object(w);
}

static void json_files(const struct explanation *x, struct json_writer *w)
{
    json_gap(w, "\n ");
    json_member_list(w, "inputs");
    for (size_t i = 0; i < inputs(x); i++) {
        const struct run_input *in = run_input_of(x, i);
        const char             *problem = x->records.files[i].problem.text;

        if (in == NULL)
            continue;
        json_begin_object(w);
        json_member_text_or_null(w, "name", in->name);
        json_member_text_or_null(w, "file", in->file);
        if (problem[0] != '\0') {
            json_member_null(w, "changed");
            json_member_text(w, "problem", str_from(problem));
        } else {
            json_member_bool(w, "changed", was_changed(x, i));
            json_member_null(w, "problem");
        }
        json_end_object(w);
    }
    json_end_list(w);
}

static void json_findings(const struct explanation *x, struct json_writer *w)
{
    json_gap(w, "\n ");
    json_member_list(w, "findings");
    for (size_t i = 0; i < x->finding_count; i++) {
        const struct explained_finding *f = &x->findings[i];

        json_begin_object(w);
        json_member_text_or_null(w, "where", f->where);
        json_member_text_or_null(w, "input", f->input);
        json_member_text_or_null(w, "field", f->field);
        json_member_text_or_null(w, "rule", f->rule);
        json_member_text(w, "severity", str_from(severity_names[f->severity]));
        json_member_text_or_null(w, "message", f->message);
        json_end_object(w);
    }
    json_end_list(w);
}

static void json_records(const struct explanation *x, struct arena *mem, struct json_writer *w)
{
    const struct lane_records *l = &x->records;

    json_gap(w, "\n ");
    json_member_list(w, "records");
    for (size_t i = 0; i < l->count; i++) {
        struct shown_row shown = { lane_record_row(l, i), l->records[i].where,
                                   l->lane.ptr != NULL ? l->lane : l->records[i].where };

        if (l->records[i].record.count != 0)
            mapping_show_json(x->mapping, l->mapper, &shown, mem, w);
    }
    json_end_list(w);
}

void explain_json(const struct explanation *x, struct arena *mem, struct buf *out)
{
    struct json_writer w = json_writer(out);

    json_begin_object(&w);
    json_member_text(&w, "run", str_from(x->run->path));
    json_gap(&w, "\n ");
    json_member_text(&w, "key", x->key);
    json_gap(&w, "\n ");
    json_member_text_or_null(&w, "lane", x->lane);
    json_gap(&w, "\n ");
    json_member_bool(&w, "rejected", errors(x) != 0);
    json_gap(&w, "\n ");
    json_member_text_or_null(&w, "seal_fault", x->seal_fault);
    json_files(x, &w);
    json_records(x, mem, &w);
    json_findings(x, &w);
    json_gap(&w, "\n ");
    json_member_list(&w, "calls");
    for (size_t i = 0; i < x->call_count; i++) {
        json_gap(&w, "\n  ");
        json_call(&x->calls[i], &w);
    }
    json_end_list(&w);
    json_end_object(&w);
    buf_byte(out, '\n');
}
