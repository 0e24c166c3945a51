/* tests/fuzz/fuzz_plan_line.c - any bytes as a line of plan.jsonl: it is a whole call, or it is refused with a reason and nothing is written
 * to the result. */
#include "etl/run/plan_line.h"
#include "tests/fuzz/fuzzing.h"

static void look_at(const struct plan_line *line)
{
    HOLDS(line->id.len == 32 && line->command.len != 0 && line->lane.ptr != NULL);
    for (size_t i = 0; i < line->param_count; i++) {
        const struct plan_param *param = &line->params[i];

        HOLDS(!param->sealed || param->value.secret); /* what is sealed is never shown */
        HOLDS(param->value.kind == VALUE_CLEAR || param->value.text.ptr != NULL);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    AUTO(arena_release) struct arena mem;
    struct plan_line                 line = { .seq = 99 };
    struct err                       err = { 0 };
    enum etl_status                  st;

    arena_init(&mem, 512U << 20, "one line");
    st = plan_line_parse(str_of((const char *)data, size), &mem, &line, &err);
    if (st == ETL_OK) {
        look_at(&line);
    } else {
        HOLDS(st == ETL_FAIL && err.text[0] != '\0');
        HOLDS(line.seq == 99 && line.params == NULL);
    }
    return 0;
}
