/* providers/redact/redactor.c - takes the secrets out of a reply as it streams by; and the form of CSV. */
#include "providers/redact/redactor.h"

#include "etl/core/limits.h"
#include "providers/redact/repair.h"

struct redactor {
    struct redactor_how        how;
    struct redactor_state      state;
    const struct redact_lexer *lexer;   /* NULL: all bytes pass unchanged */
    struct str                *columns; /* a copy of the array; names are the caller's */
    void                      *data;
};

static const struct redact_lexer *const lexers[] = {
    [REDACT_CSV] = &redact_csv, [REDACT_XML] = &redact_xml, [REDACT_JSON] = &redact_json, [REDACT_TEXT] = NULL
};

struct redactor *redactor_new(enum redactor_form form, const struct redactor_how *how, const struct str *columns,
                              size_t column_count)
{
    struct redactor *s = calloc(1, sizeof *s);

    if (s == NULL)
        memory_exhausted("a reply's secrets", sizeof *s);
    s->how = *how;
    s->state.how = &s->how;
    buf_init(&s->state.secret, REDACT_SECRET_BYTES_MAX + 16, "a secret in a reply");
    buf_init(&s->state.clear, 4 * REDACT_SECRET_BYTES_MAX, "a secret in a reply");
    buf_init(&s->state.instead, 16 * REDACT_SECRET_BYTES_MAX, "what stands instead of a secret");
    if (how->secret_count == 0 || lexers[form] == NULL)
        return s;
    s->lexer = lexers[form];
    s->data = calloc(1, s->lexer->size);
    if (s->data == NULL)
        memory_exhausted("a reply's secrets", s->lexer->size);
    s->columns = calloc(column_count + 1, sizeof *s->columns);
    if (s->columns == NULL)
        memory_exhausted("a reply's columns", column_count);
    if (column_count != 0)
        memcpy(s->columns, columns, column_count * sizeof *columns);
    s->lexer->begin(s->data, s->columns, column_count);
    return s;
}

void redactor_add(struct redactor *s, struct str bytes, struct buf *out)
{
    if (s->lexer == NULL) {
        buf_add(out, bytes);
        return;
    }
    for (size_t i = 0; i < bytes.len; i++)
        s->lexer->byte(s->data, &s->state, bytes.ptr[i], out);
}

void redactor_end(struct redactor *s, struct buf *out)
{
    if (s->lexer != NULL)
        s->lexer->end(s->data, &s->state, out);
}

void redactor_free(struct redactor *s)
{
    if (s == NULL)
        return;
    if (s->lexer != NULL)
        s->lexer->release(s->data);
    free(s->data);
    free(s->columns);
    buf_wipe(&s->state.secret);
    buf_wipe(&s->state.clear);
    buf_wipe(&s->state.instead);
    free(s);
}

/* Does this name of a secret match the end of the way? */
static bool ends_with(const struct str *way, size_t depth, struct str secret)
{
    while (secret.len != 0) {
        size_t     dot = secret.len;
        struct str step;

        while (dot != 0 && secret.ptr[dot - 1] != '.')
            dot--;
        step = str_skip(secret, dot);
        if (depth == 0 || !(str_is(step, "*") || str_eq_nocase(step, way[depth - 1])))
            return false;
        depth--;
        secret = str_head(secret, dot != 0 ? dot - 1 : 0);
    }
    return true;
}

bool redact_is_secret(const struct redactor_how *how, const struct str *way, size_t depth)
{
    for (size_t i = 0; i < how->secret_count; i++)
        if (ends_with(way, depth, how->secrets[i]))
            return true;
    return false;
}

struct str redactor_replaced(struct redactor_state *s, struct str name, struct str clear)
{
    struct repair repair = { 0 };

    buf_reset(&s->instead);
    if (clear.len == 0)
        return STR("");
    buf_reset(&s->clear);
    repair_add(&repair, clear, true, &s->clear); /* repaired as the reader of the records will do */
    s->how->replace(s->how->context, name, buf_str(&s->clear), &s->instead);
    return buf_str(&s->instead);
}

/* ---- CSV ---- */

enum csv_state { CSV_BEGIN, CSV_PLAIN, CSV_QUOTED, CSV_QUOTE, CSV_LOST };

struct csv_lexer {
    const struct str *columns;
    size_t            column_count, column;
    bool              first_row;
    enum csv_state    state;
};

static void csv_begin(void *lexer, const struct str *columns, size_t column_count)
{
    struct csv_lexer *l = lexer;

    l->columns = columns;
    l->column_count = column_count;
    l->first_row = true;
}

