/* etl/plan/accept.c - the last stages of a block, in input order: which records are in, which are rejected; writes plan, findings, rejects. */
#include "etl/plan/block.h"
#include "etl/plan/hold.h"

/* "customers.csv:17": names the record that came first. */
static void name_place(struct block *b, struct seen_place where, char *out, size_t size)
{
    const struct pipeline_input *in = where.input != PLACE_AFTER ? &b->pipeline->inputs[where.input] : NULL;

    if (in == NULL || in->source == NULL)
        snprintf(out, size, "the run that this one comes after");
    else
        snprintf(out, size, "%s:%llu", record_source_name(in->source), (unsigned long long)where.line);
}

/* The faults that depend on the records before: claimed values, rejected lanes, missing parents. */
static void check_against_others(struct block *b, struct block_item *item)
{
    struct seen_keys   *seen = b->pipeline->seen;
    struct seen_place   first;
    char                place[300];
    struct parent_place parent_row;

    for (size_t i = 0; i < b->input->unique_count; i++) {
        if (item->uniques[i].high == 0 || seen_keys_is_free(seen, item->uniques[i], &first))
            continue;
        name_place(b, first, place, sizeof place);
        item_reject(b, item, arena_cstr(&b->mem, b->input->unique[i]), "unique", "this value stands in %s already",
                    place);
    }
    if (!b->input->has_lane)
        return;
    if (seen_keys_lane_rejected(seen, item->lane_key, &first)) {
        name_place(b, first, place, sizeof place);
        item_reject(b, item, NULL, "lane", "an earlier record of this lane was rejected: %s; mend that first", place);
    } else if (b->input->parent >= 0 && !b->input->orphans_allowed &&
               !seen_keys_parent(seen, (size_t)b->input->parent, item->parent_key, &parent_row)) {
        const struct mapping_input *parent = &b->pipeline->mapping->inputs[b->input->parent];

        item_reject(b, item, NULL, "parent", "no accepted record of %.*s has the lane %s", STR_ARG(parent->name),
                    shown(item->lane, item->misplaced).text);
    }
}

/* The lines of a block lie one behind the other in b->out. What is not planned (a reject, a call whose once_per value is claimed) is
 * overwritten by what comes next, so that a block is one write(2): it comes every second record, and writing the pieces between took two
 * calls a record. */
static void keep_bytes(struct block *b, size_t begin, size_t end)
{
    if (b->spills) {
        buf_add(&b->spill, str_of(b->out.ptr + begin, end - begin));
        return;
    }
    if (begin != b->kept)
        memmove(b->out.ptr + b->kept, b->out.ptr + begin, end - begin);
    b->kept += end - begin;
}

/* A record that says what an earlier one said gets its number, which makes its line longer than the place that it was rendered in: from it on,
 * the block's lines are put together elsewhere. That is rare. */
static void keep_head(struct block *b, const struct block_item *item)
{
    size_t calls = item->begin + item->head_bytes - CALLS_MEMBER_BYTES;

    if (!b->spills) {
        buf_add(&b->spill, str_of(b->out.ptr, b->kept));
        b->spills = true;
    }
    keep_bytes(b, item->begin, calls);
    plan_encoder_copy(item->copy, &b->spill);
    keep_bytes(b, calls, item->begin + item->head_bytes);
}

static void keep_line(struct block *b, const struct block_item *item, size_t mapped, size_t end)
{
    if (item->line_count == mapped && item->copy <= 1) {
        keep_bytes(b, item->begin, end);
        return;
    }
    if (item->copy > 1)
        keep_head(b, item);
    else
        keep_bytes(b, item->begin, item->begin + item->head_bytes);
    for (size_t i = 0; i < item->line_count; i++) {
        b->out.ptr[item->lines[i].begin] = i == 0 ? '[' : ',';
        keep_bytes(b, item->lines[i].begin, item->lines[i].end);
    }
    keep_bytes(b, end - RECORD_END_BYTES, end);
}

