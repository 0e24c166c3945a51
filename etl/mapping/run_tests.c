/* etl/mapping/run_tests.c - a mapping's own tests: a record, and exactly the calls or the rejects that come of it. */
#include "etl/mapping/run_tests.h"

#include <stdarg.h>

#include "etl/core/limits.h"
#include "etl/core/notation/json_writer.h"
#include "etl/core/notation/list.h"
#include "etl/mapping/input_format.h"
#include "etl/mapping/loader.h"
#include "etl/mapping/mapper.h"

struct test_run {
    struct mapping    *m;
    struct str         today;
    const struct key  *key;
    struct arena      *mem;
    struct findings   *faults;
    const struct yaml *test;
    size_t             number;
};

static void fail(struct test_run *t, const struct yaml *at, const char *fmt, ...) __attribute__((format(printf, 3, 4)));
static void fail(struct test_run *t, const struct yaml *at, const char *fmt, ...)
{
    char       text[360];
    va_list    args;
    struct str name = yaml_text(t->test, "name");

    va_start(args, fmt);
    vsnprintf(text, sizeof text, fmt, args);
    va_end(args);
    yaml_fault(t->faults, &t->m->compiled->source, at->line, at->column, "test", "test %zu%s%.*s: %s", t->number,
               name.len != 0 ? " " : "", STR_ARG(name), text);
}

/* Every scalar becomes a JSON text: our YAML has no other scalars. */
static void add_json(struct json_writer *w, const struct yaml *node)
{
    switch (node->kind) {
    case YAML_NULL: json_null(w); break;
    case YAML_TEXT: json_text(w, node->text); break;
    case YAML_LIST:
        json_begin_list(w);
        for (size_t i = 0; i < node->count; i++)
            add_json(w, &node->items[i]);
        json_end_list(w);
        break;
    case YAML_MAP:
        json_begin_object(w);
        for (size_t i = 0; i < node->count; i++) {
            json_name_text(w, node->pairs[i].key);
            add_json(w, &node->pairs[i].value);
        }
        json_end_object(w);
        break;
    }
}

static struct record *make_json_record(struct test_run *t, size_t input, const struct yaml *fields, struct err *err)
{
    AUTO(buf_release) struct buf text;
    struct json_writer           w = json_writer(&text);
    struct record               *r = ARENA_NEW(t->mem, struct record);

    buf_init(&text, 1 << 20, "a test's record");
    add_json(&w, fields);
    if (json_record_parse(buf_str(&text), &t->m->inputs[input].wanted, t->mem, r, err) != ETL_OK)
        r->count = 0;
    return r;
}

/* Where the fields make no record, `err` gets the rule that they break. */
static struct record *make_record(struct test_run *t, size_t input, const struct yaml *fields, struct err *err)
{
    const struct mapping_input *in = &t->m->inputs[input];
    struct record              *r = ARENA_NEW(t->mem, struct record);
    struct str                 *cells = ARENA_ARRAY(t->mem, struct str, in->column_count + 1);

    if (in->format->columns_are_paths)
        return make_json_record(t, input, fields, err);
    for (size_t i = 0; i < in->column_count; i++)
        for (size_t k = 0; fields != NULL && k < fields->count; k++)
            if (str_eq(in->columns[i], fields->pairs[k].key) && fields->pairs[k].value.kind == YAML_TEXT)
                cells[i] = fields->pairs[k].value.text;
    r->cells = cells;
    r->count = in->column_count;
    r->number = r->line = 1;
    return r;
}

static uint64_t *make_counts(struct test_run *t)
{
    const struct yaml *count = yaml_get(t->test, "count");
    uint64_t          *counts = ARENA_ARRAY(t->mem, uint64_t, t->m->input_count + 1);

    for (size_t i = 0; count != NULL && i < count->count; i++) {
        int input = mapping_input_named(t->m, count->pairs[i].key);

        if (input < 0 || !str_to_u64(count->pairs[i].value.text, &counts[input]))
            fail(t, &count->pairs[i].value, "count: {INPUT: how many rows}");
    }
    return counts;
}

