/* providers/description/load_wires.c - wires of a description: the ways to reach the provider. */
#include "providers/description/load_wires.h"

#include "providers/description/load_style_keys.h"
#include "providers/description/place_reader.h"
#include "providers/wires/wire.h"

/* GET may carry a body too, if the provider's document says so; secrets never go into the address. */
static const char *const methods[] = { "POST", "PUT", "DELETE", "GET", NULL };

enum { STYLES_MAX = 16 };

static const struct wire_style *find_style(struct description_reader *r, const struct yaml *node)
{
    struct str names[STYLES_MAX];
    size_t     n = 0;

    if (!yaml_expect(&r->yaml, node, YAML_TEXT, "wire"))
        return NULL;
    for (; n < STYLES_MAX && wire_styles[n] != NULL; n++) {
        names[n] = str_from(wire_styles[n]->name);
        if (str_eq(names[n], node->text))
            return wire_styles[n];
    }
    yaml_unknown_name(&r->yaml, node, "wire style", node->text, names, n);
    return NULL;
}

void read_route(struct description_reader *r, const struct yaml *node, const char **method, struct text *path)
{
    static const char *const places[] = { "command", NULL };
    struct yaml              rest = *node, word = *node;

    if (!yaml_expect(&r->yaml, node, YAML_TEXT, "a route"))
        return;
    if (node->text.len != 0 && node->text.ptr[0] != '/') {
        rest.text = str_trim(str_cut(node->text, ' ', &word.text));
        int at = yaml_read_word(&r->yaml, &word, methods, "method");

        *method = at >= 0 ? methods[at] : *method;
    }
    if (rest.text.len == 0 || rest.text.ptr[0] != '/')
        YAML_FAULT(&r->yaml, node, "route",
                   "a route is a path that begins with /, or a method and a path: PUT /customer");
    else
        *path = read_place_text(r, &rest, NULL, places);
}

static void read_wire_fields(struct description_reader *r, const struct yaml *node, struct wire *out)
{
    struct pair_value *list;

    if (!yaml_expect(&r->yaml, node, YAML_MAP, "fields"))
        return;
    list = ARENA_ARRAY(r->yaml.mem, struct pair_value, node->count + 1);
    for (size_t i = 0; i < node->count; i++)
        if (yaml_expect(&r->yaml, &node->pairs[i].value, YAML_TEXT, "a field"))
            list[out->field_count++] = (struct pair_value){ node->pairs[i].key, node->pairs[i].value.text };
    out->fields = list;
}

static void check_keys(struct description_reader *r, const struct yaml *node, const char *const *common)
{
    const struct style_keys *own[STYLES_MAX];
    size_t                   n = 0;

    for (; n < STYLES_MAX && wire_styles[n] != NULL; n++)
        own[n] = &wire_styles[n]->own;
    check_style_keys(r, node, "a wire", common, own, n);
}

static void read_wire(struct description_reader *r, const struct yaml *node, struct wire *out)
{
    static const char *const keys[] = { "style",  "wire",        "url",    "path", "method",
                                        "answer", "answer_type", "fields", NULL };
    static const char *const answer[] = { "answer", "command", NULL };
    const struct yaml       *style = yaml_get(node, "style"), *method = yaml_get(node, "method"),
                      *path = yaml_get(node, "path");

    out->method = methods[0];
    if (!yaml_expect(&r->yaml, node, YAML_MAP, "a wire"))
        return;
    check_keys(r, node, keys);
    if (style == NULL)
        style = yaml_get(node, "wire");
    if (style != NULL)
        out->style = find_style(r, style);
    else
        YAML_FAULT(&r->yaml, node, "endpoint", "a wire needs its style: form, rest or soap");
    if (yaml_get(node, "url") != NULL)
        out->url = yaml_read_text(&r->yaml, node, "url");
    if (out->url.ptr != NULL && !str_starts(out->url, STR("https://")))
        YAML_FAULT(&r->yaml, yaml_get(node, "url"), "endpoint",
                   "a provider's url begins with https://; only a connection may say http://, and plain_http: true");
    if (method != NULL && yaml_read_word(&r->yaml, method, methods, "method") >= 0)
        out->method = methods[yaml_read_word(&r->yaml, method, methods, "method")];
    if (path != NULL)
        read_route(r, path, &out->method, &out->path);
    out->answer = read_place_text(r, yaml_get(node, "answer"), NULL, answer);
    out->answer_type = yaml_read_text(&r->yaml, node, "answer_type");
    if (out->style != NULL)
        out->own = read_style_keys(r, node, "endpoint", &out->style->own);
    if (yaml_get(node, "fields") != NULL)
        read_wire_fields(r, yaml_get(node, "fields"), out);
    if (out->style != NULL && out->style->needs_command_field && r->provider->command_field.len == 0)
        YAML_FAULT(&r->yaml, node, "endpoint", "a %s wire needs command_field: the field that names the command",
                   out->style->name);
}

/* `endpoint:` is one wire; `wires:` are several, by name. */
void read_wires(struct description_reader *r, const struct yaml *root)
{
    const struct yaml *endpoint = yaml_get(root, "endpoint"), *wires = yaml_get(root, "wires");
    size_t             count = wires != NULL && wires->kind == YAML_MAP ? wires->count : 0;
    struct wire       *list = ARENA_ARRAY(r->yaml.mem, struct wire, count + 1);

    if (wires == NULL && endpoint == NULL) {
        YAML_FAULT(&r->yaml, root, "head", "a provider file needs endpoint, or wires");
        return;
    }
    if (wires != NULL && (!yaml_expect(&r->yaml, wires, YAML_MAP, "wires") || endpoint != NULL)) {
        if (endpoint != NULL)
            YAML_FAULT(&r->yaml, endpoint, "endpoint", "endpoint says one wire, wires several: write one of them");
        return;
    }
    if (wires == NULL) {
        read_wire(r, endpoint, &list[0]);
        list[0].name = list[0].style != NULL ? str_from(list[0].style->name) : STR("");
        count = 1;
    }
    for (size_t i = 0; wires != NULL && i < count; i++) {
        list[i].name = wires->pairs[i].key;
        list[i].index = i;
        read_wire(r, &wires->pairs[i].value, &list[i]);
    }
    r->provider->url = list[0].url;
    r->provider->wires = list;
    r->provider->wire_count = count;
}
