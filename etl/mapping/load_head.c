/* etl/mapping/load_head.c - the head of a mapping: names, provider, vars; what it allows, the severities of rules. */
#include "etl/mapping/loader.h"
#include "providers/description/load.h"

/* ---- names, provider, vars ---- */

bool is_file_path(struct str name)
{
    return memchr(name.ptr, '/', name.len) != NULL || str_ends(name, STR(".yaml")) || str_ends(name, STR(".yml")) ||
           str_ends(name, STR(".json"));
}

static void load_names(struct mapping_loader *l)
{
    struct yaml_reader *r = &l->read;
    struct str          name = l->m->files[0].name, ending;
    const char         *dot;

    yaml_only_keys(l->root, mapping_head_keys, "a mapping", r->source, r->faults);
    if (!str_is(yaml_text(l->root, "mapping"), "1"))
        YAML_FAULT(r, yaml_get(l->root, "mapping") != NULL ? yaml_get(l->root, "mapping") : l->root, "version",
                   "the file must say mapping: 1");
    dot = memrchr(name.ptr, '.', name.len);
    l->m->name = dot != NULL ? str_head(name, (size_t)(dot - name.ptr)) : name;
    ending = yaml_read_text(r, l->root, "name");
    if (ending.len != 0)
        l->m->name = ending;
    l->m->title = yaml_read_text(r, l->root, "title");
}

static void load_provider(struct mapping_loader *l)
{
    struct yaml_reader *r = &l->read;
    const struct yaml  *node = yaml_get(l->root, "provider");
    struct str          name = yaml_read_text(r, l->root, "provider");
    struct findings     own;

    if (node == NULL)
        YAML_FAULT(r, l->root, "head", "the mapping does not say its provider, provider: ispn");
    if (name.len == 0)
        return;
    if (l->asked->kept_in != NULL)
        name = arena_fmt(r->mem, "%s/provider.yaml", l->asked->kept_in);
    else if (is_file_path(name) && name.ptr[0] != '/' && l->folder != NULL)
        name = arena_fmt(r->mem, "%s/%.*s", l->folder, STR_ARG(name));
    findings_init(&own, r->mem);
    provider_load(name, r->mem, &l->m->provider, &own);
    for (size_t i = 0; i < own.count && i < own.cap; i++) {
        /* Without a file the name itself is wrong: the fault belongs to this line, not to a place in the provider's file. */
        if (own.items[i].err.file == NULL)
            /* NOLINTNEXTLINE(clang-analyzer-core.NullDereference): a name has its node */
            YAML_FAULT(r, node, own.items[i].err.rule, "%s", own.items[i].err.text);
        else
            findings_add(r->faults, own.items[i].severity, &own.items[i].err, own.items[i].excerpt);
    }
}

static void set_var(struct mapping_loader *l, const struct pair_value *set)
{
    struct str names[128], near;
    size_t     n = 0;

    for (size_t i = 0; i < l->m->var_count; i++) {
        if (str_eq(l->m->vars[i].name, set->name)) {
            l->m->vars[i].value = set->value;
            return;
        }
        if (n < 128)
            names[n++] = l->m->vars[i].name;
    }
    near = did_you_mean(set->name, names, n, l->read.mem);
    findings_say(l->read.faults, SEVERITY_ERROR, l->c->source.name, 0, 0, "set-unknown",
                 "--set %.*s: the mapping has no such var%.*s", STR_ARG(set->name), STR_ARG(near));
}

static void load_vars(struct mapping_loader *l)
{
    struct yaml_reader *r = &l->read;
    const struct yaml  *node = yaml_get(l->root, "vars");

    if (node != NULL && yaml_expect(r, node, YAML_MAP, "vars")) {
        l->m->vars = ARENA_ARRAY(r->mem, struct pair_value, node->count + 1);
        for (size_t i = 0; i < node->count; i++) {
            const struct yaml *value = &node->pairs[i].value;

            l->m->vars[i].name = node->pairs[i].key;
            l->m->vars[i].value = STR("");
            if (!yaml_expect(r, value, YAML_TEXT, "a var"))
                continue;
            if (str_contains(value->text, STR("{{")))
                YAML_FAULT(r, value, "var", "a var is a plain text; what is computed stands under let:");
            l->m->vars[i].value = value->text;
        }
        l->m->var_count = node->count;
    }
    for (size_t i = 0; i < l->asked->set_count; i++)
        set_var(l, &l->asked->set[i]);
}

