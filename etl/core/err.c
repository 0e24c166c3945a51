/* etl/core/err.c - what went wrong, where, by which rule. */
#include "etl/core/err.h"

#include <stdarg.h>

#include "etl/core/utf8.h"

enum { FINDINGS_CEILING = 1000, SHOWN_BYTES = 60 };

const char *const severity_names[] = { "error", "warning", "info" };

static void set_text(struct err *err, const char *rule, const char *fmt, va_list args)
{
    snprintf(err->rule, sizeof err->rule, "%s", rule);
    vsnprintf(err->text, sizeof err->text, fmt, args);
    /* A clipped text must not end in half a character. */
    struct str text = str_from(err->text);

    err->text[utf8_valid_prefix(text)] = '\0';
}

enum etl_status err_set(struct err *err, enum etl_status status, const char *rule, const char *fmt, ...)
{
    va_list args;

    if (err == NULL)
        return status;
    va_start(args, fmt);
    set_text(err, rule, fmt, args);
    va_end(args);
    return status;
}

void err_place(struct err *err, const char *file, uint64_t line, uint32_t column)
{
    err->file = file;
    err->line = line;
    err->column = column;
}

struct shown shown(struct str value, bool is_secret)
{
    struct shown out;
    size_t       at = 0;
    struct str   rest = value;

    if (is_secret) {
        snprintf(out.text, sizeof out.text, "(secret)");
        return out;
    }
    out.text[at++] = '"';
    while (rest.len != 0 && at < SHOWN_BYTES) {
        struct str    before = rest;
        uint32_t      c = utf8_next(&rest);
        size_t        len = before.len - rest.len;
        unsigned char byte = (unsigned char)before.ptr[0];

        if (c < 0x20 || c == 0x7f || (c == 0xfffd && len == 1) || (c >= 0x80 && c < 0xa0)) {
            at += (size_t)snprintf(out.text + at, sizeof out.text - at, "\\x%02x", byte);
            rest = str_skip(before, 1);
        } else {
            memcpy(out.text + at, before.ptr, len);
            at += len;
        }
    }
    snprintf(out.text + at, sizeof out.text - at, rest.len != 0 ? "…\"" : "\"");
    return out;
}

void err_print(struct buf *out, const struct err *err, enum severity severity)
{
    if (err->file != NULL)
        buf_fmt(out, "%s:", err->file);
    if (err->line != 0)
        buf_fmt(out, "%s%llu:", err->file != NULL ? "" : "line ", (unsigned long long)err->line);
    if (err->line != 0 && err->column != 0)
        buf_fmt(out, "%u:", err->column);
    if (out->len != 0 && out->ptr[out->len - 1] == ':')
        buf_byte(out, ' ');
    if (severity != SEVERITY_ERROR)
        buf_fmt(out, "%s: ", severity_names[severity]);
    if (err->field != NULL)
        buf_fmt(out, "%s: ", err->field);
    buf_text(out, err->text);
    if (err->rule[0] != '\0')
        buf_fmt(out, " (rule %s)", err->rule);
    buf_byte(out, '\n');
}

void findings_init(struct findings *f, struct arena *mem)
{
    *f = (struct findings){ .mem = mem, .ceiling = FINDINGS_CEILING };
}

static const char *kept(struct arena *mem, const char *text)
{
    return text != NULL ? arena_cstr(mem, str_from(text)) : NULL;
}

void findings_add(struct findings *f, enum severity severity, const struct err *err, const char *excerpt)
{
    size_t ceiling = f->ceiling != 0 ? f->ceiling : FINDINGS_CEILING;

    if (severity == SEVERITY_ERROR)
        f->errors++;
    if (f->count >= ceiling) {
        f->count++;
        return;
    }
    f->items = arena_grow(f->mem, f->items, f->count, &f->cap, sizeof *f->items);
    f->items[f->count] = (struct finding){ *err, severity, kept(f->mem, excerpt) };
    f->items[f->count].err.file = kept(f->mem, err->file);
    f->items[f->count].err.field = kept(f->mem, err->field);
    f->count++;
}

enum etl_status findings_say(struct findings *f, enum severity severity, const char *file, uint64_t line,
                             uint32_t column, const char *rule, const char *fmt, ...)
{
    struct err err = { .file = file, .line = line, .column = column };
    va_list    args;

    va_start(args, fmt);
    set_text(&err, rule, fmt, args);
    va_end(args);
    findings_add(f, severity, &err, NULL);
    return severity == SEVERITY_ERROR ? ETL_REJECT : ETL_OK;
}

/* The source line and a caret under its column; tabs keep their width. */
static void print_excerpt(struct buf *out, const char *excerpt, uint32_t column)
{
    struct str line = str_from(excerpt);

    buf_fmt(out, "    %.*s\n", STR_ARG(line));
    if (column == 0)
        return;
    buf_lit(out, "    ");
    for (size_t i = 0; i + 1 < column && i < line.len; i++)
        if (((unsigned char)line.ptr[i] & 0xc0) != 0x80)
            buf_byte(out, line.ptr[i] == '\t' ? '\t' : ' ');
    buf_lit(out, "^\n");
}

void findings_print(struct buf *out, const struct findings *f)
{
    size_t ceiling = f->ceiling != 0 ? f->ceiling : FINDINGS_CEILING;
    size_t shown_count = f->count < ceiling ? f->count : ceiling;

    for (size_t i = 0; i < shown_count; i++) {
        AUTO(buf_release) struct buf one;

        buf_init(&one, 1 << 16, "a finding");
        err_print(&one, &f->items[i].err, f->items[i].severity);
        buf_add(out, buf_str(&one));
        if (f->items[i].excerpt != NULL)
            print_excerpt(out, f->items[i].excerpt, f->items[i].err.column);
    }
    if (f->count > shown_count)
        buf_fmt(out, "and %zu more\n", f->count - shown_count);
}
