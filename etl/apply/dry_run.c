/* etl/apply/dry_run.c - the exact requests that apply would send now, secrets as ***. */
#include "etl/apply/dry_run.h"

enum { SHOWN_BYTES = 1 << 16 };

/* What an earlier call is to yield is shown by its name. */
static void name_refs(const struct loaded_call *call, struct arena *mem)
{
    for (size_t i = 0; i < call->command->param_count; i++)
        if (call->values[i].kind == VALUE_REF)
            call->values[i] =
                (struct value){ VALUE_TEXT, false, arena_fmt(mem, "{%.*s}", STR_ARG(call->values[i].text)) };
}

static enum etl_status show(struct delivery *d, const struct loaded_call *call, struct request *request,
                            struct buf *out, struct err *err)
{
    const struct wire_call c = { .command = call->command,
                                 .wire = d->connection.wire,
                                 .url = d->connection.url,
                                 .values = call->values,
                                 .credentials = d->connection.credentials,
                                 .how = ENCODE_MASKED };
    enum etl_status        st;

    request_reset(request);
    st = wire_encode(&c, request, err);
    if (st != ETL_OK)
        return st;
    buf_fmt(out, "%s ", request->method);
    buf_add(out, buf_str(&request->url));
    buf_byte(out, '\n');
    buf_add(out, buf_str(&request->headers));
    buf_byte(out, '\n');
    buf_add(out, buf_str(&request->body));
    buf_lit(out, "\n\n");
    return ETL_OK;
}

static enum etl_status show_call(struct delivery *d, const struct ledger_call *at, struct request *request,
                                 struct arena *mem, struct buf *out, struct err *err)
{
    struct loaded_call call;
    struct err         fault = { 0 };
    enum etl_status    st = loaded_call_read(&d->source, at, true, mem, &call, &fault);

    if (st != ETL_OK && st != ETL_REJECT) {
        *err = fault;
        return st;
    }
    buf_fmt(out, "# %.*s, lane %s: %.*s%s\n", STR_ARG(call.record.from),
            at->lane == LANE_BEFORE  ? "(before)"
            : at->lane == LANE_AFTER ? "(after)"
                                     : shown(call.record.lane, false).text,
            STR_ARG(call.call->head->command),
            at->state == CALL_UNCERTAIN ? " (uncertain: first it is read back)" : "");
    if (st == ETL_REJECT) {
        buf_fmt(out, "# %s\n\n", fault.text);
        return ETL_OK;
    }
    name_refs(&call, mem);
    return show(d, &call, request, out, err);
}

enum etl_status dry_run(struct delivery *d, void (*print)(struct str text), struct err *err)
{
    AUTO(arena_release) struct arena     mem = { 0 };
    AUTO(buf_release) struct buf         out = { 0 };
    AUTO(request_release) struct request request;
    struct ledger_call                   call;
    uint64_t                             from = 1;
    enum etl_status                      st;

    arena_init(&mem, 64 << 20, "a call");
    buf_init(&out, 64 << 20, "a request that is shown");
    request_init(&request, 16 << 20);
    connection_set_token(&d->connection,
                         STR("open")); /* no session is opened for this; it would be ***, like all credentials */
    while ((st = ledger_next_open(d->ledger, from, &call, err)) == ETL_OK) {
        from = call.number + 1;
        if (d->options.stop_asked != NULL && *d->options.stop_asked != 0)
            break;
        if (!lane_selection_has(&d->selection, call.lane))
            continue;
        arena_reset(&mem);
        st = show_call(d, &call, &request, &mem, &out, err);
        if (st != ETL_OK)
            return st;
        if (out.len >= SHOWN_BYTES) {
            print(buf_str(&out));
            buf_reset(&out);
        }
    }
    print(buf_str(&out));
    return st == ETL_END ? ETL_OK : st;
}
