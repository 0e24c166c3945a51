/* providers/redact/redactor_xml.c - the secrets of a reply in XML: the text of elements, replaced as it streams by. */
#include "providers/redact/redactor.h"

#include "etl/core/limits.h"
#include "etl/core/notation/base64.h"

enum { DEPTH_MAX = 64, NAME_MAX_BYTES = 128, TAG_MAX = 4096 };

enum xml_state {
    XML_TEXT,
    XML_TAG, /* behind < */
    XML_COMMENT,
    XML_CDATA
};

struct xml_lexer {
    char           names[DEPTH_MAX][NAME_MAX_BYTES];
    struct str     way[DEPTH_MAX];
    size_t         depth, hidden_at; /* hidden_at: depth of the element whose content is hidden; 0: none */
    enum xml_state state;
    char           tag[TAG_MAX]; /* what came after < so far */
    size_t         tag_len;
    char           last[3]; /* for --> and ]]> */
    char           quote;   /* inside a quoted attribute */
    bool           base64;
};

static void xml_begin(void *lexer, const struct str *columns, size_t column_count)
{
    (void)lexer;
    (void)columns;
    (void)column_count;
}

static bool is_space(char c)
{
    return c == ' ' || c == '\t' || c == '\n' || c == '\r';
}

/* The local name, without a prefix. */
static struct str tag_name(struct str tag)
{
    size_t      end = 0;
    const char *colon;

    while (end < tag.len && !is_space(tag.ptr[end]) && tag.ptr[end] != '/' && tag.ptr[end] != '>')
        end++;
    tag = str_head(tag, end);
    colon = tag.len != 0 ? memchr(tag.ptr, ':', tag.len) : NULL;
    return colon != NULL ? str_skip(tag, (size_t)(colon - tag.ptr) + 1) : tag;
}

static uint32_t number_of(struct str digits)
{
    uint32_t n = 0;
    bool     hex = digits.len > 1 && (digits.ptr[0] == 'x' || digits.ptr[0] == 'X');

    for (size_t i = hex; i < digits.len && n < 0x110000; i++) {
        char c = digits.ptr[i];
        int  d = c >= '0' && c <= '9'   ? c - '0'
                 : c >= 'a' && c <= 'f' ? c - 'a' + 10
                 : c >= 'A' && c <= 'F' ? c - 'A' + 10
                                        : 99;

        if (d >= (hex ? 16 : 10))
            return 0xfffd;
        n = n * (hex ? 16 : 10) + (uint32_t)d;
    }
    return n;
}

static void add_code_point(struct buf *out, uint32_t c)
{
    if (c < 0x80) {
        buf_byte(out, (char)c);
    } else if (c < 0x800) {
        buf_byte(out, (char)(0xc0 | c >> 6));
        buf_byte(out, (char)(0x80 | (c & 0x3f)));
    } else if (c < 0x10000) {
        buf_byte(out, (char)(0xe0 | c >> 12));
        buf_byte(out, (char)(0x80 | (c >> 6 & 0x3f)));
        buf_byte(out, (char)(0x80 | (c & 0x3f)));
    } else {
        buf_byte(out, (char)(0xf0 | c >> 18));
        buf_byte(out, (char)(0x80 | (c >> 12 & 0x3f)));
        buf_byte(out, (char)(0x80 | (c >> 6 & 0x3f)));
        buf_byte(out, (char)(0x80 | (c & 0x3f)));
    }
}

static void decode_reference(struct str name, struct buf *out)
{
    static const struct {
        const char *name;
        char        c;
    } five[] = { { "amp", '&' }, { "lt", '<' }, { "gt", '>' }, { "quot", '"' }, { "apos", '\'' } };

    for (size_t i = 0; i < sizeof five / sizeof five[0]; i++)
        if (str_is(name, five[i].name)) {
            buf_byte(out, five[i].c);
            return;
        }
    if (name.len > 1 && name.ptr[0] == '#')
        add_code_point(out, number_of(str_skip(name, 1)));
    else
        buf_fmt(out, "&%.*s;", STR_ARG(name));
}

