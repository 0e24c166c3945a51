/* etl/plan/last_time.c - what was planned from an input before, by the history of plans. */
#include "etl/plan/last_time.h"

#include <limits.h>

#include "etl/core/system/files.h"

static struct history_place place_of(const struct planning *w)
{
    return (struct history_place){ w->options->history, w->mapping->name, w->options->clock };
}

void last_time_open(struct planning *w, struct plan_history *out)
{
    struct history_place place = place_of(w);

    *out = (struct plan_history){ 0 };
    if (place.folder != NULL)
        plan_history_open(&place, w->mem, w->faults, out);
}

void last_time_find(struct planning *w, struct plan_history *h, size_t input, struct last_time *out)
{
    const struct pipeline_input *in = &w->pipeline.inputs[input];
    struct str                   name = w->mapping->inputs[input].name, sha256 = str_from(in->digest.text);
    const struct planned_input  *then;

    *out = (struct last_time){ 0 };
    out->is_known = plan_history_last(h, name, &out->plan, &out->its);
    out->is_same = out->is_known && str_eq(out->its->sha256, sha256);
    out->is_old = out->is_known && !out->is_same && plan_history_with(h, name, sha256, &out->once, &then);
}

void last_time_record(struct planning *w, const struct plan_counts *sum)
{
    const struct mapping *m = w->mapping;
    struct planned_input *inputs = ARENA_ARRAY(w->mem, struct planned_input, m->input_count + 1);
    struct history_place  place = place_of(w);
    char                  made[32], resolved[PATH_MAX];
    struct planned        plan = { .inputs = inputs, .calls = sum->calls, .lanes = sum->lanes };
    struct err            err = { 0 };

    if (place.folder == NULL || w->options->after != NULL)
        return;
    time_text(clock_wall_ms(w->options->clock), made);
    plan.made = str_from(made);
    plan.run = str_from(files_real_path(w->run.path, resolved) != NULL ? resolved : w->run.path);
    for (size_t i = 0; i < m->input_count; i++) {
        const struct pipeline_input *in = &w->pipeline.inputs[i];

        if (in->source != NULL)
            inputs[plan.input_count++] = (struct planned_input){ .name = m->inputs[i].name,
                                                                 .file = str_from(record_source_name(in->source)),
                                                                 .sha256 = str_from(in->digest.text),
                                                                 .bytes = in->bytes,
                                                                 .read = in->counts.read,
                                                                 .planned = in->counts.planned,
                                                                 .rejected = in->counts.rejected };
    }
    if (plan_history_add(&place, &plan, w->mem, &err) != ETL_OK)
        findings_say(w->faults, SEVERITY_WARNING, NULL, 0, 0, "history",
                     "the plan is good, but the next one will not know of it: %s", err.text);
}

/* A path's end tells more than its beginning. */
struct str last_time_place(const struct planned *plan, struct arena *mem)
{
    enum { PATH_SHOWN = 50 };
    bool         is_long = plan->run.len > PATH_SHOWN;
    struct str   end = is_long ? str_skip(plan->run, plan->run.len - PATH_SHOWN) : plan->run;
    struct shown run = shown(end, false);
    bool         is_plain = strlen(run.text) == end.len + 2; /* within the quotes stands what it was */

    return arena_fmt(mem, "%.*s, %s%.*s", STR_ARG(str_head(plan->made, 10)), is_long ? "…" : "",
                     STR_ARG(is_plain ? end : str_from(run.text)));
}
