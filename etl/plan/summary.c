/* etl/plan/summary.c - what a plan holds and what it was made from: summary.json, inputs/, and the seal over all. */
#include "etl/plan/summary.h"

#include <errno.h>
#include <limits.h>

#include "etl/core/notation/json_writer.h"
#include "etl/core/system/files.h"
#include "etl/mapping/keywords.h"
#include "etl/plan/guards.h"
#include "etl/run/run_facts.h"

/* A member on a line of its own. */
static void line_text(struct json_writer *w, const char *name, struct str value)
{
    json_gap(w, "\n ");
    json_member_text(w, name, value);
}

/* Where a file is found again: absolute, or as given when it cannot be resolved (stdin, a member of an archive). */
static struct str absolute(const char *path, struct arena *mem)
{
    char resolved[PATH_MAX];

    return arena_str(mem, str_from(files_real_path(path, resolved) != NULL ? resolved : path));
}

static void add_input(struct json_writer *w, const struct mapping_input *mapped, const struct pipeline_input *in,
                      struct arena *mem)
{
    json_gap(w, "\n  ");
    json_begin_object(w);
    json_member_text(w, "name", mapped->name);
    json_member_text(w, "file", str_from(record_source_name(in->source)));
    json_member_text(w, "path", absolute(in->path, mem));
    json_member_text(w, "sha256", str_from(in->digest.text));
    json_member_number(w, "bytes", in->bytes);
    json_member_number(w, "read", in->counts.read);
    json_member_number(w, "planned", in->counts.planned);
    json_member_number(w, "rejected", in->counts.rejected);
    json_member_number(w, "without_calls", in->counts.without_calls);
    json_member_number(w, "held", in->counts.held);
    json_member_number(w, "damaged", in->counts.damaged);
    json_member_number(w, "empty_lines", in->counts.empty_lines);
    json_end_object(w);
}

static void add_inputs(struct json_writer *w, const struct summary *s, struct arena *mem)
{
    const struct mapping *m = s->pipeline->mapping;

    json_gap(w, "\n ");
    json_member_list(w, "inputs");
    for (size_t i = 0; i < m->input_count; i++)
        if (s->pipeline->inputs[i].source != NULL)
            add_input(w, &m->inputs[i], &s->pipeline->inputs[i], mem);
    json_end_list(w);
}

/* A command stands once, with the sum over all of the mapping's calls that use it. */
static void add_commands(struct json_writer *w, const struct summary *s)
{
    const struct mapping *m = s->pipeline->mapping;

    json_gap(w, "\n ");
    json_member_object(w, "commands");
    for (size_t i = 0; i < m->call_count; i++) {
        uint64_t calls = 0;
        bool     earlier = false;

        for (size_t k = 0; k < m->call_count; k++)
            if (m->calls[k].command == m->calls[i].command) {
                calls += s->pipeline->command_calls[k];
                earlier = earlier || k < i;
            }
        if (earlier)
            continue;
        json_name_text(w, m->calls[i].command->name);
        json_number(w, calls);
    }
    json_end_object(w);
}

static void add_numbers(struct json_writer *w, const struct summary *s)
{
    const struct plan_counts *c = s->counts;

    json_gap(w, "\n ");
    json_member_object(w, "records");
    json_member_number(w, "read", c->read);
    json_member_number(w, "planned", c->planned);
    json_member_number(w, "rejected", c->rejected);
    json_member_number(w, "without_calls", c->without_calls);
    json_member_number(w, "held", c->held);
    json_end_object(w);
    json_gap(w, "\n ");
    json_member_number(w, "calls", c->calls);
    json_gap(w, "\n ");
    json_member_number(w, "lanes", c->lanes);
    json_gap(w, "\n ");
    json_member_number(w, "held_lanes", c->held_lanes);
    add_commands(w, s);
    json_gap(w, "\n ");
    json_member_object(w, "dangers");
    for (unsigned d = 0; d < 4; d++)
        json_member_number(w, danger_name(1U << d), c->dangers[d]);
    json_end_object(w);
    json_gap(w, "\n ");
    json_member_object(w, "findings");
    json_member_number(w, "errors", c->errors);
    json_member_number(w, "warnings", c->warnings);
    json_end_object(w);
}

/* Rules whose severity the mapping changed: whoever reads the plan has to know. */
static void add_eases(struct json_writer *w, const struct mapping *m)
{
    json_gap(w, "\n ");
    json_member_object(w, "rules");
    for (size_t i = 0; i < m->ease_count; i++) {
        json_name_text(w, m->eases[i].rule);
        json_text(w, str_from(mapping_severities[m->eases[i].severity]));
    }
    json_end_object(w);
}

