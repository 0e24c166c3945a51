/* etl/mapping/resolve_names.c - gives the names in expressions their meaning: var, let, column, the parent's field, what a reply yielded. */
#include <limits.h>

#include "etl/core/limits.h"
#include "etl/language/filter.h"
#include "etl/language/parse.h"
#include "etl/mapping/input_format.h"
#include "etl/mapping/loader.h"

static const char *const reserved[] = { "parent",   "record", "item", "old", "nth", "count", "changed",
                                        "password", "null",   "and",  "or",  "not", "in",    NULL };

struct name_resolver {
    struct mapping_loader         *l;
    struct expression_place        place;
    const struct expression_scope *where;
    bool                           good;
};

static bool resolve(struct name_resolver *n, struct node *node);

static bool is_reserved(struct str name)
{
    for (size_t i = 0; reserved[i] != NULL; i++)
        if (str_is(name, reserved[i]))
            return true;
    return false;
}

static bool has_record(const struct name_resolver *n)
{
    return n->where->input < n->l->m->input_count;
}

static void use_column(struct name_resolver *n, size_t input, struct node *node, const char *is, struct str name,
                       uint32_t at)
{
    struct compiled_input *in = &n->l->c->in[input];
    int                    list = node != NULL && node->op == NODE_ELEMENT ? n->where->each : -1;

    ARENA_PUSH(n->l->read.mem, in->uses, in->use_count, in->use_cap) =
        (struct column_use){ node, is, name, list, at, n->place.yaml };
}

static bool is_json(const struct name_resolver *n)
{
    return has_record(n) && n->l->m->inputs[n->where->input].format->columns_are_paths;
}

/* ---- what an expression's place allows ---- */

/* nth, count() and parent. depend on the lane, so a lane cannot depend on them. */
static bool refuse_in_lane(struct name_resolver *n, const struct node *node, const char *what)
{
    if (n->where->role != ROLE_LANE)
        return false;
    expression_fault(&n->place, node->at, "lane", "a lane may not ask %s: it is known only when the lanes are", what);
    return true;
}

static bool needs_record(struct name_resolver *n, const struct node *node, const char *what)
{
    if (has_record(n))
        return true;
    expression_fault(&n->place, node->at, "name-unknown",
                     "%s: calls under before: and after: have no record; they may use vars", what);
    return false;
}

/* ---- names ---- */

/* A field of the record, or inside each: of the element. */
static bool resolve_column(struct name_resolver *n, struct node *node, bool of_element)
{
    struct str shown_name = arena_fmt(n->l->read.mem, "\"%.*s\"", STR_ARG(node->text));

    if (!needs_record(n, node, shown_name.ptr))
        return false;
    node->op = !is_json(n) ? NODE_COLUMN : of_element && n->where->each >= 0 ? NODE_ELEMENT : NODE_MEMBER;
    if (node->op == NODE_ELEMENT)
        node->scope = n->l->c->in[n->where->input].lists[n->where->each];
    use_column(n, n->where->input, node, NULL, node->text, node->at);
    return true;
}

static int var_named(const struct mapping *m, struct str name)
{
    for (size_t i = 0; i < m->var_count; i++)
        if (str_eq(m->vars[i].name, name))
            return (int)i;
    return -1;
}

static int let_named(const struct compiled *c, struct str name)
{
    for (size_t i = 0; i < c->let_count; i++)
        if (str_eq(c->lets[i].name, name))
            return (int)i;
    return -1;
}

/* Vars stay readable in the plan. The scope marks a text that came from one, so that check_secrets.c can refuse it for a secret parameter. */
static void become_var(struct name_resolver *n, struct node *node, int var)
{
    node->op = NODE_TEXT;
    node->text = n->l->m->vars[var].value;
    node->scope = STR("vars");
}

/* Evaluation recurses as deep as lets ask lets, so the depth is measured and limited. */
static void note_depth(struct mapping_loader *l, unsigned depth)
{
    if (depth > l->deepest_let)
        l->deepest_let = depth;
}