/* A cell beyond the documented columns counts as secret: if a column was added, a secret may have moved there. */
static bool cell_is_secret(const struct csv_lexer *l, const struct redactor_how *how)
{
    return l->column >= l->column_count || redact_is_secret(how, &l->columns[l->column], 1);
}

static void csv_cell_end(struct csv_lexer *l, struct redactor_state *s, struct buf *out)
{
    struct str name = l->column < l->column_count ? l->columns[l->column] : STR("beyond");
    struct str cell = buf_str(&s->secret), instead;

    if (cell_is_secret(l, s->how) && cell.len != 0) {
        if (l->first_row && str_eq_nocase(str_trim(cell), name)) {
            buf_csv(out, cell); /* a header */
        } else {
            instead = redactor_replaced(s, name, cell);
            buf_byte(out, '"');
            for (size_t i = 0; i < instead.len; i++) {
                if (instead.ptr[i] == '"')
                    buf_byte(out, '"');
                buf_byte(out, instead.ptr[i]);
            }
            buf_byte(out, '"');
        }
    }
    buf_reset(&s->secret);
}

static void csv_lose(struct redactor_state *s, struct buf *out, bool line_end)
{
    struct str line = buf_str(&s->secret);

    if (line.len != 0)
        buf_csv(out, redactor_replaced(s, STR("damaged"), line));
    if (line_end)
        buf_byte(out, '\n');
    buf_reset(&s->secret);
}

static void csv_content(struct csv_lexer *l, struct redactor_state *s, char c, bool doubled, struct buf *out)
{
    if (!cell_is_secret(l, s->how)) {
        if (doubled)
            buf_byte(out, c);
        buf_byte(out, c);
        return;
    }
    if (s->secret.len >= REDACT_SECRET_BYTES_MAX)
        l->state = CSV_LOST;
    buf_byte(&s->secret, c);
}

static void csv_byte(void *lexer, struct redactor_state *s, char c, struct buf *out)
{
    struct csv_lexer *l = lexer;
    bool              hidden = cell_is_secret(l, s->how), ends = c == ',' || c == '\n' || c == '\r';

    if (l->state == CSV_LOST) {
        if (c == '\n' || s->secret.len >= REDACT_SECRET_BYTES_MAX)
            csv_lose(s, out, c == '\n');
        if (c != '\n')
            buf_byte(&s->secret, c);
        return;
    }
    if (l->state == CSV_QUOTED) {
        if (c == '\n' && !hidden) { /* with an open quote the secrets of the next rows would count as this cell */
            l->state = CSV_LOST;
            buf_byte(out, c);
        } else if (c != '"')
            csv_content(l, s, c, false, out);
        else
            l->state = CSV_QUOTE;
        return;
    }
    if (l->state == CSV_QUOTE && c == '"') {
        l->state = CSV_QUOTED;
        csv_content(l, s, c, true, out);
        return;
    }
    if (l->state == CSV_QUOTE && !hidden)
        buf_byte(out, '"'); /* the quote that was held back is the closing one */
    if (ends) {
        csv_cell_end(l, s, out);
        buf_byte(out, c);
        l->state = CSV_BEGIN;
        if (c == ',') {
            l->column++;
        } else {
            l->first_row = l->first_row && l->column == 0 && c == '\n';
            l->column = 0;
        }
        return;
    }
    if (l->state == CSV_QUOTE && c != ' ' && c != '\t') {
        l->state = CSV_LOST; /* text after a closing quote: from here it is unclear which column is which */
        buf_byte(&s->secret, c);
        return;
    }
    if (l->state == CSV_BEGIN && c == '"') {
        l->state = CSV_QUOTED;
        if (!hidden)
            buf_byte(out, c);
        return;
    }
    if (l->state == CSV_BEGIN)
        l->state = CSV_PLAIN;
    csv_content(l, s, c, false, out);
}

static void csv_end(void *lexer, struct redactor_state *s, struct buf *out)
{
    struct csv_lexer *l = lexer;

    if (l->state == CSV_LOST) {
        csv_lose(s, out, false);
        return;
    }
    if (l->state == CSV_QUOTE && !cell_is_secret(l, s->how))
        buf_byte(out, '"');
    csv_cell_end(l, s, out);
}

static void csv_release(void *lexer)
{
    (void)lexer;
}

const struct redact_lexer redact_csv = { sizeof(struct csv_lexer), csv_begin, csv_byte, csv_end, csv_release };
