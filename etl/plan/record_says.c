/* etl/plan/record_says.c - what a record says, as 64 bits. */
#include "etl/plan/record_says.h"

#define XXH_INLINE_ALL
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wcast-qual"
#include <xxhash.h>
#pragma GCC diagnostic pop

#include "etl/core/buf.h"
#include "etl/extract/rejects.h"

enum { SECRET_MAX = 64 << 20 };

struct says_column {
    uint64_t seed; /* of its name */
    size_t   at;   /* in the record */
    bool     secret;
};
struct says_list {
    struct says_column *columns;
    size_t              count;
};
struct record_says {
    const struct mapping_input *in;
    const struct key           *key;
    struct arena                mem;
    struct says_list            own, *lists;
    struct buf                  secret;  /* a secret cell and its column */
    uint64_t                    secrets; /* the sum of the record's fingerprints */
};

static uint64_t seed_of(struct str name)
{
    return XXH3_64bits(name.ptr != NULL ? name.ptr : "", name.len);
}

/* The column in which a reject file says why is no part of the record. */
static struct says_list own_columns(struct record_says *s)
{
    const struct mapping_input *in = s->in;
    struct says_list            l = { ARENA_ARRAY(&s->mem, struct says_column, in->column_count + 1), 0 };

    for (size_t i = 0; i < in->column_count; i++)
        if ((in->asked == NULL || in->asked[i]) && !str_is(in->columns[i], REJECTS_COLUMN))
            l.columns[l.count++] = (struct says_column){ seed_of(in->columns[i]), i, in->secret[i] };
    return l;
}

static struct says_list list_columns(struct record_says *s, size_t list)
{
    const struct json_list *from = &s->in->wanted.lists[list];
    struct says_list l = { ARENA_ARRAY(&s->mem, struct says_column, from->column_count + 1), from->column_count };

    for (size_t i = 0; i < l.count; i++)
        l.columns[i] = (struct says_column){ seed_of(from->columns[i]) + seed_of(from->path), i,
                                             s->in->list_secret != NULL && s->in->list_secret[list] != NULL &&
                                                 s->in->list_secret[list][i] };
    return l;
}

struct record_says *record_says_new(const struct mapping_input *in, const struct key *key)
{
    struct record_says *s = calloc(1, sizeof *s);

    if (s == NULL)
        memory_exhausted("what records say", sizeof *s);
    s->in = in;
    s->key = key;
    arena_init(&s->mem, 1 << 20, "the columns of an input");
    buf_init(&s->secret, SECRET_MAX, "a secret cell");
    s->own = own_columns(s);
    s->lists = ARENA_ARRAY(&s->mem, struct says_list, in->wanted.list_count + 1);
    for (size_t i = 0; i < in->wanted.list_count; i++)
        s->lists[i] = list_columns(s, i);
    return s;
}

void record_says_free(struct record_says *s)
{
    if (s == NULL)
        return;
    buf_wipe(&s->secret);
    arena_release(&s->mem);
    free(s);
}

static uint64_t secret_says(struct record_says *s, uint64_t column, struct str cell)
{
    unsigned char print[16];
    uint64_t      half;

    buf_reset(&s->secret);
    buf_fmt(&s->secret, "%016llx:", (unsigned long long)column);
    buf_add(&s->secret, cell);
    key_fingerprint(s->key, buf_str(&s->secret), print);
    memcpy(&half, print, sizeof half);
    return half;
}

/* Sums do not depend on the order of columns; an element of a list counts with its place. */
static uint64_t cell_says(struct record_says *s, const struct says_column *column, uint64_t place, struct str cell)
{
    uint64_t seed = column->seed + place * UINT64_C(0x9e3779b97f4a7c15);

    if (cell.len == 0)
        return 0;
    if (!column->secret)
        return XXH3_64bits_withSeed(cell.ptr, cell.len, seed);
    s->secrets += secret_says(s, seed, cell);
    return 0;
}

static uint64_t list_says(struct record_says *s, const struct says_list *l, const struct record_rows *rows)
{
    uint64_t sum = 0;

    for (size_t i = 0; i < rows->count; i++)
        for (size_t k = 0; k < l->count; k++)
            sum += cell_says(s, &l->columns[k], i, rows->cells[i * l->count + k]);
    return sum;
}

uint64_t record_says_of(struct record_says *s, const struct record *r)
{
    uint64_t parts[2] = { 0, 0 };

    s->secrets = 0;
    for (size_t i = 0; i < s->own.count; i++)
        if (s->own.columns[i].at < r->count)
            parts[0] += cell_says(s, &s->own.columns[i], 0, r->cells[s->own.columns[i].at]);
    for (size_t i = 0; r->lists != NULL && i < s->in->wanted.list_count; i++)
        parts[0] += list_says(s, &s->lists[i], &r->lists[i]);
    parts[1] = s->secrets;
    return XXH3_64bits(parts, sizeof parts);
}
