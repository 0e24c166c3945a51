/* providers/description/load_types.c - rules and types of a description: what a value must be. */
#include "providers/description/load_types.h"

#include "providers/description/find_named.h"
#include "providers/description/place_reader.h"
#include "providers/model/quick_check.h"
#include "providers/model/value_form.h"

static const char *const rule_keys[] = { "message",  "source",   "severity",  "part",      "good",
                                         "bad",      "with",     "length",    "chars",     "first",
                                         "pattern",  "one_of",   "none_of",   "date",      "in",
                                         "or",       "number",   "address",   "not_equal", "not_containing",
                                         "not_word", "not_weak", "not_clear", "not_card",  NULL };
static const struct {
    const char *key;
    enum check  check;
} checks[] = { { "length", CHECK_LENGTH },
               { "chars", CHECK_CHARS },
               { "first", CHECK_FIRST },
               { "pattern", CHECK_PATTERN },
               { "one_of", CHECK_ONE_OF },
               { "none_of", CHECK_NONE_OF },
               { "date", CHECK_DATE },
               { "number", CHECK_NUMBER },
               { "address", CHECK_ADDRESS },
               { "not_equal", CHECK_NOT_EQUAL },
               { "not_containing", CHECK_NOT_CONTAINING },
               { "not_word", CHECK_NOT_WORD },
               { "not_weak", CHECK_NOT_WEAK },
               { "not_clear", CHECK_NOT_CLEAR },
               { "not_card", CHECK_NOT_CARD } };

static void read_check(struct description_reader *r, const struct yaml *node, const struct yaml *value,
                       struct rule *out)
{
    static const char *const when_words[] = { "any", "future", "not_past", NULL }, *const addresses[] = { "ipv4", "mac",
                                                                                                          "ip", NULL };
    static const char *const dates[] = { "YYYY-MM-DD", "YYYY-MM-DD HH:mm:ss", "HH:mm:ss", "YYYY", NULL };
    const struct yaml       *in = yaml_get(node, "in"), *or_words = yaml_get(node, "or");

    if (out->check != CHECK_DATE && (in != NULL || or_words != NULL))
        YAML_FAULT(&r->yaml, in != NULL ? in : or_words, "rule-check", "in: and or: go with date:");
    switch (out->check) {
    case CHECK_LENGTH:
    case CHECK_NUMBER:
        if (yaml_read_range(&r->yaml, value, &out->min, &out->max) && out->check == CHECK_LENGTH && out->min < 0)
            YAML_FAULT(&r->yaml, value, "range", "a length is 0 or more");
        break;
    case CHECK_CHARS:
    case CHECK_FIRST: yaml_read_class(&r->yaml, value, out->chars); break;
    case CHECK_PATTERN:
        out->pattern = yaml_read_pattern(&r->yaml, value, "\\A(?:", ")\\z");
        out->expression = value->text;
        break;
    case CHECK_ONE_OF:
    case CHECK_NONE_OF:
        out->words = yaml_read_texts(&r->yaml, value, &out->word_count);
        if (out->word_count == 0)
            YAML_FAULT(&r->yaml, value, "rule-check", "the list is empty");
        break;
    case CHECK_DATE:
        if (yaml_read_word(&r->yaml, value, dates, "form of a date") >= 0)
            out->form = value->text;
        out->future = in != NULL && yaml_read_word(&r->yaml, in, when_words, "in") >= 1;
        out->today_too = in != NULL && str_is(in->text, "not_past");
        out->words = yaml_read_texts(&r->yaml, or_words, &out->word_count);
        break;
    case CHECK_ADDRESS:
        if (yaml_read_word(&r->yaml, value, addresses, "kind of address") >= 0)
            out->form = value->text;
        break;
    case CHECK_NOT_EQUAL:
    case CHECK_NOT_CONTAINING:
        if (yaml_expect(&r->yaml, value, YAML_TEXT, "a role"))
            out->role = value->text;
        break;
    case CHECK_NOT_WORD:
    case CHECK_NOT_WEAK:
    case CHECK_NOT_CLEAR:
    case CHECK_NOT_CARD:
        if (!str_is(value->text, "true"))
            YAML_FAULT(&r->yaml, value, "kind", "write true");
        break;
    }
}

