/* etl/plan/plan.c - makes a plan: opens the inputs, runs the pipeline over each, checks the guards, writes summary and seal. */
#include "etl/plan/plan.h"

#include <errno.h>
#include <limits.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "etl/core/system/log.h"
#include "etl/extract/archive_input.h"
#include "etl/mapping/mapping.h"
#include "etl/plan/pipeline.h"
#include "etl/plan/summary.h"

struct planning {
    const struct plan_options *options;
    struct arena              *mem;
    struct findings           *faults;
    struct mapping            *mapping;
    struct run_folder          run, after;
    struct seen_keys           known;
    struct plan_writer         plan, findings;
    struct pipeline            pipeline;
    struct run_facts           after_facts;
    struct prior_runs         *earlier;
};

static enum etl_status say_fault(struct planning *w, enum etl_status status, const struct err *err)
{
    findings_add(w->faults, SEVERITY_ERROR, err, NULL);
    return status;
}

/* ---- which file feeds which input ---- */

static int input_named(const struct mapping *m, struct str name)
{
    for (size_t i = 0; i < m->input_count; i++)
        if (str_eq(m->inputs[i].name, name))
            return (int)i;
    return -1;
}

/* "dialup=file.csv" is split only where the left side is a declared input; "./a=b.csv" is always a file. */
static int input_of_operand(const struct mapping *m, const char *operand, const char **path)
{
    struct str  left, whole = str_from(operand);
    const char *equal = strchr(operand, '=');
    int         input = -1;

    *path = operand;
    if (equal != NULL) {
        left = str_head(whole, (size_t)(equal - operand));
        input = input_named(m, left);
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

static enum etl_status assign_files(struct planning *w)
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
    uint64_t                    changed = file_source_modified(in->file), now = (uint64_t)time(NULL);

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
        return say_fault(w, st, &err);
    }
    in->source = file_source_records(in->file);
    st = start_input(w, in, &err);
    if (st != ETL_OK)
        return say_fault(w, st, &err);
    columns = file_source_columns(in->file, &column_count);
    return mapping_bind(w->mapping, i, columns, column_count, w->faults);
}

static enum etl_status open_inputs(struct planning *w)
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

/* Parent rows of the runs before: fields are found by their place, so all those extracts have the same columns. */
static enum etl_status open_earlier(struct planning *w)
{
    enum etl_status st;

