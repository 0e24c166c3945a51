/* formats/tables.c - the normalized tables, read from their definition. */
#include "formats/tables.h"

#include "etl/core/embedded.h"
#include "etl/core/notation/yaml.h"

extern const struct embedded_file table_files[];

const char *const column_type_names[] = { "text", "name",   "login",  "email", "phone", "date", "time",
                                          "bool", "status", "number", "ip",    "mac",   NULL };

struct reading {
    struct yaml_source source;
    struct arena      *mem;
    struct findings   *faults;
};
#define FAULT(r, node, rule, ...) yaml_fault((r)->faults, &(r)->source, (node)->line, (node)->column, rule, __VA_ARGS__)

static void read_column(struct reading *r, const struct yaml_pair *pair, struct table_column *out)
{
    static const char *const keys[] = { "type", "secret", "title", NULL };
    struct str               type = yaml_text(&pair->value, "type");
    int                      at = 0;

    yaml_only_keys(&pair->value, keys, "a column", &r->source, r->faults);
    while (column_type_names[at] != NULL && !str_is(type, column_type_names[at]))
        at++;
    if (column_type_names[at] == NULL)
        FAULT(r, &pair->value, "column-type", "column %.*s: there is no type \"%.*s\"", STR_ARG(pair->key),
              STR_ARG(type));
    *out = (struct table_column){ .name = pair->key,
                                  .title = yaml_text(&pair->value, "title"),
                                  .type = (enum column_type)at,
                                  .secret = str_is(yaml_text(&pair->value, "secret"), "true") };
}

static void read_key(struct reading *r, const struct yaml *node, struct table *t, struct table_column *columns)
{
    size_t *key = ARENA_ARRAY(r->mem, size_t, node->count + 1);

    for (size_t i = 0; i < node->count; i++) {
        int at = table_column_index(t, node->items[i].text);

        if (at < 0) {
            FAULT(r, &node->items[i], "column-unknown", "table %.*s has no column %.*s", STR_ARG(t->name),
                  STR_ARG(node->items[i].text));
            continue;
        }
        columns[at].is_key = true;
        key[t->key_count++] = (size_t)at;
    }
    t->key = key;
}

static void read_table(struct reading *r, const struct yaml_pair *pair, struct table *out)
{
    static const char *const keys[] = { "title", "key", "columns", NULL };
    const struct yaml       *columns = yaml_get(&pair->value, "columns"), *key = yaml_get(&pair->value, "key");
    struct table_column     *list;

    yaml_only_keys(&pair->value, keys, "a table", &r->source, r->faults);
    *out = (struct table){ .name = pair->key, .title = yaml_text(&pair->value, "title") };
    if (columns == NULL || columns->kind != YAML_MAP || key == NULL || key->kind != YAML_LIST) {
        FAULT(r, &pair->value, "table", "table %.*s needs key: [..] and columns:", STR_ARG(pair->key));
        return;
    }
    list = ARENA_ARRAY(r->mem, struct table_column, columns->count + 1);
    for (size_t i = 0; i < columns->count; i++)
        read_column(r, &columns->pairs[i], &list[i]);
    out->columns = list;
    out->column_count = columns->count;
    read_key(r, key, out, list);
}

enum etl_status tables_load(struct arena *mem, struct tables *out, struct findings *faults)
{
    struct str         text = embedded_find(table_files, STR("tables.yaml"));
    struct reading     r = { .source = { "tables.yaml", text }, .mem = mem, .faults = faults };
    size_t             before = faults->errors;
    const struct yaml *root = yaml_load(&r.source, mem, faults);
    struct table      *items;

    if (root == NULL || root->kind != YAML_MAP)
        return ETL_FAIL;
    items = ARENA_ARRAY(mem, struct table, root->count + 1);
    for (size_t i = 0; i < root->count; i++)
        if (root->pairs[i].value.kind == YAML_MAP) /* all but `tables: 1` */
            read_table(&r, &root->pairs[i], &items[out->count++]);
    out->items = items;
    return faults->errors == before ? ETL_OK : ETL_FAIL;
}

const struct table *table_named(const struct tables *t, struct str name)
{
    for (size_t i = 0; i < t->count; i++)
        if (str_eq(t->items[i].name, name))
            return &t->items[i];
    return NULL;
}

int table_column_index(const struct table *t, struct str name)
{
    for (size_t i = 0; i < t->column_count; i++)
        if (str_eq(t->columns[i].name, name))
            return (int)i;
    return -1;
}

/* ---- the reference page ---- */

void tables_describe(const struct tables *t, struct buf *out)
{
    buf_lit(
        out,
        "# Normalized tables\n\n"
        "Made from `tables.yaml`, which says what each type means; the test `unit_tables` keeps this page current.\n"
        "The key's columns stand in **bold**; columns marked *secret* are in an archive only as its `--secrets` says.\n");
    for (size_t i = 0; i < t->count; i++) {
        const struct table *table = &t->items[i];

        buf_fmt(out, "\n## %.*s\n\n%.*s\n\n| column | type | |\n|---|---|---|\n", STR_ARG(table->name),
                STR_ARG(table->title));
        for (size_t k = 0; k < table->column_count; k++) {
            const struct table_column *c = &table->columns[k];
            const char                *bold = c->is_key ? "**" : "";

            buf_fmt(out, "| %s%.*s%s | %s | %s%s%.*s |\n", bold, STR_ARG(c->name), bold, column_type_names[c->type],
                    c->secret ? "*secret*" : "", c->secret && c->title.len != 0 ? "; " : "", STR_ARG(c->title));
        }
    }
}
