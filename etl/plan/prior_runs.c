/* etl/plan/prior_runs.c - the extracts of the runs that this one is planned after. */
#include "etl/plan/prior_runs.h"

#include "etl/run/run_facts.h"

struct prior_runs {
    const struct mapping    *mapping;
    struct arena            *mem;
    struct findings         *faults;
    struct prior_runs_input *inputs[PARENT_FAR]; /* by runs_ago - 1; each by the mapping's inputs */
    size_t                   count;
};

/* Opens the file and reads all of it, so that its digest is known. */
static enum etl_status read_file(struct prior_runs *e, size_t input, const struct file_source_options *options,
                                 struct file_source **out, struct hex256 *digest, struct err *err)
{
    enum etl_status st = file_source_open(e->mapping, input, options, e->mem, out, err);

    return st == ETL_OK ? file_source_read_through(*out, digest, err) : st;
}

static enum etl_status start_file(struct file_source *file, struct prior_runs_input *in, struct err *err)
{
    enum etl_status st = file_source_start(file, err);

    if (st != ETL_OK)
        return st;
    in->file = file;
    in->columns = file_source_columns(file, &in->column_count);
    return ETL_OK;
}

static const struct run_input *input_of_run(const struct run_facts *facts, struct str name)
{
    for (size_t i = 0; i < facts->input_count; i++)
        if (str_eq(facts->inputs[i].name, name))
            return &facts->inputs[i];
    return NULL;
}

static enum etl_status open_input(struct prior_runs *e, const struct run_facts *facts, size_t input,
                                  struct prior_runs_input *in)
{
    const struct run_input    *of = input_of_run(facts, e->mapping->inputs[input].name);
    struct file_source_options options = { .has_reasons = facts->after.len != 0, .keeps_rows = true };
    struct file_source        *file = NULL;
    struct hex256              digest;
    struct err                 err = { 0 };

    if (of == NULL)
        return ETL_OK;
    options.path = arena_cstr(e->mem, of->path);
    if (str_is(of->path, "-") || read_file(e, input, &options, &file, &digest, &err) != ETL_OK) {
        findings_say(e->faults, SEVERITY_WARNING, options.path, 0, 0, "parent-gone",
                     "cannot be read again%s%s; fields of its rows are not at hand", err.text[0] != '\0' ? ": " : "",
                     err.text);
        record_source_close(file_source_records(file));
        return ETL_OK;
    }
    if (!str_is(of->digest, digest.text)) {
        findings_say(
            e->faults, SEVERITY_ERROR, options.path, 0, 0, "parent-changed",
            "was changed since it was planned, and parent fields are read from it: bring it back as it was, or plan everything anew");
    } else if (start_file(file, in, &err) == ETL_OK) {
        return ETL_OK;
    } else {
        err.file = options.path;
        findings_add(e->faults, SEVERITY_ERROR, &err, NULL);
    }
    record_source_close(file_source_records(file));
    return ETL_FAIL;
}

static bool is_parent(const struct mapping *m, size_t input)
{
    for (size_t i = 0; i < m->input_count; i++)
        if (m->inputs[i].parent == (int)input)
            return true;
    return false;
}

/* One run of the chain; *next is the one before it. */
static enum etl_status open_run(struct prior_runs *e, const char *path, const char **next)
{
    struct run_folder run;
    struct run_facts  facts;
    struct err        err = { 0 };
    enum etl_status   st = run_folder_open(path, false, e->mem, &run, &err);

    *next = NULL;
    if (st == ETL_OK) {
        st = run_facts_read(&run, e->mem, &facts, &err);
        run_folder_close(&run);
    }
    if (st != ETL_OK) {
        findings_say(e->faults, SEVERITY_WARNING, path, 0, 0, "parent-gone",
                     "cannot be read: %s; rows of its extracts are not at hand", err.text);
        return ETL_OK;
    }
    e->inputs[e->count] = ARENA_ARRAY(e->mem, struct prior_runs_input, e->mapping->input_count + 1);
    e->count++;
    for (size_t i = 0; i < e->mapping->input_count && st == ETL_OK; i++)
        if (is_parent(e->mapping, i))
            st = open_input(e, &facts, i, &e->inputs[e->count - 1][i]);
    if (facts.after.len != 0)
        *next = arena_cstr(e->mem, facts.after);
    return st;
}

enum etl_status prior_runs_open(const char *run, const struct mapping *m, struct arena *mem, struct prior_runs **out,
                                struct findings *faults)
{
    struct prior_runs *e = ARENA_NEW(mem, struct prior_runs);
    enum etl_status    st = ETL_OK;

    *e = (struct prior_runs){ .mapping = m, .mem = mem, .faults = faults };
    *out = e;
    for (const char *path = run; path != NULL && st == ETL_OK && e->count + 1 < PARENT_FAR;)
        st = open_run(e, path, &path);
    return st;
}

const struct prior_runs_input *prior_runs_input(const struct prior_runs *e, unsigned runs_ago, size_t input)
{
    if (e == NULL || runs_ago == 0 || runs_ago > e->count || e->inputs[runs_ago - 1][input].file == NULL)
        return NULL;
    return &e->inputs[runs_ago - 1][input];
}

void prior_runs_close(struct prior_runs *e)
{
    for (size_t i = 0; e != NULL && i < e->count; i++)
        for (size_t k = 0; k < e->mapping->input_count; k++) {
            record_source_close(file_source_records(e->inputs[i][k].file));
        }
}
