/* providers/description/load_reports.c - reports of a description: what is asked, how often, and which table's rows the answers are. */
#include "providers/description/load_reports.h"

#include "providers/description/find_named.h"
#include "providers/description/place_reader.h"
#include "providers/model/family.h"

/* Columns of a row, which only the pull can check since it knows the tables; the month of the request, and the month before. */
static const char *const ANY_PLACE[] = { "row.", "asked.month", "asked.last_month", NULL };

static const struct report_value *read_values(struct description_reader *r, const struct yaml *node, size_t *count)
{
    struct report_value *out;
    size_t               n = 0, total = 0;

    *count = 0;
    if (node == NULL || !yaml_expect(&r->yaml, node, YAML_MAP, "values"))
        return NULL;
    for (size_t i = 0; i < node->count; i++)
        total += node->pairs[i].value.count;
    out = ARENA_ARRAY(r->yaml.mem, struct report_value, total + 1);
    for (size_t i = 0; i < node->count; i++) {
        const struct yaml *words = &node->pairs[i].value;

        if (!yaml_expect(&r->yaml, words, YAML_MAP, "the values of a column"))
            continue;
        for (size_t k = 0; k < words->count; k++)
            if (yaml_expect(&r->yaml, &words->pairs[k].value, YAML_TEXT, "a value"))
                out[n++] = (struct report_value){ node->pairs[i].key, words->pairs[k].key, words->pairs[k].value.text };
    }
    *count = n;
    return out;
}

static void check_values(struct description_reader *r, const struct yaml *node, const struct report *report)
{
    struct str *names = ARENA_ARRAY(r->yaml.mem, struct str, report->column_count + 1);

    for (size_t i = 0; i < report->column_count; i++)
        names[i] = report->columns[i].column;
    for (size_t i = 0; node != NULL && node->kind == YAML_MAP && i < node->count; i++) {
        struct yaml place = yaml_key_place(node, i);
        size_t      k = 0;

        while (k < report->column_count && !str_eq(names[k], node->pairs[i].key))
            k++;
        if (k == report->column_count)
            yaml_unknown_name(&r->yaml, &place, "column", node->pairs[i].key, names, report->column_count);
    }
}

static void read_columns(struct description_reader *r, const struct yaml *node, struct report *out)
{
    struct report_column *list;

    if (node == NULL || !yaml_expect(&r->yaml, node, YAML_MAP, "columns"))
        return;
    list = ARENA_ARRAY(r->yaml.mem, struct report_column, node->count + 1);
    for (size_t i = 0; i < node->count; i++)
        if (yaml_expect(&r->yaml, &node->pairs[i].value, YAML_TEXT, "a column"))
            list[out->column_count++] = (struct report_column){ node->pairs[i].key, node->pairs[i].value.text };
    out->columns = list;
}

/* The name of a parameter, from a part of the report. */
static struct str read_param_name(struct description_reader *r, const struct yaml *node, const char *key,
                                  const struct command *c)
{
    const struct yaml *name = yaml_get(node, key);

    if (name == NULL || !yaml_expect(&r->yaml, name, YAML_TEXT, "a parameter's name"))
        return STR_NONE;
    if (c != NULL && command_param(c, name->text) == NULL)
        YAML_FAULT(&r->yaml, name, "name-unknown", "%.*s has no parameter \"%.*s\"", STR_ARG(c->name),
                   STR_ARG(name->text));
    return name->text;
}

static void check_with(struct description_reader *r, const struct yaml *node, const struct command *c)
{
    for (size_t i = 0; node != NULL && c != NULL && node->kind == YAML_MAP && i < node->count; i++)
        if (command_param(c, node->pairs[i].key) == NULL && command_family(c, node->pairs[i].key, false) == NULL) {
            struct yaml place = yaml_key_place(node, i);

            YAML_FAULT(&r->yaml, &place, "name-unknown", "%.*s has no parameter \"%.*s\"", STR_ARG(c->name),
                       STR_ARG(node->pairs[i].key));
        }
}

static void read_each(struct description_reader *r, const struct yaml *node, struct report *out)
{
    static const char *const keys[] = { "row_of", "with", NULL };

    if (node == NULL || !yaml_expect(&r->yaml, node, YAML_MAP, "each"))
        return;
    yaml_only_keys(node, keys, "each", r->yaml.source, r->yaml.faults);
    if (yaml_get(node, "row_of") != NULL)
        out->each.tables = yaml_read_texts(&r->yaml, yaml_get(node, "row_of"), &out->each.table_count);
    if (out->each.table_count == 0 || yaml_get(node, "with") == NULL)
        YAML_FAULT(&r->yaml, node, "report", "each needs row_of: TABLE and with: {parameter: \"{row.column}\"}");
    out->each.with = read_pairs(r, yaml_get(node, "with"), NULL, ANY_PLACE);
    check_with(r, yaml_get(node, "with"), out->command);
}

static void read_ask(struct description_reader *r, const struct yaml *node, struct report *out)
{
    if (node == NULL || !yaml_expect(&r->yaml, node, YAML_MAP, "ask"))
        return;
    check_with(r, node, out->command);
    if (node->count != 1) {
        YAML_FAULT(&r->yaml, node, "report",
                   "ask names one parameter and the values it is asked with: ask: {question: [...]}");
        return;
    }
    out->ask.param = node->pairs[0].key;
    out->ask.values = yaml_read_texts(&r->yaml, &node->pairs[0].value, &out->ask.count);
}

