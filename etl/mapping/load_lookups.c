/* etl/mapping/load_lookups.c - the lookups of a mapping: written out, or read from CSV files beside it. */
#include <limits.h>
#include <stdlib.h>

#include "etl/core/system/files.h"

#include "etl/core/limits.h"
#include "etl/mapping/loader.h"

/* Short form: the keys and values themselves, {Texas: TX, Kansas: KS}. Long form: a map with `file`, or with a map `values`. */
static bool is_long_form(const struct yaml *body)
{
    const struct yaml *values = yaml_get(body, "values");

    return yaml_get(body, "file") != NULL || (values != NULL && values->kind == YAML_MAP);
}

static void add_values(struct mapping_loader *l, struct lookup *t, const struct yaml *values)
{
    for (size_t i = 0; i < values->count; i++) {
        const struct yaml_pair *pair = &values->pairs[i];
        struct value            v = VALUE_OF(pair->value.text);
        struct err              err = { 0 };

        if (pair->value.kind == YAML_NULL)
            v = (struct value){ .kind = VALUE_CLEAR };
        else if (!yaml_expect(&l->read, &pair->value, YAML_TEXT, "a lookup's value"))
            continue;
        if (str_contains(v.text, STR("{{")))
            YAML_FAULT(&l->read, &pair->value, "lookup", "a lookup's value is a plain text");
        if (lookup_add(t, pair->key, v, pair->line, l->read.mem, &err) != ETL_OK)
            YAML_FAULT(&l->read, &pair->value, err.rule, "%s", err.text);
    }
}

/* ---- files ---- */

static void keep_file(struct mapping_loader *l, const char *path, struct str name, struct str text)
{
    char resolved[PATH_MAX];

    l->c->files[l->m->file_count++] = (struct mapping_file){
        name, arena_str(l->read.mem, str_from(files_real_path(path, resolved) != NULL ? resolved : path)),
        arena_str(l->read.mem, text)
    };
}

static void read_rows(struct mapping_loader *l, struct lookup *t, struct lookup_file *file, const struct yaml *node)
{
    AUTO(buf_release) struct buf bytes;
    struct err                   err = { 0 };

    buf_init(&bytes, LOOKUP_FILE_BYTES_MAX, "a lookup file");
    file->bytes = &bytes;
    if (lookup_read(t, file, l->read.mem, &err) == ETL_OK)
        keep_file(l, file->path, node->text, buf_str(&bytes));
    else if (err.line != 0)
        YAML_FAULT(&l->read, node, err.rule, "%.*s:%llu: %s", STR_ARG(node->text), (unsigned long long)err.line,
                   err.text);
    else
        YAML_FAULT(&l->read, node, err.rule, "%.*s: %s", STR_ARG(node->text), err.text);
    file->bytes = NULL;
}

static void read_file(struct mapping_loader *l, struct lookup *t, const struct yaml *body, const struct yaml *node)
{
    struct arena      *mem = l->read.mem;
    struct lookup_file file = { .csv.has_header = true };

    file.key = yaml_read_text(&l->read, body, "key");
    file.value = yaml_read_text(&l->read, body, "value");
    read_csv_form(&l->read, body, &file.csv);
    if (file.key.len == 0 || file.value.len == 0) {
        YAML_FAULT(&l->read, node, "lookup", "a lookup file needs the names of two columns: key: code, value: sid");
        return;
    }
    if (l->folder == NULL) {
        YAML_FAULT(&l->read, node, "lookup",
                   "a stock mapping has no files beside it; save it with subferry mapping show and name that");
        return;
    }
    if (l->asked->kept_in != NULL)
        file.path = arena_cstr(mem, arena_fmt(mem, "%s/lookup-%zu.csv", l->asked->kept_in, l->m->file_count));
    else if (node->text.len != 0 && node->text.ptr[0] == '/')
        file.path = arena_cstr(mem, node->text);
    else
        file.path = arena_cstr(mem, arena_fmt(mem, "%s/%.*s", l->folder, STR_ARG(node->text)));
    read_rows(l, t, &file, node);
}

/* ---- all ---- */

static void read_long_form(struct mapping_loader *l, struct lookup *t, const struct yaml *body)
{
    const struct yaml *missing = yaml_get(body, "missing"), *file = yaml_get(body, "file"),
                      *values = yaml_get(body, "values");
    int word = missing != NULL ? yaml_read_word(&l->read, missing, mapping_missing_words, "word for missing:") : 0;

    yaml_only_keys(body, mapping_lookup_keys, "a lookup", l->read.source, l->read.faults);
    t->missing = word > 0 ? (enum lookup_missing)word : MISSING_EMPTY;
    t->secret = yaml_read_bool(&l->read, body, "secret", false);
    if (file != NULL && values != NULL)
        YAML_FAULT(&l->read, file, "lookup", "either file: or values:, not both");
    else if (file != NULL && yaml_expect(&l->read, file, YAML_TEXT, "file"))
        read_file(l, t, body, file);
    else if (values != NULL)
        add_values(l, t, values);
}

void load_lookups(struct mapping_loader *l)
{
    const struct yaml *node = yaml_get(l->root, "lookups");

    if (node == NULL || !yaml_expect(&l->read, node, YAML_MAP, "lookups"))
        return;
    if (node->count > MAPPING_LOOKUPS_MAX) {
        YAML_FAULT(&l->read, node, "lookup", "more than %d lookups", MAPPING_LOOKUPS_MAX);
        return;
    }
    l->c->lookups = ARENA_ARRAY(l->read.mem, struct lookup *, node->count + 1);
    for (size_t i = 0; i < node->count; i++) {
        struct lookup *t = l->c->lookups[i] = ARENA_NEW(l->read.mem, struct lookup);

        t->name = node->pairs[i].key;
        t->line = node->pairs[i].line;
        l->c->lookup_count = i + 1;
        if (!yaml_expect(&l->read, &node->pairs[i].value, YAML_MAP, "a lookup"))
            continue;
        if (is_long_form(&node->pairs[i].value))
            read_long_form(l, t, &node->pairs[i].value);
        else
            add_values(l, t, &node->pairs[i].value);
    }
}
