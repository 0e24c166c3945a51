/* etl/plan/hold.c - lanes that a guard holds. */
#include "etl/plan/hold.h"

#include "etl/mapping/keywords.h"
#include "etl/mapping/program.h"
#include "etl/plan/digest_set.h"
#include "etl/plan/guards.h"
#include "etl/plan/planning.h"

/* A lane's number: the dangers of its calls, and whether it was held already. */
enum { DANGERS = GUARDS - GUARD_CUTS };
#define LANE_HELD (UINT64_C(1) << 8)

struct hold {
    unsigned           kinds; /* bits of DANGER_*: those whose guard has a hold */
    struct digest_set *lanes;
    unsigned           over; /* those of which there are too many; 0: nothing is held */
    struct err         why[DANGERS];
};

struct hold *hold_new(const struct planning *w)
{
    struct hold *h;
    unsigned     kinds = 0;

    for (int d = 0; d < DANGERS; d++)
        if (w->mapping->guards[GUARD_CUTS + d].has_hold)
            kinds |= 1U << d;
    if (kinds == 0)
        return NULL;
    h = calloc(1, sizeof *h);
    if (h == NULL)
        memory_exhausted("the lanes that may be held", sizeof *h);
    h->kinds = kinds;
    h->lanes = digest_set_new(UINT64_C(1) << 32);
    return h;
}

void hold_free(struct hold *h)
{
    if (h == NULL)
        return;
    digest_set_free(h->lanes);
    free(h);
}

static struct digest lane_digest(struct str lane)
{
    return digest_of(0, DIGEST_LANE, 0, lane);
}

void hold_note(struct hold *h, struct str lane, unsigned dangers)
{
    if (h != NULL && (dangers & h->kinds) != 0 && h->over == 0)
        *digest_set_put(h->lanes, lane_digest(lane)) |= dangers & h->kinds;
}

bool hold_decide(const struct planning *w, const struct plan_counts *sum)
{
    struct hold *h = w->hold;

    for (int d = 0; d < DANGERS && h != NULL; d++) {
        enum guard_kind kind = (enum guard_kind)(GUARD_CUTS + d);
        uint64_t        limit = guards_hold_limit(w->mapping, w->options, kind, sum->calls);

        if ((h->kinds >> d & 1) == 0 || sum->dangers[d] <= limit)
            continue;
        h->over |= 1U << d;
        err_set(
            &h->why[d], ETL_REJECT, guard_rules[kind],
            "held: %llu of %llu calls %s, the mapping's guard lets %llu through; if they are right, plan these records --after this run "
            "with --allow %s=%llu --because TEXT",
            (unsigned long long)sum->dangers[d], (unsigned long long)sum->calls, guard_words[kind],
            (unsigned long long)limit, mapping_guard_keys[kind], (unsigned long long)sum->dangers[d]);
    }
    return h != NULL && h->over != 0;
}

const struct err *hold_reason(struct hold *h, struct str lane, bool *is_new)
{
    uint64_t *found = h != NULL && h->over != 0 ? digest_set_get(h->lanes, lane_digest(lane)) : NULL;

    for (int d = 0; d < DANGERS && found != NULL; d++) {
        if ((*found & h->over & 1U << d) == 0)
            continue;
        *is_new = (*found & LANE_HELD) == 0;
        *found |= LANE_HELD;
        return &h->why[d];
    }
    return NULL;
}
