/* etl/mapping/mapping.c - a mapping file, loaded and checked: its head, and the order in which its parts are read. */
#include "etl/mapping/mapping.h"

#include <errno.h>
#include <libgen.h>
#include <limits.h>

#include "etl/core/system/atomic_file.h"
#include "etl/mapping/loading.h"
#include "providers/description/load.h"

enum { LARGEST_FILE = 16 << 20 };

/* ---- finding the file ---- */

static bool is_path(struct str name)
{
    return memchr(name.ptr, '/', name.len) != NULL || str_ends(name, STR(".yaml")) || str_ends(name, STR(".yml")) ||
           str_ends(name, STR(".json"));
}

static enum etl_status unknown_stock(struct str name, struct findings *faults)
{
    struct str names[128], near;
    size_t     n = 0;

    for (; stock_mapping_files[n].name != NULL && n < 128; n++) {
        names[n] = str_from(stock_mapping_files[n].name);
        names[n].len -= strlen(".yaml");
    }
    near = str_nearest(name, names, n);
    findings_say(
        faults, SEVERITY_ERROR, NULL, 0, 0, "mapping-unknown",
        "there is no stock mapping \"%.*s\"%s%.*s%s; subferry mapping list shows them, a file is named with its path, ./%.*s.yaml",
        STR_ARG(name), near.ptr != NULL ? ", did you mean \"" : "", STR_ARG(near), near.ptr != NULL ? "\"?" : "",
        STR_ARG(name));
    return ETL_FAIL;
}

/* The text, and the first of the mapping's files. */
static enum etl_status find_file(struct loading *l)
{
    struct arena        *mem = l->read.mem;
    struct str           name = l->asked->name;
    struct mapping_file *file = ARENA_ARRAY(mem, struct mapping_file, LOOKUPS_MAX + 1);
    char                *path = arena_cstr(mem, name), resolved[PATH_MAX];
    struct err           err = { 0 };

    l->m->files = l->c->files = file;
    l->m->file_count = 1;
    if (!is_path(name)) {
        struct str stock = arena_fmt(mem, "stock:%.*s.yaml", STR_ARG(name));

        *file =
            (struct mapping_file){ str_skip(stock, 6), stock, embedded_find(stock_mapping_files, str_skip(stock, 6)) };
        l->c->source = (struct yaml_source){ file->name.ptr, file->text };
        l->m->path = file->path;
        return file->text.ptr != NULL ? ETL_OK : unknown_stock(name, l->read.faults);
    }
    if (file_read(path, LARGEST_FILE, mem, &file->text, &err) != ETL_OK) {
        findings_add(l->read.faults, SEVERITY_ERROR, &err, NULL);
        return ETL_FAIL;
    }
    file->name = arena_str(mem, str_from(basename(arena_cstr(mem, name))));
    file->path = arena_str(mem, str_from(realpath(path, resolved) != NULL ? resolved : path));
    l->folder = dirname(arena_cstr(mem, file->path));
    l->c->source = (struct yaml_source){ path, file->text };
    l->m->path = file->path;
    return ETL_OK;
}

/* ---- the head ---- */

static void load_provider(struct loading *l)
{
    struct reading    *r = &l->read;
    const struct yaml *node = yaml_get(l->root, "provider");
    struct str         name = read_text(r, l->root, "provider");
    struct findings    own;

    if (node == NULL)
        FAULT(r, l->root, "head", "the mapping does not say its provider, provider: ispn");
    if (name.len == 0)
        return;
    if (is_path(name) && name.ptr[0] != '/' && l->folder != NULL)
        name = arena_fmt(r->mem, "%s/%.*s", l->folder, STR_ARG(name));
    findings_init(&own, r->mem);
    provider_load(name, r->mem, &l->m->provider, &own);
    for (size_t i = 0; i < own.count && i < own.cap; i++) {
        if (own.items[i].err.file == NULL) /* it is the name that is wrong, not what stands in the file */
            FAULT(r, node, own.items[i].err.rule, "%s", own.items[i].err.text);
        else
            findings_add(r->faults, own.items[i].severity, &own.items[i].err, own.items[i].excerpt);
    }
}

static void set_var(struct loading *l, const struct pair_value *set)
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

static void load_vars(struct loading *l)
{
    struct reading    *r = &l->read;
    const struct yaml *node = yaml_get(l->root, "vars");

    if (node != NULL && expect_kind(r, node, YAML_MAP, "vars")) {
        l->m->vars = ARENA_ARRAY(r->mem, struct pair_value, node->count + 1);
        for (size_t i = 0; i < node->count; i++) {
            const struct yaml *value = &node->pairs[i].value;

            l->m->vars[i].name = node->pairs[i].key;
            l->m->vars[i].value = STR("");
            if (!expect_kind(r, value, YAML_TEXT, "a var"))
                continue;
            if (str_contains(value->text, STR("{{")))
                FAULT(r, value, "var", "a var is a plain text; what is computed stands under let:");
            l->m->vars[i].value = value->text;
        }
        l->m->var_count = node->count;
    }
    for (size_t i = 0; i < l->asked->set_count; i++)
        set_var(l, &l->asked->set[i]);
}