/* Drops the calls whose once_per value is claimed. The calls of a record mostly have the same value, and share its entry. */
static size_t drop_claimed(struct block *b, struct block_item *item)
{
    struct pipeline *p = b->pipeline;
    struct digest    last = NO_LANE;
    uint64_t        *claims = NULL;
    size_t           kept = 0;

    for (size_t i = 0; i < item->line_count; i++) {
        struct call_line *line = &item->lines[i];

        if (line->has_once && (claims == NULL || line->once.low != last.low || line->once.high != last.high)) {
            last = line->once;
            claims = seen_keys_once(p->seen, last);
        }
        if (!line->has_once || seen_keys_once_claim(claims, line->once_bit))
            item->lines[kept++] = *line;
    }
    return kept;
}

static void count_call(struct block *b, const struct block_item *item, const struct call_line *line)
{
    b->in->counts.calls++;
    b->pipeline->command_calls[line->call]++;
    for (unsigned d = 0; d < 4; d++)
        b->in->counts.dangers[d] += line->dangers >> d & 1;
    hold_note(b->pipeline->hold, item->lane, line->dangers);
}

static void accept_lines(struct block *b, struct block_item *item)
{
    size_t mapped = item->line_count, end = mapped != 0 ? item->lines[mapped - 1].end + RECORD_END_BYTES : 0;
    struct seen_record record = { .has_says = item->key.ptr == NULL,
                                  .input = (uint32_t)b->in->index,
                                  .says = item->says };
    struct seen_lane   seen;

    item->line_count = drop_claimed(b, item);
    record.has_calls = item->line_count != 0;
    seen = seen_keys_record(b->pipeline->seen, b->input->has_lane ? item->lane_key : NO_LANE, &record);
    item->copy = seen.copy;
    if (!record.has_calls)
        return;
    b->in->counts.lanes += seen.is_new;
    for (size_t i = 0; i < item->line_count; i++)
        count_call(b, item, &item->lines[i]);
    keep_line(b, item, mapped, end);
}

static void accept(struct block *b, struct block_item *item)
{
    struct seen_keys     *seen = b->pipeline->seen;
    struct seen_place     here = { (uint32_t)b->in->index, item->row.record.line };
    const struct mapping *m = b->pipeline->mapping;

    for (size_t i = 0; i < b->input->unique_count; i++)
        if (item->uniques[i].high != 0)
            seen_keys_claim(seen, item->uniques[i], here);
    for (size_t i = 0; i < m->input_count && b->input->has_lane; i++)
        if (m->inputs[i].parent == (int)b->in->index) {
            seen_keys_parent_add(seen, b->in->index,
                                 digest_of(seen->seed, DIGEST_PARENT, (uint32_t)b->in->index, item->lane),
                                 item->row.record.offset, item->row.record.length);
            break;
        }
    accept_lines(b, item);
    if (item->line_count != 0)
        b->in->counts.planned++;
    else
        b->in->counts.without_calls++;
}

static enum etl_status reject(struct block *b, struct block_item *item, struct err *err)
{
    struct seen_place here = { (uint32_t)b->in->index, item->row.record.line };

    b->in->counts.rejected++;
    b->in->counts.damaged += item->row.is_damaged;
    if (item->lane.ptr != NULL && b->input->has_lane) {
        /* A rejected child rejects only itself. */
        if (b->input->parent < 0)
            seen_keys_lane_reject(b->pipeline->seen, item->lane_key, here);
        if (b->pipeline->mapping->uses_nth && item->nth != 0)
            seen_keys_nth_rejected(b->pipeline->seen, item->nth_key);
    }
    if (item->row.is_damaged)
        return rejects_add_damaged(b->in->rejects, &item->row.record, &item->findings[0].err, err);
    return rejects_add(b->in->rejects, &item->row.record, item->findings, item->finding_count, err);
}

