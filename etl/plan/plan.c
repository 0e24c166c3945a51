/* etl/plan/plan.c - makes a plan: runs the pipeline over each input, checks the guards, writes summary and seal. */
#include "etl/plan/plan.h"

#include <limits.h>

#include "etl/core/system/files.h"
#include "etl/core/system/log.h"
#include "etl/mapping/mapping.h"
#include "etl/plan/guards.h"
#include "etl/plan/hold.h"
#include "etl/plan/last_time.h"
#include "etl/plan/pipeline.h"
#include "etl/plan/plan_encoder.h"
#include "etl/plan/planning.h"
#include "etl/plan/summary.h"

/* ---- running ---- */

/* Inputs whose rows are counted per lane are read twice; the digest is taken the second time. */
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
            return planning_fault(w, st, &err);
        }
    }
    return ETL_OK;
}

static void open_rejects(struct planning *w, struct pipeline_input *in)
{
    const struct csv_form *form = file_source_form(in->file);

    rejects_free(in->rejects);
    rejects_free(in->held);
    in->rejects =
        rejects_new(run_folder_file(&w->run, "rejects", w->mem), w->mapping, in->index, form, w->options->key);
    in->held = rejects_new(run_folder_file(&w->run, "held", w->mem), w->mapping, in->index, form, w->options->key);
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
        open_rejects(w, in);
        st = pipeline_run(&w->pipeline, i, &err);
        if (st != ETL_OK && err.file == NULL)
            err.file = record_source_name(in->source);
        if (st == ETL_OK)
            st = rejects_commit(in->rejects, &err);
        if (st == ETL_OK)
            st = rejects_commit(in->held, &err);
        if (st == ETL_OK && in->counts.read != 0 && w->options->after == NULL && !w->is_again)
            file_source_warn_unseen(in->file, w->faults);
        in->digest = file_source_digest(in->file);
        in->bytes = file_source_bytes(in->file);
    }
    if (st == ETL_OK)
        st = pipeline_once(&w->pipeline, true, once, &err);
    progress_end();
    return st == ETL_OK ? ETL_OK : planning_fault(w, st, &err);
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
    sum->held += more->held;
    sum->held_lanes += more->held_lanes;
    for (size_t d = 0; d < 4; d++)
        sum->dangers[d] += more->dangers[d];
}

static enum etl_status plan_inputs(struct planning *w, struct plan_counts *counts)
{
    enum etl_status st = run_inputs(w);

    *counts = (struct plan_counts){ 0 };
    for (size_t i = 0; i <= w->mapping->input_count; i++)
        add_counts(counts, &w->pipeline.inputs[i].counts);
    return st;
}

/* ---- opening, finishing ---- */

static enum etl_status open_after(struct planning *w)
{
    struct err      err = { 0 };
    enum etl_status st;

    if (w->options->after == NULL)
        return ETL_OK;
    st = run_folder_open(w->options->after, false, w->mem, &w->after, &err);
    if (st == ETL_OK)
        st = run_facts_check(&w->after, w->options->key, w->mem, &w->after_facts, &err);
    if (st == ETL_OK)
        st = seen_keys_load(&w->seen, run_folder_file(&w->after, KNOWN_FILE, w->mem), w->after_facts.seal, &err);
    return st == ETL_OK ? ETL_OK : planning_fault(w, st, &err);
}

/* The plan's first line. */
static enum etl_status write_head(struct planning *w, struct err *err)
{
    AUTO(buf_release) struct buf line;
    struct plan_head             head = plan_encoder_head(w->mapping, str_from(w->options->version), w->mem);

    buf_init(&line, 16 << 20, "the plan's first line");
    plan_head_write(&head, &line);
    return plan_writer_put(&w->plan, buf_str(&line), err);
}

static enum etl_status open_writers(struct planning *w, struct err *err)
{
    enum etl_status st = seal_begin(&w->seal, w->options->key, w->options->random, w->mem, err);

    if (st == ETL_OK)
        st = plan_writer_open(&w->plan, &w->run, &w->seal, PLAN_FILE, "subferry plan 2", err);
    if (st == ETL_OK)
        st = plan_writer_open(&w->findings, &w->run, &w->seal, FINDINGS_FILE, "subferry findings 1", err);
    if (st == ETL_OK)
        st = plan_writer_open(&w->known, &w->run, &w->seal, KNOWN_FILE, "subferry known 3", err);
    if (st != ETL_OK)
        return st;
    if (w->options->sha256) {
        plan_writer_digest(&w->plan);
        plan_writer_digest(&w->findings);
    }
    return write_head(w, err);
}