static bool compile_let(struct name_resolver *n, const struct node *node, int let)
{
    struct mapping_loader  *l = n->l;
    struct compiled_input  *in = &l->c->in[n->where->input];
    struct expression_scope where = { ROLE_LET, n->where->input, -1, 0, -1 };
    unsigned                outer = l->deepest_let;

    if (in->let_depths[let] == UINT_MAX) {
        expression_fault(&n->place, node->at, "let", "let %.*s asks itself, round a circle", STR_ARG(node->text));
        return false;
    }
    if (in->let_depths[let] == 0) {
        in->let_depths[let] = UINT_MAX;
        l->deepest_let = 0;
        in->lets[let] = compile_expression(l, l->c->lets[let].yaml, &where);
        in->let_depths[let] = l->deepest_let + 1;
        l->deepest_let = outer;
    }
    note_depth(l, in->let_depths[let]);
    if (in->let_depths[let] > MAPPING_LET_LEVELS_MAX) {
        expression_fault(&n->place, node->at, "let", "more than %d lets that each ask the next",
                         MAPPING_LET_LEVELS_MAX);
        return false;
    }
    return in->lets[let] != NULL;
}

static bool resolve_let(struct name_resolver *n, struct node *node, int let)
{
    if (!compile_let(n, node, let))
        return false;
    node->op = NODE_LET;
    node->index = let;
    return true;
}

static bool resolve_nth(struct name_resolver *n, struct node *node)
{
    if (!needs_record(n, node, "nth") || refuse_in_lane(n, node, "nth"))
        return false;
    if (!n->l->m->inputs[n->where->input].has_lane) {
        expression_fault(&n->place, node->at, "nth", "nth counts the rows of a lane; the input has no lane:");
        return false;
    }
    node->op = NODE_NTH;
    n->l->m->uses_nth = true;
    return true;
}

static bool resolve_bare(struct name_resolver *n, struct node *node)
{
    int  var = var_named(n->l->m, node->text), let = let_named(n->l->c, node->text);
    bool is_nth = str_is(node->text, "nth");

    if (node->bracketed || (var < 0 && let < 0 && !is_nth)) {
        if (!node->bracketed && str_is(node->text, "item") && n->where->each >= 0) {
            node->text = STR(""); /* the element itself */
            return resolve_column(n, node, true);
        }
        if (!node->bracketed &&
            (str_is(node->text, "item") || str_is(node->text, "true") || str_is(node->text, "false"))) {
            expression_fault(&n->place, node->at, "name-unknown",
                             str_is(node->text, "item")
                                 ? "item stands inside each: only; a column of that name is written [item]"
                                 : "a text stands in quotes, '%.*s'; a column of that name in brackets, [%.*s]",
                             STR_ARG(node->text), STR_ARG(node->text));
            return false;
        }
        return resolve_column(n, node, true);
    }
    if (has_record(n))
        use_column(n, n->where->input, NULL,
                   is_nth     ? "the row's number"
                   : let >= 0 ? "a let"
                              : "a var",
                   node->text, node->at);
    if (is_nth)
        return resolve_nth(n, node);
    if (let >= 0)
        return resolve_let(n, node, let);
    become_var(n, node, var);
    return true;
}

/* ---- NAME.field ---- */

static bool resolve_parent(struct name_resolver *n, struct node *node)
{
    struct str name = arena_fmt(n->l->read.mem, "parent.%.*s", STR_ARG(node->text));
    int        parent;

    if (!needs_record(n, node, name.ptr) || refuse_in_lane(n, node, "parent."))
        return false;
    parent = n->l->m->inputs[n->where->input].parent;
    if (parent < 0) {
        expression_fault(&n->place, node->at, "parent", "the input %.*s has no parent: of its own",
                         STR_ARG(n->l->m->inputs[n->where->input].name));
        return false;
    }
    node->op = NODE_PARENT;
    n->l->m->uses_parent = true;
    n->l->c->in[n->where->input].asks_parent = true;
    use_column(n, (size_t)parent, node, NULL, node->text, node->at);
    return true;
}

static bool same_stage(const struct mapping_call *a, const struct mapping_call *b)
{
    return a->is_before == b->is_before && a->is_after == b->is_after;
}

