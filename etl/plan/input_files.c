/* etl/plan/input_files.c - the files of a plan: which of them feeds which input, opened and bound to the mapping. */
#include "etl/extract/archive_input.h"
#include "etl/mapping/mapping.h"
#include "etl/plan/planning.h"

enum etl_status planning_fault(struct planning *w, enum etl_status status, const struct err *err)
{
    findings_add(w->faults, SEVERITY_ERROR, err, NULL);
    return status;
}

/* ---- which file feeds which input ---- */

/* "dialup=file.csv" is split only where the left side is a declared input; "./a=b.csv" is always a file. */
static int input_of_operand(const struct mapping *m, const char *operand, const char **path)
{
    struct str  left, whole = str_from(operand);
    const char *equal = strchr(operand, '=');
    int         input = -1;

    *path = operand;
    if (equal != NULL) {
        left = str_head(whole, (size_t)(equal - operand));
        input = mapping_input_named(m, left);
        if (input >= 0)
            *path = equal + 1;
    }
    if (input < 0 && m->input_count == 1)
        input = 0;
    return input;
}

static void assign(struct planning *w, int input, const char *path)
{
    if (w->pipeline.inputs[input].path != NULL)
        findings_say(w->faults, SEVERITY_ERROR, NULL, 0, 0, "input-twice", "input %.*s is given twice: %s and %s",
                     STR_ARG(w->mapping->inputs[input].name), w->pipeline.inputs[input].path, path);
    else
        w->pipeline.inputs[input].path = path;
}

/* An archive feeds the inputs that are named like its tables; INPUT=ARCHIVE only that one. */
static void assign_archive(struct planning *w, int only, const char *archive)
{
    const struct mapping *m = w->mapping;
    size_t                fed = 0;

    for (size_t i = 0; i < m->input_count; i++) {
        const char *path =
            only < 0 || only == (int)i ? archive_input_path(archive, m->inputs[i].name, w->mem, w->faults) : NULL;

        if (path == NULL)
            continue;
        assign(w, (int)i, path);
        fed++;
    }
    if (fed == 0)
        findings_say(w->faults, SEVERITY_ERROR, archive, 0, 0, "input-unknown",
                     "none of its tables is named like an input of the mapping; subferry archive list %s", archive);
}

enum etl_status planning_assign_files(struct planning *w)
{
    const struct mapping        *m = w->mapping;
    AUTO(buf_release) struct buf names;

    buf_init(&names, 1 << 16, "the inputs' names");
    for (size_t i = 0; i < m->input_count; i++)
        buf_fmt(&names, "%s%.*s", i != 0 ? ", " : "", STR_ARG(m->inputs[i].name));
    for (size_t i = 0; i < w->options->file_count; i++) {
        const char *path;
        int         input = input_of_operand(m, w->options->files[i], &path);

        if (archive_input_is(path))
            assign_archive(w, path != w->options->files[i] ? input : -1, path);
        else if (input < 0)
            findings_say(w->faults, SEVERITY_ERROR, NULL, 0, 0, "input-unknown",
                         "%s: say which input it feeds, INPUT=FILE; the mapping has %s", w->options->files[i],
                         buf_cstr(&names));
        else
            assign(w, input, path);
    }
    for (size_t i = 0; i < m->input_count; i++)
        if (w->pipeline.inputs[i].path == NULL && !m->inputs[i].optional && w->options->after == NULL)
            findings_say(w->faults, SEVERITY_ERROR, NULL, 0, 0, "input-missing",
                         "input %.*s has no file; give %.*s=FILE (or let the mapping say optional: true)",
                         STR_ARG(m->inputs[i].name), STR_ARG(m->inputs[i].name));
    return w->faults->errors != 0 ? ETL_FAIL : ETL_OK;
}

/* ---- opening ---- */

static bool is_parent(const struct mapping *m, size_t input)
{
    for (size_t i = 0; i < m->input_count; i++)
        if (m->inputs[i].parent == (int)input)
            return true;
    return false;
}

static enum etl_status check_age(const struct planning *w, const struct pipeline_input *in, struct err *err)
{
    const struct mapping_input *input = &w->mapping->inputs[in->index];
    uint64_t                    changed = file_source_modified(in->file), now = clock_wall_ms(w->options->clock) / 1000;

