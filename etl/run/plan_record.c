/* etl/run/plan_record.c - one line of plan.jsonl behind the first: a record and its calls, parsed. */
#include "etl/run/plan_record.h"

#include <yajl/yajl_parse.h>

#include "etl/core/notation/list.h"

enum { LONGEST_LIST = 64 << 20, NUMBER_BYTES = 24 };

/* ---- parsing by yajl's events, with memory from the caller's arena: a tree takes five times as long ---- */

/* Where in the line an event comes from. Lists and objects inside params belong to a value. */
enum record_place { AT_LINE, IN_RECORD, IN_CALLS, IN_CALL, IN_PARAMS, IN_VALUE };
struct parsing {
    const struct plan_wanted *wanted;
    struct arena             *mem;
    struct plan_record       *out;
    struct plan_call         *calls;
    size_t                    call_count, call_cap;
    struct plan_param        *params; /* of the call that is being read */
    size_t                    count, cap;
    enum record_place         place;
    struct str  key, param, form; /* the last key of the record, of params, of an object that stands for a value */
    unsigned    list_depth;       /* inside a value */
    bool        has_lane, has_calls;
    struct buf  list;
    struct err *err;
};

static int wrong(struct parsing *p, const char *what)
{
    err_set(p->err, ETL_FAIL, "plan-line", "a line of plan.jsonl is not whole: %s", what);
    return 0;
}

static int wrong_value(struct parsing *p)
{
    err_set(p->err, ETL_FAIL, "plan-line", "parameter %.*s has a form this version does not know", STR_ARG(p->param));
    return 0;
}

static bool is_kept(const struct parsing *p)
{
    return p->wanted->call == PLAN_ALL_CALLS || p->wanted->call + 1 == p->call_count;
}

static int add_param(struct parsing *p, struct value value, bool sealed)
{
    if (is_kept(p))
        ARENA_PUSH(p->mem, p->params, p->count, p->cap) = (struct plan_param){ p->param, value, sealed };
    return 1;
}

static int take_text(struct parsing *p, struct str text)
{
    struct plan_record *r = p->out;
    struct str         *place = str_is(p->key, "lane")   ? &r->lane
                                : str_is(p->key, "from") ? &r->from
                                : str_is(p->key, "key")  ? &r->key
                                : str_is(p->key, "says") ? &r->says
                                                         : NULL;

    if (place == NULL)
        return wrong(p, "it has a member of another version");
    p->has_lane = p->has_lane || place == &r->lane;
    *place = arena_str(p->mem, text);
    return 1;
}

static int take_name(struct parsing *p, struct str name)
{
    const struct plan_head *h = p->wanted->head;
    struct plan_call       *c = &p->calls[p->call_count - 1];
    int                     at = c->head == NULL ? plan_head_call(h, name) : -1;

    if (at < 0)
        return wrong(p, "a call that is not in the first line");
    c->head = &h->calls[at];
    c->position = (size_t)at;
    return 1;
}

static int on_string(void *context, const unsigned char *bytes, size_t len)
{
    struct parsing *p = context;
    struct str      text = str_of((const char *)bytes, len);
    struct value    value;

    switch (p->place) {
    case IN_RECORD: return take_text(p, text);
    case IN_CALL: return take_name(p, text);
    case IN_PARAMS:
    case IN_VALUE: break;
    case AT_LINE:
    case IN_CALLS: return wrong(p, "a text where there is none");
    }
    if (p->list_depth != 0) {
        list_text(&p->list, text);
        return 1;
    }
    value = VALUE_OF(is_kept(p) ? arena_str(p->mem, text) : STR(""));
    if (p->place == IN_PARAMS)
        return add_param(p, value, false);
    if (str_is(p->form, "ref"))
        value.kind = VALUE_REF;
    else if (!str_is(p->form, "sealed"))
        return wrong_value(p);
    value.secret = value.kind != VALUE_REF;
    return add_param(p, value, value.secret);
}

static int on_null(void *context)
{
    struct parsing *p = context;

    if (p->place != IN_PARAMS || p->list_depth != 0)
        return wrong_value(p);
    return add_param(p, (struct value){ .kind = VALUE_CLEAR }, false);
}

static int on_boolean(void *context, int value)
{
    (void)value;
    return wrong_value(context);
}

