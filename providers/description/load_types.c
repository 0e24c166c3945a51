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

static void read_check(struct reading *r, const struct yaml *node, const struct yaml *value, struct rule *out)
{
    static const char *const when_words[] = { "any", "future", "not_past", NULL }, *const addresses[] = { "ipv4", "mac",
                                                                                                          "ip", NULL };
    static const char *const dates[] = { "YYYY-MM-DD", "YYYY-MM-DD HH:mm:ss", "HH:mm:ss", "YYYY", NULL };
    const struct yaml       *in = yaml_get(node, "in"), *or_words = yaml_get(node, "or");

    if (out->check != CHECK_DATE && (in != NULL || or_words != NULL))
        FAULT(r, in != NULL ? in : or_words, "rule-check", "in: and or: go with date:");
    switch (out->check) {
    case CHECK_LENGTH:
    case CHECK_NUMBER:
        if (read_range(r, value, &out->min, &out->max) && out->check == CHECK_LENGTH && out->min < 0)
            FAULT(r, value, "range", "a length is 0 or more");
        break;
    case CHECK_CHARS:
    case CHECK_FIRST: read_class(r, value, out->chars); break;
    case CHECK_PATTERN:
        out->pattern = read_pattern(r, value, "\\A(?:", ")\\z");
        out->expression = value->text;
        break;
    case CHECK_ONE_OF:
    case CHECK_NONE_OF:
        out->words = read_texts(r, value, &out->word_count);
        if (out->word_count == 0)
            FAULT(r, value, "rule-check", "the list is empty");
        break;
    case CHECK_DATE:
        if (read_word(r, value, dates, "form of a date") >= 0)
            out->form = value->text;
        out->future = in != NULL && read_word(r, in, when_words, "in") >= 1;
        out->today_too = in != NULL && str_is(in->text, "not_past");
        out->words = read_texts(r, or_words, &out->word_count);
        break;
    case CHECK_ADDRESS:
        if (read_word(r, value, addresses, "kind of address") >= 0)
            out->form = value->text;
        break;
    case CHECK_NOT_EQUAL:
    case CHECK_NOT_CONTAINING:
        if (expect_kind(r, value, YAML_TEXT, "a role"))
            out->role = value->text;
        break;
    case CHECK_NOT_WORD:
    case CHECK_NOT_WEAK:
    case CHECK_NOT_CLEAR:
    case CHECK_NOT_CARD:
        if (!str_is(value->text, "true"))
            FAULT(r, value, "kind", "write true");
        break;
    }
}