void load_head(struct mapping_loader *l)
{
    load_names(l);
    load_provider(l);
    load_vars(l);
}

/* ---- allow ---- */

void load_allow(struct mapping_loader *l)
{
    struct yaml_reader *r = &l->read;
    const struct yaml  *node = yaml_get(l->root, "allow");

    if (node == NULL || !yaml_expect(r, node, YAML_LIST, "allow"))
        return;
    for (size_t i = 0; i < node->count; i++) {
        int bit = yaml_read_word(r, &node->items[i], mapping_dangers, "danger");

        l->m->allow |= bit >= 0 ? 1U << bit : 0;
    }
}

/* ---- severities ---- */

static bool add_rule_names(struct str *names, size_t *n, size_t max, const struct command *c, const struct param *p)
{
    for (size_t i = 0; p->type != NULL && i < p->type->rule_count && *n < max; i++)
        names[(*n)++] = p->type->rules[i]->id;
    for (size_t i = 0; i < c->together_count && *n < max; i++) {
        names[(*n)++] = c->together[i].rule;
        for (size_t k = 0; k < c->together[i].case_count; k++)
            for (size_t t = 0; t < c->together[i].cases[k].type->rule_count && *n < max; t++)
                names[(*n)++] = c->together[i].cases[k].type->rules[t]->id;
    }
    return *n < max;
}

/* The names of all rules that this mapping's calls can break; only those of `param`, unless it is STR_NONE. */
static size_t rule_names(const struct mapping *m, struct str param, struct str *names, size_t max)
{
    size_t n = 0;

    for (size_t i = 0; i < m->call_count; i++) {
        const struct command *c = m->calls[i].command;

        for (size_t k = 0; c != NULL && k < c->param_count; k++)
            if ((param.ptr == NULL || str_eq(c->params[k].name, param)) &&
                !add_rule_names(names, &n, max, c, &c->params[k]))
                return n;
    }
    return n;
}

static void check_rule_name(struct mapping_loader *l, const struct yaml_pair *pair)
{
    enum { NAMES_MAX = 4096 };
    struct str *names = ARENA_ARRAY(l->read.mem, struct str, NAMES_MAX);
    struct str  param, rule = str_cut(pair->key, '.', &param);
    size_t      n;

    if (rule.ptr == NULL) {
        rule = pair->key;
        param = STR_NONE;
    }
    n = rule_names(l->m, param, names, NAMES_MAX);
    for (size_t i = 0; i < n; i++)
        if (str_eq(names[i], rule))
            return;
    struct str near = did_you_mean(rule, names, n, l->read.mem);
    yaml_fault(l->read.faults, l->read.source, pair->line, pair->column, "rule-unknown", "%s\"%.*s\"%.*s",
               param.ptr != NULL && n == 0 ? "no call has a parameter with rules of that name: "
                                           : "no call of this mapping has the rule ",
               STR_ARG(pair->key), STR_ARG(near));
}

void load_rules(struct mapping_loader *l)
{
    struct yaml_reader  *r = &l->read;
    const struct yaml   *node = yaml_get(l->root, "rules");
    struct mapping_ease *eases;

    if (node == NULL || !yaml_expect(r, node, YAML_MAP, "rules"))
        return;
    eases = ARENA_ARRAY(r->mem, struct mapping_ease, node->count + 1);
    for (size_t i = 0; i < node->count; i++) {
        int word = yaml_read_word(r, &node->pairs[i].value, mapping_severities, "severity");

        eases[i].rule = node->pairs[i].key;
        eases[i].severity = word > 0 ? (enum severity)word : SEVERITY_ERROR;
        if (l->m->provider != NULL)
            check_rule_name(l, &node->pairs[i]);
    }
    l->m->eases = eases;
    l->m->ease_count = node->count;
}