static bool has_capture(struct name_resolver *n, const struct node *node, const struct mapping_call *call)
{
    struct str names[64], hint;
    size_t     count = 0;

    if (call->command == NULL || command_capture(call->command, node->text) != NULL)
        return true;
    for (; count < call->command->capture_count && count < 64; count++)
        names[count] = call->command->captures[count].name;
    hint = did_you_mean(node->text, names, count, n->l->read.mem);
    expression_fault(&n->place, node->at, "capture-unknown", "%.*s (%.*s) yields no \"%.*s\"%.*s%s", STR_ARG(call->as),
                     STR_ARG(call->command->name), STR_ARG(node->text), STR_ARG(hint),
                     count == 0 ? "; its reply yields nothing" : "");
    return false;
}

/* What the latest call of that name yielded in the lane: such a call has to stand above this one. */
static bool resolve_capture(struct name_resolver *n, struct node *node)
{
    const struct mapping *m = n->l->m;
    bool                  earlier = false;
    int                   here = n->where->call;

    for (int i = 0; i < here; i++) {
        if (!str_eq(m->calls[i].as, node->scope) || !same_stage(&m->calls[i], &m->calls[here]))
            continue;
        if (!has_capture(n, node, &m->calls[i]))
            return false;
        earlier = true;
    }
    if (!earlier) {
        expression_fault(&n->place, node->at, "capture-unknown", "no call named %.*s stands above this one in its lane",
                         STR_ARG(node->scope));
        return false;
    }
    node->op = NODE_REF;
    node->text = arena_fmt(n->l->read.mem, "%.*s.%.*s", STR_ARG(node->scope), STR_ARG(node->text));
    return true;
}

static bool is_call(const struct name_resolver *n, struct str name)
{
    for (size_t i = 0; i < n->l->m->call_count; i++)
        if (str_eq(n->l->m->calls[i].as, name))
            return true;
    return false;
}

/* A call without `as:` is named by its command, which may have dots itself: v2.vds.order.param.id. */
static void widen_scope(struct name_resolver *n, struct node *node)
{
    struct str whole = arena_fmt(n->l->read.mem, "%.*s.%.*s", STR_ARG(node->scope), STR_ARG(node->text)),
               longest = node->scope;

    for (size_t i = 0; i < n->l->m->call_count; i++) {
        struct str as = n->l->m->calls[i].as;

        if (as.len > longest.len && as.len + 1 < whole.len && str_starts(whole, as) && whole.ptr[as.len] == '.')
            longest = as;
    }
    if (longest.len == node->scope.len)
        return;
    node->scope = longest;
    node->text = str_skip(whole, longest.len + 1);
}

static bool unknown_scope(struct name_resolver *n, const struct node *node)
{
    struct str names[MAPPING_CALLS_MAX + 1], hint;
    size_t     count = 0;

    names[count++] = STR("parent");
    for (size_t i = 0; i < n->l->m->call_count; i++)
        names[count++] = n->l->m->calls[i].as;
    hint = did_you_mean(node->scope, names, count, n->l->read.mem);
    expression_fault(
        &n->place, node->at, "name-unknown",
        "\"%.*s\" is neither parent nor a call's name%.*s; a column with a dot in its name is written [%.*s.%.*s]",
        STR_ARG(node->scope), STR_ARG(hint), STR_ARG(node->scope), STR_ARG(node->text));
    return false;
}

static bool resolve_scoped(struct name_resolver *n, struct node *node)
{
    widen_scope(n, node);
    if (str_is(node->scope, "parent"))
        return resolve_parent(n, node);
    if (str_is(node->scope, "record") || str_is(node->scope, "item")) {
        if (n->where->each >= 0)
            return resolve_column(n, node, str_is(node->scope, "item"));
        expression_fault(&n->place, node->at, "name-unknown",
                         "%.*s.%.*s stands inside each: only; elsewhere a field has its bare name",
                         STR_ARG(node->scope), STR_ARG(node->text));
        return false;
    }
    if (str_is(node->scope, "old")) {
        expression_fault(&n->place, node->at, "name-unknown", "old.%.*s is known in a delta only", STR_ARG(node->text));
        return false;
    }
    if (!is_call(n, node->scope) && is_json(n)) {
        node->text = arena_fmt(n->l->read.mem, "%.*s.%.*s", STR_ARG(node->scope), STR_ARG(node->text));
        return resolve_column(n, node, true);
    }
    if (!is_call(n, node->scope))
        return unknown_scope(n, node);
    if (n->where->role == ROLE_FIELD)
        return resolve_capture(n, node);
    expression_fault(&n->place, node->at, "capture-place",
                     "what a reply yields is known only after sending: %.*s.%.*s stands in fields: only",
                     STR_ARG(node->scope), STR_ARG(node->text));
    return false;
}