/* The text as a parser gives it: references resolved, CDATA unwrapped, tags of children removed. */
static void decode(struct str raw, struct buf *out)
{
    while (raw.len != 0) {
        if (str_starts(raw, STR("<![CDATA["))) {
            const char *end = memmem(raw.ptr, raw.len, "]]>", 3);
            size_t      len = end != NULL ? (size_t)(end - raw.ptr) : raw.len;

            buf_add(out, str_of(raw.ptr + 9, len - 9));
            raw = str_skip(raw, end != NULL ? len + 3 : len);
        } else if (raw.ptr[0] == '<') {
            const char *end = memchr(raw.ptr, '>', raw.len);

            raw = str_skip(raw, end != NULL ? (size_t)(end - raw.ptr) + 1 : raw.len);
        } else if (raw.ptr[0] == '&' && memchr(raw.ptr, ';', raw.len < 12 ? raw.len : 12) != NULL) {
            const char *end = memchr(raw.ptr, ';', raw.len);

            decode_reference(str_of(raw.ptr + 1, (size_t)(end - raw.ptr) - 1), out);
            raw = str_skip(raw, (size_t)(end - raw.ptr) + 1);
        } else {
            buf_byte(out, raw.ptr[0]);
            raw = str_skip(raw, 1);
        }
    }
}

static void write_hidden(struct xml_lexer *l, struct redactor_state *s, struct buf *out)
{
    AUTO(buf_wipe) struct buf text, plain = { 0 };
    struct str                instead;

    buf_init(&text, 4 * REDACT_SECRET_BYTES_MAX, "a secret in a reply");
    decode(buf_str(&s->secret), &text);
    if (l->base64) {
        buf_init(&plain, text.len + 3, "a secret in base64");
        base64_decode(&plain, buf_str(&text));
    }
    instead = redactor_replaced(s, l->way[l->hidden_at - 1], str_trim(buf_str(l->base64 ? &plain : &text)));
    for (size_t i = 0; i < instead.len; i++)
        switch (instead.ptr[i]) {
        case '&': buf_lit(out, "&amp;"); break;
        case '<': buf_lit(out, "&lt;"); break;
        default: buf_byte(out, instead.ptr[i]);
        }
    buf_reset(&s->secret);
}

/* A byte of content: passed on, or collected if it is secret. */
static void content(struct xml_lexer *l, struct redactor_state *s, struct str bytes, struct buf *out)
{
    if (l->hidden_at == 0) {
        buf_add(out, bytes);
        return;
    }
    if (s->secret.len + bytes.len > REDACT_SECRET_BYTES_MAX)
        write_hidden(l, s, out);
    buf_add(&s->secret, bytes);
}

/* A secret that was typed as base64 is replaced by plain text, so its type becomes a string. */
static void show_start_tag(struct xml_lexer *l, struct str tag, struct buf *out)
{
    const char *kind = l->base64 ? memmem(tag.ptr, tag.len, "base64Binary", 12) : NULL;

    buf_byte(out, '<');
    if (kind == NULL) {
        buf_add(out, tag);
    } else {
        buf_add(out, str_head(tag, (size_t)(kind - tag.ptr)));
        buf_lit(out, "string");
        buf_add(out, str_skip(tag, (size_t)(kind - tag.ptr) + 12));
    }
}

static void open_element(struct xml_lexer *l, struct redactor_state *s, struct str tag, bool empty, struct buf *out)
{
    struct str name = tag_name(tag);
    bool       hide;

    if (l->depth < DEPTH_MAX) {
        name = str_head(name, NAME_MAX_BYTES);
        memcpy(l->names[l->depth], name.ptr != NULL ? name.ptr : "", name.len);
        l->way[l->depth] = str_of(l->names[l->depth], name.len);
    }
    l->depth++;
    hide = !empty && l->hidden_at == 0 && (l->depth > DEPTH_MAX || redact_is_secret(s->how, l->way, l->depth));
    l->base64 = hide && str_contains(tag, STR("base64Binary"));
    if (l->hidden_at == 0) {
        show_start_tag(l, tag, out);
    } else {
        content(l, s, STR("<"), out);
        content(l, s, tag, out);
    }
    if (hide)
        l->hidden_at = l->depth <= DEPTH_MAX ? l->depth : DEPTH_MAX;
    if (empty)
        l->depth--;
}

