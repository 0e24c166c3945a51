/* etl/pull/ask.c - gets the requests of a report answered, several at a time, and the answers kept. */
#include "etl/pull/ask.h"

#include "etl/core/system/log.h"
#include "etl/pull/report_request.h"
#include "etl/pull/request_list.h"
#include "etl/pull/stored_answer.h"

struct request_slot {
    struct stored_answer *answer;
    struct exchange       x;
    struct arena          mem;
    struct journal_entry  entry;
    struct report_request request;
    bool                  busy;
};
struct report_asking {
    struct pulled        *pulled;
    struct pulled_report *report;
    struct request_slot  *slots;
    size_t                slot_count, busy;
    enum entry_state      state; /* of the requests that are sent now */
    uint64_t              after, done;
};

static enum etl_status begin_slot(struct report_asking *w, struct request_slot *s, struct err *err)
{
    enum etl_status st;

    arena_reset(&s->mem);
    st = request_journal_next(w->pulled->journal, w->report->name, w->state, w->after, &s->mem, &s->entry, err);
    if (st != ETL_OK)
        return st;
    w->after = s->entry.number;
    st = report_request_read(w->report->kind.report, s->entry.params, s->entry.row, &s->mem, &s->request, err);
    if (st != ETL_OK)
        return st;
    stored_answer_begin(s->answer, &s->request);
    s->x = (struct exchange){ .command = w->report->kind.report->command,
                              .values = s->request.values,
                              .may_repeat = true,
                              .mem = &s->mem,
                              .owner = s,
                              .stream = stored_answer_stream(s->answer) };
    s->busy = true;
    w->busy++;
    exchanges_submit(&w->pulled->exchanges, &s->x);
    return ETL_OK;
}

/* What an answer proves. An answer that is not understood never counts as an empty one. */
static enum entry_state judge(const struct request_slot *s, struct str *why)
{
    const struct verdict *v = &s->x.verdict;

    if (s->x.end != EXCHANGE_ANSWERED) {
        *why = s->x.why;
        return ENTRY_INCOMPLETE;
    }
    *why = v->reason;
    if (v->is != REPLY_DONE && v->is != REPLY_NOTHING)
        return ENTRY_INCOMPLETE;
    if (!s->x.unproven || stored_answer_proven(s->answer))
        return ENTRY_COMPLETE;
    *why = STR("nothing said where the answer ends: no length, and the document has no end of its own");
    return ENTRY_UNPROVEN;
}

static enum etl_status end_slot(struct report_asking *w, struct request_slot *s, struct err *err)
{
    struct str      why = STR_NONE, print = s->entry.print;
    enum etl_status st = stored_answer_fault(s->answer, err);
    bool            again = w->state == ENTRY_UNPROVEN;

    s->busy = false;
    w->busy--;
    w->done++;
    if (st != ETL_OK)
        return st;
    if (s->x.end == EXCHANGE_NOT_SENT)
        return ETL_OK; /* the entry stays as it was; exchanges->stop says why nothing is sent any more */
    s->entry.state = judge(s, &why);
    if (again && s->entry.state != ENTRY_COMPLETE && s->entry.state != ENTRY_UNPROVEN)
        return ETL_OK; /* the first answer stands */
    st = stored_answer_settle(s->answer, &s->entry, err);
    if (st == ETL_OK && again && s->entry.state == ENTRY_UNPROVEN && str_eq(print, s->entry.print) &&
        s->entry.bytes != 0)
        s->entry.state = ENTRY_COMPLETE; /* equal to the byte; two empty answers prove nothing */
    else if (again && s->entry.state == ENTRY_UNPROVEN)
        why = STR("two answers differ, and nothing said where either ends");
    s->entry.why = s->entry.state != ENTRY_COMPLETE ? why : STR_NONE;
    if (st == ETL_OK)
        st = request_journal_settle(w->pulled->journal, &s->entry, err);
    return st == ETL_OK ? request_list_add_page(w->pulled, w->report, &s->entry, &s->request, err) : st;
}

static enum etl_status begin_all(struct report_asking *w, struct err *err)
{
    enum etl_status st = ETL_OK;

    for (size_t i = 0; i < w->slot_count && st == ETL_OK && !w->pulled->exchanges.drain; i++)
        if (!w->slots[i].busy)
            st = begin_slot(w, &w->slots[i], err);
    return st == ETL_END ? ETL_OK : st;
}

static enum etl_status run(struct report_asking *w, struct err *err)
{
    struct exchanges *e = &w->pulled->exchanges;
    enum etl_status   st = begin_all(w, err);

    while (st == ETL_OK && w->busy != 0) {
        struct exchange *x = exchanges_next(e, 1000);

        progress("%.*s: %llu answered", STR_ARG(w->report->name), (unsigned long long)w->done);
        if (x == NULL)
            continue;
        st = end_slot(w, x->owner, err);
        w->pulled->asked++;
        if (st == ETL_OK)
            st = begin_all(w, err);
    }
    if (st != ETL_OK) { /* a full disk: wait for the requests in flight and keep none of their answers */
        e->drain = true;
        while (w->busy != 0) {
            struct exchange *x = exchanges_next(e, 1000);

            if (x != NULL)
                w->busy--;
        }
        return st;
    }
    if (e->stop != ETL_OK) {
        *err = e->stop_err;
        return e->stop;
    }
    if (e->drain)
        return err_set(err, ETL_AGAIN, "interrupted", "interrupted; the same command goes on where it stopped");
    return ETL_OK;
}

static void open_slots(struct report_asking *w)
{
    w->slot_count = w->pulled->options->connection->limits.concurrency;
    w->slots = calloc(w->slot_count, sizeof *w->slots);
    if (w->slots == NULL)
        memory_exhausted("the questions in flight", w->slot_count * sizeof *w->slots);
    for (size_t i = 0; i < w->slot_count; i++) {
        w->slots[i].answer = stored_answer_new(&w->report->kind);
        arena_init(&w->slots[i].mem, 64 << 20, "a question");
    }
}

static void close_slots(struct report_asking *w)
{
    for (size_t i = 0; i < w->slot_count; i++) {
        stored_answer_free(w->slots[i].answer);
        arena_release(&w->slots[i].mem);
    }
    free(w->slots);
}

enum etl_status ask_report(struct pulled *p, size_t report, struct err *err)
{
    struct report_asking w = { .pulled = p, .report = &p->reports[report], .state = ENTRY_OPEN };
    enum etl_status      st = request_list_add(p, w.report, err);

    if (st != ETL_OK)
        return st;
    open_slots(&w);
    st = run(&w, err);
    if (st == ETL_OK) { /* once more for what nothing could prove */
        w.state = ENTRY_UNPROVEN;
        w.after = 0;
        st = run(&w, err);
    }
    close_slots(&w);
    return st;
}
