/* etl/plan/guards.c - holds the counts of a plan against its guards. */
#include "etl/plan/guards.h"

#include "etl/core/notation/json_writer.h"
#include "etl/core/system/log.h"
#include "etl/language/expression_place.h"
#include "etl/mapping/keywords.h"
#include "etl/plan/last_time.h"

const char *const guard_words[GUARDS] = { "were rejected", "cut a service", "destroy content", "spend money",
                                          "write to a person" };

/* The rule that a message names. */
const char *const guard_rules[GUARDS] = { "guard-rejects", "guard-cuts", "guard-destroys", "guard-spends",
                                          "guard-notifies" };

static const char *name_of(int guard)
{
    return guard == GUARD_ROWS ? "rows" : guard == GUARD_REPLAY ? "replay" : mapping_guard_keys[guard];
}

/* ---- what --allow says ---- */

static int guard_named(struct str name, struct findings *faults)
{
    struct str names[GUARD_NAMES], near;

    for (int i = 0; i < GUARD_NAMES; i++) {
        names[i] = str_from(name_of(i));
        if (str_eq(names[i], name))
            return i;
    }
    near = did_you_mean(name, names, GUARD_NAMES, faults->mem);
    findings_say(
        faults, SEVERITY_ERROR, NULL, 0, 0, "allow-unknown",
        "--allow: there is no guard %s%.*s; there are rejects, cuts, destroys, spends, notifies, rows and replay",
        shown(name, false).text, STR_ARG(near));
    return -1;
}

/* "cuts=61", "rows=61", "rows:INPUT=61", "replay=INPUT" */
static bool read_parts(struct allowance *a, struct str input, struct str right)
{
    a->input = a->guard == GUARD_REPLAY ? right : input;
    if (a->guard == GUARD_REPLAY)
        return input.ptr == NULL && right.len != 0;
    return (input.ptr == NULL || (a->guard == GUARD_ROWS && input.len != 0)) && str_to_u64(right, &a->number);
}

bool allowance_read(const char *written, struct allowance *out, struct findings *faults)
{
    static const char *const forms[] = {
        [GUARD_ROWS] = "rows=30000 or rows:INPUT=30000", [GUARD_REPLAY] = "replay=INPUT"
    };
    struct str left, right = str_cut(str_from(written), '=', &left), name, input = str_cut(left, ':', &name);

    *out = (struct allowance){ .written = written };
    out->guard = guard_named(name, faults);
    if (out->guard < 0)
        return false;
    if (read_parts(out, input, right))
        return true;
    findings_say(faults, SEVERITY_ERROR, NULL, 0, 0, "option-value", "--allow takes %s, got %s",
                 out->guard >= GUARDS ? forms[out->guard] : arena_fmt(faults->mem, "%s=61", name_of(out->guard)).ptr,
                 shown(str_from(written), false).text);
    return false;
}

/* The allowance for this guard, of this input; the one that names the input goes first. */
static struct allowance *allowance_of(const struct plan_options *o, int guard, struct str input)
{
    struct allowance *for_all = NULL;

    for (size_t i = 0; i < o->allow_count; i++) {
        struct allowance *a = &o->allow[i];

        if (a->guard == guard && a->input.ptr != NULL && str_eq(a->input, input))
            return a;
        if (a->guard == guard && a->input.ptr == NULL)
            for_all = a;
    }
    return for_all;
}

enum etl_status guards_check_allowances(const struct planning *w)
{
    const struct plan_options *o = w->options;
    const struct mapping      *m = w->mapping;
    size_t                     before = w->faults->errors;
    struct str                *names = ARENA_ARRAY(w->mem, struct str, m->input_count + 1);

    for (size_t i = 0; i < m->input_count; i++)
        names[i] = m->inputs[i].name;
    for (size_t i = 0; i < o->allow_count; i++) {
        const struct allowance *a = &o->allow[i];

        if (a->input.ptr != NULL && mapping_input_named(m, a->input) < 0)
            findings_say(w->faults, SEVERITY_ERROR, NULL, 0, 0, "allow-unknown",
                         "--allow %s: the mapping has no such input%.*s", a->written,
                         STR_ARG(did_you_mean(a->input, names, m->input_count, w->mem)));
        for (size_t k = 0; k < i; k++)
            if (o->allow[k].guard == a->guard && str_eq(o->allow[k].input, a->input))
                findings_say(w->faults, SEVERITY_ERROR, NULL, 0, 0, "allow-twice",
                             "--allow %s and --allow %s: give one", o->allow[k].written, a->written);
    }
    return w->faults->errors != before ? ETL_FAIL : ETL_OK;
}

void guards_write_allowed(struct json_writer *w, const struct plan_options *o)
{
    json_member_list(w, "allowed");
    for (size_t i = 0; i < o->allow_count; i++) {
        json_begin_object(w);
        json_member_text(w, "guard", str_from(name_of(o->allow[i].guard)));
        if (o->allow[i].input.ptr != NULL)
            json_member_text(w, "input", o->allow[i].input);
        if (o->allow[i].guard != GUARD_REPLAY)
            json_member_number(w, "number", o->allow[i].number);
        json_member_text(w, "because", str_from(o->because));
        json_end_object(w);
    }
    json_end_list(w);
}

