/* etl/run/load_plan.c - loads a plan into its ledger: each line becomes a call, all of them or none. */
#include "etl/run/load_plan.h"

#include "etl/run/plan_line.h"
#include "etl/run/plan_reader.h"

enum { LINE_MEMORY = 256 << 20 };

struct plan_source {
    struct plan_reader *reader;
    struct arena        mem; /* one line's */
};

static enum etl_status next_call(void *context, struct ledger_new_call *out, struct err *err)
{
    static const enum ledger_stage stages[] = {
        [STAGE_LANE] = LEDGER_LANE, [STAGE_BEFORE] = LEDGER_BEFORE, [STAGE_AFTER] = LEDGER_AFTER
    };
    struct plan_source *s = context;
    struct plan_line    line;
    struct str          text;
    uint64_t            offset;
    enum etl_status     st = plan_reader_next(s->reader, &text, &offset, err);

    if (st != ETL_OK)
        return st;
    arena_reset(&s->mem);
    st = plan_line_parse(text, &s->mem, &line, err);
    if (st != ETL_OK)
        return st;
    *out = (struct ledger_new_call){ .stage = stages[line.stage],
                                     .id = line.id,
                                     .lane = line.lane,
                                     .command = line.command,
                                     .source = line.from,
                                     .order = line.seq,
                                     .offset = offset,
                                     .length = text.len };
    return ETL_OK;
}

enum etl_status load_plan(struct ledger *l, const char *plan_path, struct err *err)
{
    struct plan_source s = { 0 };
    enum etl_status    st = plan_reader_open(plan_path, &s.reader, err);

    if (st != ETL_OK)
        return st;
    arena_init(&s.mem, LINE_MEMORY, "a line of plan.jsonl");
    st = ledger_load(l, &(struct ledger_source){ next_call, &s }, err);
    arena_release(&s.mem);
    plan_reader_close(s.reader);
    return st;
}
