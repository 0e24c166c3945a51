/* etl/mapping/bind_columns.c - gives the fields of an input their columns, and finds out which columns are secret. */
#include "etl/mapping/bind_columns.h"
#include "formats/dotted_path.h"

struct column_binding {
    struct mapping        *m;
    struct compiled       *c;
    struct compiled_input *in;
    struct mapping_input  *input;
    struct findings       *faults;
};

static int column_named(const struct mapping_input *in, struct str name, size_t *times)
{
    int found = -1;

    *times = 0;
    for (size_t i = 0; i < in->column_count; i++)
        if (str_eq(in->columns[i], name) && (*times)++ == 0)
            found = (int)i;
    return found;
}

static bool may_be_missing(const struct compiled_input *in, struct str name)
{
    for (size_t i = 0; i < in->optional_count; i++)
        if (str_eq(in->optional[i], name))
            return true;
    return false;
}

/* ", did you mean …": a bare name may be a misspelled column, let or var. */
static struct str hint_for(const struct column_binding *b, struct str name)
{
    size_t      room = b->input->column_count + b->c->let_count + b->m->var_count + 1, n = 0;
    struct str *names = ARENA_ARRAY(b->c->mem, struct str, room);

    for (size_t i = 0; i < b->input->column_count; i++)
        names[n++] = b->input->columns[i];
    for (size_t i = 0; i < b->c->let_count; i++)
        names[n++] = b->c->lets[i].name;
    for (size_t i = 0; i < b->m->var_count; i++)
        names[n++] = b->m->vars[i].name;
    return did_you_mean(name, names, n, b->c->mem);
}

static void bind_use(const struct column_binding *b, const struct column_use *use)
{
    struct expression_place place = place_in(b->c, use->yaml, b->faults);
    size_t                  times;
    int                     column = column_named(b->input, use->name, &times);
    struct str              hint;

    if (use->node == NULL) {
        if (times != 0)
            expression_fault(
                &place, use->at, "name-twice",
                "\"%.*s\" is %s and a column of %.*s too: a name is one thing; the column is written [%.*s]",
                STR_ARG(use->name), use->is, STR_ARG(b->input->name), STR_ARG(use->name));
        return;
    }
    use->node->index = column;
    if (times > 1)
        expression_fault(&place, use->at, "column-twice",
                         "%.*s has %zu columns named \"%.*s\"; which one is meant cannot be told",
                         STR_ARG(b->input->name), times, STR_ARG(use->name));
    if (times != 0 || may_be_missing(b->in, use->name))
        return;
    hint = hint_for(b, use->name);
    expression_fault(&place, use->at, "column-unknown", "%.*s has no column \"%.*s\"%.*s", STR_ARG(b->input->name),
                     STR_ARG(use->name), STR_ARG(hint));
}

/* unique:, secret:, key: - a list of columns, or one. Gives the i-th its column where `columns` is set. */
static void bind_list(const struct column_binding *b, const struct yaml *list, const char *what, int *columns)
{
    size_t count = list == NULL ? 0 : list->kind == YAML_LIST ? list->count : 1;

    for (size_t i = 0; i < count; i++) {
        const struct yaml *node = list->kind == YAML_LIST ? &list->items[i] : list;
        size_t             times;
        int                column = column_named(b->input, node->text, &times);
        struct str         hint;

        if (columns != NULL && i < b->input->unique_count)
            columns[i] = column;
        if (node->kind != YAML_TEXT || times == 1 || (times == 0 && may_be_missing(b->in, node->text)))
            continue;
        hint = times == 0 ? did_you_mean(node->text, b->input->columns, b->input->column_count, b->c->mem) : STR("");
        yaml_fault(b->faults, &b->c->source, node->line, node->column, times == 0 ? "column-unknown" : "column-twice",
                   times == 0 ? "%s: %.*s has no column \"%.*s\"%.*s"
                              : "%s: %.*s has several columns named \"%.*s\"%.*s",
                   what, STR_ARG(b->input->name), STR_ARG(node->text), STR_ARG(hint));
    }
}