    if (input->max_age_s == 0 || changed == 0 || changed + input->max_age_s >= now)
        return ETL_OK;
    return err_set(err, ETL_GUARD, "expect-age",
                   "the file is %llu hours old, the mapping expects at most %llu (expect: max_age)",
                   (unsigned long long)((now - changed) / 3600), (unsigned long long)(input->max_age_s / 3600));
}

static enum etl_status start_input(struct planning *w, struct pipeline_input *in, struct err *err)
{
    enum etl_status st;

    err->file = record_source_name(in->source);
    st = file_source_start(in->file, err);
    return st == ETL_OK ? check_age(w, in, err) : st;
}

static enum etl_status open_input(struct planning *w, size_t i)
{
    struct pipeline_input     *in = &w->pipeline.inputs[i];
    struct file_source_options options = { .path = in->path,
                                           .keys = w->options->archive_keys,
                                           .has_reasons = w->options->after != NULL,
                                           .keeps_rows = w->mapping->uses_parent && is_parent(w->mapping, i) };
    struct err                 err = { 0 };
    const struct str          *columns;
    size_t                     column_count;
    enum etl_status            st = file_source_open(w->mapping, i, &options, w->mem, &in->file, &err);

    if (st != ETL_OK) {
        record_source_close(file_source_records(in->file));
        in->file = NULL;
        return planning_fault(w, st, &err);
    }
    in->source = file_source_records(in->file);
    st = start_input(w, in, &err);
    if (st != ETL_OK)
        return planning_fault(w, st, &err);
    columns = file_source_columns(in->file, &column_count);
    return mapping_bind(w->mapping, i, columns, column_count, w->faults);
}

enum etl_status planning_open_inputs(struct planning *w)
{
    enum etl_status worst = ETL_OK;

    for (size_t i = 0; i < w->mapping->input_count; i++) {
        enum etl_status st = ETL_OK;

        w->pipeline.inputs[i].index = i;
        if (w->pipeline.inputs[i].path != NULL)
            st = open_input(w, i);
        if (st != ETL_OK && (worst == ETL_OK || st == ETL_FAIL))
            worst = st;
    }
    return worst;
}

/* Does a record of this run ask its parent's fields? */
static bool asks_parents(const struct planning *w)
{
    for (size_t i = 0; i < w->mapping->input_count; i++)
        if (w->pipeline.inputs[i].source != NULL && w->mapping->inputs[i].parent >= 0)
            return w->mapping->uses_parent;
    return false;
}

static bool same_columns(const struct str *a, size_t a_count, const struct str *b, size_t b_count)
{
    a_count -= a_count != 0 && str_is(a[a_count - 1], REJECTS_COLUMN);
    b_count -= b_count != 0 && str_is(b[b_count - 1], REJECTS_COLUMN);
    for (size_t i = 0; i < a_count && a_count == b_count; i++)
        if (!str_eq(a[i], b[i]))
            return false;
    return a_count == b_count;
}

/* Opens the extracts of the prior runs, for parent rows. A field is found by its column, so all those extracts must have the same columns. */
enum etl_status planning_open_prior_runs(struct planning *w)
{
    enum etl_status st;

    if (w->options->after == NULL || !asks_parents(w))
        return ETL_OK;
    st = prior_runs_open(w->options->after, w->mapping, w->mem, &w->prior, w->faults);
    w->pipeline.prior = w->prior;
    for (size_t i = 0; i < w->mapping->input_count && st == ETL_OK; i++)
        for (unsigned ago = 1; ago < PARENT_FAR && st == ETL_OK; ago++) {
            const struct prior_runs_input *in = prior_runs_input(w->prior, ago, i);
            const struct mapping_input    *input = &w->mapping->inputs[i];

            if (in == NULL)
                continue;
            if (input->column_count == 0) {
                st = mapping_bind(w->mapping, i, in->columns, in->column_count, w->faults);
            } else if (!same_columns(input->columns, input->column_count, in->columns, in->column_count)) {
                findings_say(
                    w->faults, SEVERITY_ERROR, record_source_name(file_source_records(in->file)), 0, 0,
                    "parent-columns",
                    "has other columns than the file that is given now, or than a later run had: its rows' fields cannot be found");
                st = ETL_FAIL;
            }
        }
    return st;
}
