/* tests/fuzz/fuzz_plan_record.c - any bytes as the first line of plan.jsonl and as one of its records: whole, or refused with a reason and nothing
 * written to the result. The two are parted by the first newline. */
#include "etl/run/plan_call.h"
#include "tests/fuzz/fuzzing.h"

static const struct plan_call_head known[] = { { .name = { "a", 1 }, .as = { "a", 1 }, .command = { "c", 1 } },
                                               { .name = { "b", 1 }, .as = { "a", 1 }, .command = { "c", 1 } } };

static void look_at(const struct plan_record *r)
{
    char id[CALL_ID_DIGITS + 1];

    HOLDS(r->lane.ptr != NULL && r->from.ptr != NULL && r->call_count != 0 && r->copy != 0);
    for (size_t i = 0; i < r->call_count; i++) {
        const struct plan_call *c = &r->calls[i];

        HOLDS(c->head != NULL && c->params != NULL);
        plan_call_id(r, i, id);
        HOLDS(strlen(id) == CALL_ID_DIGITS);
        for (size_t k = 0; k < c->param_count; k++) {
            HOLDS(!c->params[k].sealed || c->params[k].value.secret); /* what is sealed is never shown */
            HOLDS(c->params[k].value.kind == VALUE_CLEAR || c->params[k].value.text.ptr != NULL);
        }
    }
}

static struct plan_head read_head(struct str line, struct arena *mem)
{
    struct plan_head head = { .calls = known, .call_count = 2 }, read = { .call_count = 99 };
    struct err       err = { 0 };

    if (plan_head_parse(line, mem, &read, &err) == ETL_OK)
        return read;
    HOLDS(err.text[0] != '\0' && read.call_count == 99);
    return head;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    AUTO(arena_release) struct arena mem;
    struct plan_record               r = { .copy = 99 };
    struct err                       err = { 0 };
    struct str                       line, first;
    struct plan_head                 head;
    enum etl_status                  st;

    arena_init(&mem, 512U << 20, "one line");
    line = str_cut(str_of((const char *)data, size), '\n', &first);
    head = read_head(first, &mem);
    st = plan_record_parse(&(struct plan_wanted){ &head, PLAN_ALL_CALLS }, line.ptr != NULL ? line : STR(""), &mem, &r,
                           &err);
    if (st == ETL_OK) {
        look_at(&r);
    } else {
        HOLDS(st == ETL_FAIL && err.text[0] != '\0');
        HOLDS(r.copy == 99 && r.calls == NULL);
    }
    return 0;
}
