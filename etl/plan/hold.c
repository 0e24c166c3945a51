/* etl/plan/hold.c - lanes that a guard holds: kept out of the plan, and listed among its findings. */
#include "etl/plan/hold.h"

#include "etl/mapping/keywords.h"
#include "etl/mapping/program.h"
#include "etl/plan/digest_set.h"
#include "etl/plan/guards.h"
#include "etl/plan/plan_encoder.h"
#include "etl/plan/planning.h"

/* A lane's calls with each danger, 16 bits each. */
enum { COUNT_BITS = 16, COUNT_MAX = (1 << COUNT_BITS) - 1, DANGERS = GUARDS - GUARD_CUTS };
enum { LINE_MEMORY = 256 << 20, FINDINGS_BYTES = 64 << 20, WRITE_BYTES = 256 << 10 };

struct hold {
    unsigned           kinds; /* bits of DANGER_*: those whose guard has a hold */
    struct digest_set *lanes;
    unsigned           over; /* those of which there are too many */
    struct str         why[DANGERS];
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

/* All dangers of a lane are counted, since a lane is held with all of its calls. */
void hold_note(struct hold *h, struct str lane, unsigned dangers)
{
    uint64_t *counts;

    if (h == NULL || dangers == 0)
        return;
    counts = digest_set_put(h->lanes, lane_digest(lane));
    for (int d = 0; d < DANGERS; d++)
        if ((dangers >> d & 1) != 0 && (*counts >> COUNT_BITS * d & COUNT_MAX) != COUNT_MAX)
            *counts += UINT64_C(1) << COUNT_BITS * d;
}

static uint64_t danger_count(uint64_t counts, int danger)
{
    return counts >> COUNT_BITS * danger & COUNT_MAX;
}

/* Which guards hold, and in which words. */
static bool find_reasons(struct planning *w, const struct plan_counts *sum)
{
    struct hold *h = w->hold;

    for (int d = 0; d < DANGERS; d++) {
        uint64_t limit = guards_hold_limit(w->mapping, w->options, (enum guard_kind)(GUARD_CUTS + d), sum->calls);

        if ((h->kinds >> d & 1) == 0 || sum->dangers[d] <= limit)
            continue;
        h->over |= 1U << d;
        h->why[d] = arena_fmt(
            w->mem,
            "held: %llu of %llu calls %s, the mapping's guard lets %llu through; if that is right, plan again with --allow %s=%llu --because TEXT",
            (unsigned long long)sum->dangers[d], (unsigned long long)sum->calls, guard_words[GUARD_CUTS + d],
            (unsigned long long)limit, mapping_guard_keys[GUARD_CUTS + d], (unsigned long long)sum->dangers[d]);
    }
    return h->over != 0;
}

/* ---- the plan once more ---- */

struct refiltering {
    struct planning    *w;
    struct plan_counts *sum;
    struct plan_head    head;
    struct arena        mem; /* one line's */
    struct buf          lines, findings;
    struct digest_set  *seen; /* lanes whose dangers are taken out of the sum already */
    struct err         *err;
};

/* The danger for which this record's lane is held; -1: it is not. *counts: of the lane's calls with each danger. */
static int held_for(const struct refiltering *f, const struct plan_record *r, uint64_t *counts)
{
    const struct hold *h = f->w->hold;
    uint64_t *found = r->calls[0].head->stage == STAGE_LANE ? digest_set_get(h->lanes, lane_digest(r->lane)) : NULL;

    *counts = found != NULL ? *found : 0;
    for (int d = 0; d < DANGERS; d++)
        if ((h->over >> d & 1) != 0 && danger_count(*counts, d) != 0)
            return d;
    return -1;
}

static void list_record(struct refiltering *f, const struct plan_record *r, int danger)
{
    struct err reason = { 0 };

    err_set(&reason, ETL_REJECT, guard_rules[GUARD_CUTS + danger], "%.*s", STR_ARG(f->w->hold->why[danger]));
    plan_encoder_finding(&f->findings, arena_cstr(&f->mem, r->calls[0].head->input), r->from, r->lane, OFFSET_UNKNOWN,
                         &reason, SEVERITY_WARNING);
}

/* Takes a held record out of what was counted: of the whole, and of its input. */
static void count_out(struct refiltering *f, const struct plan_record *r, uint64_t dangers)
{
    struct pipeline    *p = &f->w->pipeline;
    int                 input = mapping_input_named(f->w->mapping, r->calls[0].head->input);
    struct plan_counts *own = &p->inputs[input].counts, *both[] = { f->sum, own };
    uint64_t           *known = digest_set_put(f->seen, lane_digest(r->lane));
    bool                is_new = *known == 0;

    *known = 1;
    for (size_t i = 0; i < r->call_count; i++)
        p->command_calls[r->calls[i].position]--;
    for (size_t i = 0; i < 2; i++) {
        both[i]->planned--;
        both[i]->held++;
        both[i]->calls -= r->call_count;
        both[i]->warnings++;
    }
    f->sum->lanes -= is_new;
    f->sum->held_lanes += is_new;
    for (int d = 0; d < DANGERS && is_new; d++)
        f->sum->dangers[d] -= danger_count(dangers, d);
}

static enum etl_status flush(struct refiltering *f, size_t least)
{
    enum etl_status st = ETL_OK;

