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

struct says_list {
    uint64_t *columns; /* a seed each */
    size_t    count;
};
struct record_says {
    const struct mapping_input *in;
    const struct key           *key;
    struct arena                mem;
    uint64_t                   *columns;
    uint64_t                    reasons; /* the column in which a reject file says why; no part of the record */
    struct says_list           *lists;
    struct buf                  secret;  /* a secret cell and its column */
    uint64_t                    secrets; /* the sum of the record's fingerprints */
};

static uint64_t seed_of(struct str name)
{
    return XXH3_64bits(name.ptr != NULL ? name.ptr : "", name.len);
}

static uint64_t *seeds_of(struct record_says *s, const struct str *names, size_t count, struct str list)
{
    uint64_t *seeds = ARENA_ARRAY(&s->mem, uint64_t, count + 1);

    for (size_t i = 0; i < count; i++)
        seeds[i] = seed_of(names[i]) + (list.len != 0 ? seed_of(list) : 0);
    return seeds;
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
    s->reasons = seed_of(STR(REJECTS_COLUMN));
    s->columns = seeds_of(s, in->columns, in->column_count, STR_NONE);
    s->lists = ARENA_ARRAY(&s->mem, struct says_list, in->wanted.list_count + 1);
    for (size_t i = 0; i < in->wanted.list_count; i++)
        s->lists[i] = (struct says_list){ seeds_of(s, in->wanted.lists[i].columns, in->wanted.lists[i].column_count,
                                                   in->wanted.lists[i].path),
                                          in->wanted.lists[i].column_count };
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
static uint64_t cell_says(struct record_says *s, uint64_t column, bool secret, struct str cell)
{
    if (cell.len == 0)
        return 0;
    if (!secret)
        return XXH3_64bits_withSeed(cell.ptr, cell.len, column);
    s->secrets += secret_says(s, column, cell);
    return 0;
}

static uint64_t list_says(struct record_says *s, size_t list, const struct record_rows *rows)
{
    const struct says_list *l = &s->lists[list];
    uint64_t                sum = 0;

    for (size_t i = 0; i < rows->count * l->count; i++) {
        size_t column = i % l->count;
        bool   secret =
            s->in->list_secret != NULL && s->in->list_secret[list] != NULL && s->in->list_secret[list][column];

        sum += cell_says(s, l->columns[column] + i / l->count * UINT64_C(0x9e3779b97f4a7c15), secret, rows->cells[i]);
    }
    return sum;
}

uint64_t record_says_of(struct record_says *s, const struct record *r)
{
    uint64_t parts[2] = { 0, 0 };

    s->secrets = 0;
    for (size_t i = 0; i < r->count && i < s->in->column_count; i++)
        if (s->columns[i] != s->reasons)
            parts[0] += cell_says(s, s->columns[i], s->in->secret[i], r->cells[i]);
    for (size_t i = 0; r->lists != NULL && i < s->in->wanted.list_count; i++)
        parts[0] += list_says(s, i, &r->lists[i]);
    parts[1] = s->secrets;
    return XXH3_64bits(parts, sizeof parts);
}