/* A record of a lane that a guard holds, as it stood: it can be planned later. */
static enum etl_status hold(struct block *b, struct block_item *item, const struct err *why, bool is_new,
                            struct err *err)
{
    const struct finding reason = { .err = *why, .severity = SEVERITY_ERROR };

    item_find(b, item, SEVERITY_WARNING, why);
    b->in->counts.held++;
    b->in->counts.held_lanes += is_new;
    return rejects_add(b->in->held, &item->row.record, &reason, 1, err);
}

/* What becomes of the record, now that all before it are decided. */
static enum etl_status decide(struct block *b, struct block_item *item, struct err *err)
{
    bool              is_new = false;
    const struct err *why = item->rejected ? NULL : hold_reason(b->pipeline->hold, item->lane, &is_new);

    if (why != NULL)
        return hold(b, item, why, is_new, err);
    if (!item->rejected)
        check_against_others(b, item);
    if (item->rejected)
        return reject(b, item, err);
    accept(b, item);
    return ETL_OK;
}

static void write_findings(struct block *b, const struct block_item *item)
{
    const char *input = b->input->name.ptr;

    for (size_t i = 0; i < item->finding_count; i++) {
        const struct finding *f = &item->findings[i];

        plan_encoder_finding(&b->text, input, item->where, item->misplaced ? STR_NONE : item->lane,
                             item->row.record.offset, &f->err, f->severity);
        if (f->severity == SEVERITY_ERROR)
            b->in->counts.errors++;
        else
            b->in->counts.warnings++;
    }
}

/* A million lanes fit into no cache: the entries that the records a few steps ahead will look up are prefetched now. It takes a quarter off
 * the time spent in digest_set (perf, 300,000 rows). */
static void announce(const struct block *b, const struct block_item *item)
{
    struct digest_set *set = b->pipeline->seen->set;

    if (item->rejected)
        return;
    if (b->input->has_lane) {
        digest_set_announce(set, item->lane_key);
        digest_set_announce(b->pipeline->seen->rejected, item->lane_key);
    }
    for (size_t i = 0; i < b->input->unique_count; i++)
        digest_set_announce(set, item->uniques[i]);
    for (size_t i = 0; i < item->line_count; i++)
        if (item->lines[i].has_once && item->lines[i].once.low != item->lane_key.low &&
            (i == 0 || item->lines[i].once.low != item->lines[i - 1].once.low))
            digest_set_announce(set, item->lines[i].once);
}

enum etl_status block_accept(struct block *b, struct err *err)
{
    enum etl_status st = ETL_OK;

    b->in->counts.read += b->count;
    b->in->counts.empty_lines += record_block_empty_lines(b->records);
    for (size_t i = 0; i < b->count && st == ETL_OK; i++) {
        struct block_item *item = &b->items[i];

        if (i + BLOCK_STEPS_AHEAD < b->count)
            announce(b, &b->items[i + BLOCK_STEPS_AHEAD]);
        st = decide(b, item, err);
        if (item->finding_count != 0)
            write_findings(b, item);
    }
    if (buf_failed(&b->spill))
        memory_exhausted(b->spill.what, b->spill.max);
    plan_writer_number(b->pipeline->plan, &b->plan,
                       b->spills ? buf_str(&b->spill) : str_head(buf_str(&b->out), b->kept));
    plan_writer_number(b->pipeline->findings, &b->findings, buf_str(&b->text));
    return st;
}

void block_seal(struct block *b)
{
    plan_lines_tag(&b->plan, b->pipeline->plan, b->tagger);
    plan_lines_tag(&b->findings, b->pipeline->findings, b->tagger);
}

enum etl_status block_write(struct block *b, struct err *err)
{
    enum etl_status st = plan_writer_write(b->pipeline->plan, &b->plan, err);

    return st == ETL_OK ? plan_writer_write(b->pipeline->findings, &b->findings, err) : st;
}