    if (f->lines.len < least)
        return ETL_OK;
    st = plan_writer_put(&f->w->plan, buf_str(&f->lines), f->err);
    buf_reset(&f->lines);
    if (st == ETL_OK)
        st = plan_writer_put(&f->w->findings, buf_str(&f->findings), f->err);
    buf_reset(&f->findings);
    return st;
}

static enum etl_status see_line(struct refiltering *f, struct str line)
{
    struct plan_record r;
    uint64_t           dangers;
    int                danger;
    enum etl_status    st = plan_record_parse(&(struct plan_wanted){ &f->head, 0 }, line, &f->mem, &r, f->err);

    if (st != ETL_OK)
        return st;
    danger = held_for(f, &r, &dangers);
    if (danger >= 0) {
        list_record(f, &r, danger);
        count_out(f, &r, dangers);
    } else {
        buf_add(&f->lines, line);
        buf_byte(&f->lines, '\n');
    }
    return flush(f, WRITE_BYTES);
}

static enum etl_status copy_lines(struct refiltering *f, struct plan_reader *from)
{
    struct str      line;
    uint64_t        offset;
    enum etl_status st = plan_head_read(from, f->w->mem, &f->head, f->err);

    if (st == ETL_OK)
        plan_head_write(&f->head, &f->lines);
    if (st == ETL_OK)
        st = flush(f, 0); /* a block of its own, as in every plan */
    while (st == ETL_OK && (st = plan_reader_next(from, &line, &offset, f->err)) == ETL_OK) {
        arena_reset(&f->mem);
        st = see_line(f, line);
    }
    return st == ETL_END ? flush(f, 0) : st;
}

/* The old plan has no name yet, and its tags were never written down: the new one may use its blocks' places. */
static enum etl_status write_again(struct refiltering *f)
{
    struct planning    *w = f->w;
    struct sealed_file  old = *w->plan.sealed;
    struct atomic_file  old_file = w->plan.file;
    struct plan_reader *from = NULL;
    enum etl_status     st = plan_reader_open(old_file.temporary, &old, w->seal.key, &from, f->err);

    if (st == ETL_OK)
        st = plan_writer_again(&w->plan, &w->run, f->err);
    if (st == ETL_OK)
        st = copy_lines(f, from);
    plan_reader_close(from);
    atomic_file_drop(&old_file);
    return st;
}

enum etl_status hold_lanes(struct planning *w, struct plan_counts *sum, struct err *err)
{
    struct refiltering f = { .w = w, .sum = sum, .err = err };
    enum etl_status    st;

    if (w->hold == NULL || !find_reasons(w, sum))
        return ETL_OK;
    arena_init(&f.mem, LINE_MEMORY, "a line of plan.jsonl");
    buf_init(&f.lines, LINE_MEMORY, "lines of plan.jsonl");
    buf_init(&f.findings, FINDINGS_BYTES, "lines of findings.jsonl");
    f.seen = digest_set_new(UINT64_C(1) << 32);
    st = write_again(&f);
    digest_set_free(f.seen);
    buf_release(&f.findings);
    buf_release(&f.lines);
    arena_release(&f.mem);
    return st;
}
