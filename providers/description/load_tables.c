/* providers/description/load_tables.c - of a command: what it does to the normalized tables, and what the sandbox answers from them. */
#include "providers/description/load_tables.h"

#include "providers/description/find_named.h"
#include "providers/description/load_together.h"
#include "providers/description/place_reader.h"

const char *const answer_extras[] = { "row.", "new_id", "count", "reason", "token", NULL };

static void read_condition(struct description_reader *r, const struct yaml *node, const struct command *c, bool *has,
                           bool *unless, struct together_item *out)
{
    const struct yaml *when = yaml_get(node, "when"), *not_when = yaml_get(node, "unless");

    if (when == NULL && not_when == NULL)
        return;
    *has = true;
    if (unless != NULL)
        *unless = when == NULL;
    *out = read_item(r, when != NULL ? when : not_when, c);
}

/* each: "{columnid}": the step is done for each given member of that family; {member} and {value} are its key and its value. */
static int read_family_name(struct description_reader *r, const struct yaml *node, const struct command *c)
{
    int at = node->kind == YAML_TEXT ? command_param_index(c, node->text) : -1;

    if (at < 0 || !c->params[at].is_family) {
        YAML_FAULT(&r->yaml, node, "step", "each names a family of parameters");
        return -1;
    }
    return at;
}

static void read_step(struct description_reader *r, const struct yaml *node, const struct command *c,
                      struct table_step *out)
{
    static const char *const keys[] = { "make",   "change", "remove", "key",       "set",
                                        "within", "when",   "unless", "duplicate", "missing",
                                        "forbid", "serial", "unique", "each",      NULL };
    static const char *const kinds[] = { "make", "change", "remove", "forbid" };
    static const char *const allowed[] = { "allowed", NULL }, *const made[] = { "new_id", "member", "value", NULL };
    const struct yaml *within = yaml_get(node, "within"), *duplicate = yaml_get(node, "duplicate"),
                      *missing = yaml_get(node, "missing");
    const struct yaml *each = yaml_get(node, "each");
    size_t             found = 0;

    if (!yaml_expect(&r->yaml, node, YAML_MAP, "a step"))
        return;
    yaml_only_keys(node, keys, "a step", r->yaml.source, r->yaml.faults);
    for (unsigned i = 0; i < 4; i++)
        if (yaml_get(node, kinds[i]) != NULL) {
            found++;
            out->kind = (enum step_kind)i;
            out->table = yaml_read_text(&r->yaml, node, kinds[i]);
        }
    if (found != 1)
        YAML_FAULT(&r->yaml, node, "step", "a step is one of make, change, remove, forbid");
    if (yaml_get(node, "key") == NULL)
        YAML_FAULT(&r->yaml, node, "step", "a step needs key: {column: …}: which row it means");
    out->key = read_pairs(r, yaml_get(node, "key"), c, made);
    out->set = read_pairs(r, yaml_get(node, "set"), c, made);
    if (within != NULL && yaml_expect(&r->yaml, within, YAML_MAP, "within") && within->count != 1) {
        YAML_FAULT(&r->yaml, within, "step", "within names one table: {table: {column: …}}");
    } else if (within != NULL && within->kind == YAML_MAP) {
        out->within_table = within->pairs[0].key;
        out->within = read_pairs(r, &within->pairs[0].value, c, NULL);
    }
    read_condition(r, node, c, &out->has_condition, &out->unless, &out->condition);
    out->serial = yaml_read_texts(&r->yaml, yaml_get(node, "serial"), &out->serial_count);
    out->unique = yaml_read_texts(&r->yaml, yaml_get(node, "unique"), &out->unique_count);
    out->each = each != NULL ? read_family_name(r, each, c) : -1;
    out->duplicate_allowed = duplicate != NULL && yaml_read_word(&r->yaml, duplicate, allowed, "duplicate") == 0;
    out->missing_allowed = missing != NULL && yaml_read_word(&r->yaml, missing, allowed, "missing") == 0;
}

void read_steps(struct description_reader *r, const struct yaml *node, struct command *c)
{
    struct table_step *list, *forbids;

    if (node == NULL || !yaml_expect(&r->yaml, node, YAML_LIST, "tables"))
        return;
    list = ARENA_ARRAY(r->yaml.mem, struct table_step, node->count + 1);
    c->steps = list;
    c->forbids = forbids = ARENA_ARRAY(r->yaml.mem, struct table_step, node->count + 1);
    for (size_t i = 0; i < node->count; i++) {
        struct table_step *step =
            yaml_get(&node->items[i], "forbid") != NULL ? &forbids[c->forbid_count++] : &list[c->step_count++];

        read_step(r, &node->items[i], c, step);
    }
}