static void close_element(struct xml_lexer *l, struct redactor_state *s, struct str tag, struct buf *out)
{
    if (l->hidden_at != 0 && l->depth <= l->hidden_at) {
        write_hidden(l, s, out);
        l->hidden_at = 0;
    }
    content(l, s, STR("<"), out);
    content(l, s, tag, out);
    if (l->depth != 0)
        l->depth--;
}

/* `tag` ends with its >. */
static void take_tag(struct xml_lexer *l, struct redactor_state *s, struct buf *out)
{
    struct str tag = str_of(l->tag, l->tag_len);

    l->state = XML_TEXT;
    l->tag_len = 0;
    if (tag.ptr[0] == '/') {
        close_element(l, s, tag, out);
    } else if (tag.ptr[0] == '?' || tag.ptr[0] == '!') {
        content(l, s, STR("<"), out);
        content(l, s, tag, out);
    } else {
        open_element(l, s, tag, tag.len > 1 && tag.ptr[tag.len - 2] == '/', out);
    }
}

static void in_tag(struct xml_lexer *l, struct redactor_state *s, char c, struct buf *out)
{
    struct str so_far;

    if (l->tag_len == TAG_MAX - 1) { /* too long for a tag: this < was text */
        content(l, s, STR("<"), out);
        content(l, s, str_of(l->tag, l->tag_len), out);
        content(l, s, str_of(&c, 1), out);
        l->tag_len = 0;
        l->state = XML_TEXT;
        return;
    }
    l->tag[l->tag_len++] = c;
    so_far = str_of(l->tag, l->tag_len);
    if (l->quote != 0) {
        l->quote = c == l->quote ? 0 : l->quote;
    } else if (str_eq(so_far, STR("!--")) || str_eq(so_far, STR("![CDATA["))) {
        l->state = c == '[' ? XML_CDATA : XML_COMMENT;
        content(l, s, STR("<"), out);
        content(l, s, so_far, out);
        l->tag_len = 0;
        memset(l->last, 0, sizeof l->last);
    } else if (c == '>') {
        take_tag(l, s, out);
    } else if ((c == '"' || c == '\'') && l->tag[0] != '/' && l->tag[0] != '!') {
        l->quote = c;
    }
}

static void xml_byte(void *lexer, struct redactor_state *s, char c, struct buf *out)
{
    struct xml_lexer *l = lexer;

    switch (l->state) {
    case XML_TEXT:
        if (c == '<')
            l->state = XML_TAG;
        else
            content(l, s, str_of(&c, 1), out);
        break;
    case XML_TAG: in_tag(l, s, c, out); break;
    case XML_COMMENT:
    case XML_CDATA:
        content(l, s, str_of(&c, 1), out);
        l->last[0] = l->last[1];
        l->last[1] = l->last[2];
        l->last[2] = c;
        if (memcmp(l->last, l->state == XML_CDATA ? "]]>" : "-->", 3) == 0)
            l->state = XML_TEXT;
        break;
    }
}

static void xml_end(void *lexer, struct redactor_state *s, struct buf *out)
{
    struct xml_lexer *l = lexer;

    if (l->hidden_at != 0)
        write_hidden(l, s, out);
    else if (l->state == XML_TAG) {
        buf_byte(out, '<');
        buf_add(out, str_of(l->tag, l->tag_len));
    }
}

static void xml_release(void *lexer)
{
    explicit_bzero(lexer, sizeof(struct xml_lexer));
}

const struct redact_lexer redact_xml = { sizeof(struct xml_lexer), xml_begin, xml_byte, xml_end, xml_release };
