/* providers/description/load_commands.c - commands of a description: parameters, rules between them, replies, verification, tables. */
#include "providers/description/node_reader.h"
#include "providers/replies/reply.h"

enum { ROW_COLUMNS_MAX = 256 };

const char *const        effect_names[] = { "read", "create", "change", "remove", NULL };
static const char *const danger_names[] = { "cuts", "destroys", "spends", "notifies", NULL };

/* What the sandbox can say of itself in an answer. */
const char *const answer_extras[] = { "row.", "new_id", "count", "reason", "token", NULL };

const char *danger_name(unsigned danger)
{
    for (unsigned i = 0; i < 4; i++)
        if (danger == 1U << i)
            return danger_names[i];
    return "";
}

static unsigned read_dangers(struct reading *r, const struct yaml *node)
{
    unsigned dangers = 0;

    if (node == NULL || !expect_kind(r, node, YAML_LIST, "dangers"))
        return 0;
    for (size_t i = 0; i < node->count; i++) {
        int n = read_word(r, &node->items[i], danger_names, "danger");

        dangers |= n >= 0 ? 1U << n : 0;
    }
    return dangers;
}

/* ---- parameters ---- */

static void read_param(struct reading *r, const struct yaml_pair *pair, struct param *out)
{
    static const char *const keys[] = { "type", "required", "recommended", "secret",  "title",
                                        "wire", "dangers",  "always",      "default", "clear",
                                        "test", "headers",  "key",         "omit",    NULL };
    const struct yaml       *node = &pair->value, *type = yaml_get(node, "type"), *dangers = yaml_get(node, "dangers");
    struct danger_value     *list;

    out->name = out->wire = out->title = pair->key;
    if (!expect_kind(r, node, YAML_MAP, "a parameter"))
        return;
    yaml_only_keys(node, keys, "a parameter", r->source, r->faults);
    out->always = read_text(r, node, "always");
    out->omit = read_text(r, node, "omit");
    if (type != NULL)
        out->type = find_type(r, type);
    else if (out->always.ptr == NULL)
        FAULT(r, node, "param-type", "parameter %.*s needs a type", STR_ARG(pair->key));
    out->required = read_bool(r, node, "required", false);
    out->recommended = read_bool(r, node, "recommended", false);
    out->secret = read_bool(r, node, "secret", out->type != NULL && out->type->secret);
    if (yaml_get(node, "wire") != NULL)
        out->wire = read_text(r, node, "wire");
    read_param_ways(r, node, out);
    if (yaml_get(node, "title") != NULL)
        out->title = read_text(r, node, "title");
    else if (out->type != NULL && out->type->title.len != 0)
        out->title = out->type->title;
    if (dangers == NULL || !expect_kind(r, dangers, YAML_MAP, "dangers"))
        return;
    list = ARENA_ARRAY(r->mem, struct danger_value, dangers->count + 1);
    for (size_t i = 0; i < dangers->count; i++)
        list[i] = (struct danger_value){ dangers->pairs[i].key, read_dangers(r, &dangers->pairs[i].value) };
    out->danger_values = list;
    out->danger_value_count = dangers->count;
}

int param_named(struct reading *r, const struct yaml *node, const struct command *c, struct str name)
{
    struct str names[256];
    size_t     n = 0;
    int        found = command_param_index(c, name);

    if (found >= 0)
        return found;
    for (; n < c->param_count && n < 256; n++)
        names[n] = c->params[n].name;
    unknown_name(r, node, "parameter", name, names, n);
    return -1;
}

/* ---- rules between parameters ---- */

/* `pass`, or {nopass: "1"} */
struct together_item read_item(struct reading *r, const struct yaml *node, const struct command *c)
{
    struct together_item item = { .param = -1 };

    if (node->kind == YAML_TEXT) {
        item.param = param_named(r, node, c, node->text);
    } else if (expect_kind(r, node, YAML_MAP, "this") && node->count != 1) {
        FAULT(r, node, "together", "this names one parameter, or one parameter and its value: {name: value}");
    } else if (node->kind == YAML_MAP && expect_kind(r, &node->pairs[0].value, YAML_TEXT, "a value")) {
        struct yaml place = key_place(node, 0);

        item.param = param_named(r, &place, c, node->pairs[0].key);
        item.value = node->pairs[0].value.text;
    }
    return item;
}