void read_finds(struct description_reader *r, const struct yaml *node, struct command *c)
{
    static const char *const keys[] = { "in", "where", "when", "answer", "report", NULL };
    struct find             *list;

    if (node == NULL || !yaml_expect(&r->yaml, node, YAML_LIST, "finds"))
        return;
    list = ARENA_ARRAY(r->yaml.mem, struct find, node->count + 1);
    for (size_t i = 0; i < node->count; i++) {
        const struct yaml *item = &node->items[i];

        if (!yaml_expect(&r->yaml, item, YAML_MAP, "a find"))
            continue;
        yaml_only_keys(item, keys, "a find", r->yaml.source, r->yaml.faults);
        if (yaml_get(item, "in") == NULL || (yaml_get(item, "answer") == NULL) == (yaml_get(item, "report") == NULL))
            YAML_FAULT(&r->yaml, item, "find", "a find needs in: the table, and answer: or report:");
        list[i].table = yaml_read_text(&r->yaml, item, "in");
        list[i].where = read_pairs(r, yaml_get(item, "where"), c, NULL);
        list[i].answer = read_place_text(r, yaml_get(item, "answer"), c, answer_extras);
        read_condition(r, item, c, &list[i].has_condition, NULL, &list[i].condition);
    }
    c->finds = list;
    c->find_count = node->count;
}

/* Reports are read after the commands, so a find's report is looked up only now. */
void link_finds(struct description_reader *r, const struct yaml *node, struct command *c)
{
    struct find *list = ARENA_ARRAY(r->yaml.mem, struct find, c->find_count + 1);

    for (size_t i = 0; i < c->find_count; i++) {
        const struct yaml *report = yaml_get(&node->items[i], "report");

        list[i] = c->finds[i];
        if (report != NULL && yaml_expect(&r->yaml, report, YAML_TEXT, "report"))
            list[i].report = find_report(r, report);
    }
    c->finds = list;
}

/* any_case: true, or {unless: {case_sensitive: "1"}} */
static void read_any_case(struct description_reader *r, const struct yaml *node, const struct command *c,
                          struct listed *out)
{
    static const char *const keys[] = { "when", "unless", NULL };

    if (node == NULL)
        return;
    out->any_case = true;
    if (node->kind != YAML_MAP) {
        if (!str_is(node->text, "true"))
            YAML_FAULT(&r->yaml, node, "lists", "any_case is true, or {unless: {parameter: value}}");
        return;
    }
    yaml_only_keys(node, keys, "any_case", r->yaml.source, r->yaml.faults);
    read_condition(r, node, c, &out->has_condition, &out->unless, &out->condition);
}

static int page_param(struct description_reader *r, const struct yaml *node, const char *key, const struct command *c)
{
    struct str name = yaml_read_text(&r->yaml, node, key);

    if (name.ptr == NULL || command_param_index(c, name) >= 0)
        return name.ptr != NULL ? command_param_index(c, name) : -1;
    YAML_FAULT(&r->yaml, yaml_get(node, key), "name-unknown", "%.*s has no parameter \"%.*s\"", STR_ARG(c->name),
               STR_ARG(name));
    return -1;
}

void link_lists(struct description_reader *r, const struct yaml *node, struct command *c)
{
    static const char *const keys[] = { "in", "where", "report", "any_case", "pages", NULL }, *const page_keys[] = {
        "size", "rows", "offset", NULL
    };
    const struct yaml *report = yaml_get(node, "report"), *pages = yaml_get(node, "pages");

    c->listed.size = c->listed.offset = -1;
    if (node == NULL || !yaml_expect(&r->yaml, node, YAML_MAP, "lists"))
        return;
    yaml_only_keys(node, keys, "lists", r->yaml.source, r->yaml.faults);
    c->lists_table = yaml_read_text(&r->yaml, node, "in");
    c->lists_where = read_pairs(r, yaml_get(node, "where"), c, NULL);
    if (report == NULL || yaml_get(node, "in") == NULL)
        YAML_FAULT(&r->yaml, node, "lists", "lists needs in: a table, and report: how its rows are written");
    if (report != NULL && yaml_expect(&r->yaml, report, YAML_TEXT, "report"))
        c->lists = find_report(r, report);
    read_any_case(r, yaml_get(node, "any_case"), c, &c->listed);
    if (pages == NULL || !yaml_expect(&r->yaml, pages, YAML_MAP, "pages"))
        return;
    yaml_only_keys(pages, page_keys, "pages", r->yaml.source, r->yaml.faults);
    c->listed.size = page_param(r, pages, "size", c);
    c->listed.offset = page_param(r, pages, "offset", c);
    c->listed.rows = yaml_read_u32(&r->yaml, pages, "rows", 0);
}
