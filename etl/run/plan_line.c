/* etl/run/plan_line.c - one line of plan.jsonl: parsed, and its values unsealed. */
#include "etl/run/plan_line.h"

#include <yajl/yajl_parse.h>

#include "etl/core/notation/list.h"
#include "providers/model/family.h"

enum { LONGEST_LIST = 64 << 20, NUMBER_BYTES = 24 };

/* ---- parsing by yajl's events, with memory from the call's arena. Every call is parsed twice, and a tree takes five times as long ---- */

struct parsing {
    struct arena      *mem;
    struct plan_line  *out;
    struct plan_param *params;
    size_t             count, cap;
    struct str  key; /* the last key seen: of the line, of a parameter, or of an object that stands for a value */
    struct str  param, form;
    unsigned    depth, list_depth;
    bool        in_params;
    struct buf  list;
    struct err *err;
};

static bool key_is(const struct parsing *p, const char *name)
{
    return str_is(p->key, name);
}

static int wrong(struct parsing *p)
{
    err_set(p->err, ETL_FAIL, "plan-line", "parameter %.*s has a form this version does not know", STR_ARG(p->param));
    return 0;
}

static int add_param(struct parsing *p, struct value value, bool sealed)
{
    ARENA_PUSH(p->mem, p->params, p->count, p->cap) = (struct plan_param){ p->param, value, sealed };
    return 1;
}

static void line_text(struct parsing *p, struct str text)
{
    struct plan_line *l = p->out;
    const struct {
        const char *name;
        struct str *place;
    } fields[] = { { "id", &l->id },           { "lane", &l->lane }, { "from", &l->from },
                   { "command", &l->command }, { "as", &l->as },     { "effect", &l->effect } };

    if (key_is(p, "stage"))
        l->stage = str_is(text, "before") ? STAGE_BEFORE : str_is(text, "after") ? STAGE_AFTER : STAGE_LANE;
    for (size_t i = 0; i < sizeof fields / sizeof fields[0]; i++)
        if (key_is(p, fields[i].name))
            *fields[i].place = arena_str(p->mem, text);
}

static int on_string(void *context, const unsigned char *bytes, size_t len)
{
    struct parsing *p = context;
    struct str      text = str_of((const char *)bytes, len);
    struct value    value;

    if (p->depth == 1) {
        line_text(p, text);
        return 1;
    }
    if (!p->in_params)
        return 1;
    if (p->list_depth != 0) {
        list_text(&p->list, text);
        return 1;
    }
    value = VALUE_OF(arena_str(p->mem, text));
    if (p->depth == 2)
        return add_param(p, value, false);
    if (str_is(p->form, "ref"))
        value.kind = VALUE_REF;
    else if (!str_is(p->form, "sealed"))
        return wrong(p);
    value.secret = value.kind != VALUE_REF;
    return add_param(p, value, value.secret);
}

static int on_null(void *context)
{
    struct parsing *p = context;

    if (!p->in_params)
        return 1;
    return p->depth == 2 && p->list_depth == 0 ? add_param(p, (struct value){ .kind = VALUE_CLEAR }, false) : wrong(p);
}

static int on_boolean(void *context, int value)
{
    struct parsing *p = context;

    (void)value;
    return p->in_params ? wrong(p) : 1;
}

static int on_number(void *context, const char *bytes, size_t len)
{
    struct parsing *p = context;

    if (p->in_params)
        return wrong(p);
    if (p->depth == 1 && key_is(p, "seq") && (len > NUMBER_BYTES || !str_to_u64(str_of(bytes, len), &p->out->seq)))
        return err_set(p->err, ETL_FAIL, "plan-line", "seq of a line of plan.jsonl is no number") == ETL_OK;
    return 1;
}

static int on_key(void *context, const unsigned char *bytes, size_t len)
{
    struct parsing *p = context;
    struct str      key = arena_str(p->mem, str_of((const char *)bytes, len));

    if (p->depth == 1)
        p->key = key;
    else if (p->depth == 2)
        p->param = key;
    else
        p->form = key;
    return 1;
}

static int on_map(void *context)
{
    struct parsing *p = context;

    p->depth++;
    if (p->depth == 2)
        p->in_params = key_is(p, "params");
    return !p->in_params || (p->depth <= 3 && p->list_depth == 0) ? 1 : wrong(p);
}

static int on_map_end(void *context)
{
    struct parsing *p = context;

    if (p->depth-- == 2 && p->in_params) {
        p->in_params = false;
        p->out->params = p->params != NULL ? p->params : ARENA_ARRAY(p->mem, struct plan_param, 1);
        p->out->param_count = p->count;
    }
    return 1;
}

