/* etl/mapping/mapping.c - loads a mapping file: finds it, and calls the parts of loading in their order. */
#include "etl/mapping/mapping.h"

#include <errno.h>
#include <libgen.h>
#include <limits.h>

#include "etl/core/limits.h"
#include "etl/core/notation/pattern.h"
#include "etl/core/system/atomic_file.h"
#include "etl/core/system/files.h"
#include "etl/mapping/bind_columns.h"
#include "etl/mapping/input_format.h"
#include "etl/mapping/loader.h"

enum { LARGEST_FILE = 16 << 20 };

/* ---- finding the file ---- */

static enum etl_status unknown_stock(struct str name, struct findings *faults)
{
    struct str names[128], near;
    size_t     n = 0;

    for (; n < 128 && stock_mapping_files[n].name != NULL; n++) {
        names[n] = str_from(stock_mapping_files[n].name);
        names[n].len -= strlen(".yaml");
    }
    near = str_nearest(name, names, n);
    findings_say(
        faults, SEVERITY_ERROR, NULL, 0, 0, "mapping-unknown",
        "there is no stock mapping \"%.*s\"%s%.*s%s; subferry mapping list shows them, a file is named with its path, ./%.*s.yaml",
        STR_ARG(name), near.ptr != NULL ? ", did you mean \"" : "", STR_ARG(near), near.ptr != NULL ? "\"?" : "",
        STR_ARG(name));
    return ETL_FAIL;
}

/* The copy that a run carries. */
static enum etl_status find_kept(struct mapping_loader *l, struct mapping_file *file)
{
    const char *path = arena_cstr(l->read.mem, arena_fmt(l->read.mem, "%s/mapping.yaml", l->asked->kept_in));
    struct err  err = { 0 };

    if (file_read(path, LARGEST_FILE, l->read.mem, &file->text, &err) != ETL_OK) {
        findings_add(l->read.faults, SEVERITY_ERROR, &err, NULL);
        return ETL_FAIL;
    }
    file->name = STR("mapping.yaml");
    file->path = l->m->path = arena_str(l->read.mem, l->asked->name);
    l->folder = l->asked->kept_in;
    l->c->source = (struct yaml_source){ path, file->text };
    return ETL_OK;
}

/* Reads the text; it is the first of the files that the plan's seal covers. */
static enum etl_status find_file(struct mapping_loader *l)
{
    struct arena        *mem = l->read.mem;
    struct str           name = l->asked->name;
    struct mapping_file *file = ARENA_ARRAY(mem, struct mapping_file, MAPPING_LOOKUPS_MAX + 1);
    char                *path = arena_cstr(mem, name), resolved[PATH_MAX];
    struct err           err = { 0 };

    l->m->files = l->c->files = file;
    l->m->file_count = 1;
    if (l->asked->kept_in != NULL)
        return find_kept(l, file);
    if (!is_file_path(name)) {
        struct str stock = arena_fmt(mem, "stock:%.*s.yaml", STR_ARG(name));

        *file =
            (struct mapping_file){ str_skip(stock, 6), stock, embedded_find(stock_mapping_files, str_skip(stock, 6)) };
        l->c->source = (struct yaml_source){ file->name.ptr, file->text };
        l->m->path = file->path;
        return file->text.ptr != NULL ? ETL_OK : unknown_stock(name, l->read.faults);
    }
    if (file_read(path, LARGEST_FILE, mem, &file->text, &err) != ETL_OK) {
        findings_add(l->read.faults, SEVERITY_ERROR, &err, NULL);
        return ETL_FAIL;
    }
    file->name = arena_str(mem, str_from(basename(arena_cstr(mem, name))));
    file->path = arena_str(mem, str_from(files_real_path(path, resolved) != NULL ? resolved : path));
    l->folder = dirname(arena_cstr(mem, file->path));
    l->c->source = (struct yaml_source){ path, file->text };
    l->m->path = file->path;
    return ETL_OK;
}

/* ---- loading ---- */

static void load_all(struct mapping_loader *l)
{
    load_head(l);
    load_lookups(l);
    read_lets(l);
    load_inputs(l);
    load_calls(l);
    load_allow(l);
    load_guards(l);
    load_rules(l);
    check_mapping(l);
    check_tests(l);
}

/* Faults are listed in the order of the file, whichever part found them: people mend a file from top to bottom. */
static int by_place(const void *a, const void *b)
{
    const struct finding *x = a, *y = b;

    if (x->err.line != y->err.line)
        return x->err.line < y->err.line ? -1 : 1;
    return (x->err.column > y->err.column) - (x->err.column < y->err.column);
}

enum etl_status mapping_load(const struct mapping_source *source, struct arena *run_mem, struct mapping **out,
                             struct findings *faults)
{
    size_t                before = faults->errors, first = faults->count;
    struct mapping_loader l = { .asked = source };
    struct arena         *mem = run_mem;

    l.m = ARENA_NEW(mem, struct mapping);
    l.c = ARENA_NEW(mem, struct compiled);
    l.c->mem = mem;
    l.m->compiled = l.c;
    l.read = (struct yaml_reader){ .source = &l.c->source, .mem = mem, .faults = faults };
    if (find_file(&l) != ETL_OK)
        return ETL_FAIL;
    l.root = yaml_load(&l.c->source, mem, faults);
    if (l.root != NULL && yaml_expect(&l.read, l.root, YAML_MAP, "a mapping file"))
        load_all(&l);
    if (faults->count > first && faults->count <= faults->cap)
        qsort(faults->items + first, faults->count - first, sizeof *faults->items, by_place);
    if (faults->errors != before) {
        mapping_free(l.m);
        return ETL_FAIL;
    }
    *out = l.m;
    return ETL_OK;
}

enum etl_status mapping_bind(struct mapping *m, size_t input, const struct str *columns, size_t count,
                             struct findings *faults)
{
    size_t before = faults->errors;

    if (m->inputs[input].format->columns_are_paths)
        return ETL_OK;
    bind_columns(m, input, columns, count, faults);
    return faults->errors != before ? ETL_FAIL : ETL_OK;
}

void mapping_free(struct mapping *m)
{
    if (m == NULL)
        return;
    for (size_t i = 0; i < m->compiled->pattern_count; i++)
        pattern_free(m->compiled->patterns[i]);
    m->compiled->pattern_count = 0;
    provider_free(m->provider);
    m->provider = NULL;
}