bool is_listed(const struct yaml *list, struct str name)
{
    if (list != NULL && list->kind == YAML_TEXT)
        return str_eq(list->text, name);
    for (size_t i = 0; list != NULL && list->kind == YAML_LIST && i < list->count; i++)
        if (str_eq(list->items[i].text, name))
            return true;
    return false;
}

static void mark_secrets(const struct column_binding *b)
{
    bool *secret = ARENA_ARRAY(b->c->mem, bool, b->input->column_count + 1);

    for (size_t i = 0; i < b->input->column_count; i++) {
        secret[i] = is_listed(b->in->secret, b->input->columns[i]);
        for (size_t k = 0; k < b->in->feed_count && !secret[i]; k++)
            secret[i] = str_eq(b->in->feeds_secret[k], b->input->columns[i]);
    }
    b->input->secret = secret;
    for (size_t i = 0; i < b->in->use_count; i++) {
        struct node *n = b->in->uses[i].node;

        if (n != NULL && n->index >= 0)
            n->secret = secret[n->index];
    }
}

static void mark_asked(const struct column_binding *b)
{
    bool *asked = ARENA_ARRAY(b->c->mem, bool, b->input->column_count + 1);

    for (size_t i = 0; i < b->in->use_count; i++)
        if (b->in->uses[i].node != NULL && b->in->uses[i].node->index >= 0)
            asked[b->in->uses[i].node->index] = true;
    b->input->asked = asked;
}

/* `fname: First` sends the word "First" for every record; mostly the column "{{ First }}" was meant. */
static void warn_of_literals(const struct column_binding *b)
{
    for (size_t i = 0; i < b->in->call_count; i++) {
        const struct compiled_call *cc = &b->c->calls[b->in->calls[i]];

        for (size_t k = 0; k < cc->field_count; k++) {
            const struct placed_expression *value = &cc->fields[k].value;
            size_t                          times = 0;

            if (value->node != NULL && value->node->op == NODE_TEXT && !value->yaml->quoted)
                column_named(b->input, value->yaml->text, &times);
            if (times != 0)
                yaml_warning(b->faults, &b->c->source, value->yaml->line, value->yaml->column, "literal",
                             "sends the word \"%.*s\" for every record; the column of that name is \"{{ %.*s }}\"",
                             STR_ARG(value->yaml->text), STR_ARG(value->yaml->text));
        }
    }
}

/* ---- JSON: columns are the paths that are asked ---- */

struct str path_of_node(const struct node *n, struct arena *mem)
{
    if (n->op != NODE_ELEMENT)
        return n->text;
    return n->text.len != 0 ? arena_fmt(mem, "%.*s.%.*s", STR_ARG(n->scope), STR_ARG(n->text)) : n->scope;
}

struct path_list {
    struct str *items;
    size_t      count, cap;
};

static int add_path(struct path_list *p, struct str path, struct arena *mem)
{
    for (size_t i = 0; i < p->count; i++)
        if (str_eq(p->items[i], path))
            return (int)i;
    ARENA_PUSH(mem, p->items, p->count, p->cap) = path;
    return (int)p->count - 1;
}

/* The columns of unique: and key: are asked of the record like those of any field. */
static void add_listed(struct path_list *p, const struct yaml *list, int *columns, size_t column_count,
                       struct arena *mem)
{
    size_t count = list == NULL ? 0 : list->kind == YAML_LIST ? list->count : 1;

    for (size_t i = 0; i < count; i++) {
        const struct yaml *node = list->kind == YAML_LIST ? &list->items[i] : list;
        int                column = node->kind == YAML_TEXT ? add_path(p, node->text, mem) : -1;

        if (columns != NULL && i < column_count)
            columns[i] = column;
    }
}

static void find_secret_paths(const struct column_binding *b)
{
    struct path_list   p = { 0 };
    const struct yaml *listed = b->in->secret;

    add_listed(&p, listed, NULL, 0, b->c->mem);
    for (size_t i = 0; i < b->in->feed_count; i++)
        add_path(&p, b->in->feeds_secret[i], b->c->mem);
    b->input->secret_paths = p.items;
    b->input->secret_path_count = p.count;
}

