/* providers/description/lint.c - checks a description by its own examples. */
#include "providers/description/lint.h"

#include "etl/core/notation/yaml.h"
#include "providers/model/example.h"
#include "providers/rules/rules.h"

struct lint {
    const struct provider *p;
    const struct yaml     *root;
    struct yaml_source     source;
    struct rule_check     *check;
    struct arena          *mem;
    struct findings       *faults;
    const struct yaml     *place; /* of the example that is being checked */
};
#define FAULT(l, node, rule, ...) yaml_fault((l)->faults, &(l)->source, (node)->line, (node)->column, rule, __VA_ARGS__)

static const struct yaml *at(const struct yaml *map, struct str key)
{
    for (size_t i = 0; map != NULL && map->kind == YAML_MAP && i < map->count; i++)
        if (str_eq(map->pairs[i].key, key))
            return &map->pairs[i].value;
    return NULL;
}

/* The i-th item of a list; a text alone counts as a list of one. */
static const struct yaml *nth(const struct yaml *list, size_t i)
{
    return list->kind == YAML_LIST && i < list->count ? &list->items[i] : list;
}

/* ---- rules ---- */

static struct pair_value *roles_of(struct lint *l, const struct rule *r)
{
    struct pair_value *roles = ARENA_ARRAY(l->mem, struct pair_value, r->with.count + 1);

    for (size_t i = 0; i < r->with.count; i++)
        roles[i] =
            (struct pair_value){ r->with.items[i].name, text_fill(&r->with.items[i].text, NULL, NULL, 0, l->mem) };
    return roles;
}

static void lint_rule(struct lint *l, const struct rule *r)
{
    const struct yaml *node = at(yaml_get(l->root, "rules"), r->id);
    struct pair_value *roles = roles_of(l, r);
    struct err         err = { 0 };

    if (r->good_count == 0 || r->bad_count == 0)
        FAULT(l, node, "rule-examples", "rule %.*s needs examples, good: […] and bad: […]; they are its tests",
              STR_ARG(r->id));
    for (size_t i = 0; i < r->good_count; i++)
        if (rule_holds(l->check, r, r->good[i], roles, r->with.count, &err) != ETL_OK)
            FAULT(l, nth(yaml_get(node, "good"), i), "rule-good", "rule %.*s refuses its good example %s: %s",
                  STR_ARG(r->id), shown(r->good[i], false).text, err.text);
    for (size_t i = 0; i < r->bad_count; i++)
        if (rule_holds(l->check, r, r->bad[i], roles, r->with.count, NULL) == ETL_OK)
            FAULT(l, nth(yaml_get(node, "bad"), i), "rule-bad", "rule %.*s lets its bad example %s pass",
                  STR_ARG(r->id), shown(r->bad[i], false).text);
}

static bool rule_used(const struct provider *p, const struct rule *r)
{
    for (size_t i = 0; i < p->type_count; i++)
        for (size_t k = 0; k < p->types[i].rule_count; k++)
            if (p->types[i].rules[k] == r)
                return true;
    return false;
}

/* ---- types ---- */

/* Is it this type, or one of the parts of its list? */
static bool type_holds(const struct value_type *holder, const struct value_type *t)
{
    if (holder == t)
        return true;
    if (holder == NULL || holder->list == NULL)
        return false;
    for (size_t i = 0; i < holder->list->part_count; i++)
        if (type_holds(holder->list->parts[i].type, t))
            return true;
    return type_holds(holder->list->each, t);
}

static bool type_used(const struct provider *p, const struct value_type *t)
{
    for (size_t i = 0; i < p->command_count; i++) {
        const struct command *c = &p->commands[i];

        for (size_t k = 0; k < c->param_count; k++)
            if (type_holds(c->params[k].type, t))
                return true;
        for (size_t k = 0; k < c->together_count; k++)
            for (size_t n = 0; n < c->together[k].case_count; n++)
                if (c->together[k].cases[n].type == t)
                    return true;
    }
    return false;
}

static void lint_type(struct lint *l, const struct value_type *t)
{
    const struct yaml *node = at(yaml_get(l->root, "types"), t->name);
    struct err         err = { 0 };

    if (t->example.ptr != NULL && rules_value(l->check, NULL, t, t->example, &err) != ETL_OK)
        FAULT(l, yaml_get(node, "example"), "type-example",
              "the example of type %.*s breaks its own rule: %s (rule %s)", STR_ARG(t->name), err.text, err.rule);
    if (!type_used(l->p, t))
        yaml_warning(l->faults, &l->source, node->line, node->column, "unused", "type %.*s is used by no parameter",
                     STR_ARG(t->name));
}

/* ---- commands ---- */

static void example_fault(void *context, enum severity severity, const struct err *err)
{
    struct lint *l = context;

    if (severity == SEVERITY_ERROR)
        FAULT(l, l->place, "command-example", "the example is no call that could be planned: %s: %s (rule %s)",
              err->field != NULL ? err->field : "", err->text, err->rule);
}

/* A part that comes from another command by `like:` does not stand here; then the fault is placed at the command. */
static const struct yaml *command_part(struct lint *l, const struct command *c, const char *key)
{
    const struct yaml *node = at(yaml_get(l->root, "commands"), c->name), *part = yaml_get(node, key);

    return part != NULL ? part : node;
}

