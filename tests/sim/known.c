/* tests/sim/known.c - failures that are expected, until they are mended. */
#include "tests/sim/known.h"

#include "tests/sim/back_office.h"

/* ---- what happened to the call of a violation ---- */

static const struct sim_call *call_of(const struct world *w, const struct violation *v)
{
    static const struct sim_call none = { .makes_to = -1 };

    return v->call >= 0 ? &w->calls[v->call] : &none;
}

static bool met(const struct sim_call *c, enum fate fate)
{
    return (c->met & 1U << fate) != 0;
}

static bool any_late(const struct sim_call *c)
{
    for (unsigned i = 0; i < c->deed_count && i < DEEDS_KEPT; i++)
        if (c->deeds[i].late)
            return true;
    return false;
}

/* ---- the rows' conditions ---- */

static bool is_set_back(const struct world *w, const struct violation *v)
{
    (void)v;
    return w->era != 0;
}

/* Itself, or another call of the same thing: a late change undoes a later one, a late create is dropped a second time. */
static bool is_late(const struct world *w, const struct violation *v)
{
    const struct sim_call *c = call_of(w, v);

    if (v->call < 0 || (v->invariant != ONCE && v->invariant != TRUTH))
        return false;
    for (size_t i = 0; i < w->call_count; i++)
        if (strcmp(w->calls[i].key, c->key) == 0 && any_late(&w->calls[i]))
            return true;
    return false;
}

/* Only what is not shown at once can be missed by two looks. */
static bool is_clock_step(const struct world *w, const struct violation *v)
{
    return (v->invariant == ONCE || v->invariant == TRUTH) && call_of(w, v)->requests > 1 && w->clocks_ahead != 0 &&
           w->lag_us != 0;
}

static bool is_older_capture(const struct world *w, const struct violation *v)
{
    const struct sim_call *c = call_of(w, v);

    return v->invariant == ORDER && strcmp(v->rule, "another-reference") == 0 && c->makes_to >= 0 &&
           met(&w->calls[c->makes_to], WEB_PAGE_SAYS_OK);
}

static bool is_after_403(const struct world *w, const struct violation *v)
{
    return (v->invariant == ONCE || v->invariant == TRUTH) && met(call_of(w, v), ERROR_403_AFTER);
}

static bool is_after_404(const struct world *w, const struct violation *v)
{
    return v->invariant == TRUTH && strcmp(v->rule, "not-done") == 0 && met(call_of(w, v), ERROR_404_AFTER);
}

static bool is_page_that_says_ok(const struct world *w, const struct violation *v)
{
    return v->invariant == TRUTH && strcmp(v->rule, "done") == 0 && met(call_of(w, v), WEB_PAGE_SAYS_OK);
}

static bool is_hit_of_another(const struct world *w, const struct violation *v)
{
    return v->invariant == TRUTH && strcmp(v->rule, "done") == 0 && call_of(w, v)->command == SIGN;
}

static bool is_one_look(const struct world *w, const struct violation *v)
{
    return v->invariant == TRUTH && strcmp(v->rule, "done") == 0 && call_of(w, v)->command == DROP;
}

static bool is_short_report(const struct world *w, const struct violation *v)
{
    return (v->invariant == ONCE || v->invariant == TRUTH) && call_of(w, v)->command == ENLIST &&
           w->rate[REPORT_SHORT] != 0;
}

static bool is_not_looked_for(const struct world *w, const struct violation *v)
{
    (void)w;
    return v->invariant == EXIT && strcmp(v->rule, "not-looked-for") == 0;
}

const struct known known[] = {
    { "put-back", is_set_back, "a run folder that is put back from a copy, or loses its ledger, is sent again",
      "what an account got from us is remembered outside the run; a ledger behind it stops the run" },
    { "late-act", is_late,
      "a request that is acted on after its time-out was proved absent and sent again, or its call was told otherwise",
      "nothing of a call is sent again, and its lane waits, as long as a request given up can still live" },
    { "403-after", is_after_403, "a 403 that comes after the deed counts as a refused login: the call is pending again",
      "only what provably was not carried out is pending again; other 4xx are uncertain" },
    { "404-after", is_after_404, "a 404 that comes after the deed is told as failed",
      "failed is provably not carried out; other 4xx are uncertain" },
    { "page-says-ok", is_page_that_says_ok, "a web page with the right text counts as done",
      "an answer of another content type is no answer" },
    { "hit-of-another", is_hit_of_another, "what a search finds counts as ours, though its row does not carry our key",
      "there is a row whose own value equals ours" },
    { "one-look", is_one_look, "a removal that is not seen once counts as done",
      "absence needs two looks, the last after settle_seconds" },
    { "short-report", is_short_report, "a report that ends early behind a line counts as complete",
      "not there is said only by a complete read" },
    { "clock-ahead", is_clock_step,
      "a wall clock that is set ahead between two looks makes them count as far enough apart",
      "how far apart two looks are is a lower bound, by a clock that nobody sets" },
    { "older-capture", is_older_capture, "the latest done call yielded nothing, so an earlier one's number is used",
      "NAME.capture is what the latest done call of that name yielded" },
    { "not-looked-for", is_not_looked_for,
      "finished, with calls not sent, since the read before their first sending failed",
      "0 or 1 only when nothing chosen is left unsent without an outcome" },
};
const size_t known_count = sizeof known / sizeof known[0];

int known_find(const struct world *w, const struct violation *v)
{
    for (size_t i = 0; i < known_count; i++)
        if (known[i].is(w, v))
            return (int)i;
    return -1;
}
