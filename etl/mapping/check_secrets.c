/* etl/mapping/check_secrets.c - which columns feed secret parameters, and that no secret is shown. */
#include "etl/language/filter.h"
#include "etl/mapping/bind_columns.h"
#include "etl/mapping/input_format.h"
#include "etl/mapping/loader.h"
#include "formats/dotted_path.h"

/* ---- where a value comes from ---- */

void each_source(const struct compiled_input *in, const struct node *n, visit_source visit, void *context)
{
    size_t first = 0;

    visit(context, n);
    switch (n->op) {
    case NODE_LET:
        if (in->lets[n->index] != NULL)
            each_source(in, in->lets[n->index], visit, context);
        return;
    case NODE_AND: /* its value is the second operand */ first = 1; break;
    case NODE_JOIN:
    case NODE_LIST:
    case NODE_OR:
    case NODE_FILTER: break;
    default: /* the value of a comparison is yes or no */ return;
    }
    for (size_t i = first; i < n->count; i++) {
        enum filter_arg kind = n->op == NODE_FILTER && i > 0 ? n->filter->args[i - 1] : ARG_TEXT;

        if (kind == ARG_TEXT || kind == ARG_VALUE)
            each_source(in, n->args[i], visit, context);
    }
}

struct lookup *lookup_of(const struct compiled *c, const struct node *n)
{
    if (n->op != NODE_FILTER || n->filter->args[0] != ARG_LOOKUP)
        return NULL;
    for (size_t i = 0; i < c->lookup_count; i++)
        if (str_eq(c->lookups[i]->name, n->args[1]->text))
            return c->lookups[i];
    return NULL;
}

/* ---- secrets ---- */

struct secret_feed {
    struct mapping_loader          *l;
    const struct placed_expression *value;
    size_t                          input;
};

static void fault_at(struct mapping_loader *l, const struct placed_expression *value, const char *rule,
                     const char *text)
{
    struct expression_place place = place_in(l->c, value->yaml, l->read.faults);

    expression_fault(&place, 0, rule, "%s", text);
}

static void add_feed(struct mapping_loader *l, size_t input, struct str name)
{
    struct compiled_input *in = &l->c->in[input];

    for (size_t i = 0; i < in->feed_count; i++)
        if (str_eq(in->feeds_secret[i], name))
            return;
    ARENA_PUSH(l->read.mem, in->feeds_secret, in->feed_count, in->feed_cap) = name;
}

static void feed_secret(void *context, const struct node *n)
{
    struct secret_feed *f = context;
    struct lookup      *t = lookup_of(f->l->c, n);

    if (n->op == NODE_COLUMN || n->op == NODE_MEMBER || n->op == NODE_ELEMENT)
        add_feed(f->l, f->input, path_of_node(n, f->l->read.mem));
    else if (n->op == NODE_PARENT)
        add_feed(f->l, (size_t)f->l->m->inputs[f->input].parent, n->text);
    else if (n->op == NODE_TEXT && n->scope.len != 0)
        fault_at(f->l, f->value, "secret-var",
                 "this parameter is secret, and vars stay readable in the plan: take a column, or password(n)");
    for (size_t i = 0; t != NULL && i < t->count; i++)
        t->entries[i].value.secret = true;
}

static void find_secrets(struct mapping_loader *l)
{
    for (size_t i = 0; i < l->m->call_count; i++) {
        const struct compiled_call *cc = &l->c->calls[i];

        for (size_t k = 0; k < cc->field_count; k++) {
            struct secret_feed f = { l, &cc->fields[k].value, cc->input };

            if (cc->fields[k].value.node != NULL && l->m->calls[i].command->params[cc->fields[k].param].secret)
                each_source(&l->c->in[cc->input], cc->fields[k].value.node, feed_secret, &f);
        }
    }
}

static bool is_secret_path(const struct compiled_input *in, struct str name)
{
    const struct yaml *listed = in->secret;
    size_t             count = listed == NULL ? 0 : listed->kind == YAML_LIST ? listed->count : 1;

    for (size_t i = 0; i < in->feed_count; i++)
        if (dotted_path_is_within(name, in->feeds_secret[i]))
            return true;
    for (size_t i = 0; i < count; i++)
        if (dotted_path_is_within(name, listed->kind == YAML_LIST ? listed->items[i].text : listed->text))
            return true;
    return false;
}

static bool is_secret(const struct mapping_loader *l, size_t input, struct str name)
{
    const struct compiled_input *in = &l->c->in[input];

    if (l->m->inputs[input].format->columns_are_paths)
        return is_secret_path(in, name);
    for (size_t i = 0; i < in->feed_count; i++)
        if (str_eq(in->feeds_secret[i], name))
            return true;
    return is_listed(in->secret, name);
}

struct shown_value {
    struct secret_feed feeding;
    const char        *what;
};

/* The plan and messages show lanes and once_per values, so no secret column may feed them. */
static void refuse_secret(void *context, const struct node *n)
{
    struct shown_value    *s = context;
    struct mapping_loader *l = s->feeding.l;
    size_t                 input = s->feeding.input;

    if (n->op == NODE_PARENT)
        input = (size_t)l->m->inputs[input].parent;
    else if (n->op != NODE_COLUMN && n->op != NODE_MEMBER && n->op != NODE_ELEMENT)
        return;
    if (is_secret(l, input, path_of_node(n, l->read.mem)))
        fault_at(l, s->feeding.value, "secret-shown",
                 arena_fmt(l->read.mem, "%s is fed by the secret column \"%.*s\", and it stands readable in the plan",
                           s->what, STR_ARG(path_of_node(n, l->read.mem)))
                     .ptr);
}

static void refuse_secrets_in(struct mapping_loader *l, const struct placed_expression *value, size_t input,
                              const char *what)
{
    struct shown_value s = { { l, value, input }, what };

    if (value->node != NULL)
        each_source(&l->c->in[input], value->node, refuse_secret, &s);
}

static void check_shown(struct mapping_loader *l)
{
    for (size_t i = 0; i < l->m->input_count; i++)
        refuse_secrets_in(l, &l->c->in[i].lane, i, "the lane");
    for (size_t i = 0; i < l->m->call_count; i++)
        refuse_secrets_in(l, &l->c->calls[i].once_per, l->c->calls[i].input, "once_per");
}

void check_secrets(struct mapping_loader *l)
{
    find_secrets(l);
    check_shown(l);
}
