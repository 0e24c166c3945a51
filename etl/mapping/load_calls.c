/* etl/mapping/load_calls.c - the calls of a mapping: which command, of which input, when, and what goes into its parameters. */
#include "etl/core/limits.h"
#include "etl/language/filter.h"
#include "etl/mapping/input_format.h"
#include "etl/mapping/loader.h"
#include "providers/model/family.h"

enum stage { STAGE_BEFORE, STAGE_CALLS, STAGE_AFTER, STAGES };
static const char *const stage_keys[STAGES] = { "before", "calls", "after" };

/* ---- heads: name, command and input of all calls, before any expression is read: expressions name calls ---- */

/* A field addon_5 makes a parameter of its own, a member of the family addon_{id}. */
static const struct command *with_members(struct mapping_loader *l, const struct command *c, const struct yaml *fields)
{
    size_t      count = fields != NULL && fields->kind == YAML_MAP ? fields->count : 0;
    struct str *names = ARENA_ARRAY(l->read.mem, struct str, count + 1);

    for (size_t i = 0; i < count; i++)
        names[i] = fields->pairs[i].key;
    return command_with_members(c, names, count, false, l->read.mem);
}

static const struct command *read_call_command(struct mapping_loader *l, const struct yaml *body)
{
    const struct yaml     *node = yaml_get(body, "command");
    const struct provider *p = l->m->provider;
    const struct command  *c;
    struct str            *names;

    if (node == NULL) {
        YAML_FAULT(&l->read, body, "call", "a call needs its command: command: …");
        return NULL;
    }
    if (!yaml_expect(&l->read, node, YAML_TEXT, "command") || p == NULL)
        return NULL;
    c = provider_command(p, node->text);
    if (c != NULL)
        return with_members(l, c, yaml_get(body, "fields"));
    names = ARENA_ARRAY(l->read.mem, struct str, p->command_count + 1);
    for (size_t i = 0; i < p->command_count; i++)
        names[i] = p->commands[i].name;
    yaml_unknown_name(&l->read, node, "command", node->text, names, p->command_count);
    return NULL;
}

static size_t read_call_input(struct mapping_loader *l, const struct yaml *body, enum stage stage)
{
    const struct yaml *node = yaml_get(body, "input");
    size_t             none = l->m->input_count;
    int                input;

    if (stage != STAGE_CALLS) {
        if (node != NULL)
            YAML_FAULT(&l->read, node, "call", "calls under %s: belong to no record", stage_keys[stage]);
        return none;
    }
    if (node == NULL) {
        if (l->m->input_count != 1)
            YAML_FAULT(&l->read, body, "call", "there are several inputs: say whose records make this call, input: …");
        return 0;
    }
    if (!yaml_expect(&l->read, node, YAML_TEXT, "input"))
        return 0;
    input = mapping_input_named(l->m, node->text);
    if (input < 0)
        input_unknown(l, node);
    return input < 0 ? 0 : (size_t)input;
}

static unsigned read_on(struct mapping_loader *l, const struct yaml *node)
{
    unsigned on = 0;

    if (node == NULL)
        return ON_CHANGE(RECORD_ADDED);
    if (!yaml_expect(&l->read, node, YAML_LIST, "on"))
        return ON_CHANGE(RECORD_ADDED);
    for (size_t i = 0; i < node->count; i++) {
        int word = yaml_read_word(&l->read, &node->items[i], mapping_on_words, "word for on:");

        on |= word >= 0 ? 1U << word : 0;
    }
    if (node->count == 0)
        YAML_FAULT(&l->read, node, "on", "on: says for which records, [added], [added, changed] or [removed]");
    return on;
}

/* each: services - one call per element. Calls that walk the same list share its rows. */
static int read_each(struct mapping_loader *l, const struct yaml *node, size_t input)
{
    struct compiled_input *in = &l->c->in[input];

    if (node == NULL || !yaml_expect(&l->read, node, YAML_TEXT, "each"))
        return -1;
    if (input >= l->m->input_count || !l->m->inputs[input].format->columns_are_paths) {
        YAML_FAULT(&l->read, node, "each", "each: walks a list in a JSON record; %s",
                   input >= l->m->input_count ? "calls under before: and after: have no record"
                                              : "the rows of a CSV have none");
        return -1;
    }
    if (node->text.len == 0 || str_contains(node->text, STR("{{"))) {
        YAML_FAULT(&l->read, node, "each", "each: is the path of the list, services or account.services");
        return -1;
    }
    for (size_t i = 0; i < in->list_count; i++)
        if (str_eq(in->lists[i], node->text))
            return (int)i;
    if (in->list_count == JSON_LISTS_MAX) {
        YAML_FAULT(&l->read, node, "each", "more than %d lists of one record are walked", JSON_LISTS_MAX);
        return -1;
    }
    ARENA_PUSH(l->read.mem, in->lists, in->list_count, in->list_cap) = arena_str(l->read.mem, node->text);
    return (int)in->list_count - 1;
}

