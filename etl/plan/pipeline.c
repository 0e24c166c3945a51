/* etl/plan/pipeline.c - the stages of a block, in order (run_stages), and the threads that take blocks through them. */
#include "etl/plan/pipeline.h"

#include <pthread.h>

#include "etl/core/system/log.h"
#include "etl/core/turnstile.h"
#include "etl/plan/block.h"

volatile sig_atomic_t pipeline_stop;

struct pipeline_pass {
    struct pipeline       *pipeline;
    struct pipeline_input *in;
    struct turnstile       read, number, accept, write;
    bool                   needs_number;
    pthread_mutex_t        mutex;
    uint64_t               next_ticket;
    bool                   ended;  /* the source has no more blocks */
    enum etl_status        status; /* the first that was not ETL_OK */
    struct err             err;
};

/* The input ends here, in a fault. What was read before it goes on to its end, so that the same findings are found on any number of threads. */
static void note_end(struct pipeline_pass *w, enum etl_status status, const struct err *err)
{
    pthread_mutex_lock(&w->mutex);
    if (w->status == ETL_OK) {
        w->status = status;
        w->err = *err;
    }
    pthread_mutex_unlock(&w->mutex);
}

static void stop(struct pipeline_pass *w, enum etl_status status, const struct err *err)
{
    note_end(w, status, err);
    turnstile_stop(&w->read);
    turnstile_stop(&w->number);
    turnstile_stop(&w->accept);
    turnstile_stop(&w->write);
}

/* Waits for the block's turn in a stage that only one thread may be in. false: the pass is being stopped. */
static bool enter(struct turnstile *t, uint64_t ticket, struct block *b)
{
    bool in = turnstile_enter(t, ticket);

    stage_times_lap(b->times, STAGE_WAIT);
    return in;
}

static void leave(struct turnstile *t, struct block *b, enum stage stage)
{
    turnstile_leave(t);
    stage_times_lap(b->times, stage);
}

/* Takes the next block and its ticket, its place in the order of the input. false: there is no more. */
static bool read_block(struct pipeline_pass *w, struct block *b, uint64_t *ticket, struct err *err)
{
    enum etl_status st = ETL_END;

    pthread_mutex_lock(&w->mutex);
    *ticket = w->next_ticket++;
    pthread_mutex_unlock(&w->mutex);
    if (!enter(&w->read, *ticket, b))
        return false;
    if (pipeline_stop != 0)
        st = err_set(err, ETL_AGAIN, "interrupted", "interrupted; nothing was planned, start it again");
    else if (!w->ended)
        st = record_source_block(w->in->source, &b->records, err);
    w->ended = w->ended || st != ETL_OK;
    leave(&w->read, b, STAGE_READ);
    if (st != ETL_OK && st != ETL_END)
        note_end(w, st, err);
    return st == ETL_OK;
}

static enum etl_status run_stages(struct pipeline_pass *w, struct block *b, uint64_t ticket, struct err *err)
{
    enum etl_status st = ETL_OK;

    block_split(b);
    stage_times_lap(b->times, STAGE_SPLIT);
    if (!enter(&w->number, ticket, b))
        return ETL_END;
    b->first_number = w->pipeline->record_number + 1;
    w->pipeline->record_number += b->count;
    if (w->needs_number)
        st = block_number(b, err);
    leave(&w->number, b, STAGE_NUMBER);
    if (st != ETL_OK)
        return st;
    block_map(b);
    if (!enter(&w->accept, ticket, b))
        return ETL_END;
    st = block_accept(b, err);
    leave(&w->accept, b, STAGE_ACCEPT);
    if (st != ETL_OK)
        return st;
    block_seal(b);
    stage_times_lap(b->times, STAGE_SEAL);
    if (!enter(&w->write, ticket, b))
        return ETL_END;
    st = block_write(b, err);
    leave(&w->write, b, STAGE_WRITE);
    return st;
}

static void *run_thread(void *context)
{
    struct pipeline_pass *w = context;
    struct block          b;
    uint64_t              ticket, shown = 0;
    struct err            err = { 0 };
    struct stage_times    times;

    block_init(&b, w->pipeline, w->in);
    if (w->pipeline->times != NULL) {
        stage_times_begin(&times, w->pipeline->clock);
        b.times = &times;
    }
    while (read_block(w, &b, &ticket, &err)) {
        enum etl_status st = run_stages(w, &b, ticket, &err);

        if (st != ETL_OK) {
            if (st != ETL_END)
                stop(w, st, &err);
            break;
        }
        if (ticket / 8 != shown) {
            shown = ticket / 8;
            progress("%s: %llu records", record_source_name(w->in->source),
                     (unsigned long long)w->pipeline->record_number);
        }
        block_reset(&b);
    }
    if (b.times != NULL) {
        pthread_mutex_lock(&w->mutex);
        stage_times_add(w->pipeline->times, b.times);
        pthread_mutex_unlock(&w->mutex);
    }
    block_release(&b);
    return NULL;
}

