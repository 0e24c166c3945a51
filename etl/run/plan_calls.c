/* etl/run/plan_calls.c - all calls of a plan in its order, each with its id and its state. */
#include "etl/run/plan_calls.h"

#include "etl/core/notation/json_writer.h"

enum { HEAD_MEMORY = 16 << 20, LINE_MEMORY = 256 << 20 };

struct plan_walk {
    const struct plan_calls_wanted *wanted;
    enum etl_status (*visit)(void *context, const struct planned_call *call);
    void            *context;
    struct plan_head head;
    struct arena     mem; /* one line's */
    struct buf       lane_needle,
        from_needle;            /* "lane":"KEY", "from":"KEY": a text search, since parsing every line takes long */
    struct ledger_place at;     /* the ledger's call that comes next */
    enum etl_status     places; /* ETL_OK: there is one */
};

static void make_needle(struct buf *out, const char *name, struct str key)
{
    struct json_writer w = json_writer(out);

    buf_init(out, 4 << 20, "a key");
    json_member_text(&w, name, key);
}

/* Goes on in the ledger to this call. It has every call of the plan. */
static enum etl_status find_state(struct plan_walk *w, uint64_t offset, uint64_t nth, enum call_state *state,
                                  struct err *err)
{
    struct ledger *l = w->wanted->ledger;

    *state = CALL_PENDING;
    if (l == NULL)
        return ETL_OK;
    while (w->places == ETL_OK && (w->at.offset < offset || (w->at.offset == offset && w->at.nth < nth)))
        w->places = ledger_places_next(l, &w->at, err);
    if (w->places != ETL_OK && w->places != ETL_END)
        return w->places;
    if (w->places == ETL_END || w->at.offset != offset || w->at.nth != nth)
        return err_set(err, ETL_FAIL, "ledger-plan", "the ledger of %s lacks call %llu of the line at byte %llu",
                       w->wanted->run->path, (unsigned long long)nth + 1, (unsigned long long)offset);
    *state = w->at.state;
    return ETL_OK;
}

static enum etl_status see_record(struct plan_walk *w, struct str line, uint64_t offset, struct err *err)
{
    const struct plan_calls_wanted *wanted = w->wanted;
    struct plan_record              r;
    struct planned_call             call = { .record = &r };
    enum etl_status st = plan_record_parse(&(struct plan_wanted){ &w->head, PLAN_ALL_CALLS }, line, &w->mem, &r, err);

    if (st == ETL_OK && wanted->key.ptr != NULL && !str_eq(r.lane, wanted->key) && !str_eq(r.from, wanted->key))
        return ETL_OK;
    for (size_t i = 0; st == ETL_OK && i < r.call_count; i++) {
        st = find_state(w, offset, i, &call.state, err);
        if (st != ETL_OK || (wanted->state >= 0 && (int)call.state != wanted->state))
            continue;
        call.call = &r.calls[i];
        plan_call_id(&r, i, call.id);
        st = w->visit(w->context, &call);
    }
    return st;
}

static bool may_be_meant(const struct plan_walk *w, struct str line)
{
    return w->wanted->key.ptr == NULL || str_contains(line, buf_str(&w->lane_needle)) ||
           str_contains(line, buf_str(&w->from_needle));
}

static enum etl_status walk(struct plan_walk *w, struct plan_reader *reader, struct err *err)
{
    struct str      line;
    uint64_t        offset;
    enum etl_status st = ETL_OK;

    if (w->wanted->ledger != NULL) {
        ledger_places_begin(w->wanted->ledger, 0);
        w->places = ledger_places_next(w->wanted->ledger, &w->at, err);
    }
    while (st == ETL_OK && (st = plan_reader_next(reader, &line, &offset, err)) == ETL_OK) {
        arena_reset(&w->mem);
        if (may_be_meant(w, line))
            st = see_record(w, line, offset, err);
    }
    if (w->wanted->ledger != NULL)
        ledger_places_end(w->wanted->ledger);
    return st == ETL_END ? ETL_OK : st;
}

enum etl_status plan_calls_each(const struct plan_calls_wanted *wanted,
                                enum etl_status (*visit)(void *context, const struct planned_call *call), void *context,
                                struct err *err)
{
    AUTO(arena_release) struct arena head_mem;
    struct plan_walk                 w = { .wanted = wanted, .visit = visit, .context = context };
    struct plan_reader              *reader;
    enum etl_status                  st;

    arena_init(&head_mem, HEAD_MEMORY, "the first line of plan.jsonl");
    st = plan_reader_open(run_folder_file(wanted->run, PLAN_FILE, &head_mem), seal_file(wanted->facts->seal, PLAN_FILE),
                          wanted->facts->seal->key, &reader, err);
    if (st != ETL_OK)
        return st;
    arena_init(&w.mem, LINE_MEMORY, "a line of plan.jsonl");
    make_needle(&w.lane_needle, "lane", wanted->key);
    make_needle(&w.from_needle, "from", wanted->key);
    st = plan_head_read(reader, &head_mem, &w.head, err);
    if (st == ETL_OK)
        st = walk(&w, reader, err);
    plan_reader_close(reader);
    arena_release(&w.mem);
    buf_release(&w.lane_needle);
    buf_release(&w.from_needle);
    return st;
}