static void read_items(struct reading *r, const struct yaml *node, const struct command *c, struct together *out)
{
    struct together_item *items;

    if (!expect_kind(r, node, YAML_LIST, "this"))
        return;
    items = ARENA_ARRAY(r->mem, struct together_item, node->count + 1);
    for (size_t i = 0; i < node->count; i++) {
        items[out->item_count] = read_item(r, &node->items[i], c);
        out->item_count += items[out->item_count].param >= 0;
    }
    out->items = items;
    if (node->count < 2 && out->kind <= TOGETHER_AT_MOST_ONE &&
        !(out->item_count == 1 && c->params[items[0].param].is_family))
        FAULT(r, node, "together", "a choice needs two parameters or more");
}

/* A parameter named by a text of its own. */
static int param_of(struct reading *r, const struct yaml *node, const char *key, const struct command *c)
{
    const struct yaml *named = yaml_get(node, key);

    if (named != NULL && named->kind == YAML_TEXT)
        return param_named(r, named, c, named->text);
    FAULT(r, named != NULL ? named : node, "together",
          "type_of needs type_of, by and cases: a parameter, the one it goes by, and a type a value");
    return -1;
}

static void read_type_of(struct reading *r, const struct yaml *node, const struct command *c, struct together *out)
{
    const struct yaml *cases = yaml_get(node, "cases");
    struct type_case  *list;

    out->subject = param_of(r, node, "type_of", c);
    out->by = param_of(r, node, "by", c);
    if (cases == NULL || cases->kind != YAML_MAP) {
        FAULT(r, cases != NULL ? cases : node, "together", "type_of needs cases: {value: type}");
        return;
    }
    list = ARENA_ARRAY(r->mem, struct type_case, cases->count + 1);
    for (size_t i = 0; i < cases->count; i++)
        list[i] = (struct type_case){ cases->pairs[i].key, find_type(r, &cases->pairs[i].value) };
    out->cases = list;
    out->case_count = cases->count;
}

static void read_together_one(struct reading *r, const struct yaml *node, const struct command *c, struct together *out)
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
    if (!expect_kind(r, node, YAML_MAP, "a rule between parameters"))
        return;
    yaml_only_keys(node, keys, "a rule between parameters", r->source, r->faults);
    out->rule = read_text(r, node, "rule");
    out->message = read_text(r, node, "message");
    if (out->rule.len == 0)
        FAULT(r, node, "together", "a rule between parameters needs a name: rule: …");
    if (severity != NULL && read_word(r, severity, severities, "severity") == 1)
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
        FAULT(r, node, "together",
              "a rule between parameters says one thing: exactly_one_of, at_least_one_of, required …");
    if (when != NULL && unless != NULL)
        FAULT(r, unless, "together", "either when or unless, not both");
    if (when != NULL || unless != NULL) {
        out->has_condition = true;
        out->unless = when == NULL;
        out->condition = read_item(r, when != NULL ? when : unless, c);
    }
}

static void read_together(struct reading *r, const struct yaml *node, struct command *c)
{
    struct together *list;

    if (node == NULL || !expect_kind(r, node, YAML_LIST, "together"))
        return;
    list = ARENA_ARRAY(r->mem, struct together, node->count + 1);
    for (size_t i = 0; i < node->count; i++)
        read_together_one(r, &node->items[i], c, &list[i]);
    c->together = list;
    c->together_count = node->count;
}

/* ---- replies ---- */

const struct reply *find_reply(struct reading *r, const struct yaml *node)
{
    struct str names[64];
    size_t     n = 0;

    if (!expect_kind(r, node, YAML_TEXT, "reply"))
        return NULL;
    for (; n < r->provider->reply_count && n < 64; n++) {
        names[n] = r->provider->replies[n].name;
        if (str_eq(names[n], node->text))
            return &r->provider->replies[n];
    }
    unknown_name(r, node, "reply", node->text, names, n);
    return NULL;
}

