/* etl/plan/block.c - the stages of a block that any thread may run: split, keys, map, check, encode; and numbering. */
#include "etl/plan/block.h"

#include <stdarg.h>

#include "etl/extract/sealed_cells.h"

enum {
    BLOCK_MEMORY = 512 << 20, /* a block of 256 KiB, or one record of max_record with all it makes */
    ROW_MEMORY = 256 << 20,
    BLOCK_OUTPUT = 1 << 30
};

void block_init(struct block *b, struct pipeline *p, struct pipeline_input *in)
{
    *b = (struct block){ 0 };
    b->pipeline = p;
    b->in = in;
    b->input = &p->mapping->inputs[in->index];
    b->mapper = mapper_new(p->mapping, p->today, p->key);
    b->encoder = plan_encoder_new(p->mapping, p->key);
    b->sealer = sealer_new(p->key);
    b->says = record_says_new(b->input, p->key);
    b->tagger = block_tagger_new(p->plan->seal->key);
    arena_init(&b->mem, BLOCK_MEMORY, "a block of records");
    arena_init(&b->row_mem, ROW_MEMORY, "one record");
    buf_init(&b->out, BLOCK_OUTPUT, "the calls of a block of records");
    buf_init(&b->spill, BLOCK_OUTPUT, "the calls of a block of records");
    buf_init(&b->text, BLOCK_OUTPUT, "the findings of a block of records");
}

void block_release(struct block *b)
{
    record_block_release(b->records);
    mapper_free(b->mapper);
    plan_encoder_free(b->encoder);
    sealer_free(b->sealer);
    record_says_free(b->says);
    block_tagger_free(b->tagger);
    plan_lines_release(&b->plan);
    plan_lines_release(&b->findings);
    arena_release(&b->mem);
    arena_release(&b->row_mem);
    buf_wipe(&b->out);
    buf_wipe(&b->spill);
    buf_release(&b->text);
    free(b->items);
}

void block_reset(struct block *b)
{
    record_block_release(b->records);
    b->records = NULL;
    b->count = 0;
    b->kept = 0;
    b->spills = false;
    buf_reset(&b->spill);
    arena_reset(&b->mem);
    buf_reset(&b->out);
    buf_reset(&b->text);
}

void item_find(struct block *b, struct block_item *item, enum severity severity, const struct err *err)
{
    struct finding *more = ARENA_ARRAY(&b->mem, struct finding, item->finding_count + 1);

    if (item->finding_count != 0)
        memcpy(more, item->findings, item->finding_count * sizeof *more);
    more[item->finding_count] = (struct finding){ .err = *err, .severity = severity };
    if (err->field != NULL)
        more[item->finding_count].err.field = arena_cstr(&b->mem, str_from(err->field));
    item->findings = more;
    item->finding_count++;
    item->rejected = item->rejected || severity == SEVERITY_ERROR;
}

void item_reject(struct block *b, struct block_item *item, const char *field, const char *rule, const char *fmt, ...)
{
    struct err err = { .field = field };
    va_list    args;

    snprintf(err.rule, sizeof err.rule, "%s", rule);
    va_start(args, fmt);
    vsnprintf(err.text, sizeof err.text, fmt, args);
    va_end(args);
    item_find(b, item, SEVERITY_ERROR, &err);
}

static struct block_item *next_item(struct block *b)
{
    if (b->count == b->cap) {
        b->cap = b->cap != 0 ? 2 * b->cap : 1024;
        b->items = realloc(b->items, b->cap * sizeof *b->items);
        if (b->items == NULL)
            memory_exhausted("the records of a block", b->cap * sizeof *b->items);
    }
    memset(&b->items[b->count], 0, sizeof b->items[0]);
    return &b->items[b->count];
}

/* "customers.csv:17" */
static struct str where_of(struct block *b, uint64_t line)
{
    const char *name = record_source_name(b->in->source);
    size_t      name_len = strlen(name), at = 20;
    char        digits[20], *text;

    do {
        digits[--at] = (char)('0' + line % 10);
        line /= 10;
    } while (line != 0);
    text = arena_bytes(&b->mem, name_len + 1 + 20 - at);
    memcpy(text, name, name_len);
    text[name_len] = ':';
    memcpy(text + name_len + 1, digits + at, 20 - at);
    return str_of(text, name_len + 1 + 20 - at);
}

