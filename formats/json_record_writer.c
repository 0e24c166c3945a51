/* formats/json_record_writer.c - writes JSON records back, as they stood. */
#include "formats/json_record_writer.h"

#include "etl/core/utf8.h"

enum { PATH_BYTES = 4096 };

/* ---- paths ---- */

/* The next part that is no number; ptr NULL at the end. */
static struct str next_part(struct str *rest)
{
    struct str part = STR_NONE;

    while (rest->ptr != NULL) {
        *rest = str_cut(*rest, '.', &part);
        if (!str_all_digits(part))
            return part;
    }
    return STR_NONE;
}

bool json_path_is_within(struct str path, struct str place)
{
    for (;;) {
        struct str wanted = next_part(&place), part = wanted.ptr != NULL ? next_part(&path) : STR_NONE;

        if (wanted.ptr == NULL)
            return true;
        if (part.ptr == NULL || !str_eq(part, wanted))
            return false;
    }
}

struct str json_path_without_numbers(struct str path, struct arena *mem)
{
    struct str out = STR(""), part;

    while ((part = next_part(&path)).ptr != NULL)
        out = out.len != 0 ? arena_fmt(mem, "%.*s.%.*s", STR_ARG(out), STR_ARG(part)) : part;
    return out;
}

/* ---- texts ---- */

static uint32_t unit_at(const char *p)
{
    uint32_t unit = 0;

    for (int i = 0; i < 4; i++) {
        char c = p[i];

        unit = unit << 4 | (uint32_t)(c <= '9' ? c - '0' : (c | 0x20) - 'a' + 10);
    }
    return unit;
}

/* Behind the backslash; returns how many bytes it took. */
static size_t unescape_one(struct buf *out, const char *p)
{
    static const char signs[] = "\"\\/bfnrt", bytes[] = "\"\\/\b\f\n\r\t";
    const char       *sign = strchr(signs, *p);
    uint32_t          unit;

    if (*p != 'u') {
        buf_byte(out, sign != NULL ? bytes[sign - signs] : *p);
        return 1;
    }
    unit = unit_at(p + 1);
    if (unit >= 0xd800 && unit < 0xdc00) { /* both halves are there: the reader made sure */
        utf8_add(out, 0x10000 + ((unit - 0xd800) << 10) + (unit_at(p + 7) - 0xdc00));
        return 11;
    }
    utf8_add(out, unit);
    return 5;
}

void json_unescape(struct buf *out, struct str quoted)
{
    const char *p = quoted.ptr + 1, *end = quoted.ptr + quoted.len - 1;

    while (p < end) {
        const char *slash = memchr(p, '\\', (size_t)(end - p));

        buf_add(out, str_of(p, (size_t)((slash != NULL ? slash : end) - p)));
        p = slash != NULL ? slash + 1 + unescape_one(out, slash + 1) : end;
    }
}

/* ---- walking a valid record ---- */

struct walk {
    struct buf                *out;
    const struct json_secrets *secrets;
    const char                *at, *end;
    const char                *copied; /* the record's bytes before it are out, or gone */
    struct buf                 path, text;
    const char                *last_end; /* behind the record's last member that stays; NULL: there is none */
};

static void copy_to(struct walk *w, const char *to)
{
    buf_add(w->out, str_of(w->copied, (size_t)(to - w->copied)));
    w->copied = to;
}

static void skip_blanks(struct walk *w)
{
    while (w->at < w->end && (*w->at == ' ' || *w->at == '\t' || *w->at == '\n' || *w->at == '\r'))
        w->at++;
}

static struct str take_string(struct walk *w)
{
    const char *begin = w->at++;

    while (w->at < w->end && *w->at != '"')
        w->at += *w->at == '\\' ? 2 : 1;
    w->at++;
    return str_of(begin, (size_t)(w->at - begin));
}

static bool is_secret(const struct walk *w)
{
    for (size_t i = 0; i < w->secrets->count; i++)
        if (json_path_is_within(buf_str(&w->path), w->secrets->paths[i]))
            return true;
    return false;
}