static void read_rule(struct description_reader *r, const struct yaml_pair *pair, struct rule *out)
{
    static const char *const severities[] = { "error", "warning", NULL }, *const parts[] = { "whole", "local", "domain",
                                                                                             "each", NULL };
    const struct yaml *node = &pair->value, *severity = yaml_get(node, "severity"), *part = yaml_get(node, "part");
    size_t             found = 0;

    out->id = pair->key;
    out->line = pair->line;
    if (!yaml_expect(&r->yaml, node, YAML_MAP, "a rule"))
        return;
    if (pair->key.len >= sizeof((struct err *)0)->rule)
        YAML_FAULT(&r->yaml, node, "rule-name", "a rule's name has 39 characters at most");
    yaml_only_keys(node, rule_keys, "a rule", r->yaml.source, r->yaml.faults);
    out->message = yaml_read_text(&r->yaml, node, "message");
    out->source = yaml_read_text(&r->yaml, node, "source");
    if (out->message.len == 0 || out->source.len == 0)
        YAML_FAULT(&r->yaml, node, "rule-words", "rule %.*s needs a message for people and its source",
                   STR_ARG(pair->key));
    if (severity != NULL && yaml_read_word(&r->yaml, severity, severities, "severity") == 1)
        out->severity = SEVERITY_WARNING;
    if (part != NULL) {
        int n = yaml_read_word(&r->yaml, part, parts, "part");

        out->part = n > 0 ? (enum part)n : PART_WHOLE;
    }
    for (size_t i = 0; i < sizeof checks / sizeof checks[0]; i++) {
        const struct yaml *value = yaml_get(node, checks[i].key);

        if (value == NULL)
            continue;
        out->check = checks[i].check;
        if (++found == 1)
            read_check(r, node, value, out);
    }
    if (found != 1)
        YAML_FAULT(&r->yaml, node, "rule-check",
                   "rule %.*s has %zu checks; a rule has one, several demands are several rules", STR_ARG(pair->key),
                   found);
    out->good = yaml_read_texts(&r->yaml, yaml_get(node, "good"), &out->good_count);
    out->bad = yaml_read_texts(&r->yaml, yaml_get(node, "bad"), &out->bad_count);
    out->with = read_pairs(r, yaml_get(node, "with"), NULL, NULL);
}

void read_rules(struct description_reader *r, const struct yaml *node)
{
    struct rule *rules;

    if (node == NULL || !yaml_expect(&r->yaml, node, YAML_MAP, "rules"))
        return;
    rules = ARENA_ARRAY(r->yaml.mem, struct rule, node->count + 1);
    for (size_t i = 0; i < node->count; i++)
        read_rule(r, &node->pairs[i], &rules[i]);
    r->provider->rules = rules;
    r->provider->rule_count = node->count;
}

/* ---- types ---- */

/* list: {join: ":::", parts: {street: text, …}} or {join: ",", each: id, count: 1..} */
static const struct list_form *read_list(struct description_reader *r, const struct yaml *node)
{
    static const char *const keys[] = { "join", "open", "close", "quoted", "parts", "each", "count", NULL };
    const struct yaml       *parts = yaml_get(node, "parts"), *each = yaml_get(node, "each"),
                      *count = yaml_get(node, "count");
    struct list_form *out;
    struct list_part *list;

    if (node == NULL || !yaml_expect(&r->yaml, node, YAML_MAP, "list"))
        return NULL;
    out = ARENA_NEW(r->yaml.mem, struct list_form);
    yaml_only_keys(node, keys, "list", r->yaml.source, r->yaml.faults);
    out->join = yaml_read_text(&r->yaml, node, "join");
    out->open = yaml_read_text(&r->yaml, node, "open");
    out->close = yaml_read_text(&r->yaml, node, "close");
    out->quoted = yaml_read_bool(&r->yaml, node, "quoted", false);
    out->max = INT64_MAX;
    if (count != NULL)
        yaml_read_range(&r->yaml, count, &out->min, &out->max);
    if ((parts == NULL) == (each == NULL))
        YAML_FAULT(&r->yaml, node, "list", "a list has parts: {name: type, …}, or any number of one type: each: …");
    if (out->join.ptr != NULL && out->join.len == 0)
        YAML_FAULT(&r->yaml, node, "list",
                   "join is what stands between two parts; leave it out for the wire's own kind of array");
    if (each != NULL)
        out->each = find_type(r, each);
    if (parts == NULL || !yaml_expect(&r->yaml, parts, YAML_MAP, "parts"))
        return out;
    list = ARENA_ARRAY(r->yaml.mem, struct list_part, parts->count + 1);
    for (size_t i = 0; i < parts->count; i++)
        list[i] = (struct list_part){ parts->pairs[i].key, find_type(r, &parts->pairs[i].value) };
    out->parts = list;
    out->part_count = parts->count;
    return out;
}