/* A file that came back from rejects/ has sealed cells: they are opened before anything else reads them. */
static enum etl_status open_sealed_cells(struct block *b, size_t input, struct record *r, struct err *err)
{
    return sealed_cells_open(b->sealer, b->pipeline->mapping, input, r, &b->mem, err);
}

static bool is_secret_column(const struct mapping_input *in, struct str name)
{
    for (size_t i = 0; i < in->column_count; i++)
        if (str_eq(in->columns[i], name))
            return in->secret[i];
    return false;
}

/* How the record is known again in the next plan. Its place in the file is no lane that lasts, so it does not count then. */
static void find_record_key(struct block *b, struct block_item *item, const struct str *unique)
{
    for (size_t i = 0; i < b->input->unique_count; i++)
        if (unique[i].len != 0 && !is_secret_column(b->input, b->input->unique[i])) {
            item->key = unique[i];
            return;
        }
    item->says = record_says_of(b->says, &item->row.record);
}

static void find_keys(struct block *b, struct block_item *item)
{
    const struct mapping_input *in = b->input;
    uint64_t                    seed = b->pipeline->seen->seed;
    struct row                  row = { .input = b->in->index, .record = &item->row.record };
    struct str                  unique[16];
    struct err                  err = { 0 };

    if (mapper_keys(b->mapper, &row, &b->mem, &item->lane, unique, &err) != ETL_OK) {
        if (!item->rejected) /* otherwise its fault is reported already */
            item_find(b, item, SEVERITY_ERROR, &err);
        item->lane = STR_NONE;
        return;
    }
    if (item->lane.ptr == NULL) {
        item->lane = item->where;
    } else {
        item->lane_key = digest_of(seed, DIGEST_LANE, 0, item->lane);
        if (b->pipeline->mapping->uses_nth)
            item->nth_key = digest_of(seed, DIGEST_NTH, (uint32_t)b->in->index, item->lane);
        if (in->parent >= 0)
            item->parent_key = digest_of(seed, DIGEST_PARENT, (uint32_t)in->parent, item->lane);
    }
    find_record_key(b, item, unique);
    if (in->unique_count != 0) {
        item->uniques = ARENA_ARRAY(&b->mem, struct digest, in->unique_count);
        for (size_t i = 0; i < in->unique_count; i++)
            if (unique[i].len != 0) /* an empty cell claims nothing */
                item->uniques[i] = digest_of(seed, DIGEST_UNIQUE, (uint32_t)(b->in->index << 8 | i), unique[i]);
    }
}

void block_split(struct block *b)
{
    bool has_secrets = mapping_input_has_secrets(b->input);

    for (;;) {
        struct block_item *item = next_item(b);
        struct err         err = { 0 };
        enum etl_status    st = record_source_next(b->in->source, b->records, &item->row, &err);

        if (st == ETL_END)
            break;
        b->count++;
        item->where = where_of(b, item->row.record.line);
        if (st != ETL_OK)
            item_find(b, item, SEVERITY_ERROR, &err);
        if (item->row.is_damaged)
            continue;
        item->misplaced = st != ETL_OK && has_secrets;
        if (has_secrets && open_sealed_cells(b, b->in->index, &item->row.record, &err) != ETL_OK)
            item_reject(b, item, NULL, err.rule, "%s", err.text);
        if (st == ETL_OK || item->row.record.count != 0)
            find_keys(b, item);
    }
}

/* ---- number ---- */

static enum etl_status fetch_parent(struct block *b, struct block_item *item, struct err *err)
{
    struct pipeline      *p = b->pipeline;
    size_t                parent = (size_t)b->input->parent;
    struct record_source *source = p->inputs[parent].source;
    struct parent_place   where;
    struct record        *record;
    enum etl_status       st;

    if (!seen_keys_parent(p->seen, parent, item->parent_key, &where)) {
        item->is_orphan = !b->input->orphans_allowed;
        item->parent = b->input->orphans_allowed ? &record_of_nothing : NULL;
        return ETL_OK;
    }
    if (where.runs_ago != 0) {
        const struct prior_runs_input *prior = prior_runs_input(p->prior, where.runs_ago, parent);

        if (prior == NULL)
            return ETL_OK; /* its row cannot be read: the mapper reports it */
        source = file_source_records(prior->file);
    }
    record = ARENA_NEW(&b->mem, struct record);
    st = record_source_again(source, where.offset, where.length, &b->mem, record, err);
    if (st == ETL_OK && mapping_input_has_secrets(&p->mapping->inputs[parent]))
        st = open_sealed_cells(b, parent, record, err);
    if (st == ETL_OK)
        item->parent = record;
    return st;
}

