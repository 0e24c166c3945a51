/* providers/redact/redactor_json.c - the secrets of a reply in JSON: strings, numbers and whatever stands below a secret name. */
#include "providers/redact/redactor.h"

#include "etl/core/limits.h"
#include "etl/core/notation/json_string.h"
#include "etl/core/utf8.h"

enum { DEPTH_MAX = 64, NAME_MAX_BYTES = 128 };

struct json_level {
    char   name[NAME_MAX_BYTES]; /* of the member whose value is being read; an array's elements have none */
    size_t name_len;
    bool   is_object, wants_name;
};
enum json_state { JSON_BETWEEN, JSON_STRING, JSON_ESCAPE, JSON_WORD };

struct json_lexer {
    struct json_level levels[DEPTH_MAX];
    size_t            depth, hidden_at; /* hidden_at: depth of the object that has the secret member; 0: none */
    enum json_state   state;
    bool              is_name; /* the string being read is a member's name */
    char              name[NAME_MAX_BYTES];
    size_t            name_len;
};

static void json_begin(void *lexer, const struct str *columns, size_t column_count)
{
    (void)lexer;
    (void)columns;
    (void)column_count;
}

static bool way_is_secret(const struct json_lexer *l, const struct redactor_how *how)
{
    struct str way[DEPTH_MAX];
    size_t     n = 0;

    for (size_t i = 0; i < l->depth && i < DEPTH_MAX; i++)
        if (l->levels[i].is_object)
            way[n++] = str_of(l->levels[i].name, l->levels[i].name_len);
    return l->depth > DEPTH_MAX || redact_is_secret(how, way, n);
}

static void write_hidden(struct json_lexer *l, struct redactor_state *s, bool is_string, struct buf *out)
{
    AUTO(buf_wipe) struct buf text;
    const struct json_level  *holder = &l->levels[l->hidden_at - 1];
    struct str                raw = buf_str(&s->secret);

    buf_init(&text, 4 * REDACT_SECRET_BYTES_MAX, "a secret in a reply");
    if (!is_string && (str_is(raw, "null") || str_is(raw, "true") || str_is(raw, "false"))) {
        buf_add(out, raw); /* true, false and null reveal nothing */
    } else {
        json_string_decode(&text, raw);
        json_string_add(out, redactor_replaced(s, str_of(holder->name, holder->name_len), buf_str(&text)));
    }
    buf_reset(&s->secret);
}

static void string_end(struct json_lexer *l, struct redactor_state *s, struct buf *out)
{
    l->state = JSON_BETWEEN;
    if (l->is_name) {
        struct json_level *level = &l->levels[l->depth - 1];

        memcpy(level->name, l->name, l->name_len);
        level->name_len = l->name_len;
        buf_byte(out, '"');
    } else if (l->hidden_at != 0) {
        write_hidden(l, s, true, out);
    } else {
        buf_byte(out, '"');
    }
}

static void string_byte(struct json_lexer *l, struct redactor_state *s, char c, struct buf *out)
{
    if (!l->is_name && l->hidden_at != 0) {
        if (s->secret.len >= REDACT_SECRET_BYTES_MAX) { /* too long: it is replaced in pieces, each a string */
            write_hidden(l, s, true, out);
            buf_lit(out, ",");
        }
        buf_byte(&s->secret, c);
        return;
    }
    if (l->is_name && l->name_len < NAME_MAX_BYTES)
        l->name[l->name_len++] = c;
    buf_byte(out, c);
}

static void begin_string(struct json_lexer *l, struct buf *out)
{
    l->state = JSON_STRING;
    l->is_name = l->depth != 0 && l->depth <= DEPTH_MAX && l->levels[l->depth - 1].is_object &&
                 l->levels[l->depth - 1].wants_name;
    l->name_len = 0;
    if (l->is_name || l->hidden_at == 0)
        buf_byte(out, '"');
}

static void push(struct json_lexer *l, bool is_object)
{
    if (l->depth < DEPTH_MAX)
        l->levels[l->depth] = (struct json_level){ .is_object = is_object, .wants_name = is_object };
    l->depth++;
}

static void between(struct json_lexer *l, struct redactor_state *s, char c, struct buf *out)
{
    struct json_level *level = l->depth != 0 && l->depth <= DEPTH_MAX ? &l->levels[l->depth - 1] : NULL;

    switch (c) {
    case '"': begin_string(l, out); return;
    case '{':
    case '[': push(l, c == '{'); break;
    case '}':
    case ']':
        if (l->depth != 0)
            l->depth--;
        if (l->hidden_at > l->depth)
            l->hidden_at = 0;
        break;
    case ':':
        if (level != NULL && level->is_object) {
            level->wants_name = false;
            if (l->hidden_at == 0 && way_is_secret(l, s->how))
                l->hidden_at = l->depth;
        }
        break;
    case ',':
        if (level != NULL && level->is_object) {
            level->wants_name = true;
            if (l->hidden_at == l->depth)
                l->hidden_at = 0;
        }
        break;
    case ' ':
    case '\t':
    case '\n':
    case '\r': break;
    default:
        if (l->hidden_at != 0) {
            l->state = JSON_WORD;
            buf_byte(&s->secret, c);
            return;
        }
    }
    buf_byte(out, c);
}

static void json_byte(void *lexer, struct redactor_state *s, char c, struct buf *out)
{
    struct json_lexer *l = lexer;

    switch (l->state) {
    case JSON_BETWEEN: between(l, s, c, out); break;
    case JSON_STRING:
        if (c == '"') {
            string_end(l, s, out);
        } else {
            if (c == '\\')
                l->state = JSON_ESCAPE;
            string_byte(l, s, c, out);
        }
        break;
    case JSON_ESCAPE:
        l->state = JSON_STRING;
        string_byte(l, s, c, out);
        break;
    case JSON_WORD:
        if (c == ',' || c == '}' || c == ']' || c == ' ' || c == '\n' || c == '\r' || c == '\t') {
            l->state = JSON_BETWEEN;
            write_hidden(l, s, false, out);
            between(l, s, c, out);
        } else if (s->secret.len < REDACT_SECRET_BYTES_MAX) {
            buf_byte(&s->secret, c);
        }
        break;
    }
}

static void json_end(void *lexer, struct redactor_state *s, struct buf *out)
{
    struct json_lexer *l = lexer;

    if (s->secret.len != 0 && l->hidden_at != 0)
        write_hidden(l, s, true, out);
}

static void json_release(void *lexer)
{
    explicit_bzero(lexer, sizeof(struct json_lexer));
}

const struct redact_lexer redact_json = { sizeof(struct json_lexer), json_begin, json_byte, json_end, json_release };