static const char *value_words(const struct value *v, struct arena *mem)
{
    switch (v->kind) {
    case VALUE_ABSENT: return "nothing";
    case VALUE_CLEAR: return "null";
    case VALUE_REF: return arena_fmt(mem, "the reference %.*s", STR_ARG(v->text)).ptr;
    case VALUE_TEXT:
    case VALUE_LIST: break;
    }
    return arena_cstr(mem, str_from(shown(v->text, v->secret).text));
}

/* A list of the test against a list that the mapping made, part by part. */
static bool is_list_as_expected(const struct yaml *expected, struct str list, struct arena *mem)
{
    struct list_reader r = list_open(list);
    struct list_item   item;
    size_t             n = 0;

    for (; list_next(&r, mem, &item); n++) {
        if (n == expected->count || item.is_list != (expected->items[n].kind == YAML_LIST))
            return false;
        if (item.is_list ? !is_list_as_expected(&expected->items[n], item.text, mem)
                         : !str_eq(item.text, expected->items[n].text))
            return false;
    }
    return n == expected->count;
}

static bool is_as_expected(const struct yaml *expected, const struct value *v, struct arena *mem)
{
    uint64_t length;

    switch (expected->kind) {
    case YAML_NULL: return v->kind == VALUE_CLEAR;
    case YAML_TEXT:
        return expected->text.len == 0 ? v->kind == VALUE_ABSENT
                                       : v->kind == VALUE_TEXT && str_eq(v->text, expected->text);
    case YAML_LIST: return v->kind == VALUE_LIST && is_list_as_expected(expected, v->text, mem);
    default:
        if (yaml_text(expected, "ref").ptr != NULL)
            return v->kind == VALUE_REF && str_eq(v->text, yaml_text(expected, "ref"));
        return v->kind == VALUE_TEXT && str_to_u64(yaml_text(expected, "made"), &length) && v->text.len == length;
    }
}

static void compare_call(struct test_run *t, const struct yaml *expected, const struct mapped_call *call)
{
    const struct command   *c = call->call->command;
    const struct yaml_pair *head = &expected->pairs[0];

    if (!str_eq(head->key, call->call->as) && !str_eq(head->key, c->name)) {
        fail(t, expected, "expected the call %.*s, got %.*s", STR_ARG(head->key), STR_ARG(call->call->as));
        return;
    }
    for (size_t i = 0; i < c->param_count; i++) {
        const struct yaml *want = yaml_get(&head->value, arena_cstr(t->mem, c->params[i].name));
        const char        *got = value_words(&call->values[i], t->mem);

        if (want == NULL && call->values[i].kind != VALUE_ABSENT)
            fail(t, expected, "%.*s: %.*s is not expected, got %s", STR_ARG(head->key), STR_ARG(c->params[i].name),
                 got);
        else if (want != NULL && !is_as_expected(want, &call->values[i], t->mem))
            fail(t, want, "%.*s: %.*s: expected %s, got %s", STR_ARG(head->key), STR_ARG(c->params[i].name),
                 want->kind == YAML_TEXT   ? shown(want->text, call->values[i].secret).text
                 : want->kind == YAML_NULL ? "null"
                                           : "what is written here",
                 got);
    }
}

static void compare_calls(struct test_run *t, const struct yaml *expected, const struct mapped *mapped)
{
    for (size_t i = 0; i < expected->count && i < mapped->count; i++)
        compare_call(t, &expected->items[i], &mapped->calls[i]);
    for (size_t i = mapped->count; i < expected->count; i++)
        fail(t, &expected->items[i], "expected the call %.*s, and it is not made",
             STR_ARG(expected->items[i].pairs[0].key));
    for (size_t i = expected->count; i < mapped->count; i++)
        fail(t, expected, "the call %.*s is made, and not expected", STR_ARG(mapped->calls[i].call->as));
}

