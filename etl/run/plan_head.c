/* etl/run/plan_head.c - the first line of plan.jsonl: what all records of a plan have in common. */
#include "etl/run/plan_head.h"

#include "etl/core/notation/json_tree.h"
#include "etl/core/notation/json_writer.h"

static const char *const stage_words[] = { [STAGE_LANE] = "lane", [STAGE_BEFORE] = "before", [STAGE_AFTER] = "after" };

static bool read_call(yajl_val v, struct arena *mem, struct plan_call_head *out)
{
    struct str stage = json_tree_text(v, "stage", mem);

    *out = (struct plan_call_head){ .name = json_tree_text(v, "name", mem),
                                    .as = json_tree_text(v, "as", mem),
                                    .command = json_tree_text(v, "command", mem),
                                    .effect = json_tree_text(v, "effect", mem),
                                    .input = json_tree_text(v, "input", mem) };
    if (out->as.ptr == NULL)
        out->as = out->name;
    if (stage.ptr != NULL)
        out->stage = str_is(stage, stage_words[STAGE_BEFORE]) ? STAGE_BEFORE : STAGE_AFTER;
    return out->name.len != 0 && out->as.len != 0 && out->command.len != 0 &&
           (stage.ptr == NULL || str_is(stage, stage_words[out->stage]));
}

static enum etl_status read_head(yajl_val tree, struct arena *mem, struct plan_head *out, struct err *err)
{
    yajl_val               calls = json_tree_member(tree, "calls");
    struct plan_call_head *heads;

    if (json_tree_u64(tree, "plan") != PLAN_EDITION || !YAJL_IS_ARRAY(calls))
        return err_set(err, ETL_FAIL, "plan-head", "plan.jsonl does not begin as a plan of edition %d", PLAN_EDITION);
    heads = ARENA_ARRAY(mem, struct plan_call_head, calls->u.array.len + 1);
    for (size_t i = 0; i < calls->u.array.len; i++)
        if (!read_call(calls->u.array.values[i], mem, &heads[i]))
            return err_set(err, ETL_FAIL, "plan-head", "call %zu in the first line of plan.jsonl is not whole", i + 1);
    *out = (struct plan_head){ json_tree_text(tree, "version", mem), json_tree_text(tree, "provider", mem),
                               json_tree_text(tree, "mapping", mem), heads, calls->u.array.len };
    return ETL_OK;
}

enum etl_status plan_head_parse(struct str line, struct arena *mem, struct plan_head *out, struct err *err)
{
    yajl_val        tree;
    enum etl_status st =
        json_tree_parse(str_of(arena_cstr(mem, line), line.len), "the first line of plan.jsonl", &tree, err);

    if (st != ETL_OK)
        return st;
    st = read_head(tree, mem, out, err);
    json_tree_free(tree);
    return st;
}

enum etl_status plan_head_read(struct plan_reader *r, struct arena *mem, struct plan_head *out, struct err *err)
{
    struct str      line;
    uint64_t        offset;
    enum etl_status st = plan_reader_next(r, &line, &offset, err);

    if (st == ETL_END)
        return err_set(err, ETL_FAIL, "plan-head", "plan.jsonl is empty");
    return st == ETL_OK ? plan_head_parse(line, mem, out, err) : st;
}

void plan_head_write(const struct plan_head *h, struct buf *out)
{
    struct json_writer w = json_writer(out);

    json_begin_object(&w);
    json_member_number(&w, "plan", PLAN_EDITION);
    json_member_text(&w, "version", h->version);
    json_member_text(&w, "provider", h->provider);
    json_member_text(&w, "mapping", h->mapping);
    json_member_list(&w, "calls");
    for (size_t i = 0; i < h->call_count; i++) {
        const struct plan_call_head *c = &h->calls[i];

        json_begin_object(&w);
        json_member_text(&w, "name", c->name);
        if (!str_eq(c->as, c->name))
            json_member_text(&w, "as", c->as);
        json_member_text(&w, "command", c->command);
        json_member_text(&w, "effect", c->effect);
        if (c->stage != STAGE_LANE)
            json_member_text(&w, "stage", str_from(stage_words[c->stage]));
        if (c->input.len != 0)
            json_member_text(&w, "input", c->input);
        json_end_object(&w);
    }
    json_end_list(&w);
    json_end_object(&w);
    buf_byte(out, '\n');
}

int plan_head_call(const struct plan_head *h, struct str name)
{
    for (size_t i = 0; i < h->call_count; i++)
        if (str_eq(h->calls[i].name, name))
            return (int)i;
    return -1;
}
