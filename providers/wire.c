/* providers/wire.c - the wire styles there are, and the request they fill. */
#include "providers/wire.h"

const struct wire_style *const wire_styles[] = { &wire_form, NULL };

void request_init(struct request *r, size_t max_body)
{
    r->method = "POST";
    buf_init(&r->url, 64 << 10, "a request's address");
    buf_init(&r->headers, 64 << 10, "a request's headers");
    buf_init(&r->body, max_body, "a request's body");
}

void request_reset(struct request *r)
{
    buf_reset(&r->url);
    buf_reset(&r->headers);
    buf_reset(&r->body);
}

void request_release(struct request *r)
{
    buf_release(&r->url);
    buf_release(&r->headers);
    buf_wipe(&r->body);
}
