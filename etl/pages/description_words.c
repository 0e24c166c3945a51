/* etl/pages/description_words.c - parts of a description as words: what the pages about a provider share. */
#include "etl/pages/description_words.h"

void text_source(const struct text *t, struct buf *out)
{
    for (size_t i = 0; i < t->count; i++)
        if (t->parts[i].literal.ptr != NULL)
            buf_add(out, t->parts[i].literal);
        else
            buf_fmt(out, "{%.*s}", STR_ARG(t->parts[i].place));
}

void pairs_source(const struct pairs *pairs, const char *between, struct buf *out)
{
    for (size_t i = 0; i < pairs->count; i++) {
        buf_fmt(out, "%s%.*s=", i != 0 ? between : "", STR_ARG(pairs->items[i].name));
        text_source(&pairs->items[i].text, out);
    }
}

struct str command_test_word(const struct command *c, struct arena *mem)
{
    AUTO(buf_release) struct buf out = { 0 };

    if (c->test.read != NULL)
        return c->test.read->name;
    if (!c->test_send)
        return STR_NONE;
    buf_init(&out, 4096, "a test mode");
    if (c->provider->test_send.count == 0)
        return STR("left_out");
    pairs_source(&c->provider->test_send, " ", &out);
    return arena_str(mem, buf_str(&out));
}

struct str command_verify_word(const struct command *c)
{
    return c->verify.read != NULL ? c->verify.read->name : c->repeat_safe ? STR("repeat") : STR_NONE;
}

void dangers_text(unsigned dangers, const char *before, struct buf *out)
{
    for (unsigned bit = 1; bit <= DANGER_NOTIFIES; bit <<= 1)
        if ((dangers & bit) != 0) {
            buf_fmt(out, "%s%s", before, danger_name(bit));
            before = ", ";
        }
}
