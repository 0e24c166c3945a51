/* formats/csv/csv_split.c - where a CSV record ends and what its cells are. */
#include "formats/csv/csv_split.h"

#if defined(__SSE2__)
    #include <emmintrin.h>
#endif

/* A window of 64 bytes and the places in it where a cell may end: delimiters and newlines, found 16 bytes at a time. A cell
 * of ten bytes then costs a shift and a count of zeros instead of ten comparisons. */
struct cell_window {
    const char *base;
    uint64_t    marks;
};

static inline uint64_t marks_at(const char *p, char delimiter, char newline)
{
#if defined(__SSE2__)
    const __m128i d = _mm_set1_epi8(delimiter), n = _mm_set1_epi8(newline);
    uint64_t      marks = 0;

    for (int i = 0; i < 4; i++) {
        __m128i bytes = _mm_loadu_si128((const __m128i *)(const void *)(p + 16 * i));
        __m128i hit = _mm_or_si128(_mm_cmpeq_epi8(bytes, d), _mm_cmpeq_epi8(bytes, n));

        marks |= (uint64_t)(uint32_t)_mm_movemask_epi8(hit) << (16 * i);
    }
    return marks;
#else
    uint64_t marks = 0;

    for (int i = 0; i < 64; i++)
        marks |= (uint64_t)(p[i] == delimiter || p[i] == newline) << i;
    return marks;
#endif
}

static inline const char *next_mark(struct cell_window *w, const struct csv_dialect *d, const char *end)
{
    while (w->marks == 0) {
        w->base += 64;
        if (w->base >= end)
            return end;
        w->marks = marks_at(w->base, d->delimiter, d->newline);
    }
    const char *at = w->base + __builtin_ctzll(w->marks);

    w->marks &= w->marks - 1;
    return at < end ? at : end;
}

/* Moves the window to `p`, behind a quoted cell. */
static inline void move_window(struct cell_window *w, const struct csv_dialect *d, const char *p, const char *end)
{
    w->base = p;
    w->marks = p < end ? marks_at(p, d->delimiter, d->newline) : 0;
}

static void add_cell(struct csv_cells *c, const char *begin, const char *end)
{
    if (c->items == NULL)
        return;
    if (c->count == c->cap) {
        struct str *more = (struct str *)(void *)arena_bytes(c->mem, 2 * c->cap * sizeof *more);

        memcpy(more, c->items, c->count * sizeof *more);
        c->items = more;
        c->cap *= 2;
    }
    c->items[c->count++] = str_of(begin, (size_t)(end - begin));
}

/* A cell with doubled quotes, without them. */
static void add_doubled(struct csv_cells *c, char quote, const char *begin, const char *end)
{
    char *copy, *to;

    if (c->items == NULL)
        return;
    copy = to = arena_bytes(c->text_mem, (size_t)(end - begin) + 1);
    while (begin < end) {
        *to++ = *begin;
        begin += *begin == quote ? 2 : 1;
    }
    add_cell(c, copy, to);
}

/* The closing quote of a cell whose content begins at p; NULL when it is not there. */
static const char *closing_quote(char quote, const char *p, const char *end, bool *doubled)
{
    *doubled = false;
    for (;;) {
        p = p < end ? memchr(p, quote, (size_t)(end - p)) : NULL;
        if (p == NULL)
            return NULL;
        if (p + 1 >= end || p[1] != quote)
            return p;
        *doubled = true;
        p += 2;
    }
}

static inline const char *without_cr(const struct csv_dialect *d, const char *begin, const char *end)
{
    return d->newline == '\n' && end > begin && end[-1] == '\r' ? end - 1 : end;
}

static enum csv_end damaged(const struct csv_dialect *d, const char *p, const char *end, bool at_end,
                            struct csv_cells *cells, const char **next)
{
    const char *line_end = memchr(p, d->newline, (size_t)(end - p));

    if (line_end == NULL && !at_end)
        return CSV_END_MORE;
    *next = line_end != NULL ? line_end + 1 : end;
    cells->content_end = line_end != NULL ? line_end : end;
    return CSV_END_DAMAGED;
}

enum csv_end csv_split(const struct csv_dialect *d, const char *begin, const char *end, bool at_end,
                       struct csv_cells *cells, const char **next)
{
    struct cell_window w;
    const char        *p = begin, *cell_end;

    move_window(&w, d, begin, end);
    for (;;) {
        if (d->quote != 0 && p < end && *p == d->quote) {
            bool        doubled;
            const char *close = closing_quote(d->quote, p + 1, end, &doubled), *after;

            if (close == NULL) {
                cells->open_at = p;
                return CSV_END_OPEN;
            }
            after = close + 1;
            if (after == end && !at_end) { /* the next byte may make it a doubled quote */
                cells->open_at = p;
                return CSV_END_OPEN;
            }
            if (doubled)
                add_doubled(cells, d->quote, p + 1, close);
            else
                add_cell(cells, p + 1, close);
            if (d->newline == '\n' && after < end && *after == '\r') {
                if (after + 1 == end && !at_end)
                    return CSV_END_MORE;
                if (after + 1 == end || after[1] == '\n')
                    after++;
            }
            if (after < end && *after == d->delimiter) {
                p = after + 1;
                move_window(&w, d, p, end);
                continue;
            }
            if (after < end && *after != d->newline)
                return damaged(d, after, end, at_end, cells, next);
            cells->content_end = without_cr(d, begin, after);
            *next = after < end ? after + 1 : end;
            return CSV_END_RECORD;
        }
        cell_end = next_mark(&w, d, end);
        if (cell_end == end && !at_end)
            return CSV_END_MORE;
        if (cell_end < end && *cell_end == d->delimiter && d->delimiter != d->newline) {
            add_cell(cells, p, cell_end);
            p = cell_end + 1;
            continue;
        }
        cells->content_end = without_cr(d, p, cell_end);
        add_cell(cells, p, cells->content_end);
        *next = cell_end < end ? cell_end + 1 : end;
        return CSV_END_RECORD;
    }
}