/* ---- functions and filters ---- */

static bool resolve_count(struct name_resolver *n, struct node *node)
{
    const struct node *arg = node->args[0];
    int input = arg->op == NODE_NAME || arg->op == NODE_TEXT ? mapping_input_named(n->l->m, arg->text) : -1;

    node->count = 0;
    if (!needs_record(n, node, "count()") || refuse_in_lane(n, node, "count()"))
        return false;
    if (input < 0) {
        struct str names[MAPPING_INPUTS_MAX], hint;

        for (size_t i = 0; i < n->l->m->input_count; i++)
            names[i] = n->l->m->inputs[i].name;
        hint = did_you_mean(arg->text, names, n->l->m->input_count, n->l->read.mem);
        expression_fault(&n->place, arg->at, "input-unknown", "count(input): unknown input \"%.*s\"%.*s",
                         STR_ARG(arg->text), STR_ARG(hint));
        return false;
    }
    if (!n->l->m->inputs[input].has_lane || !n->l->m->inputs[n->where->input].has_lane) {
        expression_fault(&n->place, node->at, "count", "count() counts the rows of a lane; both inputs need lane:");
        return false;
    }
    node->op = NODE_COUNT;
    node->index = input;
    n->l->c->counts[input] = true;
    return true;
}

/* In an argument that must be literal a var is replaced by its text; whether the argument is right is checked by prepare. */
static bool resolve_argument(struct name_resolver *n, enum filter_arg kind, struct node *arg)
{
    int var;

    if (kind == ARG_TEXT || kind == ARG_VALUE)
        return resolve(n, arg);
    var = arg->op == NODE_NAME && !arg->bracketed && arg->scope.len == 0 ? var_named(n->l->m, arg->text) : -1;
    if (var >= 0)
        become_var(n, arg, var);
    return true;
}

static bool resolve_filter(struct name_resolver *n, struct node *node)
{
    bool good = resolve(n, node->args[0]);

    for (size_t i = 1; i < node->count; i++)
        good = resolve_argument(n, node->filter->args[i - 1], node->args[i]) && good;
    if (node->filter->impure && (n->where->role != ROLE_FIELD || n->where->list_depth != 0)) {
        expression_fault(&n->place, node->at, "valid", "%s asks a parameter's rules: it stands in fields: only%s",
                         node->filter->name, n->where->list_depth != 0 ? ", not in a list" : "");
        return false;
    }
    return good;
}

static bool resolve_password(struct name_resolver *n, struct node *node)
{
    n->l->m->uses_password = true;
    if (n->where->role != ROLE_FIELD || n->where->list_depth != 0) {
        expression_fault(&n->place, node->at, "password",
                         "password(n) is made for a parameter: it stands in fields: only%s",
                         n->where->list_depth != 0 ? ", not in a list" : "");
        return false;
    }
    return resolve_argument(n, ARG_NUMBER, node->args[0]) && (node->count < 2 || resolve(n, node->args[1]));
}

static bool resolve(struct name_resolver *n, struct node *node)
{
    bool good = true;

    switch (node->op) {
    case NODE_NAME: return node->scope.len != 0 ? resolve_scoped(n, node) : resolve_bare(n, node);
    case NODE_COUNT: return resolve_count(n, node);
    case NODE_PASSWORD: return resolve_password(n, node);
    case NODE_FILTER: return resolve_filter(n, node);
    default:
        for (size_t i = 0; i < node->count; i++)
            good = resolve(n, node->args[i]) && good;
        return good;
    }
}