/* ---- the command ---- */

static const char *const command_keys[] = { "title",  "about",    "effect",   "entity", "wire",    "dangers",
                                            "clear",  "params",   "together", "reply",  "done",    "record",
                                            "route",  "captures", "repeat",   "verify", "test",    "tables",
                                            "answer", "finds",    "nothing",  "lists",  "example", NULL };

/* Each field of a request has one meaning. */
static void check_wires(struct reading *r, const struct yaml *node, const struct command *c)
{
    const struct provider *p = r->provider;

    for (size_t i = 0; i < c->param_count; i++) {
        const struct yaml *wire = yaml_get(&node->pairs[i].value, "wire");
        struct yaml        place = key_place(node, i);
        struct str         name = c->params[i].wire;

        if (wire != NULL)
            place = *wire;
        for (size_t k = 0; k < i; k++)
            if (str_eq(c->params[k].wire, name))
                FAULT(r, &place, "param-wire", "two parameters are \"%.*s\" on the wire: %.*s and %.*s", STR_ARG(name),
                      STR_ARG(c->params[k].name), STR_ARG(c->params[i].name));
        if (p->command_field.len != 0 && str_eq(p->command_field, name))
            FAULT(r, &place, "param-wire", "\"%.*s\" names the command on the wire", STR_ARG(name));
        for (size_t k = 0; k < p->credential_count; k++)
            if (p->credentials[k].wire.len != 0 && str_eq(p->credentials[k].wire, name))
                FAULT(r, &place, "param-wire", "\"%.*s\" is the credential %.*s on the wire", STR_ARG(name),
                      STR_ARG(p->credentials[k].name));
        if (c->params[i].always.ptr != NULL && yaml_get(&node->pairs[i].value, "required") != NULL)
            FAULT(r, yaml_get(&node->pairs[i].value, "required"), "param-always",
                  "what is always sent cannot be set, so it is not required");
    }
}

static void read_params(struct reading *r, const struct yaml *node, struct command *c)
{
    struct param *params;

    if (node == NULL || !expect_kind(r, node, YAML_MAP, "params"))
        return;
    params = ARENA_ARRAY(r->mem, struct param, node->count + 1);
    for (size_t i = 0; i < node->count; i++)
        read_param(r, &node->pairs[i], &params[i]);
    c->params = params;
    c->param_count = node->count;
    check_wires(r, node, c);
}

/* repeat: {safe_unless: "addon_{id}"} */
static void read_repeat(struct reading *r, const struct yaml *node, struct command *c)
{
    static const char *const keys[] = { "safe_unless", NULL };
    const struct yaml       *unless = yaml_get(node, "safe_unless");

    yaml_only_keys(node, keys, "repeat", r->source, r->faults);
    if (unless == NULL) {
        FAULT(r, node, "repeat", "repeat is safe, or {safe_unless: parameter}");
        return;
    }
    c->repeat_exception = read_item(r, unless, c);
    c->repeat_safe = c->repeat_has_exception = c->repeat_exception.param >= 0;
}

