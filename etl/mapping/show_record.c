/* etl/mapping/show_record.c - one record's way through a mapping, for people: record → let → calls → findings. */
#include "etl/mapping/show_record.h"

#include "etl/core/notation/err_json.h"
#include "etl/core/utf8.h"
#include "etl/language/evaluate.h"
#include "etl/mapping/compiled.h"

/* ---- the steps are gathered first, then written as text or as JSON ---- */

struct shown_step { /* a name, its value, and the expression that made it */
    struct str   name, expression;
    struct value value;
    const char  *failed; /* why there is no value; or NULL */
};
struct call_steps {
    const struct mapping_call *call;
    struct shown_step          when; /* expression ptr NULL: always */
    bool                       made;
    size_t                     element; /* inside each: which one, of which list */
    struct str                 list;
    struct shown_step         *fields;
    size_t                     field_count;
};
struct shown_way {
    struct shown_step *cells, *lets;
    size_t             cell_count, cell_cap, let_count;
    struct call_steps *calls;
    size_t             call_count, call_cap;
    struct mapped      mapped;
};

static struct str words_of(const struct yaml *yaml)
{
    return yaml->kind == YAML_TEXT ? yaml->text : yaml->kind == YAML_LIST ? STR("[a list]") : STR("null");
}

static struct shown_step evaluate(struct eval *e, struct str name, const struct placed_expression *w, struct arena *mem)
{
    struct shown_step s = { .name = name, .expression = words_of(w->yaml) };

    if (!eval_node(e, w->node, &s.value))
        s.failed = arena_cstr(mem, str_from(e->err.text));
    return s;
}

static void add_cell(struct shown_way *w, struct str name, struct str cell, bool is_list, bool secret,
                     struct arena *mem)
{
    if (cell.len != 0)
        ARENA_PUSH(mem, w->cells, w->cell_count, w->cell_cap) =
            (struct shown_step){ .name = name, .value = { is_list ? VALUE_LIST : VALUE_TEXT, secret, cell } };
}

/* services.0.name: the first element's */
static void gather_rows(const struct mapping_input *in, size_t list, const struct record_rows *rows,
                        struct shown_way *w, struct arena *mem)
{
    const struct json_list *of = &in->wanted.lists[list];

    for (size_t i = 0; i < rows->count * of->column_count; i++) {
        struct str column = of->columns[i % of->column_count];
        struct str name = arena_fmt(mem, "%.*s.%zu%s%.*s", STR_ARG(of->path), i / of->column_count,
                                    column.len != 0 ? "." : "", STR_ARG(column));

        add_cell(w, name, rows->cells[i], rows->is_list != NULL && rows->is_list[i],
                 in->list_secret[list][i % of->column_count], mem);
    }
}

static void gather_cells(const struct mapping_input *in, const struct record *r, struct shown_way *w, struct arena *mem)
{
    for (size_t i = 0; i < in->column_count && i < r->count; i++)
        add_cell(w, in->columns[i], r->cells[i], r->is_list != NULL && r->is_list[i], in->secret[i], mem);
    for (size_t i = 0; r->lists != NULL && i < in->wanted.list_count; i++)
        gather_rows(in, i, &r->lists[i], w, mem);
}

static void gather_lets(const struct mapping *m, struct eval *e, size_t input, struct shown_way *w, struct arena *mem)
{
    const struct compiled *c = m->compiled;

    w->lets = ARENA_ARRAY(mem, struct shown_step, c->let_count + 1);
    for (size_t i = 0; i < c->let_count; i++) {
        struct placed_expression let = { c->in[input].lets[i], c->lets[i].yaml };

        if (let.node != NULL)
            w->lets[w->let_count++] = evaluate(e, c->lets[i].name, &let, mem);
    }
}

static const struct mapped_call *made_call(const struct mapped *mapped, const struct mapping_call *call, size_t element)
{
    for (size_t i = 0; i < mapped->tried; i++)
        if (mapped->calls[i].call == call && mapped->calls[i].element == element)
            return &mapped->calls[i];
    return NULL;
}

static const char *finding_of(const struct mapped *mapped, struct str param)
{
    for (size_t i = 0; i < mapped->finding_count; i++)
        if (str_eq(param, str_from(mapped->findings[i].err.field)))
            return mapped->findings[i].err.text;
    return "no value";
}

