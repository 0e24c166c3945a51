/* providers/description/load_lookups.c - reads that prove a call: verify: and test: of commands. */
#include "providers/description/load_lookups.h"

#include "providers/description/find_named.h"
#include "providers/description/load_tables.h"
#include "providers/description/load_together.h"
#include "providers/description/place_reader.h"
#include "providers/replies/reply.h"

enum { ROW_COLUMNS_MAX = 256 };

/* A `match` may name the captures of the read, and for rows of a table the columns of its report. Other records name their fields
 * themselves, so nothing can be checked for them. */
static void check_match(struct description_reader *r, const struct yaml *match, const struct command *read)
{
    struct str               *names = ARENA_ARRAY(r->yaml.mem, struct str, read->capture_count + ROW_COLUMNS_MAX);
    const struct reply_style *style =
        read->reply != NULL && read->reply->styles != NULL ? read->reply->styles[0] : NULL;
    bool   table = style != NULL && style->is_table;
    size_t n = 0;

    if (style == NULL || (style->has_records && !table))
        return;
    for (; n < read->capture_count; n++)
        names[n] = read->captures[n].name;
    for (size_t i = 0; table && i < r->provider->report_count; i++)
        for (size_t k = 0;
             r->provider->reports[i].command == read && k < r->provider->reports[i].column_count && n < ROW_COLUMNS_MAX;
             k++)
            names[n++] = r->provider->reports[i].columns[k].field;
    for (size_t i = 0; i < match->count; i++) {
        struct yaml place = yaml_key_place(match, i);
        size_t      k = 0;

        while (k < n && !str_eq(names[k], match->pairs[i].key))
            k++;
        if (k == n)
            yaml_unknown_name(&r->yaml, &place, table ? "column or capture" : "capture", match->pairs[i].key, names, n);
    }
}

/* absence: {proof_when: {skipbasket: "on"}} */
static void read_absence(struct description_reader *r, const struct yaml *node, const struct command *c,
                         struct lookup_read *out)
{
    static const char *const keys[] = { "proof_when", "proof_unless", NULL }, *const words[] = { "proof", "no_proof",
                                                                                                 "none_at_all", NULL };
    const struct yaml *when = yaml_get(node, "proof_when"), *unless = yaml_get(node, "proof_unless");

    if (node->kind != YAML_MAP) {
        int word = yaml_read_word(&r->yaml, node, words, "absence");

        out->absence_is_proof = word != 1;
        out->others_are_no_proof = word == 2;
        return;
    }
    yaml_only_keys(node, keys, "absence", r->yaml.source, r->yaml.faults);
    if ((when == NULL) == (unless == NULL)) {
        YAML_FAULT(
            &r->yaml, node, "absence",
            "absence is proof, no_proof, none_at_all, or {proof_when: {parameter: value}}, or {proof_unless: parameter}");
        return;
    }
    out->absence_unless = when == NULL;
    out->absence_condition = read_item(r, when != NULL ? when : unless, c);
    out->absence_has_condition = out->absence_condition.param >= 0;
}

/* captures: {id: elid}: the call's capture from the read's record. */
static void read_lookup_captures(struct description_reader *r, const struct yaml *node, const struct command *c,
                                 struct lookup_read *out)
{
    struct pair_value *list;

    if (node == NULL || !yaml_expect(&r->yaml, node, YAML_MAP, "captures"))
        return;
    list = ARENA_ARRAY(r->yaml.mem, struct pair_value, node->count + 1);
    for (size_t i = 0; i < node->count; i++) {
        struct yaml place = yaml_key_place(node, i);

        if (command_capture(c, node->pairs[i].key) == NULL)
            YAML_FAULT(&r->yaml, &place, "capture", "%.*s captures no %.*s itself, so its read-back cannot",
                       STR_ARG(c->name), STR_ARG(node->pairs[i].key));
        if (yaml_expect(&r->yaml, &node->pairs[i].value, YAML_TEXT, "a field's name"))
            list[out->capture_count++] = (struct pair_value){ node->pairs[i].key, node->pairs[i].value.text };
    }
    out->captures = list;
}

