/* etl/plan/plan_encoder.c - what planning found as lines: a record with its calls, the plan's first line, a finding. */
#include "etl/plan/plan_encoder.h"

#include "etl/core/notation/json_writer.h"
#include "etl/secrets/sealer.h"

/* What is the same in every line of a mapping's call, rendered once. Texts have PADDING bytes behind them, so that they are copied in
 * whole steps of 16 bytes: a call of memcpy for ten bytes takes as long as the bytes' own rendering. */
enum { PADDING = 16 };

struct call_param {
    struct str name;  /* "billid": */
    size_t     param; /* in command->params */
    bool       secret;
};
struct call_text {
    struct str         head;   /* ,["customer",{ */
    struct call_param *params; /* those that a call may have, in written order */
    size_t             param_count;
};
struct plan_encoder {
    const struct mapping *mapping;
    struct call_text     *calls;
    struct sealer        *sealer;
    struct arena          mem;
    struct str            lane; /* of the record */
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

/* ---- the calls of the mapping ---- */

/* What is written for the call: its own name; where an earlier call has that, its number among them goes behind it. */
static struct str call_name(const struct mapping *m, size_t call, struct arena *mem)
{
    size_t earlier = 0;

    for (size_t i = 0; i < call; i++)
        earlier += str_eq(m->calls[i].as, m->calls[call].as);
    return earlier == 0 ? m->calls[call].as : arena_fmt(mem, "%.*s#%zu", STR_ARG(m->calls[call].as), earlier + 1);
}

struct plan_head plan_encoder_head(const struct mapping *m, struct str version, struct arena *mem)
{
    struct plan_call_head *heads = ARENA_ARRAY(mem, struct plan_call_head, m->call_count + 1);

    for (size_t i = 0; i < m->call_count; i++) {
        const struct mapping_call *c = &m->calls[i];

        heads[i] = (struct plan_call_head){ .name = call_name(m, i, mem),
                                            .as = c->as,
                                            .command = c->command->name,
                                            .effect = str_from(effect_names[c->command->effect]),
                                            .input = c->input >= 0 ? m->inputs[c->input].name : STR_NONE,
                                            .stage = c->is_before  ? STAGE_BEFORE
                                                     : c->is_after ? STAGE_AFTER
                                                                   : STAGE_LANE };
    }
    return (struct plan_head){ version, m->provider->name, m->name, heads, m->call_count };
}

static void render_call(struct plan_encoder *e, size_t index, struct call_text *out)
{
    AUTO(buf_release) struct buf b;
    struct json_writer           w = json_writer(&b);
    const struct mapping_call   *call = &e->mapping->calls[index];
    const struct command        *c = call->command;

    buf_init(&b, 1 << 20, "a call's text");
    w.needs_comma = true;
    json_begin_list(&w);
    json_text(&w, call_name(e->mapping, index, &e->mem));
    json_begin_object(&w);
    out->head = padded(e, buf_str(&b));
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
    e->calls = ARENA_ARRAY(&e->mem, struct call_text, m->call_count + 1);
    for (size_t i = 0; i < m->call_count; i++)
        render_call(e, i, &e->calls[i]);
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

/* ---- a record ---- */

static void add_hex(struct buf *out, uint64_t bits)
{
    if (!buf_reserve(out, SAYS_DIGITS))
        return;
    for (int i = 0; i < SAYS_DIGITS; i++)
        out->ptr[out->len + (size_t)i] = "0123456789abcdef"[bits >> (60 - 4 * i) & 15];
    out->len += SAYS_DIGITS;
}

/* Set by hand, as the pieces of a call are: it is done for every record. */
void plan_encoder_begin(struct plan_encoder *e, const struct record_line *r, struct buf *out)
{
    e->lane = r->lane;
    buf_lit(out, "{\"lane\":");
    json_string_add(out, r->lane);
    buf_lit(out, ",\"from\":");
    json_string_add(out, r->from);
    if (r->key.ptr == NULL) {
        buf_lit(out, ",\"says\":\"");
        add_hex(out, r->says);
        buf_byte(out, '"');
    } else if (!str_eq(r->key, r->lane)) {
        buf_lit(out, ",\"key\":");
        json_string_add(out, r->key);
    }
    buf_lit(out, ",\"calls\":");
}

void plan_encoder_copy(uint64_t copy, struct buf *out)
{
    buf_lit(out, ",\"copy\":");
    buf_u64(out, copy);
}

/* The pieces of a call, set by hand: nearly all of them are rendered already. */
void plan_encoder_call(struct plan_encoder *e, const struct mapped_call *mapped, bool first, struct buf *out)
{
    const struct mapping_call *call = mapped->call;
    const struct call_text    *text = &e->calls[call - e->mapping->calls];
    size_t                     begin = out->len;
    bool                       is_first_param = true;

    add_padded(out, text->head);
    if (first && !buf_failed(out))
        out->ptr[begin] = '[';
    for (size_t i = 0; i < text->param_count; i++) {
        const struct call_param *param = &text->params[i];
        const struct value      *v = &mapped->values[param->param];

        if (v->kind == VALUE_ABSENT)
            continue;
        if (!is_first_param)
            buf_byte(out, ',');
        is_first_param = false;
        add_padded(out, param->name);
        if (v->kind == VALUE_TEXT && !v->secret && !param->secret)
            json_string_add(out, v->text);
        else
            add_value(e, call->command, param->param, v, out);
    }
    buf_lit(out, "}]");
}

void plan_encoder_end(struct buf *out)
{
    buf_lit(out, "]}\n");
}

/* ---- findings ---- */

void plan_encoder_finding(struct buf *out, const char *input, struct str where, struct str lane, uint64_t offset,
                          const struct err *err, enum severity severity)
{
    struct json_writer w = json_writer(out);

    json_begin_object(&w);
    json_member_text(&w, "where", where);
    json_member_text(&w, "input", str_from(input));
    if (offset != OFFSET_UNKNOWN)
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
