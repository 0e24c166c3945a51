/* etl/mapping/check.c - what a mapping's calls and expressions must not do, found before any record is read. */
#include "etl/language/filter.h"
#include "etl/language/parse.h"
#include "etl/language/prepare.h"
#include "etl/mapping/bind_columns.h"
#include "etl/mapping/input_format.h"
#include "etl/mapping/loader.h"
#include "providers/model/identity.h"
#include "providers/rules/rules.h"

/* ---- references and clearing ---- */

/* A reply is known only after sending, so nothing can be computed with what it yields: a reference stands alone, or is one side of a choice. */
static void check_references(struct mapping_loader *l, const struct placed_expression *value, const struct node *n,
                             bool alone)
{
    struct expression_place place = place_in(l->c, value->yaml, l->read.faults);

    if (n->op == NODE_REF && !alone)
        expression_fault(&place, n->at, "capture-place",
                         "%.*s is known only after sending, nothing can be computed with it: it stands alone",
                         STR_ARG(n->text));
    for (size_t i = 0; i < n->count; i++) {
        bool chosen = n->op == NODE_OR || (n->op == NODE_AND && i == 1) ||
                      (n->op == NODE_FILTER && i == 1 && n->filter->args[0] == ARG_VALUE);

        check_references(l, value, n->args[i], alone && chosen);
    }
}

struct clear_search {
    const struct compiled *c;
    bool                   can;
};

static void see_clear(void *context, const struct node *n)
{
    struct clear_search *s = context;
    const struct lookup *t = lookup_of(s->c, n);

    s->can = s->can || n->op == NODE_CLEAR;
    for (size_t i = 0; t != NULL && i < t->count; i++)
        s->can = s->can || t->entries[i].value.kind == VALUE_CLEAR;
}

static void check_clear(struct mapping_loader *l, const struct command *c, const struct compiled_field *f, size_t input)
{
    struct clear_search s = { l->c, false };
    const struct param *p = &c->params[f->param];

    if (f->value.node->op != NODE_JOIN && f->value.node->op != NODE_LIST) /* inside those null is an empty part */
        each_source(&l->c->in[input], f->value.node, see_clear, &s);
    if (s.can && c->clear.ptr == NULL && p->clear.ptr == NULL)
        YAML_FAULT(&l->read, f->value.yaml, "clear", "%.*s has no word that clears %.*s: null cannot be sent",
                   STR_ARG(c->name), STR_ARG(p->name));
    else if (p->required && f->value.node->op == NODE_CLEAR && p->clear.ptr == NULL)
        YAML_FAULT(&l->read, f->value.yaml, "clear", "%.*s is required and cannot be cleared", STR_ARG(p->name));
}

/* ---- parameters that are never set ---- */

static const struct compiled_field *field_of(const struct compiled_call *cc, size_t param)
{
    for (size_t i = 0; i < cc->field_count; i++)
        if (cc->fields[i].param == param)
            return &cc->fields[i];
    return NULL;
}

static const struct yaml *command_place(const struct compiled_call *cc)
{
    const struct yaml *node = yaml_get(cc->yaml, "command");

    return node != NULL ? node : cc->yaml;
}

/* A family counts as set if one of its members is. */
static bool any_set(const struct command *c, const struct compiled_call *cc, const struct together *t)
{
    for (size_t i = 0; i < t->item_count; i++) {
        const struct param *p = &c->params[t->items[i].param];

        for (size_t k = 0; k < c->param_count; k++)
            if ((&c->params[k] == p || (p->is_family && c->params[k].family == p)) && field_of(cc, k) != NULL)
                return true;
    }
    return false;
}

static void check_set(struct mapping_loader *l, const struct command *c, const struct compiled_call *cc)
{
    for (size_t i = 0; i < c->param_count; i++)
        if (c->params[i].required && c->params[i].always.ptr == NULL && field_of(cc, i) == NULL)
            YAML_FAULT(&l->read, command_place(cc), "required", "%.*s needs %.*s, and no field sets it",
                       STR_ARG(c->name), STR_ARG(c->params[i].name));
    for (size_t i = 0; i < c->together_count; i++) {
        const struct together *t = &c->together[i];

        if (!t->has_condition && (t->kind == TOGETHER_EXACTLY_ONE || t->kind == TOGETHER_AT_LEAST_ONE) &&
            !any_set(c, cc, t))
            YAML_FAULT(&l->read, command_place(cc), "required", "%.*s: %s%.*s", STR_ARG(c->name),
                       t->message.len != 0 ? "" : "needs one of the parameters of rule ",
                       STR_ARG(t->message.len != 0 ? t->message : t->rule));
    }
}

/* ---- made passwords ---- */

/* A password depends on what the call is about; so that may not depend on a made password. */
static void check_identity(struct mapping_loader *l, const struct command *c, const struct compiled_call *cc)
{
    for (size_t i = 0; i < cc->field_count; i++) {
        const struct compiled_field *f = &cc->fields[i];

        if (f->turn == FIELD_MAKES_PASSWORD && identity_asks(c, f->param))
            YAML_FAULT(&l->read, f->value.yaml, "password-identity",
                       "%.*s tells what %.*s is about, and a made password depends on that: it cannot be made here",
                       STR_ARG(c->params[f->param].name), STR_ARG(c->name));
    }
}

/* ---- constants: a literal value breaks the same rules for every record, so they are checked once, at load ---- */

struct constant_check {
    struct mapping_loader      *l;
    const struct compiled_call *cc;
    const struct command       *command;
};

