/* etl/pull/report_request.c - one request to a report, as values and as the JSON that the journal keeps. */
#include "etl/pull/report_request.h"

#include "etl/core/notation/json_tree.h"
#include "etl/core/notation/json_writer.h"

struct str report_request_text(const struct pair_value *pairs, size_t count, struct arena *mem)
{
    AUTO(buf_release) struct buf text = { 0 };
    struct json_writer           w = json_writer(&text);

    buf_init(&text, 16 << 20, "a question");
    json_begin_object(&w);
    for (size_t i = 0; i < count; i++) {
        json_name_text(&w, pairs[i].name);
        json_text(&w, pairs[i].value);
    }
    json_end_object(&w);
    return arena_str(mem, buf_str(&text));
}

enum etl_status report_request_read(const struct report *report, struct str params_text, struct str row_text,
                                    struct arena *mem, struct report_request *out, struct err *err)
{
    const struct command *c = report->command;
    struct value         *values = ARENA_ARRAY(mem, struct value, c->param_count + 1);
    struct pair_value    *row;
    yajl_val              params = NULL, pairs = NULL;
    enum etl_status       st = json_tree_parse(params_text, "a question", &params, err);

    if (st == ETL_OK)
        st = json_tree_parse(row_text, "a question's row", &pairs, err);
    if (st == ETL_OK) {
        for (size_t i = 0; i < params->u.object.len; i++) {
            int at = command_param_index(c, str_from(params->u.object.keys[i]));

            if (at >= 0 && YAJL_IS_STRING(params->u.object.values[i]))
                values[at] = VALUE_OF(arena_str(mem, str_from(YAJL_GET_STRING(params->u.object.values[i]))));
        }
        row = ARENA_ARRAY(mem, struct pair_value, pairs->u.object.len + 1);
        for (size_t i = 0; i < pairs->u.object.len; i++)
            row[i] = (struct pair_value){ arena_str(mem, str_from(pairs->u.object.keys[i])),
                                          arena_str(mem, str_from(YAJL_GET_STRING(pairs->u.object.values[i]))) };
        *out = (struct report_request){ values, row, pairs->u.object.len };
    }
    json_tree_free(params);
    json_tree_free(pairs);
    return st;
}
