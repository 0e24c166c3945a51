/* etl/lane/prior_lane.c - what the runs before knew of a lane: its rows, its parents. */
#include "etl/lane/prior_lane.h"

#include "etl/extract/sealed_cells.h"
#include "etl/mapping/mapping.h"
#include "etl/plan/prior_runs.h"
#include "etl/run/run_facts.h"
#include "etl/secrets/sealer.h"

struct prior_lane {
    struct seen_keys   seen;
    struct prior_runs *prior;
};

static void bind_parents(struct mapping *m, const struct prior_runs *e, struct findings *faults)
{
    for (size_t i = 0; i < m->input_count; i++)
        for (unsigned ago = 1; ago < PARENT_FAR && m->inputs[i].column_count == 0; ago++) {
            const struct prior_runs_input *in = prior_runs_input(e, ago, i);

            if (in != NULL)
                mapping_bind(m, i, in->columns, in->column_count, faults);
        }
}

static enum etl_status load_known(struct seen_keys *seen, const char *after, const struct lane_records *l,
                                  struct err *err)
{
    struct seal    *seal = ARENA_NEW(l->mem, struct seal);
    enum etl_status st = seal_read(after, l->key, l->mem, seal, err);

    if (st != ETL_OK)
        return st;
    st = seen_keys_load(seen, arena_cstr(l->mem, arena_fmt(l->mem, "%s/%s", after, KNOWN_FILE)), seal, err);
    seal_release(seal);
    return st;
}

struct prior_lane *prior_lane_open(const struct lane_records *l, const char *after, struct findings *faults)
{
    struct prior_lane *b;
    struct err         err = { 0 };

    if (l->key == NULL) /* known.bin is keyed: nothing can be looked up in it */
        return NULL;
    b = calloc(1, sizeof *b);
    if (b == NULL)
        memory_exhausted("the runs before", sizeof *b);
    seen_keys_init(&b->seen, l->key);
    if (load_known(&b->seen, after, l, &err) != ETL_OK)
        findings_add(faults, SEVERITY_WARNING, &err, NULL);
    if (l->mapping->uses_parent && prior_runs_open(after, l->mapping, l->mem, &b->prior, faults) == ETL_OK)
        bind_parents(l->mapping, b->prior, faults);
    return b;
}

/* The lane's parent row of an input, from the extract of the run that accepted it. NULL: none, or it is not at hand. */
static const struct record *fetch_parent(struct lane_records *l, size_t input, struct prior_lane *b)
{
    const struct prior_runs_input *in;
    struct parent_place            where;
    struct record                 *record = ARENA_NEW(l->mem, struct record);
    struct sealer                 *sealer;

    if (!seen_keys_parent(&b->seen, input, digest_of(b->seen.seed, DIGEST_PARENT, (uint32_t)input, l->lane), &where))
        return NULL;
    in = prior_runs_input(b->prior, where.runs_ago, input);
    if (in == NULL)
        return NULL;
    if (record_source_again(file_source_records(in->file), where.offset, where.length, l->mem, record, NULL) != ETL_OK)
        return NULL;
    sealer = sealer_new(l->key);
    sealed_cells_open(sealer, l->mapping, input, record, l->mem, NULL);
    sealer_free(sealer);
    return record;
}

static void add_parents(struct lane_records *l, struct prior_lane *b)
{
    for (size_t i = 0; i < l->mapping->input_count; i++) {
        int                  parent = l->mapping->inputs[i].parent;
        const struct record *prior;

        /* The parent is the first row that was ever accepted, so a row of a prior run comes before one of this run. */
        if (parent >= 0 && (prior = fetch_parent(l, (size_t)parent, b)) != NULL)
            l->parents[parent] = prior;
    }
}

static void add_rows(struct lane_records *l, struct prior_lane *b)
{
    for (size_t i = 0; i < l->count; i++)
        l->records[i].nth +=
            seen_keys_count(&b->seen, digest_of(b->seen.seed, DIGEST_NTH, (uint32_t)l->records[i].input, l->lane));
    for (size_t i = 0; i < l->mapping->input_count; i++)
        l->counts[i] += seen_keys_count(&b->seen, digest_of(b->seen.seed, DIGEST_COUNT, (uint32_t)i, l->lane));
}

void prior_lane_add(struct prior_lane *b, struct lane_records *l)
{
    if (b == NULL || l->lane.ptr == NULL)
        return;
    add_parents(l, b);
    add_rows(l, b);
}

void prior_lane_close(struct prior_lane *b)
{
    if (b == NULL)
        return;
    prior_runs_close(b->prior);
    seen_keys_release(&b->seen);
    free(b);
}
