/* etl/core/notation/json_writer.h - writes JSON (RFC 8259) into a buffer: sets the commas, escapes the texts.
 *
 * A value is written where it belongs: as an object's member behind json_name(), as a list's item, or alone. json_member_…() is both in one.
 * The writer keeps no stack: whether a comma is due depends only on what was written last. The caller closes what it opened.
 * Lifetime  a writer is a value, it owns nothing. Several may write into one buffer, one after the other.
 * Errors    those of the buffer: write freely, ask buf_failed() at the end. */
#ifndef ETL_CORE_NOTATION_JSON_WRITER_H
#define ETL_CORE_NOTATION_JSON_WRITER_H

#include "etl/core/notation/json_string.h"

struct json_writer {
    struct buf *out;
    const char *gap; /* white space before the next token; NULL: none */
    bool        needs_comma;
};

static inline struct json_writer json_writer(struct buf *out)
{
    return (struct json_writer){ .out = out };
}

/* ---- where the next token stands ---- */

/* White space, such as "\n ", before the next name, item or closing bracket, behind its comma. Good until that token; must outlive it. */
static inline void json_gap(struct json_writer *w, const char *gap)
{
    w->gap = gap;
}
static inline void json_separate(struct json_writer *w) /* private: what stands before a name or an item */
{
    if (w->needs_comma)
        buf_byte(w->out, ',');
    if (w->gap != NULL)
        buf_text(w->out, w->gap);
    w->gap = NULL;
}
static inline void json_open(struct json_writer *w, char bracket) /* private */
{
    json_separate(w);
    buf_byte(w->out, bracket);
    w->needs_comma = false;
}
static inline void json_close(struct json_writer *w, char bracket) /* private */
{
    w->needs_comma = false;
    json_separate(w);
    buf_byte(w->out, bracket);
    w->needs_comma = true;
}

/* ---- objects and lists ---- */

static inline void json_begin_object(struct json_writer *w)
{
    json_open(w, '{');
}
static inline void json_end_object(struct json_writer *w)
{
    json_close(w, '}');
}
static inline void json_begin_list(struct json_writer *w)
{
    json_open(w, '[');
}
static inline void json_end_list(struct json_writer *w)
{
    json_close(w, ']');
}
/* `name` is one of ours: nothing in it is escaped. */
static inline void json_name(struct json_writer *w, const char *name)
{
    json_separate(w);
    buf_byte(w->out, '"');
    buf_add(w->out, str_from(name));
    buf_lit(w->out, "\":");
    w->needs_comma = false;
}
void json_name_text(struct json_writer *w, struct str name); /* any text as a name: escaped */

/* ---- values ---- */

static inline void json_text(struct json_writer *w, struct str text)
{
    json_separate(w);
    json_string_add(w->out, text);
    w->needs_comma = true;
}
/* A text that the caller puts into w->out by itself, between the two; what he puts there is not escaped. */
static inline void json_begin_text(struct json_writer *w)
{
    json_separate(w);
    buf_byte(w->out, '"');
}
static inline void json_end_text(struct json_writer *w)
{
    buf_byte(w->out, '"');
    w->needs_comma = true;
}
static inline void json_number(struct json_writer *w, uint64_t number)
{
    json_separate(w);
    buf_u64(w->out, number);
    w->needs_comma = true;
}
static inline void json_raw(struct json_writer *w, struct str value) /* what is JSON already */
{
    json_separate(w);
    buf_add(w->out, value);
    w->needs_comma = true;
}
static inline void json_bool(struct json_writer *w, bool value)
{
    json_raw(w, value ? STR("true") : STR("false"));
}
static inline void json_null(struct json_writer *w)
{
    json_raw(w, STR("null"));
}
static inline void json_text_or_null(struct json_writer *w, struct str text) /* null for STR_NONE */
{
    if (text.ptr != NULL)
        json_text(w, text);
    else
        json_null(w);
}
void json_integer(struct json_writer *w, int64_t number);
/* To the millisecond: 1.250. */
void json_member_seconds(struct json_writer *w, const char *name, double seconds);

/* ---- a member: its name and its value ---- */

static inline void json_member_object(struct json_writer *w, const char *name)
{
    json_name(w, name);
    json_begin_object(w);
}
static inline void json_member_list(struct json_writer *w, const char *name)
{
    json_name(w, name);
    json_begin_list(w);
}
static inline void json_member_text(struct json_writer *w, const char *name, struct str text)
{
    json_name(w, name);
    json_text(w, text);
}
static inline void json_member_text_or_null(struct json_writer *w, const char *name, struct str text)
{
    json_name(w, name);
    json_text_or_null(w, text);
}
static inline void json_member_number(struct json_writer *w, const char *name, uint64_t number)
{
    json_name(w, name);
    json_number(w, number);
}
static inline void json_member_bool(struct json_writer *w, const char *name, bool value)
{
    json_name(w, name);
    json_bool(w, value);
}
static inline void json_member_raw(struct json_writer *w, const char *name, struct str value)
{
    json_name(w, name);
    json_raw(w, value);
}
static inline void json_member_null(struct json_writer *w, const char *name)
{
    json_name(w, name);
    json_null(w);
}

#endif
