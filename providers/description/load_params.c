/* providers/description/load_params.c - parameters of a command: their types, names on the wire, dangers, families. */
#include "providers/description/load_params.h"

#include "providers/description/find_named.h"
#include "providers/model/family.h"

unsigned read_dangers(struct description_reader *r, const struct yaml *node)
{
    unsigned dangers = 0;

    if (node == NULL || !yaml_expect(&r->yaml, node, YAML_LIST, "dangers"))
        return 0;
    for (size_t i = 0; i < node->count; i++) {
        int n = yaml_read_word(&r->yaml, &node->items[i], danger_names, "danger");

        dangers |= n >= 0 ? 1U << n : 0;
    }
    return dangers;
}

static void read_headers(struct description_reader *r, const struct yaml *node, struct param *out)
{
    struct header_value *list;

    if (!yaml_expect(&r->yaml, node, YAML_MAP, "headers"))
        return;
    list = ARENA_ARRAY(r->yaml.mem, struct header_value, node->count + 1);
    for (size_t i = 0; i < node->count; i++) {
        const struct yaml *header = &node->pairs[i].value;

        if (!yaml_expect(&r->yaml, header, YAML_MAP, "the header of a value"))
            continue;
        if (header->count != 1 || header->pairs[0].value.kind != YAML_TEXT) {
            YAML_FAULT(&r->yaml, header, "headers", "a value adds one header: {Name: text}");
            continue;
        }
        list[out->header_count++] =
            (struct header_value){ node->pairs[i].key, header->pairs[0].key, header->pairs[0].value.text };
    }
    out->headers = list;
}

static void read_family(struct description_reader *r, const struct yaml *node, struct param *out)
{
    const struct yaml *key = yaml_get(node, "key");
    struct str         before, place, after;

    out->is_family = name_place(out->name, &before, &place, &after);
    if (key != NULL && !out->is_family)
        YAML_FAULT(&r->yaml, key, "family", "key is for a family of parameters, whose name has a {place}");
    memset(out->key_chars, key == NULL, sizeof out->key_chars);
    if (key != NULL)
        yaml_read_class(&r->yaml, key, out->key_chars);
    if (!out->is_family)
        return;
    if (!name_place(out->wire, &before, &place, &after))
        YAML_FAULT(&r->yaml, node, "family", "the wire name of a family needs its {place} too");
    if (out->required || out->always.ptr != NULL || out->deflt.ptr != NULL)
        YAML_FAULT(&r->yaml, node, "family", "a family of parameters can be neither required nor always nor default");
}

static void read_param_ways(struct description_reader *r, const struct yaml *node, struct param *out)
{
    static const char *const test_words[] = { "left_out", NULL };
    const struct yaml       *test = yaml_get(node, "test"), *headers = yaml_get(node, "headers");

    out->deflt = yaml_read_text(&r->yaml, node, "default");
    out->clear = yaml_read_text(&r->yaml, node, "clear");
    out->live_only = test != NULL && yaml_read_word(&r->yaml, test, test_words, "test") == 0;
    if (headers != NULL)
        read_headers(r, headers, out);
    if (out->required && out->deflt.ptr != NULL)
        YAML_FAULT(&r->yaml, node, "param-default", "a parameter with a default is not required");
    read_family(r, node, out);
}