/* ["{{ street }}", "", "{{ town }}"]: each part of a list is an expression. */
static struct node *compile_list(struct mapping_loader *l, const struct yaml *yaml,
                                 const struct expression_scope *where)
{
    struct expression_scope inside = *where;
    struct node            *node = ARENA_NEW(l->read.mem, struct node);
    bool                    good = true;

    if (++inside.list_depth > 2) {
        YAML_FAULT(&l->read, yaml, "list", "a list of lists of lists is nothing that a parameter takes");
        return NULL;
    }
    node->op = NODE_LIST;
    node->index = -1;
    node->args = ARENA_ARRAY(l->read.mem, struct node *, yaml->count + 1);
    for (size_t i = 0; i < yaml->count; i++) {
        const struct yaml *part = &yaml->items[i];

        if (part->kind != YAML_LIST && !yaml_expect(&l->read, part, YAML_TEXT, "a part of a list"))
            good = false;
        else
            good = (node->args[node->count++] = compile_expression(l, part, &inside)) != NULL && good;
    }
    return good ? node : NULL;
}

struct node *compile_expression(struct mapping_loader *l, const struct yaml *yaml, const struct expression_scope *where)
{
    struct name_resolver n = { .l = l, .place = place_in(l->c, yaml, l->read.faults), .where = where };
    struct node         *node;

    if (yaml->kind == YAML_LIST)
        return compile_list(l, yaml, where);
    if (yaml->kind == YAML_NULL) {
        node = ARENA_NEW(l->read.mem, struct node);
        node->op = NODE_CLEAR;
        return node;
    }
    node = where->role == ROLE_WHEN ? expression_parse(&n.place, yaml->text) : template_parse(&n.place, yaml->text);
    if (node == NULL)
        return NULL;
    n.good = resolve(&n, node);
    ARENA_PUSH(l->read.mem, l->c->expressions, l->c->expression_count, l->c->expression_cap) =
        (struct placed_expression){ node, yaml };
    return n.good ? node : NULL;
}

void input_unknown(struct mapping_loader *l, const struct yaml *node)
{
    struct str names[MAPPING_INPUTS_MAX];

    for (size_t i = 0; i < l->m->input_count; i++)
        names[i] = l->m->inputs[i].name;
    yaml_unknown_name(&l->read, node, "input", node->text, names, l->m->input_count);
}

/* ---- let: ---- */

void read_lets(struct mapping_loader *l)
{
    struct yaml_reader *r = &l->read;
    const struct yaml  *node = yaml_get(l->root, "let");

    for (size_t i = 0; i < l->m->var_count; i++)
        if (is_reserved(l->m->vars[i].name))
            YAML_FAULT(r, yaml_get(l->root, "vars"), "name", "\"%.*s\" has a meaning of its own and can be no var",
                       STR_ARG(l->m->vars[i].name));
    if (node == NULL || !yaml_expect(r, node, YAML_MAP, "let"))
        return;
    if (node->count > MAPPING_LETS_MAX) {
        YAML_FAULT(r, node, "let", "more than %d", MAPPING_LETS_MAX);
        return;
    }
    l->c->lets = ARENA_ARRAY(r->mem, struct let, node->count + 1);
    for (size_t i = 0; i < node->count; i++) {
        const struct yaml_pair *pair = &node->pairs[i];

        if (!yaml_expect(r, &pair->value, YAML_TEXT, "a let"))
            continue;
        if (is_reserved(pair->key)) {
            yaml_fault(r->faults, r->source, pair->line, pair->column, "name",
                       "\"%.*s\" has a meaning of its own and can be no let", STR_ARG(pair->key));
            continue;
        }
        if (var_named(l->m, pair->key) >= 0) {
            yaml_fault(r->faults, r->source, pair->line, pair->column, "name-twice",
                       "\"%.*s\" is a var already: a name is one thing", STR_ARG(pair->key));
            continue;
        }
        l->c->lets[l->c->let_count++] = (struct let){ pair->key, &pair->value };
    }
}