static void read_rule(struct reading *r, const struct yaml_pair *pair, struct rule *out)
{
    static const char *const severities[] = { "error", "warning", NULL }, *const parts[] = { "whole", "local", "domain",
                                                                                             "each", NULL };
    const struct yaml *node = &pair->value, *severity = yaml_get(node, "severity"), *part = yaml_get(node, "part");
    size_t             found = 0;

    out->id = pair->key;
    out->line = pair->line;
    if (!expect_kind(r, node, YAML_MAP, "a rule"))
        return;
    if (pair->key.len >= sizeof((struct err *)0)->rule)
        FAULT(r, node, "rule-name", "a rule's name has 39 characters at most");
    yaml_only_keys(node, rule_keys, "a rule", r->source, r->faults);
    out->message = read_text(r, node, "message");
    out->source = read_text(r, node, "source");
    if (out->message.len == 0 || out->source.len == 0)
        FAULT(r, node, "rule-words", "rule %.*s needs a message for people and its source", STR_ARG(pair->key));
    if (severity != NULL && read_word(r, severity, severities, "severity") == 1)
        out->severity = SEVERITY_WARNING;
    if (part != NULL) {
        int n = read_word(r, part, parts, "part");

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
        FAULT(r, node, "rule-check", "rule %.*s has %zu checks; a rule has one, several demands are several rules",
              STR_ARG(pair->key), found);
    out->good = read_texts(r, yaml_get(node, "good"), &out->good_count);
    out->bad = read_texts(r, yaml_get(node, "bad"), &out->bad_count);
    out->with = read_pairs(r, yaml_get(node, "with"), NULL, NULL);
}

void read_rules(struct reading *r, const struct yaml *node)
{
    struct rule *rules;

    if (node == NULL || !expect_kind(r, node, YAML_MAP, "rules"))
        return;
    rules = ARENA_ARRAY(r->mem, struct rule, node->count + 1);
    for (size_t i = 0; i < node->count; i++)
        read_rule(r, &node->pairs[i], &rules[i]);
    r->provider->rules = rules;
    r->provider->rule_count = node->count;
}

/* ---- types ---- */

/* list: {join: ":::", parts: {street: text, …}} or {join: ",", each: id, count: 1..} */
static const struct list_form *read_list(struct reading *r, const struct yaml *node)
{
    static const char *const keys[] = { "join", "open", "close", "quoted", "parts", "each", "count", NULL };
    const struct yaml       *parts = yaml_get(node, "parts"), *each = yaml_get(node, "each"),
                      *count = yaml_get(node, "count");
    struct list_form *out;
    struct list_part *list;

    if (node == NULL || !expect_kind(r, node, YAML_MAP, "list"))
        return NULL;
    out = ARENA_NEW(r->mem, struct list_form);
    yaml_only_keys(node, keys, "list", r->source, r->faults);
    out->join = read_text(r, node, "join");
    out->open = read_text(r, node, "open");
    out->close = read_text(r, node, "close");
    out->quoted = read_bool(r, node, "quoted", false);
    out->max = INT64_MAX;
    if (count != NULL)
        read_range(r, count, &out->min, &out->max);
    if ((parts == NULL) == (each == NULL))
        FAULT(r, node, "list", "a list has parts: {name: type, …}, or any number of one type: each: …");
    if (out->join.ptr != NULL && out->join.len == 0)
        FAULT(r, node, "list", "join is what stands between two parts; leave it out for the wire's own kind of array");
    if (each != NULL)
        out->each = find_type(r, each);
    if (parts == NULL || !expect_kind(r, parts, YAML_MAP, "parts"))
        return out;
    list = ARENA_ARRAY(r->mem, struct list_part, parts->count + 1);
    for (size_t i = 0; i < parts->count; i++)
        list[i] = (struct list_part){ parts->pairs[i].key, find_type(r, &parts->pairs[i].value) };
    out->parts = list;
    out->part_count = parts->count;
    return out;
}

static void read_type(struct reading *r, const struct yaml_pair *pair, struct value_type *out)
{
    static const char *const keys[] = { "title", "rules", "role", "secret", "write", "date", "list", "example", NULL };
    static const char *const write_keys[] = { "yes", "no", NULL };
    const struct yaml       *node = &pair->value, *rules, *write;
    const struct rule      **list;

    out->name = pair->key;
    if (!expect_kind(r, node, YAML_MAP, "a type"))
        return;
    yaml_only_keys(node, keys, "a type", r->source, r->faults);
    out->title = read_text(r, node, "title");
    out->role = read_text(r, node, "role");
    out->example = read_text(r, node, "example");
    out->secret = read_bool(r, node, "secret", false);
    out->date = read_text(r, node, "date");
    if (out->date.len != 0 && !date_form_is_known(out->date))
        FAULT(r, yaml_get(node, "date"), "date-form", "a date is written with YYYY, MM and DD: DD/MM/YYYY");
    out->list = read_list(r, yaml_get(node, "list"));
    if (out->list != NULL && (yaml_get(node, "rules") != NULL || yaml_get(node, "write") != NULL || out->date.len != 0))
        FAULT(r, node, "list", "what holds for the parts of a list stands with their types");
    rules = yaml_get(node, "rules");
    if (rules != NULL && expect_kind(r, rules, YAML_LIST, "rules")) {
        list = ARENA_ARRAY(r->mem, const struct rule *, rules->count + 1);
        for (size_t i = 0; i < rules->count; i++)
            if ((list[out->rule_count] = find_rule(r, &rules->items[i])) != NULL)
                out->rule_count++;
        out->rules = list;
    }
    if (out->list == NULL && out->date.len == 0)
        out->quick = quick_check_new(out->rules, out->rule_count, r->mem);
    write = yaml_get(node, "write");
    if (write != NULL && expect_kind(r, write, YAML_MAP, "write")) {
        yaml_only_keys(write, write_keys, "write", r->source, r->faults);
        out->is_bool = true;
        out->yes = read_text(r, write, "yes");
        out->no = read_text(r, write, "no");
        out->no_is_absent = str_is(out->no, "absent");
        if (out->yes.ptr == NULL || out->no.ptr == NULL)
            FAULT(r, write, "write", "write needs yes and no");
        else if (str_eq(out->yes, out->no))
            FAULT(r, write, "write", "yes and no are written the same");
    }
}

void read_types(struct reading *r, const struct yaml *node)
{
    struct value_type *types;

    if (node == NULL || !expect_kind(r, node, YAML_MAP, "types"))
        return;
    types = ARENA_ARRAY(r->mem, struct value_type, node->count + 1);
    r->provider->types = types;
    for (size_t i = 0; i < node->count;
         i++) { /* type_count grows as we go: the parts of a list must be types that stand before it */
        read_type(r, &node->pairs[i], &types[i]);
        r->provider->type_count = i + 1;
    }
}

/* A rule on a role that no type has would never apply. */
void check_roles(struct reading *r, const struct yaml *rules)
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

            FAULT(r, value, "role", "no type has the role \"%.*s\"%s%.*s%s", STR_ARG(p->rules[i].role),
                  near.ptr != NULL ? ", did you mean \"" : "", STR_ARG(near), near.ptr != NULL ? "\"?" : "");
        }
    }
}