static void read_param(struct description_reader *r, const struct yaml_pair *pair, struct param *out)
{
    static const char *const keys[] = { "type", "required", "recommended", "secret",  "title",
                                        "wire", "dangers",  "always",      "default", "clear",
                                        "test", "headers",  "key",         "omit",    NULL };
    const struct yaml       *node = &pair->value, *type = yaml_get(node, "type"), *dangers = yaml_get(node, "dangers");
    struct danger_value     *list;

    out->name = out->wire = out->title = pair->key;
    if (!yaml_expect(&r->yaml, node, YAML_MAP, "a parameter"))
        return;
    yaml_only_keys(node, keys, "a parameter", r->yaml.source, r->yaml.faults);
    out->always = yaml_read_text(&r->yaml, node, "always");
    out->omit = yaml_read_text(&r->yaml, node, "omit");
    if (type != NULL)
        out->type = find_type(r, type);
    else if (out->always.ptr == NULL)
        YAML_FAULT(&r->yaml, node, "param-type", "parameter %.*s needs a type", STR_ARG(pair->key));
    out->required = yaml_read_bool(&r->yaml, node, "required", false);
    out->recommended = yaml_read_bool(&r->yaml, node, "recommended", false);
    out->secret = yaml_read_bool(&r->yaml, node, "secret", out->type != NULL && out->type->secret);
    if (yaml_get(node, "wire") != NULL)
        out->wire = yaml_read_text(&r->yaml, node, "wire");
    read_param_ways(r, node, out);
    if (yaml_get(node, "title") != NULL)
        out->title = yaml_read_text(&r->yaml, node, "title");
    else if (out->type != NULL && out->type->title.len != 0)
        out->title = out->type->title;
    if (dangers == NULL || !yaml_expect(&r->yaml, dangers, YAML_MAP, "dangers"))
        return;
    list = ARENA_ARRAY(r->yaml.mem, struct danger_value, dangers->count + 1);
    for (size_t i = 0; i < dangers->count; i++)
        list[i] = (struct danger_value){ dangers->pairs[i].key, read_dangers(r, &dangers->pairs[i].value) };
    out->danger_values = list;
    out->danger_value_count = dangers->count;
}

/* No two parameters or credentials may have the same name on the wire. */
static void check_wires(struct description_reader *r, const struct yaml *node, const struct command *c)
{
    const struct provider *p = r->provider;

    for (size_t i = 0; i < c->param_count; i++) {
        const struct yaml *wire = yaml_get(&node->pairs[i].value, "wire");
        struct yaml        place = yaml_key_place(node, i);
        struct str         name = c->params[i].wire;

        if (wire != NULL)
            place = *wire;
        for (size_t k = 0; k < i; k++)
            if (str_eq(c->params[k].wire, name))
                YAML_FAULT(&r->yaml, &place, "param-wire", "two parameters are \"%.*s\" on the wire: %.*s and %.*s",
                           STR_ARG(name), STR_ARG(c->params[k].name), STR_ARG(c->params[i].name));
        if (p->command_field.len != 0 && str_eq(p->command_field, name))
            YAML_FAULT(&r->yaml, &place, "param-wire", "\"%.*s\" names the command on the wire", STR_ARG(name));
        for (size_t k = 0; k < p->credential_count; k++)
            if (p->credentials[k].wire.len != 0 && str_eq(p->credentials[k].wire, name))
                YAML_FAULT(&r->yaml, &place, "param-wire", "\"%.*s\" is the credential %.*s on the wire", STR_ARG(name),
                           STR_ARG(p->credentials[k].name));
        if (c->params[i].always.ptr != NULL && yaml_get(&node->pairs[i].value, "required") != NULL)
            YAML_FAULT(&r->yaml, yaml_get(&node->pairs[i].value, "required"), "param-always",
                       "what is always sent cannot be set, so it is not required");
    }
}

void read_params(struct description_reader *r, const struct yaml *node, struct command *c)
{
    struct param *params;
    bool         *required;

    if (node == NULL || !yaml_expect(&r->yaml, node, YAML_MAP, "params"))
        return;
    params = ARENA_ARRAY(r->yaml.mem, struct param, node->count + 1);
    required = ARENA_ARRAY(r->yaml.mem, bool, node->count + 1);
    for (size_t i = 0; i < node->count; i++) {
        read_param(r, &node->pairs[i], &params[i]);
        required[i] = params[i].required;
        c->has_danger_values = c->has_danger_values || params[i].danger_value_count != 0;
    }
    c->params = params;
    c->required = required;
    c->param_count = node->count;
    check_wires(r, node, c);
}

void find_name_param(struct description_reader *r, const struct yaml *node, struct command *c)
{
    struct str before, place, after;

    c->name_param = -1;
    if (!name_place(c->wire, &before, &place, &after))
        return;
    c->name_param = command_param_index(c, place);
    if (c->name_param < 0) {
        YAML_FAULT(&r->yaml, node, "name-place",
                   "the wire name \"%.*s\" has a place that is no parameter of the command", STR_ARG(c->wire));
        return;
    }
    if (!c->params[c->name_param].required && c->params[c->name_param].always.ptr == NULL)
        YAML_FAULT(&r->yaml, node, "name-place",
                   "parameter %.*s stands in the wire name, so it has to be required or always", STR_ARG(place));
    ((struct param *)(uintptr_t)c->params)[c->name_param].in_name =
        true; /* the array was made above and is still ours to change */
}
