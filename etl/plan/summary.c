/* etl/plan/summary.c - summary.json and seal.json: what a plan holds and what it was made from. */
#include "etl/plan/summary.h"

#include <limits.h>

#include "etl/core/notation/json_writer.h"
#include "etl/core/system/atomic_file.h"
#include "etl/core/system/files.h"
#include "etl/mapping/keywords.h"
#include "etl/plan/guards.h"

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
    json_end_object(w);
    json_gap(w, "\n ");
    json_member_number(w, "calls", c->calls);
    json_gap(w, "\n ");
    json_member_number(w, "lanes", c->lanes);
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
    json_member_number(w, "plan", 1);
    line_text(w, "version", str_from(s->options->version));
    line_text(w, "made", str_from(made));
    line_text(w, "today", s->pipeline->today);
    json_gap(w, "\n ");
    json_member_seconds(w, "seconds", s->seconds);
    line_text(w, "provider", m->provider->name);
    line_text(w, "mapping", m->name);
    line_text(w, "mapping_file", m->files[0].path);
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

static size_t add_things(const struct summary *s, struct sealed_thing *things, struct hex256 *digests, size_t max)
{
    const struct mapping *m = s->pipeline->mapping;
    size_t                n = 0;

    things[n++] =
        (struct sealed_thing){ STR("plan"), STR("plan.jsonl"), STR("plan.jsonl"), str_from(s->plan_digest.text) };
    things[n++] = (struct sealed_thing){ STR("findings"), STR("findings.jsonl"), STR("findings.jsonl"),
                                         str_from(s->findings_digest.text) };
    for (size_t i = 0; i < m->file_count && n + 2 < max; i++) {
        digests[n] = sha256_of(m->files[i].text);
        things[n] = (struct sealed_thing){ i == 0 ? STR("mapping") : STR("lookup"), m->files[i].name, m->files[i].path,
                                           str_from(digests[n].text) };
        n++;
    }
    digests[n] = sha256_of(m->provider->source);
    things[n] = (struct sealed_thing){ STR("description"), m->provider->name, m->provider->source_name,
                                       str_from(digests[n].text) };
    return n + 1;
}

static enum etl_status write_file(const struct run_folder *run, const char *name, struct str text, struct arena *mem,
                                  struct err *err)
{
    AUTO(atomic_file_drop) struct atomic_file file = { 0 };
    enum etl_status                           st = atomic_file_begin(&file, run_folder_file(run, name, mem), err);

    if (st == ETL_OK)
        st = atomic_file_write(&file, text, err);
    return st == ETL_OK ? atomic_file_commit(&file, err) : st;
}

enum etl_status summary_write(const struct summary *s, const struct run_folder *run, struct arena *mem,
                              struct buf *text, struct err *err)
{
    struct sealed_thing *things = ARENA_ARRAY(mem, struct sealed_thing, SEALED_THINGS_MAX);
    struct hex256       *digests = ARENA_ARRAY(mem, struct hex256, SEALED_THINGS_MAX);
    struct json_writer   w = json_writer(text);
    struct hex256        own;
    size_t               n = add_things(s, things, digests, SEALED_THINGS_MAX - 1);
    enum etl_status      st;

    json_begin_object(&w);
    add_head(&w, s, mem);
    add_inputs(&w, s, mem);
    add_numbers(&w, s);
    json_gap(&w, "\n ");
    json_member_object(&w, "digests");
    for (size_t i = 0; i < n; i++) {
        json_gap(&w, "\n  ");
        json_name_text(&w, arena_fmt(mem, "%.*s %.*s", STR_ARG(things[i].what), STR_ARG(things[i].name)));
        json_text(&w, things[i].digest);
    }
    json_end_object(&w);
    json_end_object(&w);
    buf_byte(text, '\n');
    st = write_file(run, "summary.json", buf_str(text), mem, err);
    if (st != ETL_OK)
        return st;
    own = sha256_of(buf_str(text));
    things[n++] = (struct sealed_thing){ STR("summary"), STR("summary.json"), STR("summary.json"), str_from(own.text) };
    return run_folder_seal(run, s->options->key, things, n, err);
}
