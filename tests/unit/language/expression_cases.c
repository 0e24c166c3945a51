/* tests/unit/language/expression_cases.c - runs three-line cases of expressions. */
#include "tests/unit/language/expression_cases.h"

#include <stdarg.h>

#include "etl/core/notation/list.h"
#include "etl/core/system/atomic_file.h"
#include "etl/language/evaluate.h"
#include "etl/language/filter.h"
#include "etl/language/lookup.h"
#include "etl/language/parse.h"
#include "etl/language/prepare.h"

enum { FIELDS_MAX = 16 };

struct running {
    struct arena         mem;
    const char          *file;
    unsigned             line; /* of the case's first line */
    struct case_counts   counts;
    struct lookup        state, plan, grade, note;
    const struct lookup *lookups[4];
    struct pattern     **patterns;
    size_t               pattern_count, pattern_cap;
    struct str           names[FIELDS_MAX]; /* the fields of the expression at hand, by column */
    size_t               name_count;
    bool                 has_lists; /* the input at hand: {A: [x, y]}, as JSON records have them */
};

static void fail(struct running *r, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
static void fail(struct running *r, const char *fmt, ...)
{
    va_list args;

    fprintf(stderr, "%s:%u: ", r->file, r->line);
    va_start(args, fmt);
    vfprintf(stderr, fmt, args);
    va_end(args);
    fputc('\n', stderr);
    r->counts.failed++;
}

/* ---- what stands in a line ---- */

static const struct yaml *yaml_of(struct running *r, struct str line)
{
    struct findings    faults;
    struct yaml_source source = { r->file, line };
    const struct yaml *root;

    findings_init(&faults, &r->mem);
    root = yaml_load(&source, &r->mem, &faults);
    if (root == NULL || faults.errors != 0)
        fail(r, "no YAML: %.*s", STR_ARG(line));
    return root;
}

static struct str text_of(struct running *r, struct str line)
{
    if (str_is(line, "-"))
        return STR("");
    if (line.len != 0 && line.ptr[0] == '"') {
        const struct yaml *y = yaml_of(r, line);

        return y != NULL ? y->text : STR("");
    }
    return line;
}

static void add_list(struct buf *out, const struct yaml *list)
{
    list_begin(out);
    for (size_t i = 0; i < list->count; i++) {
        if (list->items[i].kind == YAML_LIST)
            add_list(out, &list->items[i]);
        else
            list_text(out, list->items[i].text);
    }
    list_end(out);
}

static struct str list_value(struct running *r, const struct yaml *list)
{
    AUTO(buf_release) struct buf out;

    buf_init(&out, 1 << 20, "a list");
    add_list(&out, list);
    return arena_str(&r->mem, buf_str(&out));
}

static struct str field_value(struct running *r, struct str input, struct str name, bool *is_list)
{
    *is_list = false;
    if (input.len != 0 && input.ptr[0] == '{') {
        const struct yaml *node = yaml_get(yaml_of(r, input), arena_cstr(&r->mem, name));

        *is_list = node != NULL && node->kind == YAML_LIST;
        if (*is_list)
            return list_value(r, node);
        struct str value = yaml_text(yaml_of(r, input), arena_cstr(&r->mem, name));

        return value.ptr != NULL ? value : STR("");
    }
    return text_of(r, input);
}

/* ---- one case ---- */

static void bind(struct running *r, struct node *n)
{
    if (n->op == NODE_NAME) {
        size_t i = 0;

        while (i < r->name_count && !str_eq(r->names[i], n->text))
            i++;
        if (i == r->name_count && i < FIELDS_MAX)
            r->names[r->name_count++] = n->text;
        n->op = r->has_lists ? NODE_MEMBER : NODE_COLUMN;
        n->index = (int)i;
    }
    for (size_t i = 0; i < n->count; i++)
        if (n->op != NODE_FILTER || i == 0 || n->filter->args[i - 1] == ARG_TEXT || n->filter->args[i - 1] == ARG_VALUE)
            bind(r, n->args[i]);
}

static struct node *compile(struct running *r, struct str expression, struct findings *faults)
{
    struct yaml_source      source = { r->file, expression };
    struct yaml             yaml = { .kind = YAML_TEXT, .text = expression, .line = 1, .column = 1 };
    struct expression_place place = { &source, faults, &yaml, &r->mem };
    struct preparation      p = { &place, r->lookups, 4, &r->patterns, &r->pattern_count, &r->pattern_cap };
    struct node            *n =
        str_contains(expression, STR("{{")) ? template_parse(&place, expression) : expression_parse(&place, expression);

    if (n == NULL)
        return NULL;
    r->name_count = 0;
    bind(r, n);
    return expression_prepare(&p, n) ? n : NULL;
}

static void expect_fault(struct running *r, const struct findings *faults, struct str words)
{
    for (size_t i = 0; i < faults->count; i++)
        if (str_contains(str_from(faults->items[i].err.text), words))
            return;
    fail(r, "expected a fault with \"%.*s\", got %s", STR_ARG(words),
         faults->count != 0 ? faults->items[0].err.text : "none");
}

static void expect_reject(struct running *r, bool good, const struct value *v, const struct err *err, struct str want)
{
    struct str  rule = want, words = STR("");
    const char *blank = memchr(want.ptr, ' ', want.len);

    if (blank != NULL) {
        rule = str_head(want, (size_t)(blank - want.ptr));
        words = str_skip(want, rule.len + 1);
    }
    if (good)
        fail(r, "expected a reject by rule %.*s, got \"%.*s\"", STR_ARG(rule), STR_ARG(v->text));
    else if (!str_is(rule, err->rule) || !str_contains(str_from(err->text), words))
        fail(r, "expected rule %.*s with \"%.*s\", got %s (rule %s)", STR_ARG(rule), STR_ARG(words), err->text,
             err->rule);
}

static void evaluate(struct running *r, const struct node *n, struct str input, struct str want)
{
    struct str    cells[FIELDS_MAX];
    bool          is_list[FIELDS_MAX];
    struct record record = { .cells = cells, .is_list = is_list, .count = r->name_count };
    struct eval   e = { .record = &record, .mem = &r->mem, .match = pattern_match_new(), .row_number = 1 };
    struct value  v = VALUE_NONE;
    bool          good;

    for (size_t i = 0; i < r->name_count; i++)
        cells[i] = field_value(r, input, r->names[i], &is_list[i]);
    good = eval_node(&e, n, &v);
    pattern_match_free(e.match);
    if (str_starts(want, STR("! ")))
        expect_reject(r, good, &v, &e.err, str_skip(want, 2));
    else if (!good)
        fail(r, "rejected: %s (rule %s)", e.err.text, e.err.rule);
    else if (str_is(want, "null") ? v.kind != VALUE_CLEAR : v.kind == VALUE_CLEAR || !str_eq(v.text, text_of(r, want)))
        fail(r, "expected %.*s, got %s\"%.*s\"", STR_ARG(want), v.kind == VALUE_CLEAR ? "null " : "", STR_ARG(v.text));
    else if (v.kind == VALUE_TEXT && v.text.len == 0)
        fail(r, "an empty text that is not absent");
}

static void run_case(struct running *r, struct str expression, struct str input, struct str want)
{
    struct findings faults;
    struct node    *n;

    r->counts.ran++;
    findings_init(&faults, &r->mem);
    r->has_lists = input.len != 0 && input.ptr[0] == '{' && str_contains(input, STR("["));
    n = compile(r, expression, &faults);
    if (str_starts(want, STR("!! ")))
        expect_fault(r, &faults, str_skip(want, 3));
    else if (n == NULL || faults.errors != 0)
        fail(r, "does not load: %s", faults.count != 0 ? faults.items[0].err.text : "?");
    else
        evaluate(r, n, input, want);
}

/* ---- all ---- */

static void add(struct running *r, struct lookup *t, const char *name, enum lookup_missing missing, struct str key,
                struct value value)
{
    t->name = str_from(name);
    t->missing = missing;
    lookup_add(t, key, value, 1, &r->mem, NULL);
}

static void make_lookups(struct running *r)
{
    const struct lookup *all[] = { &r->state, &r->plan, &r->grade, &r->note };

    add(r, &r->state, "state", MISSING_EMPTY, STR("Texas"), VALUE_OF(STR("TX")));
    add(r, &r->state, "state", MISSING_EMPTY, STR("Kansas"), VALUE_OF(STR("KS")));
    add(r, &r->plan, "plan", MISSING_REJECT, STR("D1"), VALUE_OF(STR("abc_dsl")));
    add(r, &r->grade, "grade", MISSING_KEEP, STR("GLD"), VALUE_OF(STR("gold")));
    add(r, &r->note, "note", MISSING_EMPTY, STR("none"), (struct value){ .kind = VALUE_CLEAR });
    memcpy(r->lookups, all, sizeof all);
}

struct case_counts run_expression_cases(const char *file, struct str text, unsigned first_line)
{
    struct running r = { .file = file };
    struct str     rest = text, line, lines[3];
    size_t         n = 0;
    unsigned       number = first_line - 1;

    arena_init(&r.mem, 64U << 20, "cases");
    make_lookups(&r);
    while (rest.ptr != NULL) {
        struct str whole = rest;

        rest = str_cut(rest, '\n', &line);
        if (rest.ptr == NULL)
            line = whole;
        number++;
        if (n == 0 && (str_trim(line).len == 0 || line.ptr[0] == '#'))
            continue;
        if (n == 0)
            r.line = number;
        if (str_trim(line).len == 0) {
            fail(&r, "a case has three lines");
            n = 0;
            continue;
        }
        lines[n++] = line;
        if (n < 3)
            continue;
        run_case(&r, lines[0], lines[1], lines[2]);
        n = 0;
    }
    if (n != 0)
        fail(&r, "a case has three lines");
    for (size_t i = 0; i < r.pattern_count; i++)
        pattern_free(r.patterns[i]);
    arena_release(&r.mem);
    return r.counts;
}

struct case_counts run_expression_file(const char *path)
{
    struct case_counts counts = { 0, 1 };
    struct arena       mem;
    struct str         text;
    struct err         err = { 0 };

    arena_init(&mem, 16U << 20, "a file of cases");
    if (file_read(path, 8U << 20, &mem, &text, &err) == ETL_OK)
        counts = run_expression_cases(path, text, 1);
    else
        fprintf(stderr, "%s: %s\n", path, err.text);
    arena_release(&mem);
    return counts;
}