enum etl_status pipeline_run(struct pipeline *p, size_t input, struct err *err)
{
    struct pipeline_pass w = { .pipeline = p, .in = &p->inputs[input], .status = ETL_OK };
    pthread_t            threads[64];
    unsigned             started = 0, wanted = p->threads < 64 ? p->threads : 64;

    w.needs_number = p->mapping->uses_nth || p->mapping->uses_parent;
    for (size_t i = 0; i < p->mapping->input_count; i++)
        w.needs_number = w.needs_number || p->mapping->counts[i];
    pthread_mutex_init(&w.mutex, NULL);
    turnstile_init(&w.read);
    turnstile_init(&w.number);
    turnstile_init(&w.accept);
    turnstile_init(&w.write);
    while (started + 1 < wanted && pthread_create(&threads[started], NULL, run_thread, &w) == 0)
        started++;
    run_thread(&w);
    for (unsigned i = 0; i < started; i++)
        pthread_join(threads[i], NULL);
    turnstile_release(&w.read);
    turnstile_release(&w.number);
    turnstile_release(&w.accept);
    turnstile_release(&w.write);
    pthread_mutex_destroy(&w.mutex);
    if (w.status != ETL_OK)
        *err = w.err;
    return w.status;
}

enum etl_status pipeline_count(struct pipeline *p, size_t input, struct err *err)
{
    struct block    b;
    enum etl_status st = ETL_OK;

    block_init(&b, p, &p->inputs[input]);
    while (pipeline_stop == 0 && (st = record_source_block(p->inputs[input].source, &b.records, err)) == ETL_OK) {
        block_split(&b);
        for (size_t i = 0; i < b.count; i++)
            if (b.items[i].lane.ptr != NULL && b.input->has_lane)
                seen_keys_count_up(p->seen, digest_of(p->seen->seed, DIGEST_COUNT, (uint32_t)input, b.items[i].lane));
        block_reset(&b);
    }
    block_release(&b);
    if (pipeline_stop != 0)
        return err_set(err, ETL_AGAIN, "interrupted", "interrupted; nothing was planned, start it again");
    return st == ETL_END ? ETL_OK : st;
}

/* The calls of before: or after: as one line. */
static void encode_once(struct pipeline *p, struct plan_encoder *encoder, const struct mapped *mapped, struct str where,
                        struct plan_counts *counts, struct buf *out)
{
    struct record_line r = { .lane = STR(""), .from = where, .key = STR("") };

    plan_encoder_begin(encoder, &r, out);
    for (size_t i = 0; i < mapped->count; i++) {
        plan_encoder_call(encoder, &mapped->calls[i], i == 0, out);
        counts->calls++;
        p->command_calls[mapped->calls[i].call - p->mapping->calls]++;
        for (unsigned d = 0; d < 4; d++)
            counts->dangers[d] += mapped->calls[i].dangers >> d & 1;
    }
    plan_encoder_end(out);
}

enum etl_status pipeline_once(struct pipeline *p, bool after, struct plan_counts *counts, struct err *err)
{
    AUTO(arena_release) struct arena mem;
    AUTO(buf_wipe) struct buf        out;
    struct mapper                   *mapper = mapper_new(p->mapping, p->today, p->key);
    struct plan_encoder             *encoder = plan_encoder_new(p->mapping, p->key);
    struct str                       where = str_from(after ? "after" : "before");
    struct mapped                    mapped = { 0 };
    enum etl_status                  st;

    arena_init(&mem, 64U << 20, "the calls of before: and after:");
    buf_init(&out, 64U << 20, "the calls of before: and after:");
    st = mapper_once(mapper, after, &mem, &mapped);
    for (size_t i = 0; i < mapped.finding_count && st != ETL_OK; i++)
        if (mapped.findings[i].severity == SEVERITY_ERROR) {
            *err = mapped.findings[i].err;
            err->field = NULL;
            st = ETL_FAIL; /* no record is wrong here, the mapping is */
            break;
        }
    if (st == ETL_OK && mapped.count != 0)
        encode_once(p, encoder, &mapped, where, counts, &out);
    if (st == ETL_OK)
        st = plan_writer_put(p->plan, buf_str(&out), err);
    plan_encoder_free(encoder);
    mapper_free(mapper);
    return st;
}