static void add_head(struct json_writer *w, const struct summary *s, struct arena *mem)
{
    const struct mapping *m = s->pipeline->mapping;
    char                  made[32];

    time_text(clock_wall_ms(s->options->clock), made);
    json_member_number(w, "summary", 2);
    line_text(w, "version", str_from(s->options->version));
    line_text(w, "made", str_from(made));
    line_text(w, "today", s->pipeline->today);
    json_gap(w, "\n ");
    json_member_seconds(w, "seconds", s->seconds);
    line_text(w, "provider", m->provider->name);
    line_text(w, "mapping", m->name);
    line_text(w, "mapping_file", m->files[0].path);
    line_text(w, "description", m->provider->source_name);
    line_text(w, "key", key_id(s->options->key));
    if (s->options->after != NULL)
        line_text(w, "after", absolute(s->options->after, mem));
    json_gap(w, "\n ");
    json_member_object(w, "set");
    for (size_t i = 0; i < m->var_count; i++) {
        json_name_text(w, m->vars[i].name);
        json_text(w, m->vars[i].value);
    }
    json_end_object(w);
    if (m->ease_count != 0)
        add_eases(w, m);
    if (s->options->allow_count != 0) {
        json_gap(w, "\n ");
        guards_write_allowed(w, s->options);
    }
}

static void add_digest(struct json_writer *w, struct seal *seal, struct str what, struct str digest)
{
    seal_add_digest(seal, what, digest);
    json_gap(w, "\n  ");
    json_name_text(w, what);
    json_text(w, digest);
}

/* Of all that the plan was made from; of the plan itself where it was asked for, since the seal has its tags. */
static void add_digests(struct json_writer *w, const struct summary *s, struct seal *seal)
{
    const struct mapping *m = s->pipeline->mapping;

    json_gap(w, "\n ");
    json_member_object(w, "digests");
    if (s->options->sha256) {
        add_digest(w, seal, STR("plan " PLAN_FILE), str_from(s->plan_digest.text));
        add_digest(w, seal, STR("findings " FINDINGS_FILE), str_from(s->findings_digest.text));
    }
    for (size_t i = 0; i < m->input_count; i++)
        if (s->pipeline->inputs[i].source != NULL)
            add_digest(w, seal, arena_fmt(seal->mem, "input %.*s", STR_ARG(m->inputs[i].name)),
                       str_from(s->pipeline->inputs[i].digest.text));
    for (size_t i = 0; i < m->file_count; i++)
        add_digest(w, seal, arena_fmt(seal->mem, "%s %.*s", i == 0 ? "mapping" : "lookup", STR_ARG(m->files[i].name)),
                   str_from(sha256_of(m->files[i].text).text));
    add_digest(w, seal, arena_fmt(seal->mem, "description %.*s", STR_ARG(m->provider->name)),
               str_from(sha256_of(m->provider->source).text));
    json_end_object(w);
}

static enum etl_status keep_copy(struct seal *seal, const struct run_folder *run, struct str name, const char *format,
                                 struct str text, struct err *err)
{
    return sealed_file_write(seal_add_file(seal, name, format), run->path, seal->key, text, seal->mem, err);
}

/* Copies of mapping, lookups and description: what comes later works by these. */
static enum etl_status keep_inputs(const struct mapping *m, struct seal *seal, const struct run_folder *run,
                                   struct err *err)
{
    enum etl_status st = ETL_OK;

    if (files_make_folder(run_folder_file(run, INPUTS_FOLDER, seal->mem)) != 0 && errno != EEXIST)
        return files_fault(err, "make", run_folder_file(run, INPUTS_FOLDER, seal->mem));
    for (size_t i = 0; i < m->file_count && st == ETL_OK; i++)
        st = keep_copy(seal, run, i == 0 ? STR(MAPPING_FILE) : arena_fmt(seal->mem, LOOKUP_FILE, i),
                       i == 0 ? "subferry mapping 1" : "csv", m->files[i].text, err);
    return st == ETL_OK ? keep_copy(seal, run, STR(DESCRIPTION_FILE), "subferry provider 1", m->provider->source, err)
                        : st;
}

enum etl_status summary_write(const struct summary *s, const struct run_folder *run, struct seal *seal,
                              struct buf *text, struct err *err)
{
    struct json_writer w = json_writer(text);
    enum etl_status    st = keep_inputs(s->pipeline->mapping, seal, run, err);

    if (st != ETL_OK)
        return st;
    json_begin_object(&w);
    add_head(&w, s, seal->mem);
    add_inputs(&w, s, seal->mem);
    add_numbers(&w, s);
    add_digests(&w, s, seal);
    json_end_object(&w);
    buf_byte(text, '\n');
    st = keep_copy(seal, run, STR(SUMMARY_FILE), "subferry summary 2", buf_str(text), err);
    if (st != ETL_OK)
        return st;
    seal->records = s->counts->read;
    seal->lanes = s->counts->lanes;
    seal->calls = s->counts->calls;
    return seal_write(seal, run->path, err);
}
