/* etl/plan/summary.c - summary.json and seal.json: what a plan holds and what it was made from. */
#include "etl/plan/summary.h"

#include <limits.h>
#include <time.h>

#include "etl/core/system/atomic_file.h"

static void member(struct buf *b, const char *name, struct str value)
{
    buf_lit(b, ",\n ");
    buf_json(b, str_from(name));
    buf_byte(b, ':');
    buf_json(b, value);
}

static void number(struct buf *b, const char *before, uint64_t value)
{
    buf_text(b, before);
    buf_u64(b, value);
}

/* Where a file is found again: absolute, or as given when it cannot be resolved (stdin, a member of an archive). */
static struct str absolute(const char *path, struct arena *mem)
{
    char resolved[PATH_MAX];

    return arena_str(mem, str_from(realpath(path, resolved) != NULL ? resolved : path));
}

static void add_inputs(struct buf *b, const struct summary *s, struct arena *mem)
{
    const struct mapping *m = s->pipeline->mapping;
    bool                  first = true;

    buf_lit(b, ",\n \"inputs\":[");
    for (size_t i = 0; i < m->input_count; i++) {
        const struct pipeline_input *in = &s->pipeline->inputs[i];

        if (in->source == NULL)
            continue;
        buf_text(b, first ? "\n  {\"name\":" : ",\n  {\"name\":");
        first = false;
        buf_json(b, m->inputs[i].name);
        buf_lit(b, ",\"file\":");
        buf_json(b, str_from(record_source_name(in->source)));
        buf_lit(b, ",\"path\":");
        buf_json(b, absolute(in->path, mem));
        buf_lit(b, ",\"sha256\":");
        buf_json(b, str_from(in->digest.text));
        number(b, ",\"bytes\":", in->bytes);
        number(b, ",\"read\":", in->counts.read);
        number(b, ",\"planned\":", in->counts.planned);
        number(b, ",\"rejected\":", in->counts.rejected);
        number(b, ",\"without_calls\":", in->counts.without_calls);
        number(b, ",\"damaged\":", in->counts.damaged);
        number(b, ",\"empty_lines\":", in->counts.empty_lines);
        buf_byte(b, '}');
    }
    buf_lit(b, "]");
}

static void add_numbers(struct buf *b, const struct summary *s)
{
    const struct mapping     *m = s->pipeline->mapping;
    const struct plan_counts *c = s->counts;

    number(b, ",\n \"records\":{\"read\":", c->read);
    number(b, ",\"planned\":", c->planned);
    number(b, ",\"rejected\":", c->rejected);
    number(b, ",\"without_calls\":", c->without_calls);
    number(b, "},\n \"calls\":", c->calls);
    number(b, ",\n \"lanes\":", c->lanes);
    buf_lit(b, ",\n \"commands\":{");
    for (size_t i = 0, shown = 0; i < m->call_count; i++) {
        uint64_t calls = 0;
        bool     earlier = false;

        for (size_t k = 0; k < m->call_count; k++)
            if (m->calls[k].command == m->calls[i].command) {
                calls += s->pipeline->command_calls[k];
                earlier = earlier || k < i;
            }
        if (earlier)
            continue;
        buf_text(b, shown++ != 0 ? "," : "");
        buf_json(b, m->calls[i].command->name);
        number(b, ":", calls);
    }
    buf_lit(b, "},\n \"dangers\":{");
    for (unsigned d = 0; d < 4; d++) {
        buf_text(b, d != 0 ? "," : "");
        buf_json(b, str_from(danger_name(1U << d)));
        number(b, ":", c->dangers[d]);
    }
    number(b, "},\n \"findings\":{\"errors\":", c->errors);
    number(b, ",\"warnings\":", c->warnings);
    buf_byte(b, '}');
}

/* Rules whose severity the mapping changed: whoever reads the plan has to know. */
static void add_eases(struct buf *b, const struct mapping *m)
{
    static const char *const words[] = { "error", "warn", "info" };

    buf_lit(b, ",\n \"rules\":{");
    for (size_t i = 0; i < m->ease_count; i++) {
        buf_text(b, i != 0 ? "," : "");
        buf_json(b, m->eases[i].rule);
        buf_fmt(b, ":\"%s\"", words[m->eases[i].severity]);
    }
    buf_byte(b, '}');
}

static void add_head(struct buf *b, const struct summary *s, struct arena *mem)
{
    const struct mapping *m = s->pipeline->mapping;
    struct timespec       now;
    struct tm             utc;
    char                  made[32];

    clock_gettime(CLOCK_REALTIME, &now);
    gmtime_r(&now.tv_sec, &utc);
    strftime(made, sizeof made, "%Y-%m-%dT%H:%M:%SZ", &utc);
    buf_lit(b, "{\"plan\":1");
    member(b, "version", str_from(s->options->version));
    member(b, "made", str_from(made));
    member(b, "today", s->pipeline->today);
    buf_fmt(b, ",\n \"seconds\":%.3f", s->seconds);
    member(b, "provider", m->provider->name);
    member(b, "mapping", m->name);
    member(b, "mapping_file", m->files[0].path);
    member(b, "key", key_id(s->options->key));
    if (s->options->after != NULL)
        member(b, "after", absolute(s->options->after, mem));
    buf_lit(b, ",\n \"set\":{");
    for (size_t i = 0; i < m->var_count; i++) {
        buf_text(b, i != 0 ? "," : "");
        buf_json(b, m->vars[i].name);
        buf_byte(b, ':');
        buf_json(b, m->vars[i].value);
    }
    buf_byte(b, '}');
    if (m->ease_count != 0)
        add_eases(b, m);
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
    struct hex256        own;
    size_t               n = add_things(s, things, digests, SEALED_THINGS_MAX - 1);
    enum etl_status      st;

    add_head(text, s, mem);
    add_inputs(text, s, mem);
    add_numbers(text, s);
    buf_lit(text, ",\n \"digests\":{");
    for (size_t i = 0; i < n; i++) {
        buf_text(text, i != 0 ? ",\n  " : "\n  ");
        buf_json(text, arena_fmt(mem, "%.*s %.*s", STR_ARG(things[i].what), STR_ARG(things[i].name)));
        buf_byte(text, ':');
        buf_json(text, things[i].digest);
    }
    buf_lit(text, "}}\n");
    st = write_file(run, "summary.json", buf_str(text), mem, err);
    if (st != ETL_OK)
        return st;
    own = sha256_of(buf_str(text));
    things[n++] = (struct sealed_thing){ STR("summary"), STR("summary.json"), STR("summary.json"), str_from(own.text) };
    return run_folder_seal(run, s->options->key, things, n, err);
}
