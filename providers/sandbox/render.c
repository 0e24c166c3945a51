/* providers/sandbox/render.c - rows of the state, given to the writer of the reply's style. */
#include "providers/sandbox/render.h"

#include "providers/replies/reply.h"

struct state_cells {               /* a row of the state, for a writer */
    struct written_row        row; /* first: the writer passes it back to cell() */
    const struct report      *report;
    const struct state_table *table;
    const struct state_row   *state;
};

/* The provider's word for our value. */
static struct str theirs(const struct report *report, struct str column, struct str ours)
{
    for (size_t i = 0; i < report->value_count; i++)
        if (str_eq(report->values[i].column, column) && str_eq(report->values[i].ours, ours))
            return report->values[i].theirs;
    return ours;
}

struct str render_cell(const struct report *report, const struct state_table *t, const struct state_row *row,
                       size_t column)
{
    struct str name = report->columns[column].column;

    return theirs(report, name, state_cell(t, row, name));
}

static struct str cell(const struct written_row *row, size_t column)
{
    const struct state_cells *cells = (const struct state_cells *)(const void *)row;

    return render_cell(cells->report, cells->table, cells->state, column);
}

static struct state_cells cells_of(const struct render *r, const struct state_table *t, const struct state_row *row)
{
    return (struct state_cells){ { cell }, r->report, t, row };
}

static enum reply_rot rot_of(enum fault_kind fault)
{
    switch (fault) {
    case FAULT_LATIN1: return ROT_LATIN1;
    case FAULT_CONTROL: return ROT_CONTROL;
    case FAULT_RAW_QUOTES: return ROT_RAW_QUOTES;
    case FAULT_ROOTS: return ROT_ROOTS;
    default: return ROT_NONE;
    }
}

static struct written_report written(const struct render *r)
{
    return (struct written_report){ r->report, r->command, r->wire, rot_of(r->rot) };
}

static const struct reply_writer *writer_of(const struct render *r)
{
    return r->command->reply->styles[r->wire->index]->writer;
}

struct render_sort {
    const struct render      *render;
    const struct state_table *table;
    struct written_report     written;
};

static int by_way(const void *a, const void *b, void *context)
{
    const struct render_sort *s = context;
    const struct state_cells  left = cells_of(s->render, s->table, *(struct state_row *const *)a),
                             right = cells_of(s->render, s->table, *(struct state_row *const *)b);

    return written_order(&s->written, &left.row, &right.row);
}

void render_sort(const struct render *r, const struct state_table *t, struct state_row **rows, size_t count)
{
    struct render_sort s = { r, t, written(r) };

    if (written_is_ordered(&s.written) && count > 1)
        qsort_r(rows, count, sizeof *rows, by_way, &s);
}

void render_begin(const struct render *r, struct buf *out)
{
    const struct written_report report = written(r);

    writer_of(r)->begin(&report, out);
}

void render_row(const struct render *r, const struct state_table *t, const struct state_row *row,
                const struct state_row *previous, struct buf *out)
{
    const struct written_report report = written(r);
    const struct state_cells    cells = cells_of(r, t, row), before = cells_of(r, t, previous);

    writer_of(r)->row(&report, &cells.row, previous != NULL ? &before.row : NULL, out);
}

void render_end(const struct render *r, const struct state_table *t, const struct state_row *last, struct buf *out)
{
    const struct written_report report = written(r);
    const struct state_cells    cells = cells_of(r, t, last);

    writer_of(r)->end(&report, last != NULL ? &cells.row : NULL, out);
}