enum etl_status block_number(struct block *b, struct err *err)
{
    const struct mapping *m = b->pipeline->mapping;
    struct seen_keys     *seen = b->pipeline->seen;

    for (size_t i = 0; i < b->count; i++) {
        struct block_item *item = &b->items[i];

        item->nth = 1;
        if (item->lane.ptr == NULL || !b->input->has_lane)
            continue;
        if (m->uses_nth)
            item->nth = seen_keys_count_up(seen, item->nth_key);
        item->counts = ARENA_ARRAY(&b->mem, uint64_t, m->input_count);
        for (size_t k = 0; k < m->input_count; k++)
            if (m->counts[k])
                item->counts[k] = seen_keys_count(seen, digest_of(seen->seed, DIGEST_COUNT, (uint32_t)k, item->lane));
        if (m->uses_parent && b->input->parent >= 0) {
            enum etl_status st = fetch_parent(b, item, err);

            if (st != ETL_OK)
                return st;
        }
    }
    return ETL_OK;
}

/* ---- map + check + encode ---- */

/* Where a once_per value is claimed. The first calls of a mapping have their bits in the entry of the lane of that name, whether or not there is such
 * a lane: mostly it is the record's own, which is looked up anyway. The calls of a record mostly have the same value. */
static void find_once(struct block *b, const struct block_item *item, const struct mapped_call *call,
                      struct call_line *line)
{
    unsigned position = (unsigned)call->call->position;
    uint64_t seed = b->pipeline->seen->seed;

    line->has_once = true;
    line->once_bit = (uint8_t)(position < LANE_CALLS ? LANE_CALLS_AT + position : position % SEEN_CALLS);
    if (position >= LANE_CALLS)
        line->once = digest_of(seed, DIGEST_ONCE, position / SEEN_CALLS, call->once_per);
    else if (b->input->has_lane && str_eq(call->once_per, item->lane))
        line->once = item->lane_key;
    else
        line->once = digest_of(seed, DIGEST_LANE, 0, call->once_per);
}

static void encode_record(struct block *b, struct block_item *item, const struct mapped *mapped)
{
    struct record_line r = { item->lane, item->where, item->key, item->says };

    item->lines = ARENA_ARRAY(&b->mem, struct call_line, mapped->count + 1);
    item->line_count = mapped->count;
    item->begin = b->out.len;
    plan_encoder_begin(b->encoder, &r, &b->out);
    item->head_bytes = b->out.len - item->begin;
    for (size_t i = 0; i < mapped->count; i++) {
        const struct mapped_call *call = &mapped->calls[i];
        struct call_line         *line = &item->lines[i];

        line->begin = b->out.len;
        plan_encoder_call(b->encoder, call, i == 0, &b->out);
        line->end = b->out.len;
        line->call = (uint16_t)(call->call - b->pipeline->mapping->calls);
        line->dangers = (uint8_t)call->dangers;
        if (call->once_per.ptr != NULL)
            find_once(b, item, call, line);
    }
    plan_encoder_end(&b->out);
}

void block_map(struct block *b)
{
    for (size_t i = 0; i < b->count; i++) {
        struct block_item *item = &b->items[i];
        struct row         row = { b->in->index, &item->row.record, item->parent, item->nth,
                                   item->counts, item->row.change,  item->row.old };
        struct mapped      mapped = { 0 };

        if (item->rejected || item->is_orphan)
            continue;
        mapper_row(b->mapper, &row, item->lane, &b->row_mem, &mapped);
        for (size_t k = 0; k < mapped.finding_count; k++)
            item_find(b, item, mapped.findings[k].severity, &mapped.findings[k].err);
        stage_times_lap(b->times, STAGE_MAP);
        if (mapped.rejected)
            item->rejected = true;
        else if (mapped.count != 0)
            encode_record(b, item, &mapped);
        stage_times_lap(b->times, STAGE_ENCODE);
        arena_reset(&b->row_mem);
    }
    if (buf_failed(&b->out))
        memory_exhausted(b->out.what, b->out.max);
}