static bool is_finding(const struct yaml *expected, const struct finding *f)
{
    struct str field = yaml_text(expected, "field");

    return str_is(yaml_text(expected, "rule"), f->err.rule) &&
           (field.ptr == NULL || str_eq(field, str_from(f->err.field)));
}

/* Compared as sets: in which order rules are checked is no promise. */
static void compare_findings(struct test_run *t, const struct yaml *expected, const struct mapped *mapped,
                             enum severity severity)
{
    bool *met = ARENA_ARRAY(t->mem, bool, expected->count + 1);

    for (size_t i = 0; i < mapped->finding_count; i++) {
        const struct finding *f = &mapped->findings[i];
        size_t                k = 0;

        if (f->severity != severity)
            continue;
        while (k < expected->count && (met[k] || !is_finding(&expected->items[k], f)))
            k++;
        if (k < expected->count)
            met[k] = true;
        else
            fail(t, expected->line != 0 ? expected : t->test, "%s%s%s (rule %s), and it is not expected",
                 f->err.field != NULL ? f->err.field : "", f->err.field != NULL ? ": " : "", f->err.text, f->err.rule);
    }
    for (size_t k = 0; k < expected->count; k++)
        if (!met[k])
            fail(t, &expected->items[k], "expected %.*s to break rule %.*s, and it does not",
                 STR_ARG(yaml_text(&expected->items[k], "field").len != 0 ? yaml_text(&expected->items[k], "field")
                                                                          : STR("the record")),
                 STR_ARG(yaml_text(&expected->items[k], "rule")));
}

static void compare(struct test_run *t, const struct mapped *mapped)
{
    static const struct yaml none = { .kind = YAML_LIST };
    const struct yaml       *calls = yaml_get(t->test, "calls"), *rejects = yaml_get(t->test, "rejects"),
                      *warnings = yaml_get(t->test, "warnings");

    compare_findings(t, rejects != NULL ? rejects : &none, mapped, SEVERITY_ERROR);
    if (calls != NULL && !mapped->rejected)
        compare_calls(t, calls, mapped);
    if (warnings != NULL)
        compare_findings(t, warnings, mapped, SEVERITY_WARNING);
}

static void run_test(struct test_run *t)
{
    size_t                      input = test_input(t->m, t->test), nth = 1;
    const struct mapping_input *in = &t->m->inputs[input];
    struct str                  today = yaml_text(t->test, "today"), lane = STR_NONE,
               *unique = ARENA_ARRAY(t->mem, struct str, INPUT_UNIQUE_COLUMNS_MAX);
    struct mapper *mapper = mapper_new(t->m, today.len != 0 ? today : t->today, t->key);
    struct row     row = { .input = input, .counts = make_counts(t) };
    struct mapped  mapped = { 0 };
    struct finding first = { .severity = SEVERITY_ERROR };

    row.record = make_record(t, input, yaml_get(t->test, "record"), &first.err);
    str_to_u64(yaml_text(t->test, "nth"), &nth);
    row.nth = nth;
    if (in->parent >= 0 && yaml_get(t->test, "parent") != NULL)
        row.parent = make_record(t, (size_t)in->parent, yaml_get(t->test, "parent"), &first.err);
    else if (in->orphans_allowed)
        row.parent = &record_of_nothing;
    if (first.err.rule[0] != '\0' || mapper_keys(mapper, &row, t->mem, &lane, unique, &first.err) != ETL_OK)
        mapped = (struct mapped){ .findings = &first, .finding_count = 1, .rejected = true };
    else
        mapper_row(mapper, &row, lane.ptr != NULL ? lane : STR("record"), t->mem, &mapped);
    if (yaml_get(t->test, "lane") != NULL && !str_eq(yaml_text(t->test, "lane"), lane))
        fail(t, yaml_get(t->test, "lane"), "the lane is %s", shown(lane, false).text);
    compare(t, &mapped);
    mapper_free(mapper);
}

/* ---- columns: a test has no file, so an input has the columns that the mapping asks and those that its tests name ---- */

struct column_names {
    struct str *items;
    size_t      count, cap;
};