static int on_array(void *context)
{
    struct parsing *p = context;

    if (!p->in_params)
        return 1;
    if (p->depth != 2 || p->list_depth == 2)
        return wrong(p);
    p->list_depth++;
    list_begin(&p->list);
    return 1;
}

static int on_array_end(void *context)
{
    struct parsing *p = context;

    if (!p->in_params)
        return 1;
    list_end(&p->list);
    if (--p->list_depth != 0)
        return 1;
    if (buf_failed(&p->list))
        return wrong(p);
    add_param(p, (struct value){ VALUE_LIST, false, arena_str(p->mem, buf_str(&p->list)) }, false);
    buf_reset(&p->list);
    return 1;
}

static const yajl_callbacks events = { .yajl_null = on_null,
                                       .yajl_boolean = on_boolean,
                                       .yajl_number = on_number,
                                       .yajl_string = on_string,
                                       .yajl_start_map = on_map,
                                       .yajl_map_key = on_key,
                                       .yajl_end_map = on_map_end,
                                       .yajl_start_array = on_array,
                                       .yajl_end_array = on_array_end };

/* yajl reallocates, and an arena does not know the old size: so it is kept in front of each piece. */
enum { SIZE_BYTES = 16 };

static void *take(void *context, size_t size)
{
    char *block = arena_alloc(context, size + SIZE_BYTES);

    memcpy(block, &size, sizeof size);
    return block + SIZE_BYTES;
}

static void *take_more(void *context, void *old, size_t size)
{
    void  *block = take(context, size);
    size_t had = 0;

    if (old != NULL)
        memcpy(&had, (char *)old - SIZE_BYTES, sizeof had);
    if (had != 0)
        memcpy(block, old, had < size ? had : size);
    return block;
}

static void give_nothing(void *context, void *old)
{
    (void)context;
    (void)old;
}

static enum etl_status parse(struct parsing *p, struct str line)
{
    yajl_alloc_funcs memory = { take, take_more, give_nothing, p->mem };
    yajl_handle      h = yajl_alloc(&events, &memory, p);
    yajl_status      st = yajl_parse(h, (const unsigned char *)line.ptr, line.len);

    if (st == yajl_status_ok)
        st = yajl_complete_parse(h);
    if (st == yajl_status_client_canceled)
        return ETL_FAIL;
    if (st != yajl_status_ok || p->depth != 0)
        return err_set(p->err, ETL_FAIL, "plan-line", "a line of plan.jsonl is no JSON object");
    return ETL_OK;
}

enum etl_status plan_line_parse(struct str line, struct arena *mem, struct plan_line *out, struct err *err)
{
    struct plan_line made = { 0 };
    struct parsing   p = { .mem = mem, .out = &made, .err = err };
    enum etl_status  st;

    buf_init(&p.list, LONGEST_LIST, "a list");
    st = parse(&p, line);
    buf_release(&p.list);
    if (st != ETL_OK)
        return st;
    if (made.id.len != 32 || made.lane.ptr == NULL || made.command.len == 0 || made.params == NULL)
        return err_set(err, ETL_FAIL, "plan-line", "a line of plan.jsonl lacks id, lane, command or params");
    *out = made;
    return ETL_OK;
}

const struct command *plan_line_command(const struct provider *p, const struct plan_line *line, struct arena *mem)
{
    const struct command *c = provider_command(p, line->command);
    struct str           *names = ARENA_ARRAY(mem, struct str, line->param_count + 1);

    for (size_t i = 0; i < line->param_count; i++)
        names[i] = line->params[i].name;
    return c != NULL ? command_with_members(c, names, line->param_count, false, mem) : NULL;
}

enum etl_status plan_line_values(const struct plan_line *line, const struct command *command, struct sealer *sealer,
                                 struct arena *mem, struct value **out, struct err *err)
{
    struct value *values = ARENA_ARRAY(mem, struct value, command->param_count + 1);

    for (size_t i = 0; i < line->param_count; i++) {
        const struct plan_param *p = &line->params[i];
        int                      at = command_param_index(command, p->name);

        if (at < 0)
            return err_set(err, ETL_FAIL, "plan-line", "%.*s has no parameter %.*s", STR_ARG(command->name),
                           STR_ARG(p->name));
        values[at] = p->value;
        if (p->sealed) {
            AUTO(buf_wipe) struct buf plain;
            struct seal_place         place = { command->provider->name, command->name, p->name, line->lane };
            enum etl_status           st;

            buf_init(&plain, 4U << 20, "a sealed value");
            st = unseal(sealer, &place, p->value.text, &plain, err);
            if (st != ETL_OK)
                return st;
            values[at].text = arena_str(mem, buf_str(&plain));
            if (command->params[at].type != NULL && command->params[at].type->list != NULL)
                values[at].kind = VALUE_LIST;
        }
    }
    *out = values;
    return ETL_OK;
}