static void read_lookup(struct description_reader *r, const struct yaml *node, const struct command *c,
                        struct lookup_read *out)
{
    static const char *const keys[] = { "read",    "with", "match",          "wants",    "baseline", "there",
                                        "absence", "full", "settle_seconds", "captures", NULL };
    static const char *const there_words[] = { "refused", NULL }, *const baseline_words[] = { "true", "false",
                                                                                              "when_told", NULL };
    static const char *const wants_words[] = { "found", "nothing", NULL };
    const struct yaml       *read = yaml_get(node, "read"), *wants = yaml_get(node, "wants"),
                      *absence = yaml_get(node, "absence");
    const struct yaml *baseline = yaml_get(node, "baseline");
    const struct yaml *with = yaml_get(node, "with"), *there = yaml_get(node, "there");

    out->absence_is_proof = true;
    if (!yaml_expect(&r->yaml, node, YAML_MAP, "a read"))
        return;
    yaml_only_keys(node, keys, "a read", r->yaml.source, r->yaml.faults);
    if (read == NULL) {
        YAML_FAULT(&r->yaml, node, "lookup", "name the reading command: read: …");
        return;
    }
    out->read = find_command(r, read);
    out->with = read_pairs(r, with, c, NULL);
    out->match = read_pairs(r, yaml_get(node, "match"), c, NULL);
    out->wants_nothing = wants != NULL && yaml_read_word(&r->yaml, wants, wants_words, "wants") == 1;
    if (absence != NULL)
        read_absence(r, absence, c, out);
    read_lookup_captures(r, yaml_get(node, "captures"), c, out);
    out->there_is_refused = there != NULL && yaml_read_word(&r->yaml, there, there_words, "what is there") == 0;
    if (baseline != NULL) {
        int word = yaml_read_word(&r->yaml, baseline, baseline_words, "baseline");

        out->baseline = word == 0 || word == 2;
        out->baseline_when_told = word == 2;
    }
    out->full = yaml_read_bool(&r->yaml, node, "full", false);
    out->settle_seconds = yaml_read_u32(&r->yaml, node, "settle_seconds", 2);
    if (out->read != NULL && out->read->effect != EFFECT_READ)
        YAML_FAULT(&r->yaml, read, "lookup", "%.*s is no reading command", STR_ARG(out->read->name));
    for (size_t i = 0; out->read != NULL && i < out->with.count; i++) {
        struct yaml place = yaml_key_place(with, i);

        param_named(r, &place, out->read, out->with.items[i].name);
    }
    if (out->read != NULL && out->match.count != 0)
        check_match(r, yaml_get(node, "match"), out->read);
}

static bool has_live_only(const struct command *c)
{
    for (size_t i = 0; i < c->param_count; i++)
        if (c->params[i].live_only)
            return true;
    return false;
}

void link_commands(struct description_reader *r, const struct yaml *node)
{
    for (size_t i = 0; i < r->provider->command_count; i++) {
        const struct yaml *body = &node->pairs[i].value, *verify = yaml_get(body, "verify"),
                          *test = yaml_get(body, "test");
        struct command *c = &r->commands[i];

        if (verify != NULL)
            read_lookup(r, verify, c, &c->verify);
        if (test != NULL && test->kind == YAML_MAP)
            read_lookup(r, test, c, &c->test);
        else if (test != NULL && !str_is(test->text, "none"))
            YAML_FAULT(&r->yaml, test, "test", "test is a read, or none");
        c->test_send = test == NULL && (r->provider->test_send.count != 0 || has_live_only(c));
        link_finds(r, yaml_get(body, "finds"), c);
        link_lists(r, yaml_get(body, "lists"), c);
    }
}
