/* etl/pull/report_selection.c - which reports a pull asks. */
#include "etl/pull/report_selection.h"

#include "etl/core/system/log.h"

/* Is the report asked for each row of this table? */
static bool asks_for_rows_of(const struct report *r, struct str table)
{
    for (size_t i = 0; i < r->each.table_count; i++)
        if (str_eq(r->each.tables[i], table))
            return true;
    return false;
}

/* A report that needs a value of --ask and has none is left out. If it was named, that is a fault. */
static void leave_out_untold(struct pulled *p, struct findings *faults)
{
    for (size_t i = 0; i < p->provider->report_count; i++) {
        const struct report *r = &p->provider->reports[i];
        bool                 told = r->ask.param.ptr == NULL || r->ask.count != 0;

        for (size_t k = 0; k < p->options->ask_count; k++)
            told = told || str_eq(p->options->ask[k].name, r->ask.param);
        if (told || !p->reports[i].wanted)
            continue;
        p->reports[i].wanted = false;
        p->reports[i].untold = true;
        if (p->options->report_count != 0)
            findings_say(faults, SEVERITY_ERROR, NULL, 0, 0, "report-untold",
                         "%.*s has to be told what to ask: --ask %.*s=…", STR_ARG(r->name), STR_ARG(r->ask.param));
    }
}

static void choose_reports(struct pulled *p, struct findings *faults)
{
    const struct pull_options *o = p->options;
    struct str                *names = ARENA_ARRAY(p->mem, struct str, p->provider->report_count + 1);

    for (size_t i = 0; i < p->provider->report_count; i++) {
        names[i] = p->provider->reports[i].name;
        p->reports[i].wanted = o->report_count == 0;
    }
    for (size_t k = 0; k < o->report_count; k++) {
        size_t     i = 0;
        struct str near;

        while (i < p->provider->report_count && !str_is(names[i], o->reports[k]))
            i++;
        if (i < p->provider->report_count) {
            p->reports[i].wanted = true;
            continue;
        }
        near = str_nearest(str_from(o->reports[k]), names, p->provider->report_count);
        findings_say(faults, SEVERITY_ERROR, NULL, 0, 0, "report-unknown", "%.*s has no report \"%s\"%s%.*s%s",
                     STR_ARG(p->provider->name), o->reports[k], near.ptr != NULL ? ", did you mean \"" : "",
                     STR_ARG(near), near.ptr != NULL ? "\"?" : "; subferry provider show tells which");
    }
    /* A report that is asked for each row of a table needs the reports that fill the table. */
    for (size_t i = p->provider->report_count; i-- > 0;)
        for (size_t k = 0; k < i && p->reports[i].wanted; k++)
            if (asks_for_rows_of(&p->provider->reports[i], p->provider->reports[k].table) && !p->reports[k].wanted) {
                p->reports[k].wanted = true;
                say("%.*s is asked too: %.*s needs its rows", STR_ARG(names[k]), STR_ARG(names[i]));
            }
}

void report_selection_make(struct pulled *p, struct findings *faults)
{
    choose_reports(p, faults);
    leave_out_untold(p, faults);
}
