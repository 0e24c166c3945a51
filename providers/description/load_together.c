/* providers/description/load_together.c - rules between the parameters of a command, and conditions on them. */
#include "providers/description/load_together.h"

#include "providers/description/find_named.h"

/* `pass`, or {nopass: "1"} */
struct together_item read_item(struct description_reader *r, const struct yaml *node, const struct command *c)
{
    struct together_item item = { .param = -1 };

    if (node->kind == YAML_TEXT) {
        item.param = param_named(r, node, c, node->text);
    } else if (yaml_expect(&r->yaml, node, YAML_MAP, "this") && node->count != 1) {
        YAML_FAULT(&r->yaml, node, "together",
                   "this names one parameter, or one parameter and its value: {name: value}");
    } else if (node->kind == YAML_MAP && yaml_expect(&r->yaml, &node->pairs[0].value, YAML_TEXT, "a value")) {
        struct yaml place = yaml_key_place(node, 0);

        item.param = param_named(r, &place, c, node->pairs[0].key);
        item.value = node->pairs[0].value.text;
    }
    return item;
}

static void read_items(struct description_reader *r, const struct yaml *node, const struct command *c,
                       struct together *out)
{
    struct together_item *items;

    if (!yaml_expect(&r->yaml, node, YAML_LIST, "this"))
        return;
    items = ARENA_ARRAY(r->yaml.mem, struct together_item, node->count + 1);
    for (size_t i = 0; i < node->count; i++) {
        items[out->item_count] = read_item(r, &node->items[i], c);
        out->item_count += items[out->item_count].param >= 0;
    }
    out->items = items;
    if (node->count < 2 && out->kind <= TOGETHER_AT_MOST_ONE &&
        !(out->item_count == 1 && c->params[items[0].param].is_family))
        YAML_FAULT(&r->yaml, node, "together", "a choice needs two parameters or more");
}

/* The parameter that a key names. */
static int param_of(struct description_reader *r, const struct yaml *node, const char *key, const struct command *c)
{
    const struct yaml *named = yaml_get(node, key);

    if (named != NULL && named->kind == YAML_TEXT)
        return param_named(r, named, c, named->text);
    YAML_FAULT(&r->yaml, named != NULL ? named : node, "together",
               "type_of needs type_of, by and cases: a parameter, the one it goes by, and a type a value");
    return -1;
}

static void read_type_of(struct description_reader *r, const struct yaml *node, const struct command *c,
                         struct together *out)
{
    const struct yaml *cases = yaml_get(node, "cases");
    struct type_case  *list;

    out->subject = param_of(r, node, "type_of", c);
    out->by = param_of(r, node, "by", c);
    if (cases == NULL || cases->kind != YAML_MAP) {
        YAML_FAULT(&r->yaml, cases != NULL ? cases : node, "together", "type_of needs cases: {value: type}");
        return;
    }
    list = ARENA_ARRAY(r->yaml.mem, struct type_case, cases->count + 1);
    for (size_t i = 0; i < cases->count; i++)
        list[i] = (struct type_case){ cases->pairs[i].key, find_type(r, &cases->pairs[i].value) };
    out->cases = list;
    out->case_count = cases->count;
}

static void read_together_one(struct description_reader *r, const struct yaml *node, const struct command *c,
                              struct together *out)
{
    static const char *const keys[] = {
        "rule",     "message", "severity", "exactly_one_of", "at_least_one_of", "at_most_one_of",
        "required", "absent",  "when",     "unless",         "type_of",         "by",
        "cases",    NULL
    };
    static const struct {
        const char        *key;
        enum together_kind kind;
    } kinds[] = { { "exactly_one_of", TOGETHER_EXACTLY_ONE },
                  { "at_least_one_of", TOGETHER_AT_LEAST_ONE },
                  { "at_most_one_of", TOGETHER_AT_MOST_ONE },
                  { "required", TOGETHER_REQUIRED },
                  { "absent", TOGETHER_ABSENT },
                  { "type_of", TOGETHER_TYPE_OF } };
    static const char *const severities[] = { "error", "warning", NULL };
    const struct yaml       *severity = yaml_get(node, "severity"), *when = yaml_get(node, "when"),
                      *unless = yaml_get(node, "unless");
    size_t found = 0;

    out->subject = out->by = -1;
    if (!yaml_expect(&r->yaml, node, YAML_MAP, "a rule between parameters"))
        return;
    yaml_only_keys(node, keys, "a rule between parameters", r->yaml.source, r->yaml.faults);
    out->rule = yaml_read_text(&r->yaml, node, "rule");
    out->message = yaml_read_text(&r->yaml, node, "message");
    if (out->rule.len == 0)
        YAML_FAULT(&r->yaml, node, "together", "a rule between parameters needs a name: rule: …");
    if (severity != NULL && yaml_read_word(&r->yaml, severity, severities, "severity") == 1)
        out->severity = SEVERITY_WARNING;
    for (size_t i = 0; i < sizeof kinds / sizeof kinds[0]; i++) {
        const struct yaml *value = yaml_get(node, kinds[i].key);

        if (value == NULL)
            continue;
        found++;
        out->kind = kinds[i].kind;
        if (out->kind == TOGETHER_TYPE_OF)
            read_type_of(r, node, c, out);
        else
            read_items(r, value, c, out);
    }
    if (found != 1)
        YAML_FAULT(&r->yaml, node, "together",
                   "a rule between parameters says one thing: exactly_one_of, at_least_one_of, required …");
    if (when != NULL && unless != NULL)
        YAML_FAULT(&r->yaml, unless, "together", "either when or unless, not both");
    if (when != NULL || unless != NULL) {
        out->has_condition = true;
        out->unless = when == NULL;
        out->condition = read_item(r, when != NULL ? when : unless, c);
    }
}

void read_together(struct description_reader *r, const struct yaml *node, struct command *c)
{
    struct together *list;

    if (node == NULL || !yaml_expect(&r->yaml, node, YAML_LIST, "together"))
        return;
    list = ARENA_ARRAY(r->yaml.mem, struct together, node->count + 1);
    for (size_t i = 0; i < node->count; i++)
        read_together_one(r, &node->items[i], c, &list[i]);
    c->together = list;
    c->together_count = node->count;
}