/* Gives every file its name, plan.jsonl last: a folder without one holds no plan. */
static enum etl_status finish(struct planning *w, const struct plan_counts *sum, enum etl_status guarded,
                              double seconds, struct buf *summary)
{
    struct summary  s = { .options = w->options, .pipeline = &w->pipeline, .counts = sum, .seconds = seconds };
    struct err      err = { 0 };
    enum etl_status st = plan_writer_commit(&w->findings, &err);

    if (st == ETL_OK && guarded != ETL_OK)
        return guarded;
    if (w->options->sha256) {
        s.plan_digest = sha256_end(w->plan.digest);
        s.findings_digest = sha256_end(w->findings.digest);
    }
    if (st == ETL_OK)
        st = seen_keys_save(&w->seen, &w->known, &err);
    if (st == ETL_OK)
        st = plan_writer_commit(&w->known, &err);
    if (st == ETL_OK)
        st = summary_write(&s, &w->run, &w->seal, summary, &err);
    if (st == ETL_OK)
        st = atomic_file_commit(&w->plan.file, &err);
    return st == ETL_OK ? ETL_OK : planning_fault(w, st, &err);
}

/* What is read must not lie in the folder that is emptied for the plan. */
static bool lies_in(const char *path, const char *folder)
{
    size_t len = strlen(folder);

    return strncmp(path, folder, len) == 0 && (path[len] == '/' || path[len] == '\0');
}

static enum etl_status keeps_its_inputs(struct planning *w, struct err *err)
{
    char         run[PATH_MAX], path[PATH_MAX];
    size_t       n = 0;
    const char **read = ARENA_ARRAY(w->mem, const char *, w->mapping->input_count + w->mapping->file_count + 2);

    if (files_real_path(w->options->run, run) == NULL)
        return ETL_OK; /* it is not there yet */
    if (w->options->after != NULL)
        read[n++] = w->options->after;
    for (size_t i = 0; i < w->mapping->input_count; i++)
        if (w->pipeline.inputs[i].path != NULL)
            read[n++] = w->pipeline.inputs[i].path;
    for (size_t i = 0; i < w->mapping->file_count; i++)
        read[n++] = arena_cstr(w->mem, w->mapping->files[i].path);
    for (size_t i = 0; i < n; i++)
        if (files_real_path(read[i], path) != NULL && lies_in(path, run))
            return err_set(err, ETL_FAIL, "run-reads-itself",
                           "%s lies in %s, which is emptied for the new plan; name another folder with -o", read[i],
                           w->options->run);
    return ETL_OK;
}

/* ---- the second pass: some lanes are held ---- */

static enum etl_status rewind_inputs(struct planning *w)
{
    for (size_t i = 0; i <= w->mapping->input_count; i++) {
        struct pipeline_input *in = &w->pipeline.inputs[i];
        struct err             err = { 0 };

        in->counts = (struct plan_counts){ 0 };
        if (in->source == NULL || record_source_rewind(in->source, &err) == ETL_OK)
            continue;
        err.file = record_source_name(in->source);
        return planning_fault(w, ETL_UNREAD, &err);
    }
    return ETL_OK;
}

/* As if nothing had been planned. */
static enum etl_status forget(struct planning *w, struct err *err)
{
    enum etl_status st = ETL_OK;

    seen_keys_release(&w->seen);
    seen_keys_init(&w->seen, w->options->key);
    w->pipeline.record_number = 0;
    memset(w->pipeline.command_calls, 0, w->mapping->call_count * sizeof *w->pipeline.command_calls);
    if (files_empty_folder(run_folder_file(&w->run, "rejects", w->mem)) != 0 ||
        files_make_folder(run_folder_file(&w->run, "held", w->mem)) != 0)
        return files_fault(err, "make", run_folder_file(&w->run, "held", w->mem));
    if (w->options->after != NULL)
        st = seen_keys_load(&w->seen, run_folder_file(&w->after, KNOWN_FILE, w->mem), w->after_facts.seal, err);
    if (st == ETL_OK)
        st = plan_writer_again(&w->plan, &w->run, err);
    if (st == ETL_OK)
        st = plan_writer_again(&w->findings, &w->run, err);
    return st == ETL_OK ? write_head(w, err) : st;
}

static enum etl_status plan_again(struct planning *w, struct plan_counts *counts)
{
    struct err      err = { 0 };
    enum etl_status st = rewind_inputs(w);

    if (st != ETL_OK)
        return st;
    detail("a guard holds lanes: everything is planned again without them");
    w->is_again = true;
    st = forget(w, &err);
    if (st != ETL_OK)
        return planning_fault(w, st, &err);
    st = count_rows(w);
    return st == ETL_OK ? plan_inputs(w, counts) : st;
}

/* ---- the whole ---- */

/* A night's script may have kept no talk: what stopped the plan stands in findings.jsonl, too. */
static void note_faults(struct planning *w, size_t first)
{
    AUTO(buf_release) struct buf lines;

    buf_init(&lines, 1 << 20, "what stopped the plan");
    for (size_t i = first; i < w->faults->count && i < w->faults->cap; i++) {
        const struct finding *f = &w->faults->items[i];

        if (f->severity == SEVERITY_ERROR)
            plan_encoder_finding(&lines, "", f->err.file != NULL ? str_from(f->err.file) : STR("plan"), STR_NONE,
                                 OFFSET_UNKNOWN, &f->err, f->severity);
    }
    plan_writer_put(&w->findings, buf_str(&lines), NULL);
}