static void gather_fields(const struct compiled_call *cc, const struct mapped_call *made, const struct mapped *mapped,
                          struct call_steps *s, struct arena *mem)
{
    s->fields = ARENA_ARRAY(mem, struct shown_step, cc->field_count + 1);
    for (size_t k = 0; k < made->call->param_count; k++) /* as they are written */
        for (size_t i = 0; i < cc->field_count; i++) {
            const struct yaml *yaml = cc->fields[i].value.yaml;
            struct shown_step *step = &s->fields[s->field_count];

            if ((int)cc->fields[i].param != made->call->params[k])
                continue;
            step->name = made->call->command->params[cc->fields[i].param].name;
            step->expression = words_of(yaml);
            step->value = made->values[cc->fields[i].param];
            if (step->value.kind == VALUE_REF && step->value.text.ptr == NULL) /* its evaluation failed */
                step->failed = finding_of(mapped, step->name);
            s->field_count++;
        }
}

static void gather_call(const struct mapping *m, size_t call, struct eval *e, size_t element, struct shown_way *w,
                        struct arena *mem)
{
    const struct compiled_call *cc = &m->compiled->calls[call];
    const struct mapped_call   *made = made_call(&w->mapped, &m->calls[call], element);
    struct call_steps           s = { .call = &m->calls[call], .made = made != NULL, .element = element };

    if (element != 0)
        s.list = m->inputs[s.call->input].wanted.lists[s.call->list].path;
    if (cc->when.node != NULL)
        s.when = evaluate(e, STR("when"), &cc->when, mem);
    if (s.made)
        gather_fields(cc, made, &w->mapped, &s, mem);
    ARENA_PUSH(mem, w->calls, w->call_count, w->call_cap) = s;
}

static struct shown_way gather(const struct mapping *m, struct mapper *mapper, const struct shown_row *r,
                               struct arena *mem)
{
    const struct compiled_input *in = &m->compiled->in[r->row.input];
    const struct json_wanted    *wanted = &m->inputs[r->row.input].wanted;
    struct shown_way             w = { 0 };
    struct eval                 *e;

    mapper_row(mapper, &r->row, r->lane, mem, &w.mapped);
    gather_cells(&m->inputs[r->row.input], r->row.record, &w, mem);
    e = mapper_eval(mapper, &r->row, mem);
    gather_lets(m, e, r->row.input, &w, mem);
    for (size_t i = 0; i < in->call_count; i++) {
        int    list = m->calls[in->calls[i]].list;
        size_t columns = list >= 0 ? wanted->lists[list].column_count : 0;

        if (list < 0)
            gather_call(m, in->calls[i], e, 0, &w, mem);
        for (size_t element = 1; list >= 0 && mapper_take_element(e, list, columns, element); element++)
            gather_call(m, in->calls[i], e, element, &w, mem);
    }
    return w;
}

/* ---- as text ---- */

static struct str without_quotes(const char *quoted)
{
    return str_of(quoted + 1, strlen(quoted) - 2);
}

static void add_value(struct buf *out, const struct shown_step *s)
{
    if (s->failed != NULL)
        buf_fmt(out, "(fails: %s)", s->failed);
    else if (s->value.kind == VALUE_ABSENT)
        buf_lit(out, "-");
    else if (s->value.kind == VALUE_CLEAR)
        buf_lit(out, "null (cleared)");
    else if (s->value.kind == VALUE_REF)
        buf_fmt(out, "%.*s (known after sending)", STR_ARG(s->value.text));
    else if (s->value.kind == VALUE_LIST && !s->value.secret) /* it has quotes of its own */
        buf_add(out, without_quotes(shown(s->value.text, false).text));
    else
        buf_text(out, shown(s->value.text, s->value.secret).text);
}

static void add_steps(struct buf *out, const char *indent, const struct shown_step *steps, size_t count)
{
    AUTO(buf_release) struct buf value;
    int                          widest = 0;

    buf_init(&value, 1 << 16, "a value");
    for (size_t i = 0; i < count; i++)
        widest = (int)steps[i].name.len > widest && steps[i].name.len < 32 ? (int)steps[i].name.len : widest;
    for (size_t i = 0; i < count; i++) {
        buf_reset(&value);
        add_value(&value, &steps[i]);
        buf_fmt(out, "%s%-*.*s  %s", indent, widest, STR_ARG(steps[i].name), buf_cstr(&value));
        if (steps[i].expression.len != 0)
            buf_fmt(out, "%*s  %.*s", value.len < 26 ? (int)(26 - value.len) : 0, "", STR_ARG(steps[i].expression));
        buf_byte(out, '\n');
    }
}

static void add_call(struct buf *out, const struct call_steps *s)
{
    buf_fmt(out, "  %s%.*s", s->made ? "" : "no ", STR_ARG(s->call->command->name));
    if (!str_eq(s->call->as, s->call->command->name))
        buf_fmt(out, " as %.*s", STR_ARG(s->call->as));
    if (s->element != 0)
        buf_fmt(out, "  (element %zu of %.*s)", s->element, STR_ARG(s->list));
    if (s->when.expression.ptr != NULL)
        buf_fmt(out, "  (when %.*s: %s%s)", STR_ARG(s->when.expression),
                s->when.failed != NULL ? "fails, "
                : s->made              ? "yes"
                                       : "no",
                s->when.failed != NULL ? s->when.failed : "");
    buf_byte(out, '\n');
    add_steps(out, "    ", s->fields, s->field_count);
}

