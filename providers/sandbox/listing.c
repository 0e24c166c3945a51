/* providers/sandbox/listing.c - renders a few rows whenever the client has taken the rows before. */
#include "providers/sandbox/listing.h"

enum { ROOM_MAX = 64 << 20 };
enum stage { BEGIN, ROWS, END, DONE };

struct listing {
    struct hosted_provider *hosted;
    struct state           *state;
    struct state_table     *table;
    struct render           render;
    struct state_row      **rows;
    size_t                  count, next;
    bool                    halved;
    enum stage              stage;
    struct buf              piece;
    size_t                  taken; /* of the piece */
};

struct listing *listing_new(struct hosted_provider *d, const struct render *render, struct state_table *t,
                            struct state_row *const *rows, size_t count)
{
    struct listing *l = calloc(1, sizeof *l);

    if (l == NULL || (l->rows = malloc((count + 1) * sizeof *l->rows)) == NULL)
        memory_exhausted("a report of the sandbox", (count + 1) * sizeof *rows);
    memcpy(l->rows, rows, count * sizeof *rows);
    l->hosted = d;
    l->state = d->state;
    l->table = t;
    l->render = *render;
    l->count = count;
    buf_init(&l->piece, ROOM_MAX, "a piece of a report");
    state_pin(l->state);
    return l;
}

void listing_free(struct listing *l)
{
    if (l == NULL)
        return;
    pthread_mutex_lock(&l->hosted->mutex);
    state_unpin(l->state);
    pthread_mutex_unlock(&l->hosted->mutex);
    buf_wipe(&l->piece);
    free(l->rows);
    free(l);
}

static void render_next(struct listing *l)
{
    render_row(&l->render, l->table, l->rows[l->next], l->next != 0 ? l->rows[l->next - 1] : NULL, &l->piece);
    l->next++;
}

static void fill(struct listing *l, size_t room)
{
    buf_reset(&l->piece);
    l->taken = 0;
    pthread_mutex_lock(&l->hosted->mutex);
    if (l->stage == BEGIN) {
        render_begin(&l->render, &l->piece);
        l->stage = ROWS;
    }
    while (l->stage == ROWS && l->piece.len < room) {
        if (l->next < l->count)
            render_next(l);
        else
            l->stage = l->halved ? DONE : END;
    }
    if (l->stage == END) {
        render_end(&l->render, l->table, l->count != 0 ? l->rows[l->count - 1] : NULL, &l->piece);
        l->stage = DONE;
    }
    pthread_mutex_unlock(&l->hosted->mutex);
}

size_t listing_read(struct listing *l, char *out, size_t room)
{
    size_t n;

    if (l->taken == l->piece.len && l->stage != DONE)
        fill(l, room);
    n = l->piece.len - l->taken < room ? l->piece.len - l->taken : room;
    if (n != 0)
        memcpy(out, l->piece.ptr + l->taken, n);
    l->taken += n;
    return n;
}

void listing_halve(struct listing *l)
{
    l->count /= 2;
    l->halved = true;
}

void listing_whole(const struct render *render, const struct state_table *t, struct state_row *const *rows,
                   size_t count, struct buf *out)
{
    render_begin(render, out);
    for (size_t i = 0; i < count; i++)
        render_row(render, t, rows[i], i != 0 ? rows[i - 1] : NULL, out);
    render_end(render, t, count != 0 ? rows[count - 1] : NULL, out);
}