static void lint_danger_values(struct lint *l, const struct command *c, const struct param *p)
{
    struct err err = { 0 };

    for (size_t i = 0; p->type != NULL && i < p->danger_value_count; i++)
        if (!str_is(p->danger_values[i].value, "*") &&
            !(p->omit.ptr != NULL && str_eq(p->omit, p->danger_values[i].value)) &&
            rules_value(l->check, NULL, p->type, p->danger_values[i].value, &err) != ETL_OK)
            FAULT(l, command_part(l, c, "params"), "danger-value",
                  "%.*s: no value of %.*s can be %s, so its danger is never seen: %s", STR_ARG(c->name),
                  STR_ARG(p->name), shown(p->danger_values[i].value, false).text, err.text);
}

static void lint_command(struct lint *l, const struct command *c)
{
    const struct command *full;
    struct value         *values;
    struct rule_sink      sink = { .add = example_fault, .context = l };
    bool                  asks = false;

    if (c->title.len == 0 || c->about.len == 0 || c->entity.len == 0)
        FAULT(l, command_part(l, c, ""), "command-words",
              "command %.*s needs title, about and entity: what it does, for people", STR_ARG(c->name));
    for (size_t i = 0; i < c->param_count; i++) {
        asks = asks || c->params[i].required;
        lint_danger_values(l, c, &c->params[i]);
    }
    if (c->example.count == 0 && asks) {
        FAULT(l, command_part(l, c, ""), "command-example", "command %.*s needs an example: a call that can be planned",
              STR_ARG(c->name));
        return;
    }
    full = example_call(c, l->mem, &values);
    l->place = command_part(l, c, "example");
    rules_call(l->check, full, values, &sink, l->mem);
}

/* The read's required parameters must be given, or the provider will refuse the read when it is needed. */
static void lint_lookup(struct lint *l, const struct command *c, const struct lookup_read *lookup, const char *key)
{
    const struct yaml *node = command_part(l, c, key);

    for (size_t i = 0; lookup->read != NULL && i < lookup->read->param_count; i++) {
        const struct param *p = &lookup->read->params[i];
        bool                given = !p->required || p->always.ptr != NULL;

        for (size_t k = 0; k < lookup->with.count; k++)
            given = given || str_eq(lookup->with.items[k].name, p->name);
        if (!given)
            FAULT(l, node, "lookup", "%s: %.*s requires %.*s; say it under with:", key, STR_ARG(lookup->read->name),
                  STR_ARG(p->name));
    }
}

/* The same for the probe's command. */
static void lint_probe(struct lint *l)
{
    const struct provider *p = l->p;

    if (p->probe == NULL)
        yaml_warning(l->faults, &l->source, l->root->line, l->root->column, "probe",
                     "there is no probe: a harmless read that proves that a connection works");
    for (size_t i = 0; p->probe != NULL && i < p->probe->param_count; i++) {
        bool given = !p->probe->params[i].required || p->probe->params[i].always.ptr != NULL;

        for (size_t k = 0; k < p->probe_with.count; k++)
            given = given || str_eq(p->probe_with.items[k].name, p->probe->params[i].name);
        if (!given)
            FAULT(l, yaml_get(l->root, "probe"), "probe",
                  "probe: %.*s requires %.*s; say it under with:", STR_ARG(p->probe->name),
                  STR_ARG(p->probe->params[i].name));
    }
}

static bool reply_used(const struct provider *p, const struct reply *r)
{
    for (size_t i = 0; i < p->command_count; i++)
        if (p->commands[i].reply == r)
            return true;
    for (size_t i = 0; i < p->login_count; i++)
        if (p->logins[i].command != NULL && p->logins[i].command->reply == r)
            return true;
    return p->test_reply == r;
}

static void warn_unused(struct lint *l, const char *section, const char *what, struct str name)
{
    const struct yaml *node = at(yaml_get(l->root, section), name);

    if (node != NULL)
        yaml_warning(l->faults, &l->source, node->line, node->column, "unused", "%s %.*s is used by nothing", what,
                     STR_ARG(name));
}

void provider_lint(const struct provider *p, struct str today, struct arena *mem, struct findings *faults)
{
    struct lint l = { .p = p, .source = { p->source_name.ptr, p->source }, .mem = mem, .faults = faults };

    l.root = yaml_load(&l.source, mem, faults);
    if (l.root == NULL)
        return;
    l.check = rule_check_new(today);
    for (size_t i = 0; i < p->rule_count; i++) {
        lint_rule(&l, &p->rules[i]);
        if (!rule_used(p, &p->rules[i]))
            warn_unused(&l, "rules", "rule", p->rules[i].id);
    }
    for (size_t i = 0; i < p->type_count; i++)
        lint_type(&l, &p->types[i]);
    for (size_t i = 0; i < p->reply_count; i++)
        if (!reply_used(p, &p->replies[i]))
            warn_unused(&l, "replies", "reply", p->replies[i].name);
    for (size_t i = 0; i < p->command_count; i++) {
        lint_command(&l, &p->commands[i]);
        lint_lookup(&l, &p->commands[i], &p->commands[i].verify, "verify");
        lint_lookup(&l, &p->commands[i], &p->commands[i].test, "test");
    }
    lint_probe(&l);
    rule_check_free(l.check);
}