static void replace(struct walk *w, const char *begin)
{
    AUTO(buf_wipe) struct buf other;

    buf_init(&other, w->out->max, "a sealed value");
    w->secrets->replace(w->secrets->context, buf_str(&w->path), buf_str(&w->text), &other);
    copy_to(w, begin);
    buf_json(w->out, buf_str(&other));
    w->copied = w->at;
}

static void walk_scalar(struct walk *w)
{
    const char *begin = w->at;
    struct str  raw;

    if (*w->at == '"') {
        raw = take_string(w);
    } else {
        while (w->at < w->end && strchr(",]} \t\r\n", *w->at) == NULL)
            w->at++;
        raw = str_of(begin, (size_t)(w->at - begin));
    }
    if (str_is(raw, "null") || str_is(raw, "\"\"") || !is_secret(w))
        return;
    buf_reset(&w->text);
    if (raw.ptr[0] == '"')
        json_unescape(&w->text, raw);
    else
        buf_add(&w->text, raw);
    replace(w, begin);
}

static void walk_value(struct walk *w, bool is_record);

static void walk_array(struct walk *w)
{
    w->at++;
    for (skip_blanks(w); *w->at != ']'; skip_blanks(w)) {
        if (*w->at == ',')
            w->at++;
        skip_blanks(w);
        walk_value(w, false);
    }
    w->at++;
}

/* The reasons of a record that was a reject before: they go, with one of the commas around them. */
static void drop_member(struct walk *w, const char *begin, const char *comma)
{
    copy_to(w, comma != NULL ? comma : begin);
    skip_blanks(w);
    if (comma == NULL && *w->at == ',') {
        w->at++;
        skip_blanks(w);
    }
    w->copied = w->at;
}

static void walk_object(struct walk *w, bool is_record)
{
    size_t      path_len = w->path.len;
    const char *comma = NULL; /* before the member at hand, where one stays before it */

    w->at++;
    for (skip_blanks(w); *w->at != '}'; skip_blanks(w)) {
        const char *begin = w->at;
        bool        is_old;

        if (*w->at == ',') {
            comma = w->at++;
            continue;
        }
        if (path_len != 0)
            buf_byte(&w->path, '.');
        json_unescape(&w->path, take_string(w));
        is_old = is_record && str_is(buf_str(&w->path), "_errors");
        skip_blanks(w);
        w->at++; /* the colon */
        skip_blanks(w);
        walk_value(w, false);
        w->path.len = path_len;
        if (is_old)
            drop_member(w, begin, comma);
        else if (is_record)
            w->last_end = w->at;
    }
    w->at++;
}

static void walk_value(struct walk *w, bool is_record)
{
    if (*w->at == '{')
        walk_object(w, is_record);
    else if (*w->at == '[')
        walk_array(w);
    else
        walk_scalar(w);
}

void json_reject(struct buf *out, struct str record, const struct json_secrets *secrets, struct str errors)
{
    struct walk w = {
        .out = out, .secrets = secrets, .at = record.ptr, .end = record.ptr + record.len, .copied = record.ptr
    };

    buf_init(&w.path, record.len + PATH_BYTES, "a path");
    buf_init(&w.text, record.len + 1, "a text");
    walk_value(&w, true);
    /* The reasons come right behind the last member that stays, so that what follows it closes as it did. */
    if (w.last_end == NULL) {
        copy_to(&w, w.copied > record.ptr ? w.copied : record.ptr + 1);
    } else if (w.last_end >= w.copied) {
        copy_to(&w, w.last_end);
    }
    buf_text(out, w.last_end != NULL ? ",\"_errors\":" : "\"_errors\":");
    buf_json(out, errors);
    copy_to(&w, record.ptr + record.len);
    buf_release(&w.path);
    buf_wipe(&w.text);
}

void json_list_begin(struct buf *out, struct str records)
{
    struct str rest = records, part;

    while (records.len != 0 && rest.ptr != NULL) {
        rest = str_cut(rest, '.', &part);
        buf_byte(out, '{');
        buf_json(out, part);
        buf_byte(out, ':');
    }
    buf_byte(out, '[');
}

void json_list_end(struct buf *out, struct str records)
{
    buf_byte(out, ']');
    for (size_t i = 0; records.len != 0 && i <= records.len; i++)
        if (i == records.len || records.ptr[i] == '.')
            buf_byte(out, '}');
    buf_byte(out, '\n');
}
