/* etl/plan/plan_writer.c - the files that planning writes line by line: plan.jsonl and findings.jsonl. */
#include "etl/plan/plan_writer.h"

#include "etl/core/notation/json_writer.h"
#include "etl/secrets/sealer.h"

enum { RECORDS_PER_POSITION_DIGITS = 10 };

enum etl_status plan_writer_open(struct plan_writer *o, const struct run_folder *r, const char *name, struct err *err)
{
    AUTO(arena_release) struct arena mem;

    arena_init(&mem, 1 << 16, "a path");
    *o = (struct plan_writer){ 0 };
    o->digest = sha256_new();
    return atomic_file_begin(&o->file, run_folder_file(r, name, &mem), err);
}

enum etl_status plan_writer_write(struct plan_writer *o, struct str lines, struct err *err)
{
    if (lines.len == 0)
        return ETL_OK;
    sha256_add(o->digest, lines);
    o->bytes += lines.len;
    return atomic_file_write(&o->file, lines, err);
}

enum etl_status plan_writer_commit(struct plan_writer *o, struct hex256 *digest, struct err *err)
{
    *digest = sha256_end(o->digest);
    return atomic_file_commit(&o->file, err);
}

void plan_writer_drop(struct plan_writer *o)
{
    atomic_file_drop(&o->file);
    sha256_free(o->digest);
    o->digest = NULL;
}

/* ---- lines ---- */

/* What is the same in every line of a mapping's call, rendered once. Texts have PADDING bytes behind them, so that they are copied in
 * whole steps of 16 bytes: a call of memcpy for ten bytes takes as long as the bytes' own rendering. */
enum { PADDING = 16 };

struct call_param {
    struct str name;  /* "billid": */
    size_t     param; /* in command->params */
    bool       secret;
};
struct call_text {
    struct str         head;   /* ,"command":"addcust","as":"addcust","effect":"create","params":{ */
    uint64_t           seq;    /* of the record 0 */
    struct call_param *params; /* those that a line may have, in written order */
    size_t             param_count;
};
struct plan_encoder {
    const struct mapping *mapping;
    struct call_text     *calls;
    struct sealer        *sealer;
    struct arena          mem;
    /* what all calls of a record have in common */
    struct str    lane;
    struct digest lane_id;
    uint64_t      record_number;
    struct buf    place; /* ,"lane":"1001","from":"customers.csv:17", and padding */
};

static struct str padded(struct plan_encoder *e, struct str text)
{
    char *copy = arena_alloc(&e->mem, text.len + PADDING);

    memcpy(copy, text.ptr, text.len);
    return str_of(copy, text.len);
}

static inline void add_padded(struct buf *out, struct str text)
{
    char *to;

    if (!buf_reserve(out, text.len + PADDING))
        return;
    to = out->ptr + out->len;
    for (size_t i = 0; i < text.len; i += PADDING)
        memcpy(to + i, text.ptr + i, PADDING);
    out->len += text.len;
}

static void render_call(struct plan_encoder *e, const struct mapping_call *call, struct call_text *out)
{
    AUTO(buf_release) struct buf b;
    struct json_writer           w = json_writer(&b);
    const struct command        *c = call->command;

    buf_init(&b, 1 << 20, "a call's text");
    w.needs_comma = true; /* the lane and the place stand before it */
    json_member_text(&w, "command", c->name);
    json_member_text(&w, "as", call->as);
    json_member_text(&w, "effect", str_from(effect_names[c->effect]));
    if (call->is_before || call->is_after)
        json_member_text(&w, "stage", call->is_before ? STR("before") : STR("after"));
    json_member_object(&w, "params");
    out->head = padded(e, buf_str(&b));
    out->seq = (uint64_t)call->position;
    for (int i = 0; i < RECORDS_PER_POSITION_DIGITS; i++)
        out->seq *= 10;
    out->params = ARENA_ARRAY(&e->mem, struct call_param, call->param_count + 1);
    for (size_t i = 0; i < call->param_count; i++) {
        const struct param *p = &c->params[call->params[i]];

        buf_reset(&b);
        w.needs_comma = false;
        json_name_text(&w, p->name);
        out->params[i] = (struct call_param){ padded(e, buf_str(&b)), (size_t)call->params[i], p->secret };
    }
    out->param_count = call->param_count;
}

struct plan_encoder *plan_encoder_new(const struct mapping *m, const struct key *key)
{
    struct plan_encoder *e = calloc(1, sizeof *e);

    if (e == NULL)
        memory_exhausted("the plan's encoder", sizeof *e);
    arena_init(&e->mem, 64U << 20, "the mapping's calls");
    e->mapping = m;
    e->sealer = sealer_new(key);
    buf_init(&e->place, 64U << 20, "a lane");
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
    buf_release(&e->place);
    arena_release(&e->mem);
    free(e);
}

static void add_value(struct plan_encoder *e, const struct command *c, size_t param, const struct value *v,
                      struct buf *out)
{
    struct json_writer w = json_writer(out);