static void check_books(struct planning *w, const struct plan_counts *c)
{
    if (c->read != c->planned + c->rejected + c->without_calls + c->held)
        findings_say(
            w->faults, SEVERITY_ERROR, NULL, 0, 0, "books",
            "the books do not balance: %llu records read, %llu planned, %llu rejected, %llu without calls, %llu held; this is an error of subferry, please report it",
            (unsigned long long)c->read, (unsigned long long)c->planned, (unsigned long long)c->rejected,
            (unsigned long long)c->without_calls, (unsigned long long)c->held);
}

static enum etl_status make(struct planning *w, struct plan_counts *counts, struct buf *summary)
{
    uint64_t        began_ns = clock_monotonic_ns(w->options->clock);
    struct err      err = { 0 };
    enum etl_status st, guarded = ETL_OK;
    size_t          first;

    st = keeps_its_inputs(w, &err);
    if (st == ETL_OK)
        st = open_after(w);
    if (st == ETL_OK)
        st = run_folder_create(w->options->run, w->options->replace, w->mem, &w->run, &err);
    if (st == ETL_OK)
        st = open_writers(w, &err);
    if (st != ETL_OK)
        return err.text[0] != '\0' ? planning_fault(w, st, &err) : st;
    st = planning_open_inputs(w);
    if (st == ETL_OK)
        st = planning_open_prior_runs(w);
    if (st != ETL_OK)
        return st;
    first = w->faults->count;
    st = count_rows(w);
    if (st == ETL_OK)
        st = plan_inputs(w, counts);
    if (st == ETL_OK) {
        guarded = guards_check(w, counts);
        if (guarded == ETL_OK && hold_decide(w, counts))
            st = plan_again(w, counts);
        check_books(w, counts);
    }
    if (st != ETL_OK || guarded != ETL_OK)
        note_faults(w, first);
    if (st != ETL_OK) {
        plan_writer_commit(&w->findings, NULL); /* what was found until then helps to mend it */
        return st;
    }
    st = finish(w, counts, guarded, (double)(clock_monotonic_ns(w->options->clock) - began_ns) / 1e9, summary);
    if (st != ETL_OK)
        return st;
    last_time_record(w, counts);
    return counts->rejected + counts->held != 0 ? ETL_REJECT : ETL_OK;
}

static void clean_up(struct planning *w)
{
    for (size_t i = 0; w->pipeline.inputs != NULL && i <= w->mapping->input_count; i++) {
        struct pipeline_input *in = &w->pipeline.inputs[i];

        record_source_close(in->source);
        rejects_free(in->rejects);
        rejects_free(in->held);
    }
    plan_writer_drop(&w->plan);
    plan_writer_drop(&w->findings);
    plan_writer_drop(&w->known);
    hold_free(w->hold);
    seal_release(&w->seal);
    seen_keys_release(&w->seen);
    prior_runs_close(w->prior);
    run_folder_close(&w->run);
    run_folder_close(&w->after);
    run_facts_release(&w->after_facts);
}

static void say_eases(const struct mapping *m)
{
    static const char *const words[] = { "an error", "a warning", "a remark" };

    for (size_t i = 0; i < m->ease_count; i++)
        say("rule %.*s counts as %s: the mapping says so", STR_ARG(m->eases[i].rule), words[m->eases[i].severity]);
}

enum etl_status plan_make(const struct plan_options *options, struct arena *mem, struct plan_counts *counts,
                          struct buf *summary, struct findings *faults)
{
    struct planning       w = { .options = options, .mem = mem, .faults = faults };
    struct mapping_source source = { str_from(options->mapping), options->set, options->set_count, NULL };
    enum etl_status       st;

    w.run.dir_fd = w.run.lock_fd = w.after.dir_fd = w.after.lock_fd = -1;
    w.plan.file.fd = w.findings.file.fd = w.known.file.fd = -1;
    *counts = (struct plan_counts){ 0 };
    st = mapping_load(&source, mem, &w.mapping, faults);
    if (st != ETL_OK)
        return st;
    say_eases(w.mapping);
    seen_keys_init(&w.seen, options->key);
    w.pipeline = (struct pipeline){ .mapping = w.mapping,
                                    .key = options->key,
                                    .today = str_from(options->today),
                                    .threads = options->threads,
                                    .seen = &w.seen,
                                    .plan = &w.plan,
                                    .findings = &w.findings,
                                    .times = options->times,
                                    .clock = options->clock };
    w.hold = w.pipeline.hold = hold_new(&w);
    w.pipeline.inputs = ARENA_ARRAY(mem, struct pipeline_input, w.mapping->input_count + 1);
    w.pipeline.command_calls = ARENA_ARRAY(mem, uint64_t, w.mapping->call_count + 1);
    st = guards_check_allowances(&w);
    if (st == ETL_OK)
        st = planning_assign_files(&w);
    if (st == ETL_OK)
        st = make(&w, counts, summary);
    clean_up(&w);
    mapping_free(w.mapping);
    return st;
}