static void read_type(struct description_reader *r, const struct yaml_pair *pair, struct value_type *out)
{
    static const char *const keys[] = { "title", "rules", "role", "secret", "write", "date", "list", "example", NULL };
    static const char *const write_keys[] = { "yes", "no", NULL };
    const struct yaml       *node = &pair->value, *rules, *write;
    const struct rule      **list;

    out->name = pair->key;
    if (!yaml_expect(&r->yaml, node, YAML_MAP, "a type"))
        return;
    yaml_only_keys(node, keys, "a type", r->yaml.source, r->yaml.faults);
    out->title = yaml_read_text(&r->yaml, node, "title");
    out->role = yaml_read_text(&r->yaml, node, "role");
    out->example = yaml_read_text(&r->yaml, node, "example");
    out->secret = yaml_read_bool(&r->yaml, node, "secret", false);
    out->date = yaml_read_text(&r->yaml, node, "date");
    if (out->date.len != 0 && !date_form_is_known(out->date))
        YAML_FAULT(&r->yaml, yaml_get(node, "date"), "date-form", "a date is written with YYYY, MM and DD: DD/MM/YYYY");
    out->list = read_list(r, yaml_get(node, "list"));
    if (out->list != NULL && (yaml_get(node, "rules") != NULL || yaml_get(node, "write") != NULL || out->date.len != 0))
        YAML_FAULT(&r->yaml, node, "list", "what holds for the parts of a list stands with their types");
    rules = yaml_get(node, "rules");
    if (rules != NULL && yaml_expect(&r->yaml, rules, YAML_LIST, "rules")) {
        list = ARENA_ARRAY(r->yaml.mem, const struct rule *, rules->count + 1);
        for (size_t i = 0; i < rules->count; i++)
            if ((list[out->rule_count] = find_rule(r, &rules->items[i])) != NULL)
                out->rule_count++;
        out->rules = list;
    }
    if (out->list == NULL && out->date.len == 0)
        out->quick = quick_check_new(out->rules, out->rule_count, r->yaml.mem);
    write = yaml_get(node, "write");
    if (write != NULL && yaml_expect(&r->yaml, write, YAML_MAP, "write")) {
        yaml_only_keys(write, write_keys, "write", r->yaml.source, r->yaml.faults);
        out->is_bool = true;
        out->yes = yaml_read_text(&r->yaml, write, "yes");
        out->no = yaml_read_text(&r->yaml, write, "no");
        out->no_is_absent = str_is(out->no, "absent");
        if (out->yes.ptr == NULL || out->no.ptr == NULL)
            YAML_FAULT(&r->yaml, write, "write", "write needs yes and no");
        else if (str_eq(out->yes, out->no))
            YAML_FAULT(&r->yaml, write, "write", "yes and no are written the same");
    }
}

void read_types(struct description_reader *r, const struct yaml *node)
{
    struct value_type *types;

    if (node == NULL || !yaml_expect(&r->yaml, node, YAML_MAP, "types"))
        return;
    types = ARENA_ARRAY(r->yaml.mem, struct value_type, node->count + 1);
    r->provider->types = types;
    for (size_t i = 0; i < node->count;
         i++) { /* type_count grows as we go: the parts of a list must be types that stand before it */
        read_type(r, &node->pairs[i], &types[i]);
        r->provider->type_count = i + 1;
    }
}

/* A rule on a role that no type has would never apply. */
void check_roles(struct description_reader *r, const struct yaml *rules)
{
    const struct provider *p = r->provider;

    for (size_t i = 0; i < p->rule_count; i++) {
        const struct yaml *body = &rules->pairs[i].value, *value = yaml_get(body, "not_equal");
        struct str         names[256];
        size_t             n = 0;

        if (value == NULL)
            value = yaml_get(body, "not_containing");
        for (size_t k = 0; k < p->type_count && n < 256; k++) {
            if (p->types[k].role.len != 0 && str_eq(p->types[k].role, p->rules[i].role))
                value = NULL;
            if (p->types[k].role.len != 0)
                names[n++] = p->types[k].role;
        }
        if (value != NULL && p->rules[i].role.ptr != NULL) {
            struct str near = str_nearest(p->rules[i].role, names, n);

            YAML_FAULT(&r->yaml, value, "role", "no type has the role \"%.*s\"%s%.*s%s", STR_ARG(p->rules[i].role),
                       near.ptr != NULL ? ", did you mean \"" : "", STR_ARG(near), near.ptr != NULL ? "\"?" : "");
        }
    }
}