    switch (v->kind) {
    case VALUE_ABSENT: break;
    case VALUE_CLEAR: json_null(&w); break;
    case VALUE_REF:
        json_begin_object(&w);
        json_member_text(&w, "ref", v->text);
        json_end_object(&w);
        break;
    case VALUE_TEXT:
    case VALUE_LIST:
        if (v->secret || c->params[param].secret) {
            struct seal_place place = { c->provider->name, c->name, c->params[param].name, e->lane };

            json_begin_object(&w);
            json_name(&w, "sealed");
            json_begin_text(&w);
            seal(e->sealer, &place, v->text, out);
            json_end_text(&w);
            json_end_object(&w);
        } else if (v->kind == VALUE_LIST) {
            json_raw(&w, v->text);
        } else {
            json_text(&w, v->text);
        }
        break;
    }
}

struct digest plan_lane_id(struct str lane)
{
    return digest_of(0, DIGEST_LANE, 0, lane);
}

/* Eight hex digits at once: each half byte to a byte of its own, then '0' and, past 9, the way on to 'a'. */
static void write_hex(uint32_t bits, char out[8])
{
    uint64_t x = bits;

    x = (x | x << 16) & UINT64_C(0x0000ffff0000ffff);
    x = (x | x << 8) & UINT64_C(0x00ff00ff00ff00ff);
    x = (x | x << 4) & UINT64_C(0x0f0f0f0f0f0f0f0f);
    x += UINT64_C(0x3030303030303030) +
         (((x + UINT64_C(0x0606060606060606)) >> 4) & UINT64_C(0x0101010101010101)) * ('a' - '0' - 10);
    for (size_t i = 0; i < 8; i++) /* the compiler makes one swap and one store of it */
        out[i] = (char)(x >> (56 - 8 * i));
}

void plan_id(struct digest lane_id, struct str as, uint32_t occurrence, char out[PLAN_ID_BYTES])
{
    struct digest d = digest_of(lane_id.low ^ (lane_id.high >> 3), DIGEST_ONCE, occurrence & 0xffffff, as);
    uint64_t      halves[2] = { lane_id.low ^ d.high, d.low };

    for (size_t i = 0; i < PLAN_ID_BYTES / 8; i++)
        write_hex((uint32_t)(halves[i / 2] >> (i % 2 == 0 ? 32 : 0)), out + 8 * i);
}

void plan_writer_record(struct plan_encoder *e, struct str lane, struct digest lane_id, struct str from,
                        uint64_t record_number)
{
    struct json_writer w = { .out = &e->place, .needs_comma = true }; /* the number stands before it */

    e->lane = lane;
    e->lane_id = lane_id;
    e->record_number = record_number;
    buf_reset(&e->place);
    json_member_text(&w, "lane", lane);
    json_member_text(&w, "from", from);
    buf_reserve(&e->place, PADDING);
}

/* The pieces of a line, set by hand: nearly all of them are rendered already. */
void plan_writer_call(struct plan_encoder *e, const struct mapped_call *mapped, struct buf *out)
{
    const struct mapping_call *call = mapped->call;
    const struct call_text    *text = &e->calls[call - e->mapping->calls];
    bool                       first = true;

    buf_lit(out, "{\"id\":\"");
    if (buf_reserve(out, PLAN_ID_BYTES)) {
        plan_id(e->lane_id, call->as, 0, out->ptr + out->len);
        out->len += PLAN_ID_BYTES;
    }
    buf_lit(out, "\",\"seq\":");
    buf_u64(out, text->seq + e->record_number);
    add_padded(out, buf_str(&e->place));
    add_padded(out, text->head);
    for (size_t i = 0; i < text->param_count; i++) {
        const struct call_param *param = &text->params[i];
        const struct value      *v = &mapped->values[param->param];

        if (v->kind == VALUE_ABSENT)
            continue;
        if (!first)
            buf_byte(out, ',');
        first = false;
        add_padded(out, param->name);
        if (v->kind == VALUE_TEXT && !v->secret && !param->secret)
            json_string_add(out, v->text);
        else
            add_value(e, call->command, param->param, v, out);
    }
    buf_lit(out, "}}\n");
}

void plan_writer_finding(struct buf *out, const char *input, struct str where, struct str lane, uint64_t offset,
                         const struct err *err, enum severity severity)
{
    struct json_writer w = json_writer(out);

    json_begin_object(&w);
    json_member_text(&w, "where", where);
    json_member_text(&w, "input", str_from(input));
    json_member_number(&w, "offset", offset);
    if (lane.ptr != NULL)
        json_member_text(&w, "lane", lane);
    if (err->field != NULL)
        json_member_text(&w, "field", str_from(err->field));
    json_member_text(&w, "rule", str_from(err->rule));
    json_member_text(&w, "severity", str_from(severity_names[severity]));
    json_member_text(&w, "message", str_from(err->text));
    json_end_object(&w);
    buf_byte(out, '\n');
}