static struct str read_as(struct mapping_loader *l, const struct yaml *body, const struct command *c)
{
    static const char *const taken[] = { "parent", "record", "item", "old", NULL };
    const struct yaml       *node = yaml_get(body, "as");
    struct str               as = yaml_read_text(&l->read, body, "as");

    if (as.len == 0)
        return c != NULL ? c->name : STR("?");
    for (size_t i = 0; taken[i] != NULL; i++)
        if (str_is(as, taken[i]))
            YAML_FAULT(&l->read, node, "name", "\"%s\" has a meaning of its own and can be no call's name", taken[i]);
    if (memchr(as.ptr, '.', as.len) != NULL)
        YAML_FAULT(&l->read, node, "name", "a call's name has no dot: it stands before one, NAME.capture");
    if (memchr(as.ptr, '#', as.len) != NULL)
        YAML_FAULT(&l->read, node, "name", "a call's name has no #: it stands before a number in a plan, NAME#2");
    return arena_str(l->read.mem, as);
}

static void read_head(struct mapping_loader *l, const struct yaml *body, enum stage stage, int position)
{
    size_t                i = l->m->call_count++;
    struct mapping_call  *call = &l->c->call_heads[i];
    struct compiled_call *cc = &l->c->calls[i];

    *call = (struct mapping_call){ .input = -1,
                                   .list = -1,
                                   .position = position,
                                   .as = STR("?"),
                                   .line = body->line,
                                   .is_before = stage == STAGE_BEFORE,
                                   .is_after = stage == STAGE_AFTER };
    cc->yaml = body;
    cc->on = ON_CHANGE(RECORD_ADDED);
    cc->input = l->m->input_count;
    if (!yaml_expect(&l->read, body, YAML_MAP, "a call"))
        return;
    yaml_only_keys(body, mapping_call_keys, "a call", l->read.source, l->read.faults);
    call->command = read_call_command(l, body);
    call->as = read_as(l, body, call->command);
    cc->input = read_call_input(l, body, stage);
    cc->on = read_on(l, yaml_get(body, "on"));
    if (stage == STAGE_CALLS)
        call->input = (int)cc->input;
    call->list = read_each(l, yaml_get(body, "each"), cc->input);
    ARENA_PUSH(l->read.mem, l->c->in[cc->input].calls, l->c->in[cc->input].call_count, l->c->in[cc->input].call_cap) =
        i;
}

/* ---- bodies: expressions ---- */

/* Does the expression ask the rules of its parameter (valid), or make a password, which asks them too? */
static enum field_turn turn_of(const struct node *n)
{
    enum field_turn turn = n->op == NODE_PASSWORD                      ? FIELD_MAKES_PASSWORD
                           : n->op == NODE_FILTER && n->filter->impure ? FIELD_ASKS_RULES
                                                                       : FIELD_PLAIN;

    for (size_t i = 0; i < n->count; i++) {
        enum field_turn inner = turn_of(n->args[i]);

        turn = inner > turn ? inner : turn;
    }
    return turn;
}

static int find_param(struct mapping_loader *l, const struct command *c, const struct yaml_pair *pair)
{
    int         at = command_param_index(c, pair->key);
    struct str *names, hint;

    if (at >= 0 && c->params[at].always.ptr != NULL) {
        yaml_fault(l->read.faults, l->read.source, pair->line, pair->column, "param-always",
                   "%.*s cannot be set: the provider gets its one value always", STR_ARG(pair->key));
        return -1;
    }
    if (at >= 0)
        return at;
    names = ARENA_ARRAY(l->read.mem, struct str, c->param_count + 1);
    for (size_t i = 0; i < c->param_count; i++)
        names[i] = c->params[i].name;
    hint = did_you_mean(pair->key, names, c->param_count, l->read.mem);
    yaml_fault(l->read.faults, l->read.source, pair->line, pair->column, "param-unknown",
               "%.*s has no parameter \"%.*s\"%.*s", STR_ARG(c->name), STR_ARG(pair->key), STR_ARG(hint));
    return -1;
}

