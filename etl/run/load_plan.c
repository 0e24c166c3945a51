/* etl/run/load_plan.c - loads a plan into its ledger: each of its calls, all of them or none. */
#include "etl/run/load_plan.h"

#include "etl/run/plan_call.h"

enum { LINE_MEMORY = 256 << 20 };

struct plan_source {
    struct plan_reader     *reader;
    const struct plan_head *head;
    struct arena            mem; /* one line's */
    struct plan_record      record;
    size_t                  next; /* call of the record */
    uint64_t                offset, length;
    char                    id[CALL_ID_DIGITS + 1];
};

static enum etl_status next_record(struct plan_source *s, struct err *err)
{
    struct plan_wanted wanted = { s->head, PLAN_ALL_CALLS };
    struct str         text;
    enum etl_status    st = plan_reader_next(s->reader, &text, &s->offset, err);

    if (st != ETL_OK)
        return st;
    arena_reset(&s->mem);
    s->next = 0;
    s->length = text.len;
    return plan_record_parse(&wanted, text, &s->mem, &s->record, err);
}

static enum etl_status next_call(void *context, struct ledger_new_call *out, struct err *err)
{
    static const enum ledger_stage stages[] = {
        [STAGE_LANE] = LEDGER_LANE, [STAGE_BEFORE] = LEDGER_BEFORE, [STAGE_AFTER] = LEDGER_AFTER
    };
    struct plan_source     *s = context;
    const struct plan_call *call;
    enum etl_status         st = s->next == s->record.call_count ? next_record(s, err) : ETL_OK;

    if (st != ETL_OK)
        return st;
    plan_call_id(&s->record, s->next, s->id);
    call = &s->record.calls[s->next];
    *out = (struct ledger_new_call){ .stage = stages[call->head->stage],
                                     .id = str_from(s->id),
                                     .lane = s->record.lane,
                                     .command = call->head->command,
                                     .source = s->record.from,
                                     .order = call->position,
                                     .offset = s->offset,
                                     .length = s->length,
                                     .nth = s->next };
    s->next++;
    return ETL_OK;
}

enum etl_status load_plan(struct ledger *l, struct plan_reader *reader, const struct plan_head *head, struct err *err)
{
    struct plan_source s = { .reader = reader, .head = head };
    enum etl_status    st;

    arena_init(&s.mem, LINE_MEMORY, "a line of plan.jsonl");
    st = ledger_load(l, &(struct ledger_source){ next_call, &s }, err);
    arena_release(&s.mem);
    return st;
}
