/* formats/json_record_writer.c - writes a JSON record back as it came, with the reasons why it was rejected. */
#include "formats/json_record_writer.h"

#include "etl/core/notation/json_string.h"
#include "formats/dotted_path.h"

enum { PATH_BYTES = 4096 };

struct record_copy {
    struct buf                *out;
    const struct json_secrets *secrets;
    const char                *at, *end;
    const char                *copied; /* the record's bytes before it are written or left out */
    struct buf                 path, text;
    const char                *last_end; /* the end of the last member that stays; NULL: none does */
};

static void copy_to(struct record_copy *w, const char *to)
{
    buf_add(w->out, str_of(w->copied, (size_t)(to - w->copied)));
    w->copied = to;
}

static void skip_blanks(struct record_copy *w)
{
    while (w->at < w->end && (*w->at == ' ' || *w->at == '\t' || *w->at == '\n' || *w->at == '\r'))
        w->at++;
}

static struct str take_string(struct record_copy *w)
{
    const char *begin = w->at++;

    while (w->at < w->end && *w->at != '"')
        w->at += *w->at == '\\' ? 2 : 1;
    w->at++;
    return str_of(begin, (size_t)(w->at - begin));
}

static bool is_secret(const struct record_copy *w)
{
    for (size_t i = 0; i < w->secrets->count; i++)
        if (dotted_path_is_within(buf_str(&w->path), w->secrets->paths[i]))
            return true;
    return false;
}

static void replace(struct record_copy *w, const char *begin)
{
    AUTO(buf_wipe) struct buf other;

    buf_init(&other, w->out->max, "a sealed value");
    w->secrets->replace(w->secrets->context, buf_str(&w->path), buf_str(&w->text), &other);
    copy_to(w, begin);
    json_string_add(w->out, buf_str(&other));
    w->copied = w->at;
}

static void walk_scalar(struct record_copy *w)
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
        json_string_decode(&w->text, json_string_between(raw));
    else
        buf_add(&w->text, raw);
    replace(w, begin);
}

static void walk_value(struct record_copy *w, bool is_record);

static void walk_array(struct record_copy *w)
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

/* The reasons of an earlier reject are left out, with one of the commas around them. */
static void drop_member(struct record_copy *w, const char *begin, const char *comma)
{
    copy_to(w, comma != NULL ? comma : begin);
    skip_blanks(w);
    if (comma == NULL && *w->at == ',') {
        w->at++;
        skip_blanks(w);
    }
    w->copied = w->at;
}

static void walk_object(struct record_copy *w, bool is_record)
{
    size_t      path_len = w->path.len;
    const char *comma = NULL; /* the comma before this member, if it is not the first */

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
        json_string_decode(&w->path, json_string_between(take_string(w)));
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

static void walk_value(struct record_copy *w, bool is_record)
{
    if (*w->at == '{')
        walk_object(w, is_record);
    else if (*w->at == '[')
        walk_array(w);
    else
        walk_scalar(w);
}

void json_record_write(struct buf *out, struct str record, const struct json_secrets *secrets, struct str errors)
{
    struct record_copy w = {
        .out = out, .secrets = secrets, .at = record.ptr, .end = record.ptr + record.len, .copied = record.ptr
    };

    buf_init(&w.path, record.len + PATH_BYTES, "a path");
    buf_init(&w.text, record.len + 1, "a text");
    walk_value(&w, true);
    /* The reasons come directly behind the last member that stays; the blanks and the bracket behind it stay as they came. */
    if (w.last_end == NULL) {
        copy_to(&w, w.copied > record.ptr ? w.copied : record.ptr + 1);
    } else if (w.last_end >= w.copied) {
        copy_to(&w, w.last_end);
    }
    buf_text(out, w.last_end != NULL ? ",\"_errors\":" : "\"_errors\":");
    json_string_add(out, errors);
    copy_to(&w, record.ptr + record.len);
    buf_release(&w.path);
    buf_wipe(&w.text);
}
