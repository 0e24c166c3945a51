/* etl/connection/exchange.c - one request and what became of it: its answer read, judged, masked. */
#include "etl/connection/exchange.h"

#include "etl/core/utf8.h"

enum { REPLY_SHOWN = 600 };

void exchange_probe(const struct provider *p, struct arena *mem, struct exchange *out)
{
    struct value *values = ARENA_ARRAY(mem, struct value, p->probe->param_count + 1);

    for (size_t i = 0; i < p->probe_with.count; i++) {
        int at = command_param_index(p->probe, p->probe_with.items[i].name);

        if (at >= 0)
            values[at] = VALUE_OF(text_fill(&p->probe_with.items[i].text, NULL, NULL, 0, mem));
    }
    *out = (struct exchange){ .command = p->probe, .values = values, .may_repeat = true, .mem = mem };
}
/* For a person: clipped, one line, valid UTF-8. */
static struct str printable(struct str body, struct arena *mem)
{
    char  *text;
    size_t n = 0;

    body = str_head(str_trim(body), REPLY_SHOWN);
    text = arena_bytes(mem, body.len + 1);
    while (body.len != 0) {
        struct str before = body;
        uint32_t   c = utf8_next(&body);
        size_t     len = before.len - body.len;

        if (c < 0x20 || c == 0x7f || (c == 0xfffd && len == 1)) {
            text[n++] = ' ';
        } else {
            memcpy(text + n, before.ptr, len);
            n += len;
        }
    }
    return str_of(text, n);
}

void exchange_read_answer(struct exchange *x, const struct connection *c, struct reply_judge *judge, struct transfer *t)
{
    struct reply_message m = { .wire = c->wire,
                               .status = t->status,
                               .content_type = str_from(t->content_type),
                               .headers = buf_str(&t->headers),
                               .body = buf_str(&t->body) };

    x->unproven = t->unproven;
    if (x->stream != NULL) {
        struct err            err = { 0 };
        struct reply_streamed streamed = { .err = &err };

        streamed.status = x->stream->end(x->stream->context, &streamed.records, &err);
        reply_judge_streamed(judge, x->command, &m, &streamed, x->mem, &x->verdict);
    } else if (x->test && x->command->provider->test_reply != NULL)
        reply_judge_as(judge, x->command, x->command->provider->test_reply, &m, x->mem, &x->verdict);
    else
        reply_judge_call(judge, x->command, &m, x->mem, &x->verdict);
    x->http = t->status;
    x->server_time = t->server_time;
    x->fingerprint = str_hash(m.body) | 1;
    x->verdict.reason = connection_redact(c, x->verdict.reason, x->command, x->values, x->mem);
    x->reply =
        x->opens_session ? STR("") /* the token stands in it */
        : x->verdict.record_count != 0
            ? arena_fmt(x->mem, "(%zu records)", x->verdict.record_count) /* other people's data, passwords too */
            : printable(connection_redact(c, str_head(m.body, 4 * REPLY_SHOWN), x->command, x->values, x->mem), x->mem);
    x->end = EXCHANGE_ANSWERED;
}
