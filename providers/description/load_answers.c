/* providers/description/load_answers.c - of a command: where it is sent, where its answer has the records, and what is taken from it. */
#include "providers/description/load_answers.h"

#include "providers/description/find_named.h"
#include "providers/description/load_wires.h"
#include "providers/description/place_reader.h"
#include "providers/replies/reply.h"

static bool reads_text(const struct command *c)
{
    return c->reply == NULL || c->reply->styles == NULL ||
           (c->reply->styles[0] != NULL && !c->reply->styles[0]->has_records);
}

static bool reads_tree(const struct command *c)
{
    return c->reply != NULL && c->reply->styles != NULL && c->reply->styles[0] != NULL &&
           c->reply->styles[0]->tree != NULL;
}

/* {at: result, like: 'OK:(\d+)', needed: true}; short forms: the pattern alone for texts, the field alone for records. */
static void read_capture(struct description_reader *r, const struct yaml *node, const struct command *c,
                         struct capture *out)
{
    static const char *const keys[] = { "at", "field", "like", "needed", NULL };
    const struct yaml       *like = node, *field = node, *at = NULL;

    if (node->kind == YAML_MAP) {
        yaml_only_keys(node, keys, "a capture", r->yaml.source, r->yaml.faults);
        like = yaml_get(node, "like");
        field = yaml_get(node, "field");
        at = yaml_get(node, "at");
        out->needed = yaml_read_bool(&r->yaml, node, "needed", false);
        if (like == NULL && field == NULL && at == NULL)
            YAML_FAULT(&r->yaml, node, "capture", "a capture says where it is found: at, field or like");
    } else if (reads_text(c)) {
        field = NULL;
    } else {
        like = NULL;
    }
    if (like != NULL)
        out->pattern = yaml_read_pattern(&r->yaml, like, "", "");
    if (like != NULL && out->pattern != NULL && pattern_groups(out->pattern) < 1)
        YAML_FAULT(&r->yaml, like, "capture", "a capture needs a group: (…)");
    if (field != NULL && yaml_expect(&r->yaml, field, YAML_TEXT, "a field's name"))
        out->field = field->text;
    if (at != NULL && !reads_tree(c))
        YAML_FAULT(&r->yaml, at, "capture", "at: is a way into a tree, and this reply is none");
    else if (at != NULL)
        read_path(r, at, &out->at);
}

void read_captures(struct description_reader *r, const struct yaml *node, struct command *c)
{
    struct capture *list;

    if (node == NULL || !yaml_expect(&r->yaml, node, YAML_MAP, "captures"))
        return;
    list = ARENA_ARRAY(r->yaml.mem, struct capture, node->count + 1);
    for (size_t i = 0; i < node->count; i++) {
        list[i].name = node->pairs[i].key;
        read_capture(r, &node->pairs[i].value, c, &list[i]);
    }
    c->captures = list;
    c->capture_count = node->count;
}

/* Flat XML: the element's name. Trees: paths; the first one that exists in an answer is used. */
void read_record(struct description_reader *r, const struct yaml *node, struct command *c)
{
    struct path *paths;
    size_t       count = node != NULL && node->kind == YAML_LIST ? node->count : 1;

    if (node == NULL)
        return;
    if (!reads_tree(c)) {
        if (yaml_expect(&r->yaml, node, YAML_TEXT, "record"))
            c->record = node->text;
        return;
    }
    paths = ARENA_ARRAY(r->yaml.mem, struct path, count + 1);
    for (size_t i = 0; i < count; i++)
        c->record_path_count +=
            read_path(r, node->kind == YAML_LIST ? &node->items[i] : node, &paths[c->record_path_count]);
    c->records = paths;
}

/* route: {resource: PUT /customTableEntries} */
void read_routes(struct description_reader *r, const struct yaml *node, struct command *c)
{
    struct route *list;

    if (node == NULL || !yaml_expect(&r->yaml, node, YAML_MAP, "route"))
        return;
    list = ARENA_ARRAY(r->yaml.mem, struct route, node->count + 1);
    for (size_t i = 0; i < node->count; i++) {
        struct yaml name = node->pairs[i].value;

        name.kind = YAML_TEXT;
        name.text = node->pairs[i].key;
        list[c->route_count].wire = find_wire(r, &name);
        if (list[c->route_count].wire == NULL)
            continue;
        list[c->route_count].method = list[c->route_count].wire->method;
        read_route(r, &node->pairs[i].value, &list[c->route_count].method, &list[c->route_count].path);
        c->route_count++;
    }
    c->routes = list;
}
