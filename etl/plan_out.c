/* etl/plan_out.c - the files that planning writes line by line: plan.jsonl and findings.jsonl. */
#include "etl/plan_out.h"

enum { RECORDS_PER_POSITION_DIGITS = 10 };

enum etl_status plan_out_open(struct plan_out *o, const struct run *r, const char *name, struct err *err)
{
    AUTO(arena_release) struct arena mem;

    arena_init(&mem, 1 << 16, "a path");
    *o = (struct plan_out){ 0 };
    o->digest = sha256_new();
    return atomic_file_begin(&o->file, run_file(r, name, &mem), err);
}

enum etl_status plan_out_write(struct plan_out *o, struct str lines, struct err *err)
{
    if (lines.len == 0)
        return ETL_OK;
    sha256_add(o->digest, lines);
    o->bytes += lines.len;
    return atomic_file_write(&o->file, lines, err);
}

enum etl_status plan_out_commit(struct plan_out *o, struct hex256 *digest, struct err *err)
{
    *digest = sha256_end(o->digest);
    return atomic_file_commit(&o->file, err);
}

void plan_out_drop(struct plan_out *o)
{
    atomic_file_drop(&o->file);
    sha256_free(o->digest);
    o->digest = NULL;
}

/* ---- lines ---- */

/* What is the same in every line of a mapping's call, rendered once. */
struct call_text {
    struct str  head;        /* ","command":"addcust","as":"addcust","effect":"create","params":{ */
    struct str *names;       /* by command->params: "billid": */
    int        *order;       /* the parameters that a line may have, in written order, then those the rules add */
    size_t      order_count;
};
struct plan_encoder {
    const struct mapping *mapping;
    struct call_text     *calls;
    struct sealer        *sealer;
    struct arena          mem;
};

static void render_call(struct plan_encoder *e, const struct mapping_call *call, struct call_text *out)
{
    AUTO(buf_release) struct buf b;
    const struct command        *c = call->command;

    buf_init(&b, 1 << 20, "a call's text");
    buf_lit(&b, ",\"command\":");
    buf_json(&b, c->name);
    buf_lit(&b, ",\"as\":");
    buf_json(&b, call->as);
    buf_lit(&b, ",\"effect\":\"");
    buf_text(&b, effect_names[c->effect]);
    buf_byte(&b, '"');
    if (call->is_before || call->is_after)
        buf_text(&b, call->is_before ? ",\"stage\":\"before\"" : ",\"stage\":\"after\"");
    buf_lit(&b, ",\"params\":{");
    out->head = arena_str(&e->mem, buf_str(&b));
    out->names = ARENA_ARRAY(&e->mem, struct str, c->param_count + 1);
    out->order = ARENA_ARRAY(&e->mem, int, c->param_count + 1);
    for (size_t i = 0; i < c->param_count; i++) {
        buf_reset(&b);
        buf_json(&b, c->params[i].name);
        buf_byte(&b, ':');
        out->names[i] = arena_str(&e->mem, buf_str(&b));
    }
    for (size_t i = 0; i < call->param_count; i++)
        out->order[out->order_count++] = call->params[i];
}

struct plan_encoder *plan_encoder_new(const struct mapping *m, const struct key *key)
{
    struct plan_encoder *e = calloc(1, sizeof *e);

    if (e == NULL)
        memory_exhausted("the plan's encoder", sizeof *e);
    arena_init(&e->mem, 64U << 20, "the mapping's calls");
    e->mapping = m;
    e->sealer = sealer_new(key);
    e->calls = ARENA_ARRAY(&e->mem, struct call_text, m->call_count + 1);
    for (size_t i = 0; i < m->call_count; i++)
        render_call(e, &m->calls[i], &e->calls[i]);
    return e;
}

void plan_encoder_free(struct plan_encoder *e)
{
    if (e == NULL)
        return;
    sealer_free(e->sealer);
    arena_release(&e->mem);
    free(e);
}