static bool is_of_types(const struct command *c, const char *rule)
{
    for (size_t i = 0; i < c->together_count; i++)
        if (str_is(c->together[i].rule, rule))
            return false;
    return strcmp(rule, "required") != 0 && strcmp(rule, "clear") != 0 && strcmp(rule, "always") != 0;
}

static void report_constant(void *context, enum severity severity, const struct err *err)
{
    struct constant_check *j = context;

    for (size_t i = 0; i < j->cc->field_count; i++) {
        const struct compiled_field *f = &j->cc->fields[i];

        if (f->value.node == NULL || f->value.node->op != NODE_TEXT ||
            !str_is(j->command->params[f->param].name, err->field))
            continue;
        if (severity == SEVERITY_ERROR && is_of_types(j->command, err->rule))
            YAML_FAULT(&j->l->read, f->value.yaml, err->rule, "%s: %s", err->field, err->text);
    }
}

static const char *danger_words(unsigned dangers, struct arena *mem)
{
    struct str words = STR("");

    for (unsigned d = 0; d < 4; d++)
        if (dangers >> d & 1)
            words = arena_fmt(mem, "%.*s%s%s", STR_ARG(words), words.len != 0 ? ", " : "", danger_name(1U << d));
    return words.ptr;
}

static void check_constants(struct mapping_loader *l, const struct command *c, const struct compiled_call *cc)
{
    struct value      *values = ARENA_ARRAY(l->read.mem, struct value, c->param_count + 1);
    struct rule_check *rules = rule_check_new(
        STR("0000-00-00")); /* a date before any other: whether a date is past is decided on the day of the plan */
    struct constant_check j = { l, cc, c };
    struct rule_sink      sink = { report_constant, &j, mapping_severity, l->m };
    unsigned              forbidden;

    for (size_t i = 0; i < cc->field_count; i++) {
        const struct node *n = cc->fields[i].value.node;
        struct value      *v = &values[cc->fields[i].param];

        *v = n != NULL && n->op == NODE_TEXT ? VALUE_OF(n->text) : (struct value){ .kind = VALUE_REF };
        if (n != NULL && n->op == NODE_TEXT && n->text.len == 0 && c->params[cc->fields[i].param].required)
            YAML_FAULT(&l->read, cc->fields[i].value.yaml, "required", "%.*s is required, and here it is always empty",
                       STR_ARG(c->params[cc->fields[i].param].name));
    }
    rules_call(rules, c, values, &sink, l->read.mem);
    rule_check_free(rules);
    forbidden = rules_dangers(c, values) & DANGERS_TO_ALLOW & ~l->m->allow;
    if (forbidden != 0)
        YAML_FAULT(&l->read, command_place(cc), "allow",
                   "%.*s %s: that has to be meant, the mapping says so by allow: [%s]", STR_ARG(c->name),
                   danger_words(forbidden, l->read.mem), danger_words(forbidden, l->read.mem));
}

/* ---- all ---- */

static void prepare_all(struct mapping_loader *l)
{
    for (size_t i = 0; i < l->c->expression_count; i++) {
        struct expression_place place = place_in(l->c, l->c->expressions[i].yaml, l->read.faults);
        struct preparation      p = { &place,
                                      (const struct lookup *const *)l->c->lookups,
                                      l->c->lookup_count,
                                      &l->c->patterns,
                                      &l->c->pattern_count,
                                      &l->c->pattern_cap };

        expression_prepare(&p, l->c->expressions[i].node);
    }
}

/* A let that no expression asks was not parsed yet: parse it for its faults, and warn. */
static void check_unused_lets(struct mapping_loader *l)
{
    for (size_t k = 0; k < l->c->let_count; k++) {
        const struct let       *let = &l->c->lets[k];
        struct expression_place place = place_in(l->c, let->yaml, l->read.faults);
        bool                    used = false;

        for (size_t i = 0; i <= l->m->input_count; i++)
            used = used || l->c->in[i].let_depths[k] != 0;
        if (used)
            continue;
        template_parse(&place, let->yaml->text);
        yaml_warning(l->read.faults, l->read.source, let->yaml->line, let->yaml->column, "let-unused",
                     "no expression asks let %.*s", STR_ARG(let->name));
    }
}

static void bind_known_columns(struct mapping_loader *l)
{
    for (size_t i = 0; i < l->m->input_count; i++)
        if (l->m->inputs[i].format->columns_are_paths)
            bind_paths(l->m, i);
        else if (l->m->inputs[i].csv.name_count != 0)
            bind_columns(l->m, i, l->m->inputs[i].csv.names, l->m->inputs[i].csv.name_count, l->read.faults);
}

void check_mapping(struct mapping_loader *l)
{
    check_secrets(l);
    for (size_t i = 0; i < l->m->call_count; i++) {
        const struct command       *c = l->m->calls[i].command;
        const struct compiled_call *cc = &l->c->calls[i];

        for (size_t k = 0; c != NULL && k < cc->field_count; k++)
            if (cc->fields[k].value.node != NULL) {
                check_references(l, &cc->fields[k].value, cc->fields[k].value.node, true);
                check_clear(l, c, &cc->fields[k], cc->input);
            }
        if (c != NULL) {
            check_set(l, c, cc);
            check_identity(l, c, cc);
        }
    }
    prepare_all(l);
    for (size_t i = 0; i < l->m->call_count; i++)
        if (l->m->calls[i].command != NULL)
            check_constants(l, l->m->calls[i].command, &l->c->calls[i]);
    check_unused_lets(l);
    bind_known_columns(l);
}