static void add_name(struct column_names *names, struct str name, struct arena *mem)
{
    for (size_t i = 0; i < names->count; i++)
        if (str_eq(names->items[i], name))
            return;
    ARENA_PUSH(mem, names->items, names->count, names->cap) = name;
}

static void add_list(struct column_names *names, const struct yaml *list, struct arena *mem)
{
    if (list != NULL && list->kind == YAML_TEXT)
        add_name(names, list->text, mem);
    for (size_t i = 0; list != NULL && list->kind == YAML_LIST && i < list->count; i++)
        add_name(names, list->items[i].text, mem);
}

static void asked_names(const struct mapping *m, size_t input, struct column_names *names, struct arena *mem)
{
    const struct compiled_input *in = &m->compiled->in[input];

    for (size_t i = 0; i < in->use_count; i++)
        if (in->uses[i].node != NULL)
            add_name(names, in->uses[i].name, mem);
    add_list(names, in->unique, mem);
    add_list(names, in->secret, mem);
    add_list(names, in->key, mem);
}

/* A test may have fields that no expression asks, unless the name looks like a misspelled one. */
static void add_fields(struct test_run *t, struct column_names *names, size_t asked, const struct yaml *fields,
                       bool fixed)
{
    for (size_t i = 0; fields != NULL && i < fields->count; i++) {
        const struct yaml_pair *pair = &fields->pairs[i];
        size_t                  before = names->count;
        struct str              hint;

        add_name(names, pair->key, t->mem);
        if (names->count == before)
            continue;
        hint = did_you_mean(pair->key, names->items, asked, t->mem);
        if (fixed)
            names->count = before;
        if (fixed || hint.len != 0)
            yaml_fault(t->faults, &t->m->compiled->source, pair->line, pair->column, "column-unknown",
                       "test %zu: %s \"%.*s\"%.*s", t->number, fixed ? "the input has no column" : "no expression asks",
                       STR_ARG(pair->key), STR_ARG(hint));
    }
}

static enum etl_status bind_inputs(struct test_run *t, const struct yaml *tests)
{
    for (size_t i = 0; i < t->m->input_count; i++) {
        struct column_names names = { 0 };
        size_t              asked;
        bool                fixed = t->m->inputs[i].csv.name_count != 0;

        if (t->m->inputs[i].format->columns_are_paths) /* its columns are bound at load */
            continue;

        if (fixed)
            for (size_t k = 0; k < t->m->inputs[i].csv.name_count; k++)
                add_name(&names, t->m->inputs[i].csv.names[k], t->mem);
        else
            asked_names(t->m, i, &names, t->mem);
        asked = names.count;
        for (size_t k = 0; k < tests->count; k++) {
            size_t input = test_input(t->m, &tests->items[k]);

            t->number = k + 1;
            if (input == i)
                add_fields(t, &names, asked, yaml_get(&tests->items[k], "record"), fixed);
            if (t->m->inputs[input].parent == (int)i)
                add_fields(t, &names, asked, yaml_get(&tests->items[k], "parent"), fixed);
        }
        if (mapping_bind(t->m, i, names.items, names.count, t->faults) != ETL_OK)
            return ETL_FAIL;
    }
    return ETL_OK;
}

enum etl_status mapping_run_tests(struct mapping *m, struct str today, const struct key *key, struct arena *mem,
                                  size_t *ran, struct findings *faults)
{
    const struct yaml *tests = m->compiled->tests;
    struct test_run    t = { .m = m, .today = today, .key = key, .mem = mem, .faults = faults };
    size_t             before = faults->errors;

    *ran = 0;
    if (tests == NULL)
        return ETL_OK;
    if (bind_inputs(&t, tests) != ETL_OK)
        return ETL_FAIL;
    for (size_t i = 0; i < tests->count; i++) {
        t.test = &tests->items[i];
        t.number = i + 1;
        run_test(&t);
        ++*ran;
    }
    return faults->errors != before ? ETL_FAIL : ETL_OK;
}