static void load_allow(struct loading *l)
{
    struct reading    *r = &l->read;
    const struct yaml *node = yaml_get(l->root, "allow");

    if (node == NULL || !expect_kind(r, node, YAML_LIST, "allow"))
        return;
    for (size_t i = 0; i < node->count; i++) {
        int bit = read_word(r, &node->items[i], mapping_dangers, "danger");

        l->m->allow |= bit >= 0 ? 1U << bit : 0;
    }
}

static void load_guards(struct loading *l)
{
    struct reading    *r = &l->read;
    const struct yaml *node = yaml_get(l->root, "guards");

    if (node == NULL || !expect_kind(r, node, YAML_MAP, "guards"))
        return;
    yaml_only_keys(node, mapping_guard_keys, "guards", r->source, r->faults);
    for (size_t i = 0; i < node->count; i++) {
        const struct yaml *value = &node->pairs[i].value;
        struct threshold   g;

        if (value->kind != YAML_TEXT || !threshold_read(value->text, &g))
            FAULT(r, value, "guard", "a guard is a number or a share: 50, 2%%, 2%% floor 20");
        else if (str_is(node->pairs[i].key, "rejects")) {
            l->m->has_rejects_guard = true;
            l->m->rejects_guard = g;
        }
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

/* Every name a broken rule of this mapping's calls can have: "rule" where param is NONE, else those of that parameter. */
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

static void check_rule_name(struct loading *l, const struct yaml_pair *pair)
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

static void load_rules(struct loading *l)
{
    struct reading      *r = &l->read;
    const struct yaml   *node = yaml_get(l->root, "rules");
    struct mapping_ease *eases;

    if (node == NULL || !expect_kind(r, node, YAML_MAP, "rules"))
        return;
    eases = ARENA_ARRAY(r->mem, struct mapping_ease, node->count + 1);
    for (size_t i = 0; i < node->count; i++) {
        int word = read_word(r, &node->pairs[i].value, mapping_severities, "severity");

        eases[i].rule = node->pairs[i].key;
        eases[i].severity = word > 0 ? (enum severity)word : SEVERITY_ERROR;
        if (l->m->provider != NULL)
            check_rule_name(l, &node->pairs[i]);
    }
    l->m->eases = eases;
    l->m->ease_count = node->count;
}

/* ---- the whole ---- */

static void load_head(struct loading *l)
{
    struct reading *r = &l->read;
    struct str      name = l->m->files[0].name, ending;
    const char     *dot;

    yaml_only_keys(l->root, mapping_head_keys, "a mapping", r->source, r->faults);
    if (!str_is(yaml_text(l->root, "mapping"), "1"))
        FAULT(r, yaml_get(l->root, "mapping") != NULL ? yaml_get(l->root, "mapping") : l->root, "version",
              "the file must say mapping: 1");
    dot = memrchr(name.ptr, '.', name.len);
    l->m->name = dot != NULL ? str_head(name, (size_t)(dot - name.ptr)) : name;
    ending = read_text(r, l->root, "name");
    if (ending.len != 0)
        l->m->name = ending;
    l->m->title = read_text(r, l->root, "title");
}

static void load_all(struct loading *l)
{
    load_head(l);
    load_provider(l);
    load_vars(l);
    load_lookups(l);
    read_lets(l);
    load_inputs(l);
    load_calls(l);
    load_allow(l);
    load_guards(l);
    load_rules(l);
    check_mapping(l);
    check_tests(l);
}

/* Told by their place in the file, whatever part found them; the file's first lines are mended first. */
static int by_place(const void *a, const void *b)
{
    const struct finding *x = a, *y = b;

    if (x->err.line != y->err.line)
        return x->err.line < y->err.line ? -1 : 1;
    return (x->err.column > y->err.column) - (x->err.column < y->err.column);
}

enum etl_status mapping_load(const struct mapping_source *source, struct arena *run_mem, struct mapping **out,
                             struct findings *faults)
{
    size_t         before = faults->errors, first = faults->count;
    struct loading l = { .asked = source };
    struct arena  *mem = run_mem;

    l.m = ARENA_NEW(mem, struct mapping);
    l.c = ARENA_NEW(mem, struct compiled);
    l.c->mem = mem;
    l.m->compiled = l.c;
    l.read = (struct reading){ .source = &l.c->source, .mem = mem, .faults = faults };
    if (find_file(&l) != ETL_OK)
        return ETL_FAIL;
    l.root = yaml_load(&l.c->source, mem, faults);
    if (l.root != NULL && expect_kind(&l.read, l.root, YAML_MAP, "a mapping file"))
        load_all(&l);
    if (faults->count > first && faults->count <= faults->cap)
        qsort(faults->items + first, faults->count - first, sizeof *faults->items, by_place);
    if (faults->errors != before) {
        mapping_free(l.m);
        return ETL_FAIL;
    }
    *out = l.m;
    return ETL_OK;
}

enum etl_status mapping_bind(struct mapping *m, size_t input, const struct str *columns, size_t count,
                             struct findings *faults)
{
    size_t before = faults->errors;

    if (m->inputs[input].format != INPUT_CSV)
        return ETL_OK;
    find_columns(m, input, columns, count, faults);
    return faults->errors != before ? ETL_FAIL : ETL_OK;
}

void mapping_free(struct mapping *m)
{
    if (m == NULL)
        return;
    for (size_t i = 0; i < m->compiled->pattern_count; i++)
        pattern_free(m->compiled->patterns[i]);
    m->compiled->pattern_count = 0;
    provider_free(m->provider);
    m->provider = NULL;
}