    if (w->options->after == NULL || !asks_parents(w))
        return ETL_OK;
    st = prior_runs_open(w->options->after, w->mapping, w->mem, &w->earlier, w->faults);
    w->pipeline.earlier = w->earlier;
    for (size_t i = 0; i < w->mapping->input_count && st == ETL_OK; i++)
        for (unsigned ago = 1; ago < PARENT_FAR && st == ETL_OK; ago++) {
            const struct prior_runs_input *in = prior_runs_input(w->earlier, ago, i);
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

/* ---- running ---- */

/* Inputs whose rows a lane are counted are read twice; the digest is taken the second time. */
static enum etl_status count_rows(struct planning *w)
{
    for (size_t i = 0; i < w->mapping->input_count; i++) {
        struct pipeline_input *in = &w->pipeline.inputs[i];
        struct err             err = { 0 };
        enum etl_status        st;

        if (in->source == NULL || !w->mapping->counts[i])
            continue;
        st = pipeline_count(&w->pipeline, i, &err);
        if (st == ETL_OK)
            st = record_source_rewind(in->source, &err);
        if (st != ETL_OK) {
            err.file = record_source_name(in->source);
            return say_fault(w, st, &err);
        }
    }
    return ETL_OK;
}

static enum etl_status run_inputs(struct planning *w)
{
    struct plan_counts *once = &w->pipeline.inputs[w->mapping->input_count].counts;
    struct err          err = { 0 };
    enum etl_status     st = pipeline_once(&w->pipeline, false, once, &err);

    for (size_t i = 0; i < w->mapping->input_count && st == ETL_OK; i++) {
        struct pipeline_input *in = &w->pipeline.inputs[i];

        if (in->source == NULL)
            continue;
        detail("%.*s from %s", STR_ARG(w->mapping->inputs[i].name), in->path);
        in->rejects = rejects_new(run_folder_file(&w->run, "rejects", w->mem), w->mapping, i,
                                  file_source_form(in->file), w->options->key);
        st = pipeline_run(&w->pipeline, i, &err);
        if (st != ETL_OK && err.file == NULL)
            err.file = record_source_name(in->source);
        if (st == ETL_OK)
            st = rejects_commit(in->rejects, &err);
        if (st == ETL_OK && in->counts.read != 0 && w->options->after == NULL)
            file_source_warn_unseen(in->file, w->faults);
        in->digest = file_source_digest(in->file);
        in->bytes = file_source_bytes(in->file);
    }
    if (st == ETL_OK)
        st = pipeline_once(&w->pipeline, true, once, &err);
    progress_end();
    return st == ETL_OK ? ETL_OK : say_fault(w, st, &err);
}

static void add_counts(struct plan_counts *sum, const struct plan_counts *more)
{
    sum->read += more->read;
    sum->planned += more->planned;
    sum->rejected += more->rejected;
    sum->without_calls += more->without_calls;
    sum->empty_lines += more->empty_lines;
    sum->warnings += more->warnings;
    sum->errors += more->errors;
    sum->calls += more->calls;
    sum->lanes += more->lanes;
    sum->damaged += more->damaged;
    for (size_t d = 0; d < 4; d++)
        sum->dangers[d] += more->dangers[d];
}

/* ---- guards ---- */

static void check_rejects(struct planning *w, const struct plan_counts *sum, struct threshold guard, const char *whose)
{
    uint64_t allowed = threshold_allows(guard, sum->read);

    if (sum->rejected > allowed)
        findings_say(
            w->faults, SEVERITY_ERROR, NULL, 0, 0, "guard-rejects",
            "%llu of %llu records were rejected, %s allows %llu; see %s/rejects and findings.jsonl, then mend the extract, the mapping or the guard",
            (unsigned long long)sum->rejected, (unsigned long long)sum->read, whose, (unsigned long long)allowed,
            w->run.path);
}

static enum etl_status check_guards(struct planning *w, const struct plan_counts *sum)
{
    const struct mapping *m = w->mapping;
    size_t                before = w->faults->errors;

    /* It speaks of a whole extract; of those that are mended many are rejected again. */
    if (m->has_rejects_guard && w->options->after == NULL)
        check_rejects(w, sum, m->rejects_guard, "the mapping's guard");
    if (w->options->max_rejects != NULL)
        check_rejects(w, sum, *w->options->max_rejects, "--max-rejects");
    for (size_t i = 0; i < m->input_count; i++) {
        const struct mapping_input *in = &m->inputs[i];
        uint64_t                    rows = w->pipeline.inputs[i].counts.read;

        if (w->pipeline.inputs[i].source != NULL && w->options->after == NULL &&
            (rows < in->rows_min || rows > in->rows_max))
            findings_say(w->faults, SEVERITY_ERROR, record_source_name(w->pipeline.inputs[i].source), 0, 0,
                         "expect-rows",
                         "%llu records, the mapping expects %llu..%llu (expect: rows); is the extract whole?",
                         (unsigned long long)rows, (unsigned long long)in->rows_min, (unsigned long long)in->rows_max);
    }
    return w->faults->errors != before ? ETL_GUARD : ETL_OK;
}

/* ---- the whole ---- */

static enum etl_status open_after(struct planning *w)
{
    struct err      err = { 0 };
    enum etl_status st;

    if (w->options->after == NULL)
        return ETL_OK;
    st = run_folder_open(w->options->after, false, w->mem, &w->after, &err);
    if (st == ETL_OK)
        st = run_folder_check(&w->after, w->options->key, w->mem, &w->after_facts, &err);
    if (st == ETL_OK)
        st = seen_keys_load(&w->known, run_folder_file(&w->after, "known.bin", w->mem), &err);
    return st == ETL_OK ? ETL_OK : say_fault(w, st, &err);
}

static void name_calls(struct planning *w)
{
    const struct mapping *m = w->mapping;
    struct str           *names = ARENA_ARRAY(w->mem, struct str, m->call_count + 1);

    for (size_t i = 0; i < m->call_count; i++) {
        size_t k = 0;

        while (k < w->pipeline.call_name_count && !str_eq(names[k], m->calls[i].as))
            k++;
        if (k == w->pipeline.call_name_count)
            names[w->pipeline.call_name_count++] = m->calls[i].as;
    }
    w->pipeline.call_names = names;
    w->pipeline.command_calls = ARENA_ARRAY(w->mem, uint64_t, m->call_count + 1);
}

/* Everything under the run folder, plan.jsonl last: a folder without one holds no plan. */
static enum etl_status finish(struct planning *w, const struct plan_counts *sum, enum etl_status guarded,
                              double seconds, struct buf *summary)
{
    struct summary  s = { .options = w->options, .pipeline = &w->pipeline, .counts = sum, .seconds = seconds };
    struct err      err = { 0 };
    enum etl_status st = plan_writer_commit(&w->findings, &s.findings_digest, &err);

    if (st == ETL_OK && guarded != ETL_OK)
        return guarded;
    s.plan_digest = sha256_end(w->plan.digest);
    if (st == ETL_OK)
        st = seen_keys_save(&w->known, run_folder_file(&w->run, "known.bin", w->mem), &err);
    if (st == ETL_OK)
        st = summary_write(&s, &w->run, w->mem, summary, &err);
    if (st == ETL_OK)
        st = atomic_file_commit(&w->plan.file, &err);
    return st == ETL_OK ? ETL_OK : say_fault(w, st, &err);
}

static enum etl_status make(struct planning *w, struct plan_counts *counts, struct buf *summary)
{
    struct timespec begin, end;
    struct err      err = { 0 };
    enum etl_status st, guarded;

    clock_gettime(CLOCK_MONOTONIC, &begin);
    st = open_after(w);
    if (st == ETL_OK)
        st = run_folder_create(w->options->run, w->options->replace, w->mem, &w->run, &err);
    if (st == ETL_OK)
        st = plan_writer_open(&w->plan, &w->run, "plan.jsonl", &err);
    if (st == ETL_OK)
        st = plan_writer_open(&w->findings, &w->run, "findings.jsonl", &err);
    if (st != ETL_OK)
        return err.text[0] != '\0' ? say_fault(w, st, &err) : st;
    st = open_inputs(w);
    if (st == ETL_OK)
        st = open_earlier(w);
    if (st != ETL_OK)
        return st;
    st = count_rows(w);
    if (st == ETL_OK)
        st = run_inputs(w);
    for (size_t i = 0; i <= w->mapping->input_count; i++)
        add_counts(counts, &w->pipeline.inputs[i].counts);
    if (st != ETL_OK) {
        struct hex256 unused;

        plan_writer_commit(&w->findings, &unused, NULL); /* what was found until then helps to mend it */
        return st;
    }
    if (counts->read != counts->planned + counts->rejected + counts->without_calls)
        findings_say(
            w->faults, SEVERITY_ERROR, NULL, 0, 0, "books",
            "the books do not balance: %llu records read, %llu planned, %llu rejected, %llu without calls; this is an error of subferry, please report it",
            (unsigned long long)counts->read, (unsigned long long)counts->planned, (unsigned long long)counts->rejected,
            (unsigned long long)counts->without_calls);
    guarded = check_guards(w, counts);
    clock_gettime(CLOCK_MONOTONIC, &end);
    st = finish(w, counts, guarded, (double)(end.tv_sec - begin.tv_sec) + (double)(end.tv_nsec - begin.tv_nsec) / 1e9,
                summary);
    if (st != ETL_OK)
        return st;
    return counts->rejected != 0 ? ETL_REJECT : ETL_OK;
}

static void clean_up(struct planning *w)
{
    for (size_t i = 0; w->pipeline.inputs != NULL && i <= w->mapping->input_count; i++) {
        struct pipeline_input *in = &w->pipeline.inputs[i];

        record_source_close(in->source);
        rejects_free(in->rejects);
    }
    plan_writer_drop(&w->plan);
    plan_writer_drop(&w->findings);
    seen_keys_release(&w->known);
    prior_runs_close(w->earlier);
    run_folder_close(&w->run);
    run_folder_close(&w->after);
    provider_free(w->after_facts.description);
}

static void tell_eases(const struct mapping *m)
{
    static const char *const words[] = { "an error", "a warning", "a remark" };

    for (size_t i = 0; i < m->ease_count; i++)
        say("rule %.*s counts as %s: the mapping says so", STR_ARG(m->eases[i].rule), words[m->eases[i].severity]);
}

enum etl_status plan_make(const struct plan_options *options, struct arena *mem, struct plan_counts *counts,
                          struct buf *summary, struct findings *faults)
{
    struct planning       w = { .options = options, .mem = mem, .faults = faults };
    struct mapping_source source = { str_from(options->mapping), options->set, options->set_count };
    enum etl_status       st;

    w.run.dir_fd = w.run.lock_fd = w.after.dir_fd = w.after.lock_fd = -1;
    w.plan.file.fd = w.findings.file.fd = -1;
    *counts = (struct plan_counts){ 0 };
    st = mapping_load(&source, mem, &w.mapping, faults);
    if (st != ETL_OK)
        return st;
    tell_eases(w.mapping);
    seen_keys_init(&w.known, options->key);
    w.pipeline = (struct pipeline){ .mapping = w.mapping,
                                    .key = options->key,
                                    .today = str_from(options->today),
                                    .threads = options->threads,
                                    .known = &w.known,
                                    .plan = &w.plan,
                                    .findings = &w.findings };
    w.pipeline.inputs = ARENA_ARRAY(mem, struct pipeline_input, w.mapping->input_count + 1);
    name_calls(&w);
    st = assign_files(&w);
    if (st == ETL_OK)
        st = make(&w, counts, summary);
    clean_up(&w);
    mapping_free(w.mapping);
    return st;
}