void mapping_show(const struct mapping *m, struct mapper *mapper, const struct shown_row *r, struct arena *mem,
                  struct buf *out)
{
    struct shown_way            w = gather(m, mapper, r, mem);
    const struct mapping_input *in = &m->inputs[r->row.input];

    buf_fmt(out, "%.*s  (%.*s", STR_ARG(r->where), STR_ARG(in->name));
    if (in->has_lane) {
        buf_lit(out, ", lane ");
        utf8_add_safe(out, r->lane);
    }
    if (m->uses_nth)
        buf_fmt(out, ", row %llu of its lane", (unsigned long long)r->row.nth);
    buf_lit(out, ")\n\nrecord\n");
    add_steps(out, "  ", w.cells, w.cell_count);
    if (w.let_count != 0) {
        buf_lit(out, "\nlet\n");
        add_steps(out, "  ", w.lets, w.let_count);
    }
    buf_lit(out, "\ncalls\n");
    for (size_t i = 0; i < w.call_count; i++)
        add_call(out, &w.calls[i]);
    if (w.mapped.finding_count != 0)
        buf_fmt(out, "\nfindings%s\n", w.mapped.rejected ? ": the record is a reject" : "");
    for (size_t i = 0; i < w.mapped.finding_count; i++) {
        const struct err *err = &w.mapped.findings[i].err;

        buf_fmt(out, "  %s  %s%s%s (rule %s)\n", severity_names[w.mapped.findings[i].severity],
                err->field != NULL ? err->field : "", err->field != NULL ? ": " : "", err->text, err->rule);
    }
}

/* ---- as JSON ---- */

static void json_value(struct json_writer *w, const struct shown_step *s)
{
    if (s->failed != NULL)
        json_member_text(w, "failed", str_from(s->failed));
    else if (s->value.kind == VALUE_CLEAR)
        json_member_null(w, "value");
    else if (s->value.kind == VALUE_REF)
        json_member_text(w, "ref", s->value.text);
    else if (s->value.kind != VALUE_ABSENT && s->value.secret)
        json_member_bool(w, "secret", true);
    else if (s->value.kind == VALUE_LIST)
        json_member_raw(w, "value", s->value.text);
    else if (s->value.kind == VALUE_TEXT)
        json_member_text(w, "value", s->value.text);
}

static void json_steps(struct json_writer *w, const char *name, const struct shown_step *steps, size_t count)
{
    json_member_list(w, name);
    for (size_t i = 0; i < count; i++) {
        json_begin_object(w);
        json_member_text(w, "name", steps[i].name);
        if (steps[i].expression.len != 0)
            json_member_text(w, "expression", steps[i].expression);
        json_value(w, &steps[i]);
        json_end_object(w);
    }
    json_end_list(w);
}

static void json_shown_call(struct json_writer *w, const struct call_steps *s)
{
    json_begin_object(w);
    json_member_text(w, "command", s->call->command->name);
    json_member_text(w, "as", s->call->as);
    if (s->element != 0)
        json_member_number(w, "element", s->element);
    json_member_bool(w, "made", s->made);
    if (s->when.expression.ptr != NULL)
        json_member_text(w, "when", s->when.expression);
    json_steps(w, "params", s->fields, s->field_count);
    json_end_object(w);
}

void mapping_show_json(const struct mapping *m, struct mapper *mapper, const struct shown_row *r, struct arena *mem,
                       struct json_writer *w)
{
    struct shown_way way = gather(m, mapper, r, mem);

    json_begin_object(w);
    json_member_text(w, "from", r->where);
    json_member_text(w, "input", m->inputs[r->row.input].name);
    json_member_text(w, "lane", r->lane);
    json_steps(w, "record", way.cells, way.cell_count);
    json_steps(w, "let", way.lets, way.let_count);
    json_member_list(w, "calls");
    for (size_t i = 0; i < way.call_count; i++)
        json_shown_call(w, &way.calls[i]);
    json_end_list(w);
    json_member_list(w, "findings");
    for (size_t i = 0; i < way.mapped.finding_count; i++)
        err_json(w, &way.mapped.findings[i].err, way.mapped.findings[i].severity);
    json_end_list(w);
    json_member_bool(w, "rejected", way.mapped.rejected);
    json_end_object(w);
    buf_byte(w->out, '\n');
}