void read_command(struct reading *r, const struct yaml_pair *pair, struct command *c)
{
    static const char *const safe[] = { "safe", NULL };
    const struct yaml       *node = &pair->value, *effect = yaml_get(node, "effect"), *reply = yaml_get(node, "reply");
    const struct yaml       *repeat = yaml_get(node, "repeat"), *done = yaml_get(node, "done");
    int                      word;

    c->name = c->wire = pair->key;
    c->line = pair->line;
    c->name_param = -1;
    c->provider = r->provider;
    if (!expect_kind(r, node, YAML_MAP, "a command"))
        return;
    yaml_only_keys(node, command_keys, "a command", r->source, r->faults);
    c->title = read_text(r, node, "title");
    c->about = read_text(r, node, "about");
    c->entity = read_text(r, node, "entity");
    c->clear = read_text(r, node, "clear");
    read_routes(r, yaml_get(node, "route"), c);
    if (yaml_get(node, "wire") != NULL)
        c->wire = read_text(r, node, "wire");
    word = effect != NULL ? read_word(r, effect, effect_names, "effect") : -1;
    if (effect == NULL)
        FAULT(r, node, "command", "command %.*s needs effect: read, create, change or remove", STR_ARG(pair->key));
    c->effect = word >= 0 ? (enum effect)word : EFFECT_READ;
    c->dangers = read_dangers(r, yaml_get(node, "dangers"));
    read_params(r, yaml_get(node, "params"), c);
    find_name_param(r, node, c);
    read_together(r, yaml_get(node, "together"), c);
    if (reply != NULL)
        c->reply = find_reply(r, reply);
    else
        FAULT(r, node, "command", "command %.*s needs a reply", STR_ARG(pair->key));
    if (done != NULL)
        c->done = read_pattern(r, done, "", "");
    read_record(r, yaml_get(node, "record"), c);
    read_captures(r, yaml_get(node, "captures"), c);
    if (repeat != NULL && repeat->kind == YAML_MAP)
        read_repeat(r, repeat, c);
    else
        c->repeat_safe = repeat != NULL && read_word(r, repeat, safe, "repeat") == 0;
    read_steps(r, yaml_get(node, "tables"), c);
    c->answer = read_place_text(r, yaml_get(node, "answer"), c, answer_extras);
    c->nothing = read_place_text(r, yaml_get(node, "nothing"), c, answer_extras);
    read_finds(r, yaml_get(node, "finds"), c);
    c->example = read_pairs(r, yaml_get(node, "example"), NULL, NULL);
    for (size_t i = 0; i < c->example.count; i++) {
        struct yaml place = key_place(yaml_get(node, "example"), i);

        if (command_family(c, c->example.items[i].name, false) == NULL)
            param_named(r, &place, c, c->example.items[i].name);
    }
}

void read_commands(struct reading *r, const struct yaml *node)
{
    if (node == NULL || !expect_kind(r, node, YAML_MAP, "commands"))
        return;
    if (node->count == 0)
        FAULT(r, node, "command", "a provider without commands");
    r->commands = ARENA_ARRAY(r->mem, struct command, node->count + 1);
    for (size_t i = 0; i < node->count; i++)
        read_command(r, &node->pairs[i], &r->commands[i]);
    r->provider->commands = r->commands;
    r->provider->command_count = node->count;
}

/* ---- what names other commands ---- */

const struct command *find_command(struct reading *r, const struct yaml *node)
{
    const struct provider *p = r->provider;
    struct str             names[256];
    size_t                 n = 0;

    if (!expect_kind(r, node, YAML_TEXT, "a command's name"))
        return NULL;
    for (; n < p->command_count && n < 256; n++)
        names[n] = p->commands[n].name;
    if (provider_command(p, node->text) == NULL)
        unknown_name(r, node, "command", node->text, names, n);
    return provider_command(p, node->text);
}

/* What a read can tell: its captures; rows of csv also the columns of its report. Records that name their fields themselves
 * cannot be judged here. */
static void check_match(struct reading *r, const struct yaml *match, const struct command *read)
{
    struct str               *names = ARENA_ARRAY(r->mem, struct str, read->capture_count + ROW_COLUMNS_MAX);
    const struct reply_style *style =
        read->reply != NULL && read->reply->styles != NULL ? read->reply->styles[0] : NULL;
    bool   csv = style == &reply_csv;
    size_t n = 0;

    if (!csv && style != &reply_text)
        return;
    for (; n < read->capture_count; n++)
        names[n] = read->captures[n].name;
    for (size_t i = 0; csv && i < r->provider->report_count; i++)
        for (size_t k = 0;
             r->provider->reports[i].command == read && k < r->provider->reports[i].column_count && n < ROW_COLUMNS_MAX;
             k++)
            names[n++] = r->provider->reports[i].columns[k].field;
    for (size_t i = 0; i < match->count; i++) {
        struct yaml place = key_place(match, i);
        size_t      k = 0;

        while (k < n && !str_eq(names[k], match->pairs[i].key))
            k++;
        if (k == n)
            unknown_name(r, &place, csv ? "column or capture" : "capture", match->pairs[i].key, names, n);
    }
}