static void read_window(struct description_reader *r, const struct yaml *node, struct report *out)
{
    static const char *const keys[] = { "from", "to", "days", "form", NULL };

    if (node == NULL || !yaml_expect(&r->yaml, node, YAML_MAP, "window"))
        return;
    yaml_only_keys(node, keys, "window", r->yaml.source, r->yaml.faults);
    out->window.from = read_param_name(r, node, "from", out->command);
    out->window.to = read_param_name(r, node, "to", out->command);
    out->window.days = yaml_read_u32(&r->yaml, node, "days", 31);
    out->window.form = yaml_get(node, "form") != NULL ? yaml_read_text(&r->yaml, node, "form") : STR("YYYY-MM-DD");
    if (out->window.from.ptr == NULL || out->window.to.ptr == NULL || out->window.days == 0)
        YAML_FAULT(&r->yaml, node, "report",
                   "window needs from: and to:, the parameters, and days: how many at a time");
}

static void read_pages(struct description_reader *r, const struct yaml *node, struct report *out)
{
    static const char *const keys[] = { "size", "rows", "offset", "counts", NULL };
    static const char *const counts[] = { "rows", "pages", NULL };

    if (node == NULL || !yaml_expect(&r->yaml, node, YAML_MAP, "pages"))
        return;
    yaml_only_keys(node, keys, "pages", r->yaml.source, r->yaml.faults);
    out->pages.size = read_param_name(r, node, "size", out->command);
    out->pages.offset = read_param_name(r, node, "offset", out->command);
    out->pages.rows = yaml_read_u32(&r->yaml, node, "rows", 100);
    out->pages.by_page = yaml_get(node, "counts") != NULL &&
                         yaml_read_word(&r->yaml, yaml_get(node, "counts"), counts, "what offset counts") == 1;
    if (out->pages.offset.ptr == NULL || out->pages.rows == 0)
        YAML_FAULT(&r->yaml, node, "report", "pages needs offset:, the parameter, and rows: how many a page has");
}

static void read_body(struct description_reader *r, const struct yaml *node, struct report *out)
{
    static const char *const keys[] = { "column", "by", NULL }, *const by[] = { "line", "whole", NULL };

    if (node == NULL || !yaml_expect(&r->yaml, node, YAML_MAP, "body"))
        return;
    yaml_only_keys(node, keys, "body", r->yaml.source, r->yaml.faults);
    out->body_column = yaml_read_text(&r->yaml, node, "column");
    out->body = yaml_get(node, "by") != NULL &&
                        yaml_read_word(&r->yaml, yaml_get(node, "by"), by, "how a body becomes rows") == 1
                    ? REPORT_WHOLE
                    : REPORT_LINES;
}

static void read_report(struct description_reader *r, const struct yaml_pair *pair, struct report *out)
{
    static const char *const keys[] = { "command", "table", "record", "columns", "values", "with", "each", "ask",
                                        "window",  "pages", "set",    "dates",   "secret", "body", NULL };
    const struct yaml       *node = &pair->value, *command = yaml_get(node, "command");

    out->name = pair->key;
    if (!yaml_expect(&r->yaml, node, YAML_MAP, "a report"))
        return;
    yaml_only_keys(node, keys, "a report", r->yaml.source, r->yaml.faults);
    out->table = yaml_read_text(&r->yaml, node, "table");
    out->record = yaml_read_text(&r->yaml, node, "record");
    if (command == NULL || yaml_get(node, "table") == NULL ||
        (yaml_get(node, "columns") == NULL && yaml_get(node, "body") == NULL))
        YAML_FAULT(&r->yaml, node, "report", "report %.*s needs command, table and columns (or body)",
                   STR_ARG(pair->key));
    if (command != NULL)
        out->command = find_command(r, command);
    if (command != NULL && out->command != NULL && out->command->effect != EFFECT_READ)
        YAML_FAULT(&r->yaml, command, "report", "%.*s is no reading command", STR_ARG(out->command->name));
    read_columns(r, yaml_get(node, "columns"), out);
    out->with = read_pairs(r, yaml_get(node, "with"), NULL, NULL);
    check_with(r, yaml_get(node, "with"), out->command);
    read_each(r, yaml_get(node, "each"), out);
    read_ask(r, yaml_get(node, "ask"), out);
    read_window(r, yaml_get(node, "window"), out);
    read_pages(r, yaml_get(node, "pages"), out);
    read_body(r, yaml_get(node, "body"), out);
    out->set = read_pairs(r, yaml_get(node, "set"), out->command, ANY_PLACE);
    out->dates = read_pairs(r, yaml_get(node, "dates"), NULL, NULL);
    out->secrets = yaml_get(node, "secret") != NULL
                       ? yaml_read_texts(&r->yaml, yaml_get(node, "secret"), &out->secret_count)
                       : NULL;
    out->values = read_values(r, yaml_get(node, "values"), &out->value_count);
    check_values(r, yaml_get(node, "values"), out);
}

void read_reports(struct description_reader *r, const struct yaml *node)
{
    struct report *reports;

    if (node == NULL || !yaml_expect(&r->yaml, node, YAML_MAP, "reports"))
        return;
    reports = ARENA_ARRAY(r->yaml.mem, struct report, node->count + 1);
    for (size_t i = 0; i < node->count; i++)
        read_report(r, &node->pairs[i], &reports[i]);
    r->provider->reports = reports;
    r->provider->report_count = node->count;
}
