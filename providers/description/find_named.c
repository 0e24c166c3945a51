/* providers/description/find_named.c - what a description names elsewhere is looked up in what was read before. */
#include "providers/description/find_named.h"

enum { NAMES_MAX = 256 }; /* among which a suggestion is looked for */

/* Every part of a provider that has a name has it as its first member. */
struct named_list {
    const void *items;
    size_t      count, size;
};
#define NAMED(items, count) ((struct named_list){ items, count, sizeof *(items) })

static struct str name_at(const struct named_list *list, size_t i)
{
    return *(const struct str *)(const void *)((const char *)list->items + i * list->size);
}

static const void *find_named(struct description_reader *r, const struct yaml *node, const char *what,
                              struct named_list list)
{
    struct str names[NAMES_MAX];
    size_t     n = 0;

    for (size_t i = 0; i < list.count; i++) {
        if (str_eq(name_at(&list, i), node->text))
            return (const char *)list.items + i * list.size;
        if (n < NAMES_MAX)
            names[n++] = name_at(&list, i);
    }
    yaml_unknown_name(&r->yaml, node, what, node->text, names, n);
    return NULL;
}

const struct wire *find_wire(struct description_reader *r, const struct yaml *node)
{
    if (!yaml_expect(&r->yaml, node, YAML_TEXT, "wire"))
        return NULL;
    return find_named(r, node, "wire", NAMED(r->provider->wires, r->provider->wire_count));
}

const struct rule *find_rule(struct description_reader *r, const struct yaml *node)
{
    if (!yaml_expect(&r->yaml, node, YAML_TEXT, "a rule's name"))
        return NULL;
    return find_named(r, node, "rule", NAMED(r->provider->rules, r->provider->rule_count));
}

const struct value_type *find_type(struct description_reader *r, const struct yaml *node)
{
    if (!yaml_expect(&r->yaml, node, YAML_TEXT, "a type's name"))
        return NULL;
    return find_named(r, node, "type", NAMED(r->provider->types, r->provider->type_count));
}

const struct reply *find_reply(struct description_reader *r, const struct yaml *node)
{
    if (!yaml_expect(&r->yaml, node, YAML_TEXT, "reply"))
        return NULL;
    return find_named(r, node, "reply", NAMED(r->provider->replies, r->provider->reply_count));
}

const struct command *find_command(struct description_reader *r, const struct yaml *node)
{
    if (!yaml_expect(&r->yaml, node, YAML_TEXT, "a command's name"))
        return NULL;
    return find_named(r, node, "command", NAMED(r->provider->commands, r->provider->command_count));
}

const struct report *find_report(struct description_reader *r, const struct yaml *node)
{
    return find_named(r, node, "report", NAMED(r->provider->reports, r->provider->report_count));
}

int param_named(struct description_reader *r, const struct yaml *node, const struct command *c, struct str name)
{
    struct str names[NAMES_MAX];
    size_t     n = 0;
    int        found = command_param_index(c, name);

    if (found >= 0)
        return found;
    for (; n < c->param_count && n < NAMES_MAX; n++)
        names[n] = c->params[n].name;
    yaml_unknown_name(&r->yaml, node, "parameter", name, names, n);
    return -1;
}