static void sort_by_turn(struct compiled_call *cc, struct arena *mem)
{
    struct compiled_field *sorted = ARENA_ARRAY(mem, struct compiled_field, cc->field_count + 1);
    size_t                 n = 0;

    for (int turn = FIELD_PLAIN; turn <= FIELD_MAKES_PASSWORD; turn++)
        for (size_t i = 0; i < cc->field_count; i++)
            if ((int)cc->fields[i].turn == turn)
                sorted[n++] = cc->fields[i];
    cc->fields = sorted;
}

static void read_fields(struct mapping_loader *l, const struct yaml *fields, size_t i)
{
    struct mapping_call    *call = &l->c->call_heads[i];
    struct compiled_call   *cc = &l->c->calls[i];
    struct expression_scope where = { ROLE_FIELD, cc->input, (int)i, 0, call->list };
    int                    *params;

    if (fields == NULL || !yaml_expect(&l->read, fields, YAML_MAP, "fields"))
        return;
    params = ARENA_ARRAY(l->read.mem, int, fields->count + 1);
    cc->fields = ARENA_ARRAY(l->read.mem, struct compiled_field, fields->count + 1);
    for (size_t k = 0; k < fields->count; k++) {
        const struct yaml *value = &fields->pairs[k].value;
        int                param = call->command != NULL ? find_param(l, call->command, &fields->pairs[k]) : -1;
        struct node       *node = NULL;

        if (value->kind == YAML_LIST && param >= 0 && call->command->params[param].type->list == NULL)
            YAML_FAULT(&l->read, value, "list", "%.*s takes one text, not a list", STR_ARG(fields->pairs[k].key));
        else if (value->kind == YAML_NULL || value->kind == YAML_LIST ||
                 yaml_expect(&l->read, value, YAML_TEXT, "a field"))
            node = compile_expression(l, value, &where);
        if (param < 0)
            continue;
        params[call->param_count++] = param;
        cc->fields[cc->field_count++] =
            (struct compiled_field){ (size_t)param, { node, value }, node != NULL ? turn_of(node) : FIELD_PLAIN };
    }
    call->params = params;
    sort_by_turn(cc, l->read.mem);
}

static struct placed_expression read_expression(struct mapping_loader *l, const struct yaml *node, const char *what,
                                                enum expression_role role, size_t i)
{
    struct expression_scope where = { role, l->c->calls[i].input, (int)i, 0, l->c->call_heads[i].list };

    if (node == NULL || !yaml_expect(&l->read, node, YAML_TEXT, what))
        return (struct placed_expression){ NULL, NULL };
    return (struct placed_expression){ compile_expression(l, node, &where), node };
}

static void read_body(struct mapping_loader *l, size_t i)
{
    struct mapping_call  *call = &l->c->call_heads[i];
    struct compiled_call *cc = &l->c->calls[i];
    const struct yaml    *once = yaml_get(cc->yaml, "once_per");

    cc->when = read_expression(l, yaml_get(cc->yaml, "when"), "when", ROLE_WHEN, i);
    if (once != NULL && (call->is_before || call->is_after))
        YAML_FAULT(&l->read, once, "call", "calls under before: and after: are made once anyway");
    else
        cc->once_per = read_expression(l, once, "once_per", ROLE_ONCE_PER, i);
    call->has_once_per = cc->once_per.yaml != NULL;
    read_fields(l, yaml_get(cc->yaml, "fields"), i);
}

void load_calls(struct mapping_loader *l)
{
    struct yaml_reader *r = &l->read;
    const struct yaml  *lists[STAGES];
    size_t              count = 0;

    for (int s = 0; s < STAGES; s++) {
        lists[s] = yaml_get(l->root, stage_keys[s]);
        if (lists[s] != NULL && !yaml_expect(r, lists[s], YAML_LIST, stage_keys[s]))
            lists[s] = NULL;
        count += lists[s] != NULL ? lists[s]->count : 0;
    }
    if (yaml_get(l->root, "calls") == NULL)
        YAML_FAULT(r, l->root, "head", "the mapping makes no calls: calls: is missing");
    if (count > MAPPING_CALLS_MAX) {
        YAML_FAULT(r, l->root, "call", "more than %d calls", MAPPING_CALLS_MAX);
        return;
    }
    l->c->call_heads = ARENA_ARRAY(r->mem, struct mapping_call, count + 1);
    l->c->calls = ARENA_ARRAY(r->mem, struct compiled_call, count + 1);
    l->m->calls = l->c->call_heads;
    for (int s = 0; s < STAGES; s++)
        for (size_t i = 0; lists[s] != NULL && i < lists[s]->count; i++)
            read_head(l, &lists[s]->items[i], (enum stage)s, (int)i);
    for (size_t i = 0; i < l->m->call_count; i++)
        read_body(l, i);
}