/* Is it allowed after all? Says so: who reads the talk of the night has to see it. */
static bool is_allowed(const struct planning *w, struct allowance *a, bool within)
{
    if (a == NULL || !within)
        return false;
    if (!a->was_needed)
        say("allowed: %s, because: %s", a->written, w->options->because);
    a->was_needed = true;
    return true;
}

static void warn_of_idle(const struct planning *w)
{
    for (size_t i = 0; i < w->options->allow_count; i++)
        if (!w->options->allow[i].was_needed)
            findings_say(w->faults, SEVERITY_WARNING, NULL, 0, 0, "allow-idle",
                         "--allow %s was not needed: no guard is loosened by it", w->options->allow[i].written);
}

/* ---- counts ---- */

struct limit {
    uint64_t    count; /* UINT64_MAX: none */
    const char *whose;
};

static struct limit stop_limit(const struct planning *w, enum guard_kind kind, uint64_t of)
{
    const struct guard     *g = &w->mapping->guards[kind];
    const struct threshold *option = w->options->max[kind];
    struct limit            limit = { UINT64_MAX, "" };

    if (g->has_stop && (kind != GUARD_REJECTS || w->options->after == NULL))
        limit = (struct limit){ threshold_allows(g->stop, of), "the mapping's guard" };
    if (option != NULL && threshold_allows(*option, of) < limit.count)
        limit = (struct limit){ threshold_allows(*option, of),
                                arena_fmt(w->mem, "--max-%s", mapping_guard_keys[kind]).ptr };
    return limit;
}

static uint64_t hold_limit(const struct mapping *m, enum guard_kind kind, uint64_t calls)
{
    return m->guards[kind].has_hold ? threshold_allows(m->guards[kind].hold, calls) : UINT64_MAX;
}

uint64_t guards_hold_limit(const struct mapping *m, const struct plan_options *o, enum guard_kind kind, uint64_t calls)
{
    const struct allowance *a = allowance_of(o, kind, STR(""));
    uint64_t                limit = hold_limit(m, kind, calls);

    return a != NULL && a->number > limit ? a->number : limit;
}

/* "m.yaml:40 full_cancel, m.yaml:52 disable": the calls of the mapping that can have the danger. */
static struct str places_of(const struct planning *w, enum guard_kind kind)
{
    enum { PLACES_SHOWN = 3 };
    const struct mapping *m = w->mapping;
    struct str            out = STR("");
    unsigned              shown_count = 0;

    for (size_t i = 0; i < m->call_count; i++) {
        if (w->pipeline.command_calls[i] == 0 || (mapping_call_dangers(&m->calls[i]) >> (kind - GUARD_CUTS) & 1) == 0)
            continue;
        if (++shown_count > PLACES_SHOWN)
            return arena_fmt(w->mem, "%.*s …", STR_ARG(out));
        out =
            arena_fmt(w->mem, "%.*s%s%.*s:%llu %.*s", STR_ARG(out), out.len != 0 ? ", " : "", STR_ARG(m->files[0].name),
                      (unsigned long long)m->calls[i].line, STR_ARG(m->calls[i].command->name));
    }
    return out;
}

static void check_count(struct planning *w, enum guard_kind kind, uint64_t count, uint64_t of)
{
    struct limit      limit = stop_limit(w, kind, of);
    struct allowance *a = allowance_of(w->options, kind, STR(""));
    uint64_t          free = hold_limit(w->mapping, kind, of);
    struct str        places;

    if (count <= limit.count && count <= free)
        return;
    if (is_allowed(w, a, a != NULL && count <= a->number))
        return;
    if (count <= limit.count) { /* their lanes are held, see hold.h */
        if (a != NULL)
            say("--allow %s is too little: %llu calls %s", a->written, (unsigned long long)count, guard_words[kind]);
        if (a != NULL)
            a->was_needed = true;
        return;
    }
    if (a != NULL && a->number > limit.count) {
        limit = (struct limit){ a->number, "--allow" };
        a->was_needed = true; /* only, it was too little */
    }
    places =
        kind == GUARD_REJECTS ? arena_fmt(w->mem, "%s/rejects and findings.jsonl", w->run.path) : places_of(w, kind);
    findings_say(
        w->faults, SEVERITY_ERROR, NULL, 0, 0, guard_rules[kind],
        "%llu of %llu %s %s, %s allows %llu; if that is right, --allow %s=%llu --because TEXT lets this plan pass; see %.*s",
        (unsigned long long)count, (unsigned long long)of, kind == GUARD_REJECTS ? "records" : "calls",
        guard_words[kind], limit.whose, (unsigned long long)limit.count, mapping_guard_keys[kind],
        (unsigned long long)count, STR_ARG(places));
}

/* ---- rows, and bytes ---- */

struct range {
    uint64_t min, max;
};

