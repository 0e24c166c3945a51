/* etl/secrets/redact.c - takes a secret out of a text. */
#include "etl/secrets/redact.h"

#include "etl/core/notation/base64.h"
#include "etl/core/notation/json_string.h"

enum { SHORTEST = 3, LONGEST_ENCODED = 4096 };

static struct str replace_all(struct str text, struct str secret, struct arena *mem)
{
    struct buf  out;
    const char *at;

    if (secret.len < SHORTEST || text.len < secret.len || memmem(text.ptr, text.len, secret.ptr, secret.len) == NULL)
        return text;
    buf_init(&out, text.len * 2 + 16, "a redacted text");
    while ((at = memmem(text.ptr, text.len, secret.ptr, secret.len)) != NULL) {
        buf_add(&out, str_of(text.ptr, (size_t)(at - text.ptr)));
        buf_lit(&out, "***");
        text = str_skip(text, (size_t)(at - text.ptr) + secret.len);
    }
    buf_add(&out, text);
    text = arena_str(mem, buf_str(&out));
    buf_wipe(&out);
    return text;
}

static void as_markup(struct buf *out, struct str secret)
{
    for (size_t i = 0; i < secret.len; i++)
        switch (secret.ptr[i]) {
        case '<': buf_lit(out, "&lt;"); break;
        case '>': buf_lit(out, "&gt;"); break;
        case '&': buf_lit(out, "&amp;"); break;
        case '"': buf_lit(out, "&quot;"); break;
        default: buf_byte(out, secret.ptr[i]);
        }
}

static void as_json(struct buf *out, struct str secret)
{
    json_string_add(out, secret);
    if (out->len >= 2) { /* without its quotes */
        memmove(out->ptr, out->ptr + 1, out->len - 2);
        out->len -= 2;
    }
}

static void as_base64(struct buf *out, struct str secret)
{
    if (secret.len <= LONGEST_ENCODED)
        base64_add(out, secret);
}

struct str redact(struct str text, struct str secret, struct arena *mem)
{
    static void (*const forms[])(struct buf * out, struct str secret) = { buf_percent, as_markup, as_json, as_base64 };
    AUTO(buf_wipe) struct buf quoted = { 0 };

    if (secret.len < SHORTEST || text.len < SHORTEST)
        return text;
    text = replace_all(text, secret, mem);
    buf_init(&quoted, secret.len * 6 + 64, "a secret as it is quoted");
    for (size_t i = 0; i < sizeof forms / sizeof forms[0]; i++) {
        buf_reset(&quoted);
        forms[i](&quoted, secret);
        if (!str_eq(buf_str(&quoted), secret))
            text = replace_all(text, buf_str(&quoted), mem);
    }
    return text;
}
