/* etl/lane/lane_records.c - the records of one lane, found again in the files that they came from. */
#include "etl/lane/lane_records.h"

#include "etl/extract/record_copy.h"
#include "etl/extract/sealed_cells.h"
#include "etl/lane/prior_lane.h"
#include "etl/mapping/mapping.h"
#include "etl/secrets/sealer.h"

struct lane_search { /* through one file */
    struct lane_records *l;
    size_t               input;
    struct file_source  *file;
    struct sealer       *sealer;
    struct arena         mem;     /* a block's */
    bool                 looking; /* for the lane of the wanted place */
};

/* ---- one record ---- */

static void keep(struct lane_search *r, const struct record *record, struct str where, const struct err *damage)
{
    struct lane_records *l = r->l;
    struct lane_record   row = { .record = record_copy(l->mapping, r->input, record, l->mem),
                                 .input = r->input,
                                 .nth = l->counts[r->input],
                                 .where = arena_str(l->mem, where) };

    if (damage != NULL)
        row.damage = *damage;
    if (l->count < LANE_RECORDS_MAX)
        ARENA_PUSH(l->mem, l->records, l->count, l->cap) = row;
    else
        l->left_out++;
}

static void see(struct lane_search *r, struct record *record, bool damaged, const struct err *damage)
{
    struct lane_records *l = r->l;
    struct str           where = arena_fmt(&r->mem, "%s:%llu", record_source_name(file_source_records(r->file)),
                                           (unsigned long long)record->line);
    struct row           row = { .input = r->input, .record = record };
    struct str           lane = STR_NONE, unique[16];
    struct err           unused = { 0 };
    bool                 rejected, is_place = str_eq(where, l->wanted);

    if (damage != NULL && mapping_input_has_secrets(&l->mapping->inputs[r->input]))
        record->count = 0;
    if (!damaged && record->count != 0) {
        if (r->sealer != NULL) /* opens the cells that a reject file sealed, as planning does */
            sealed_cells_open(r->sealer, l->mapping, r->input, record, &r->mem, NULL);
        mapper_keys(l->mapper, &row, &r->mem, &lane, unique, &unused);
    }
    if (r->looking) {
        if (l->wanted.ptr == NULL && damage == NULL) {
            l->wanted = arena_str(l->mem, where);
            is_place = true;
        }
        if (l->lane.ptr == NULL && (is_place || (lane.ptr != NULL && str_eq(lane, l->wanted))))
            l->lane = arena_str(l->mem, lane.ptr != NULL ? lane : where);
        return;
    }
    if (lane.ptr != NULL ? !str_eq(lane, l->lane) : !is_place && !str_eq(where, l->lane))
        return;
    rejected = l->is_reject != NULL && l->is_reject(l->context, where);
    l->counts[r->input]++;
    keep(r, record, where, damage);
    if (!rejected && damage == NULL && l->parents[r->input] == NULL) {
        struct record *parent = ARENA_NEW(l->mem, struct record);

        *parent = record_copy(l->mapping, r->input, record, l->mem);
        l->parents[r->input] = parent;
    }
}

/* ---- one file ---- */

static enum etl_status open_file(struct lane_search *r, struct err *err)
{
    const struct lane_file          *file = &r->l->files[r->input];
    const struct file_source_options options = { .path = file->path, .has_reasons = file->has_reasons };
    enum etl_status                  st = file_source_open(r->l->mapping, r->input, &options, r->l->mem, &r->file, err);

    return st == ETL_OK ? file_source_start(r->file, err) : st;
}

static enum etl_status read_records(struct lane_search *r, struct err *err)
{
    struct record_source *source = file_source_records(r->file);
    struct record_block  *block;
    enum etl_status       st;

    while ((st = record_source_block(source, &block, err)) == ETL_OK) {
        struct source_record row = { 0 };
        struct err           damage = { 0 };

        while ((st = record_source_next(source, block, &row, &damage)) != ETL_END)
            see(r, &row.record, row.is_damaged, st == ETL_OK ? NULL : &damage);
        record_block_release(block);
        arena_reset(&r->mem);
    }
    return st == ETL_END ? ETL_OK : st;
}

static void read_file(struct lane_records *l, size_t input, bool looking)
{
    struct lane_file  *file = &l->files[input];
    struct lane_search r = { .l = l, .input = input, .looking = looking };
    enum etl_status    st;

    arena_init(&r.mem, 256U << 20, "a block of records");
    r.sealer = l->key != NULL ? sealer_new(l->key) : NULL;
    st = open_file(&r, &file->problem);
    if (st == ETL_OK)
        st = read_records(&r, &file->problem);
    if (st == ETL_OK)
        file->digest = file_source_digest(r.file);
    record_source_close(file_source_records(r.file));
    sealer_free(r.sealer);
    arena_release(&r.mem);
}

/* The columns have to be known before the first mapper is made. */
static void bind_columns(struct lane_records *l, size_t input, struct findings *faults)
{
    struct lane_file  *file = &l->files[input];
    struct lane_search r = { .l = l, .input = input };
    size_t             errors = faults->errors, count;

    if (open_file(&r, &file->problem) == ETL_OK) {
        const struct str *columns = file_source_columns(r.file, &count);

        mapping_bind(l->mapping, input, columns, count, faults);
        if (faults->errors != errors)
            err_set(&file->problem, ETL_FAIL, "columns", "its columns are no longer those of the mapping");
    }
    record_source_close(file_source_records(r.file));
}

static void read_all(struct lane_records *l, bool looking)
{
    for (size_t i = 0; i < l->mapping->input_count; i++)
        if (l->files[i].path != NULL && l->files[i].problem.text[0] == '\0')
            read_file(l, i, looking);
}

void lane_records_find(struct lane_records *l, struct findings *faults)
{
    const struct mapping *m = l->mapping;
    struct prior_lane    *before = NULL;

    l->counts = ARENA_ARRAY(l->mem, uint64_t, m->input_count + 1);
    l->parents = ARENA_ARRAY(l->mem, const struct record *, m->input_count + 1);
    for (size_t i = 0; i < m->input_count; i++)
        if (l->files[i].path != NULL)
            bind_columns(l, i, faults);
    if (l->after != NULL)
        before = prior_lane_open(l, l->after, faults);
    l->mapper = mapper_new(m, l->today, l->key);
    if (l->lane.ptr == NULL)
        read_all(l, true);
    if (l->lane.ptr != NULL)
        read_all(l, false);
    prior_lane_add(before, l);
    prior_lane_close(before);
}

struct row lane_record_row(const struct lane_records *l, size_t i)
{
    const struct lane_record   *r = &l->records[i];
    const struct mapping_input *in = &l->mapping->inputs[r->input];
    const struct record        *parent = in->parent >= 0 ? l->parents[in->parent] : NULL;

    if (parent == NULL && in->orphans_allowed)
        parent = &record_of_nothing;
    return (struct row){ r->input, &r->record, parent, r->nth, l->counts, RECORD_ADDED, NULL };
}