/* absence: {proof_when: {skipbasket: "on"}} */
static void read_absence(struct reading *r, const struct yaml *node, const struct command *c, struct lookup_read *out)
{
    static const char *const keys[] = { "proof_when", "proof_unless", NULL }, *const words[] = { "proof", "no_proof",
                                                                                                 "none_at_all", NULL };
    const struct yaml *when = yaml_get(node, "proof_when"), *unless = yaml_get(node, "proof_unless");

    if (node->kind != YAML_MAP) {
        int word = read_word(r, node, words, "absence");

        out->absence_is_proof = word != 1;
        out->others_are_no_proof = word == 2;
        return;
    }
    yaml_only_keys(node, keys, "absence", r->source, r->faults);
    if ((when == NULL) == (unless == NULL)) {
        FAULT(
            r, node, "absence",
            "absence is proof, no_proof, none_at_all, or {proof_when: {parameter: value}}, or {proof_unless: parameter}");
        return;
    }
    out->absence_unless = when == NULL;
    out->absence_condition = read_item(r, when != NULL ? when : unless, c);
    out->absence_has_condition = out->absence_condition.param >= 0;
}

/* captures: {id: elid}: the call's capture from the read's record. */
static void read_lookup_captures(struct reading *r, const struct yaml *node, const struct command *c,
                                 struct lookup_read *out)
{
    struct pair_value *list;

    if (node == NULL || !expect_kind(r, node, YAML_MAP, "captures"))
        return;
    list = ARENA_ARRAY(r->mem, struct pair_value, node->count + 1);
    for (size_t i = 0; i < node->count; i++) {
        struct yaml place = key_place(node, i);

        if (command_capture(c, node->pairs[i].key) == NULL)
            FAULT(r, &place, "capture", "%.*s captures no %.*s itself, so its read-back cannot", STR_ARG(c->name),
                  STR_ARG(node->pairs[i].key));
        if (expect_kind(r, &node->pairs[i].value, YAML_TEXT, "a field's name"))
            list[out->capture_count++] = (struct pair_value){ node->pairs[i].key, node->pairs[i].value.text };
    }
    out->captures = list;
}

static void read_lookup(struct reading *r, const struct yaml *node, const struct command *c, struct lookup_read *out)
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
    if (!expect_kind(r, node, YAML_MAP, "a read"))
        return;
    yaml_only_keys(node, keys, "a read", r->source, r->faults);
    if (read == NULL) {
        FAULT(r, node, "lookup", "name the reading command: read: …");
        return;
    }
    out->read = find_command(r, read);
    out->with = read_pairs(r, with, c, NULL);
    out->match = read_pairs(r, yaml_get(node, "match"), c, NULL);
    out->wants_nothing = wants != NULL && read_word(r, wants, wants_words, "wants") == 1;
    if (absence != NULL)
        read_absence(r, absence, c, out);
    read_lookup_captures(r, yaml_get(node, "captures"), c, out);
    out->there_is_refused = there != NULL && read_word(r, there, there_words, "what is there") == 0;
    if (baseline != NULL) {
        int word = read_word(r, baseline, baseline_words, "baseline");

        out->baseline = word == 0 || word == 2;
        out->baseline_when_told = word == 2;
    }
    out->full = read_bool(r, node, "full", false);
    out->settle_seconds = read_u32(r, node, "settle_seconds", 2);
    if (out->read != NULL && out->read->effect != EFFECT_READ)
        FAULT(r, read, "lookup", "%.*s is no reading command", STR_ARG(out->read->name));
    for (size_t i = 0; out->read != NULL && i < out->with.count; i++) {
        struct yaml place = key_place(with, i);

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

void link_commands(struct reading *r, const struct yaml *node)
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
            FAULT(r, test, "test", "test is a read, or none");
        c->test_send = test == NULL && (r->provider->test_send.count != 0 || has_live_only(c));
        link_finds(r, yaml_get(body, "finds"), c);
        link_lists(r, yaml_get(body, "lists"), c);
    }
}