/* Without a last time anything is expected. */
static struct range expected_rows(const struct mapping_input *in, const struct last_time *last)
{
    uint64_t then, away;

    if (!in->has_rows_share)
        return (struct range){ in->rows_min, in->rows_max };
    if (!last->is_known)
        return (struct range){ 0, UINT64_MAX };
    then = last->its->read;
    away = threshold_allows(in->rows_share, then);
    return (struct range){ away < then ? then - away : 0, then + away };
}

/* "±10%", "±10% floor 20" */
static struct str share_text(struct threshold share, struct arena *mem)
{
    return share.floor != 0 ? arena_fmt(mem, "±%g%% floor %llu", share.percent, (unsigned long long)share.floor)
                            : arena_fmt(mem, "±%g%%", share.percent);
}

/* "35000..50000", "4..": as a mapping writes it. */
static struct str range_text(struct range r, struct arena *mem)
{
    return r.max == UINT64_MAX ? arena_fmt(mem, "%llu..", (unsigned long long)r.min)
                               : arena_fmt(mem, "%llu..%llu", (unsigned long long)r.min, (unsigned long long)r.max);
}

/* The allowance stretches the range until it has this number in it. */
static bool is_within(uint64_t rows, struct range r, const struct allowance *a)
{
    return rows >= (a != NULL && a->number < r.min ? a->number : r.min) &&
           rows <= (a != NULL && a->number > r.max ? a->number : r.max);
}

static void check_rows(struct planning *w, size_t input, const struct last_time *last)
{
    const struct mapping_input *in = &w->mapping->inputs[input];
    struct pipeline_input      *read = &w->pipeline.inputs[input];
    struct allowance           *a = allowance_of(w->options, GUARD_ROWS, in->name);
    uint64_t                    rows = read->counts.read;
    struct range                r = expected_rows(in, last);
    struct str                  then = STR("");

    if (in->has_rows_share && !last->is_known)
        detail("%s: %llu records; there is no last time to compare them with", record_source_name(read->source),
               (unsigned long long)rows);
    if (is_within(rows, r, NULL) || is_allowed(w, a, is_within(rows, r, a)))
        return;
    if (in->has_rows_share)
        then = arena_fmt(w->mem, "; last time %llu (%.*s)", (unsigned long long)last->its->read,
                         STR_ARG(last_time_place(&last->plan, w->mem)));
    findings_say(
        w->faults, SEVERITY_ERROR, record_source_name(read->source), 0, 0, "expect-rows",
        "%llu records, the mapping expects %.*s (expect: rows%s)%.*s; is the extract whole? If it is, --allow rows:%.*s=%llu --because TEXT lets this plan pass",
        (unsigned long long)rows, STR_ARG(range_text(r, w->mem)),
        in->has_rows_share ? arena_fmt(w->mem, ": %.*s", STR_ARG(share_text(in->rows_share, w->mem))).ptr : "",
        STR_ARG(then), STR_ARG(in->name), (unsigned long long)rows);
}

/* Yesterday's file must not undo today's cut. */
static void check_bytes(struct planning *w, size_t input, const struct last_time *last)
{
    struct str             name = w->mapping->inputs[input].name;
    struct pipeline_input *read = &w->pipeline.inputs[input];
    struct allowance      *a = allowance_of(w->options, GUARD_REPLAY, name);

    if (!last->is_old || read->counts.read == 0 || is_allowed(w, a, true))
        return;
    findings_say(
        w->faults, SEVERITY_ERROR, record_source_name(read->source), 0, 0, "replay",
        "these bytes were planned before (%.*s), and others since (%.*s): an old file would undo what came later; if that is meant, --allow replay=%.*s --because TEXT lets this plan pass",
        STR_ARG(last_time_place(&last->once, w->mem)), STR_ARG(last_time_place(&last->plan, w->mem)), STR_ARG(name));
}

static void check_inputs(struct planning *w)
{
    struct plan_history history;

    last_time_open(w, &history);
    for (size_t i = 0; i < w->mapping->input_count; i++) {
        struct last_time last;

        if (w->pipeline.inputs[i].source == NULL)
            continue;
        last_time_find(w, &history, i, &last);
        if (last.is_same)
            say("%s: the same bytes as last time (%.*s)", record_source_name(w->pipeline.inputs[i].source),
                STR_ARG(last_time_place(&last.plan, w->mem)));
        check_bytes(w, i, &last);
        check_rows(w, i, &last);
    }
}

enum etl_status guards_check(struct planning *w, const struct plan_counts *sum)
{
    size_t before = w->faults->errors;

    if (w->options->after == NULL)
        check_inputs(w);
    check_count(w, GUARD_REJECTS, sum->rejected, sum->read);
    for (int kind = GUARD_CUTS; kind < GUARDS; kind++)
        check_count(w, (enum guard_kind)kind, sum->dangers[kind - GUARD_CUTS], sum->calls);
    warn_of_idle(w);
    return w->faults->errors != before ? ETL_GUARD : ETL_OK;
}