static bool is_secret_path(const struct mapping_input *in, struct str path)
{
    for (size_t i = 0; i < in->secret_path_count; i++)
        if (dotted_path_is_within(path, in->secret_paths[i]))
            return true;
    return false;
}

static const bool *secret_columns(const struct column_binding *b, struct str list, const struct str *columns,
                                  size_t count)
{
    bool *secret = ARENA_ARRAY(b->c->mem, bool, count + 1);

    for (size_t i = 0; i < count; i++) {
        struct node as = { .op = list.ptr != NULL ? NODE_ELEMENT : NODE_MEMBER, .scope = list, .text = columns[i] };

        secret[i] = is_secret_path(b->input, path_of_node(&as, b->c->mem));
    }
    return secret;
}

static void mark_secret_paths(const struct column_binding *b)
{
    struct mapping_input *in = b->input;
    const bool          **by_list = ARENA_ARRAY(b->c->mem, const bool *, in->wanted.list_count + 1);

    find_secret_paths(b);
    in->secret = secret_columns(b, STR_NONE, in->wanted.columns, in->wanted.column_count);
    for (size_t i = 0; i < in->wanted.list_count; i++)
        by_list[i] =
            secret_columns(b, in->wanted.lists[i].path, in->wanted.lists[i].columns, in->wanted.lists[i].column_count);
    in->list_secret = by_list;
    for (size_t i = 0; i < b->in->use_count; i++) {
        struct node *n = b->in->uses[i].node;

        if (n != NULL)
            n->secret = b->in->uses[i].list < 0 ? in->secret[n->index] : by_list[b->in->uses[i].list][n->index];
    }
}

void bind_paths(struct mapping *m, size_t input)
{
    struct column_binding b = { m, m->compiled, &m->compiled->in[input], &m->compiled->inputs[input], NULL };
    struct arena         *mem = b.c->mem;
    struct path_list      own = { 0 }, *rows = ARENA_ARRAY(mem, struct path_list, b.in->list_count + 1);
    struct json_list     *lists = ARENA_ARRAY(mem, struct json_list, b.in->list_count + 1);

    for (size_t i = 0; i < b.in->use_count; i++) {
        const struct column_use *use = &b.in->uses[i];

        if (use->node != NULL)
            use->node->index = add_path(use->list < 0 ? &own : &rows[use->list], use->name, mem);
    }
    add_listed(&own, b.in->unique, b.in->unique_columns, b.input->unique_count, mem);
    add_listed(&own, b.in->key, NULL, 0, mem);
    for (size_t i = 0; i < b.in->list_count; i++)
        lists[i] = (struct json_list){ b.in->lists[i], rows[i].items, rows[i].count };
    b.input->wanted = (struct json_wanted){ own.items, own.count, lists, b.in->list_count };
    b.input->columns = own.items;
    b.input->column_count = own.count;
    mark_secret_paths(&b);
}

/* ---- CSV ---- */

void bind_columns(struct mapping *m, size_t input, const struct str *columns, size_t count, struct findings *faults)
{
    struct column_binding b = { m, m->compiled, &m->compiled->in[input], &m->compiled->inputs[input], faults };
    struct str           *kept = ARENA_ARRAY(b.c->mem, struct str, count + 1);

    for (size_t i = 0; i < count; i++)
        kept[i] = arena_str(b.c->mem, columns[i]);
    b.input->columns = kept;
    b.input->column_count = count;
    for (size_t i = 0; i < b.in->use_count; i++)
        bind_use(&b, &b.in->uses[i]);
    bind_list(&b, b.in->unique, "unique", b.in->unique_columns);
    bind_list(&b, b.in->secret, "secret", NULL);
    bind_list(&b, b.in->key, "key", NULL);
    mark_asked(&b);
    mark_asked(&b);
    mark_secrets(&b);
    warn_of_literals(&b);
}