static int on_number(void *context, const char *bytes, size_t len)
{
    struct parsing *p = context;

    if (p->place != IN_RECORD)
        return wrong_value(p);
    if (!str_is(p->key, "copy") || len > NUMBER_BYTES || !str_to_u64(str_of(bytes, len), &p->out->copy) ||
        p->out->copy == 0)
        return wrong(p, "a number where there is none");
    return 1;
}

static int on_key(void *context, const unsigned char *bytes, size_t len)
{
    struct parsing *p = context;
    struct str      key = arena_str(p->mem, str_of((const char *)bytes, len));

    if (p->place == IN_RECORD)
        p->key = key;
    else if (p->place == IN_PARAMS)
        p->param = key;
    else
        p->form = key;
    return 1;
}

static int on_map(void *context)
{
    struct parsing *p = context;

    if (p->place == AT_LINE && !p->has_lane)
        p->place = IN_RECORD;
    else if (p->place == IN_CALL && p->calls[p->call_count - 1].head != NULL &&
             p->calls[p->call_count - 1].params == NULL)
        p->place = IN_PARAMS;
    else if (p->place == IN_PARAMS && p->list_depth == 0)
        p->place = IN_VALUE;
    else
        return p->place == IN_VALUE || p->list_depth != 0 ? wrong_value(p) : wrong(p, "an object where there is none");
    return 1;
}

static int on_map_end(void *context)
{
    struct parsing   *p = context;
    struct plan_call *c;

    if (p->place == IN_VALUE) {
        p->place = IN_PARAMS;
    } else if (p->place == IN_RECORD) {
        p->place = AT_LINE;
    } else {
        c = &p->calls[p->call_count - 1];
        c->params = p->params != NULL ? p->params : ARENA_ARRAY(p->mem, struct plan_param, 1);
        c->param_count = p->count;
        p->params = NULL;
        p->count = p->cap = 0;
        p->place = IN_CALL;
    }
    return 1;
}

static int on_array(void *context)
{
    struct parsing *p = context;

    if (p->place == IN_RECORD && str_is(p->key, "calls") && !p->has_calls) {
        p->place = IN_CALLS;
        p->has_calls = true;
    } else if (p->place == IN_CALLS) {
        ARENA_PUSH(p->mem, p->calls, p->call_count, p->call_cap) = (struct plan_call){ 0 };
        p->place = IN_CALL;
    } else if (p->place == IN_PARAMS && p->list_depth < 2) {
        p->list_depth++;
        list_begin(&p->list);
    } else {
        return p->place >= IN_PARAMS ? wrong_value(p) : wrong(p, "a list where there is none");
    }
    return 1;
}

static int end_list(struct parsing *p)
{
    list_end(&p->list);
    if (--p->list_depth != 0)
        return 1;
    if (buf_failed(&p->list))
        return wrong_value(p);
    add_param(p, (struct value){ VALUE_LIST, false, arena_str(p->mem, buf_str(&p->list)) }, false);
    buf_reset(&p->list);
    return 1;
}

static int on_array_end(void *context)
{
    struct parsing *p = context;

    if (p->place == IN_PARAMS)
        return end_list(p);
    if (p->place == IN_CALLS) {
        p->place = IN_RECORD;
        return 1;
    }
    p->place = IN_CALLS;
    return p->calls[p->call_count - 1].params != NULL ? 1 : wrong(p, "a call without its parameters");
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
    if (st != yajl_status_ok)
        return err_set(p->err, ETL_FAIL, "plan-line", "a line of plan.jsonl is no JSON object");
    return ETL_OK;
}

enum etl_status plan_record_parse(const struct plan_wanted *wanted, struct str line, struct arena *mem,
                                  struct plan_record *out, struct err *err)
{
    struct plan_record made = { .copy = 1 };
    struct parsing     p = { .wanted = wanted, .mem = mem, .out = &made, .err = err };
    enum etl_status    st;

    buf_init(&p.list, LONGEST_LIST, "a list");
    st = parse(&p, line);
    buf_release(&p.list);
    if (st != ETL_OK)
        return st;
    if (made.lane.ptr == NULL || made.from.ptr == NULL || p.call_count == 0 ||
        (made.says.ptr != NULL && made.says.len != SAYS_DIGITS))
        return err_set(err, ETL_FAIL, "plan-line", "a line of plan.jsonl lacks lane, from or calls");
    made.calls = p.calls;
    made.call_count = p.call_count;
    *out = made;
    return ETL_OK;
}