static void add_value(struct plan_encoder *e, const struct command *c, size_t param, const struct value *v,
                      struct str lane, struct buf *out)
{
    switch (v->kind) {
    case VALUE_ABSENT:
        break;
    case VALUE_CLEAR:
        buf_lit(out, "null");
        break;
    case VALUE_REF:
        buf_lit(out, "{\"ref\":");
        buf_json(out, v->text);
        buf_byte(out, '}');
        break;
    case VALUE_TEXT:
    case VALUE_LIST:
        if (v->secret || c->params[param].secret) {
            struct seal_place place = { c->provider->name, c->name, c->params[param].name, lane };

            buf_lit(out, "{\"sealed\":\"");
            seal(e->sealer, &place, v->text, out);
            buf_lit(out, "\"}");
        } else if (v->kind == VALUE_LIST) {
            buf_add(out, v->text);
        } else {
            buf_json(out, v->text);
        }
        break;
    }
}

struct digest plan_lane_id(struct str lane)
{
    return digest_of(0, DIGEST_LANE, 0, lane);
}

void plan_id(struct digest lane_id, struct str as, uint32_t occurrence, char out[PLAN_ID_BYTES])
{
    static const char digits[] = "0123456789abcdef";
    struct digest     d = digest_of(lane_id.low ^ (lane_id.high >> 3), DIGEST_ONCE, occurrence & 0xffffff, as);
    uint64_t          halves[2] = { lane_id.low ^ d.high, d.low };

    for (size_t i = 0; i < PLAN_ID_BYTES; i++)
        out[i] = digits[halves[i / 16] >> (60 - 4 * (i % 16)) & 15];
}

void plan_out_call(struct plan_encoder *e, const struct mapped_call *mapped, struct str lane, struct digest lane_id,
                   struct str from, uint64_t record_number, struct buf *out)
{
    const struct mapping_call *call = mapped->call;
    const struct call_text    *text = &e->calls[call - e->mapping->calls];
    const struct command      *c = call->command;
    uint64_t                   seq = (uint64_t)call->position;
    bool                       first = true;

    for (int i = 0; i < RECORDS_PER_POSITION_DIGITS; i++)
        seq *= 10;
    buf_lit(out, "{\"id\":\"");
    if (buf_reserve(out, PLAN_ID_BYTES)) {
        plan_id(lane_id, call->as, 0, out->ptr + out->len);
        out->len += PLAN_ID_BYTES;
    }
    buf_lit(out, "\",\"seq\":");
    buf_u64(out, seq + record_number);
    buf_lit(out, ",\"lane\":");
    buf_json(out, lane);
    buf_lit(out, ",\"from\":");
    buf_json(out, from);
    buf_add(out, text->head);
    for (size_t i = 0; i < text->order_count; i++) {
        size_t param = (size_t)text->order[i];

        if (mapped->values[param].kind == VALUE_ABSENT)
            continue;
        if (!first)
            buf_byte(out, ',');
        first = false;
        buf_add(out, text->names[param]);
        add_value(e, c, param, &mapped->values[param], lane, out);
    }
    buf_lit(out, "}}\n");
}

void plan_out_finding(struct buf *out, const char *input, struct str where, struct str lane, uint64_t offset,
                      const struct err *err, enum severity severity)
{
    static const char *const names[] = { "error", "warning", "info" };

    buf_lit(out, "{\"where\":");
    buf_json(out, where);
    buf_lit(out, ",\"input\":");
    buf_json(out, str_from(input));
    buf_lit(out, ",\"offset\":");
    buf_u64(out, offset);
    if (lane.ptr != NULL) {
        buf_lit(out, ",\"lane\":");
        buf_json(out, lane);
    }
    if (err->field != NULL) {
        buf_lit(out, ",\"field\":");
        buf_json(out, str_from(err->field));
    }
    buf_lit(out, ",\"rule\":");
    buf_json(out, str_from(err->rule));
    buf_lit(out, ",\"severity\":\"");
    buf_text(out, names[severity]);
    buf_lit(out, "\",\"message\":");
    buf_json(out, str_from(err->text));
    buf_lit(out, "}\n");
}
