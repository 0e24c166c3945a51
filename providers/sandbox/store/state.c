/* providers/sandbox/store/state.c - the store: rows in the order they were made, an index for each set of columns, an undo list. */
#include "providers/sandbox/store/state.h"

enum { COLUMNS_MAX = 128, INDEXES_MAX = 16, FIRST_ID = 1001 };

/* A row's texts in one block, one after the other: a third of the memory of single texts, and a million rows are common. A block never changes:
 * a row that changes gets a new one. */
struct cells {
    uint32_t count;
    uint32_t
        ends[]; /* by column: where its text ends, counted from the end of this array; ABSENT: the row has no value */
};
#define ABSENT UINT32_C(0x80000000)
struct state_row {
    struct state_row   *before, *behind;
    uint64_t            number; /* rows are numbered as they are made */
    const struct cells *cells;  /* NULL: no values yet */
};
struct index_entry {
    struct index_entry *next;
    struct state_row   *row;
    uint64_t            hash;
};
struct index {
    size_t               columns[8];
    size_t               column_count;
    struct index_entry **buckets;
    size_t               bucket_count, entry_count;
};
struct state_table {
    struct str        name;
    struct str        columns[COLUMNS_MAX];
    size_t            column_count;
    struct state_row *first, *last;
    size_t            row_count;
    uint64_t          next_number;
    struct index      indexes[INDEXES_MAX];
    size_t            index_count;
};
enum undo_kind { UNDO_INSERT, UNDO_SET, UNDO_REMOVE };
struct undo {
    enum undo_kind      kind;
    struct state_table *table;
    struct state_row   *row;
    size_t              column;
    const struct cells *cells; /* UNDO_SET: the block before */
};
struct state {
    struct state_table *tables[64];
    size_t              table_count;
    struct undo        *undo;
    size_t              undo_count, undo_cap;
    uint64_t            next_id;
    size_t              pins;
    bool                closed;  /* state_free() was called; the last unpin frees it */
    struct trash {               /* removed, but kept while the state is pinned */
        struct state_row   *row; /* or NULL: */
        const struct cells *cells;
    } * trash;
    size_t trash_count, trash_cap;
};

/* ---- memory: malloc, not an arena, since rows are freed one by one ---- */

static void *need(void *p)
{
    if (p == NULL)
        memory_exhausted("the sandbox's rows", 0);
    return p;
}

static struct str own(struct str s)
{
    char *copy;

    if (s.ptr == NULL)
        return STR_NONE;
    copy = need(malloc(s.len + 1));
    if (s.len != 0)
        memcpy(copy, s.ptr, s.len);
    copy[s.len] = '\0';
    return str_of(copy, s.len);
}

static void disown(struct str s)
{
    free((void *)(uintptr_t)s.ptr);
}

static void cells_free(const struct cells *c)
{
    free((void *)(uintptr_t)c);
}

static void row_free(struct state_row *row)
{
    cells_free(row->cells);
    free(row);
}

static void throw_away(struct state *s, struct trash t)
{
    if (s->pins != 0) {
        if (s->trash_count == s->trash_cap) {
            s->trash_cap = s->trash_cap == 0 ? 64 : s->trash_cap * 2;
            s->trash = need(realloc(s->trash, s->trash_cap * sizeof *s->trash));
        }
        s->trash[s->trash_count++] = t;
    } else if (t.row != NULL) {
        row_free(t.row);
    } else {
        cells_free(t.cells);
    }
}

/* ---- columns ---- */

static size_t column_find(const struct state_table *t, struct str name)
{
    for (size_t i = 0; i < t->column_count; i++)
        if (str_eq(t->columns[i], name))
            return i;
    return COLUMNS_MAX;
}

static size_t column_at(struct state_table *t, struct str name)
{
    size_t at = column_find(t, name);

    if (at != COLUMNS_MAX)
        return at;
    if (t->column_count == COLUMNS_MAX)
        memory_exhausted("a table's columns", COLUMNS_MAX);
    t->columns[t->column_count] = own(name);
    return t->column_count++;
}

static uint32_t cell_begin(const struct cells *c, size_t column)
{
    return column == 0 ? 0 : c->ends[column - 1] & ~ABSENT;
}

static struct str cells_at(const struct cells *c, size_t column)
{
    if (c == NULL || column >= c->count || (c->ends[column] & ABSENT) != 0)
        return STR_NONE;
    return str_of((const char *)&c->ends[c->count] + cell_begin(c, column), c->ends[column] - cell_begin(c, column));
}

static struct str cell(const struct state_row *row, size_t column)
{
    return cells_at(row->cells, column);
}

/* The same texts except for one column. */
static const struct cells *cells_with(const struct cells *old, size_t column, struct str value)
{
    size_t        count = old != NULL && old->count > column ? old->count : column + 1, len = value.len;
    uint32_t      at = 0;
    struct cells *c;
    char         *text;

    if (old != NULL)
        len += old->ends[old->count - 1] & ~ABSENT;
    if (len >= ABSENT)
        memory_exhausted("a row of the sandbox", ABSENT);
    c = need(malloc(sizeof *c + count * sizeof *c->ends + len));
    c->count = (uint32_t)count;
    text = (char *)&c->ends[count];
    for (size_t i = 0; i < count; i++) {
        struct str one = i == column ? value : cells_at(old, i);

        if (one.len != 0)
            memcpy(text + at, one.ptr, one.len);
        at += (uint32_t)one.len;
        c->ends[i] = one.ptr != NULL ? at : at | ABSENT;
    }
    return c;
}

/* ---- indexes ---- */

static uint64_t hash_add(uint64_t hash, struct str value)
{
    return (hash ^ str_hash(value)) * 0x9e3779b97f4a7c15U + value.len;
}

static uint64_t row_hash(const struct index *x, const struct state_row *row)
{
    uint64_t hash = 1;

    for (size_t i = 0; i < x->column_count; i++)
        hash = hash_add(hash, cell(row, x->columns[i]));
    return hash ^ hash >> 29;
}

static void index_grow(struct index *x)
{
    size_t               count = x->bucket_count == 0 ? 64 : x->bucket_count * 2;
    struct index_entry **buckets = need(calloc(count, sizeof *buckets));

    for (size_t i = 0; i < x->bucket_count; i++)
        for (struct index_entry *e = x->buckets[i], *next; e != NULL; e = next) {
            next = e->next;
            e->next = buckets[e->hash & (count - 1)];
            buckets[e->hash & (count - 1)] = e;
        }
    free(x->buckets);
    x->buckets = buckets;
    x->bucket_count = count;
}

static void index_add(struct index *x, struct state_row *row)
{
    struct index_entry *e = need(malloc(sizeof *e));

    if (x->entry_count >= x->bucket_count)
        index_grow(x);
    e->row = row;
    e->hash = row_hash(x, row);
    e->next = x->buckets[e->hash & (x->bucket_count - 1)];
    x->buckets[e->hash & (x->bucket_count - 1)] = e;
    x->entry_count++;
}

static void index_drop(struct index *x, const struct state_row *row)
{
    struct index_entry **at = &x->buckets[row_hash(x, row) & (x->bucket_count - 1)];

    for (; *at != NULL; at = &(*at)->next)
        if ((*at)->row == row) {
            struct index_entry *gone = *at;

            *at = gone->next;
            free(gone);
            x->entry_count--;
            return;
        }
}

static void indexes_add(struct state_table *t, struct state_row *row)
{
    for (size_t i = 0; i < t->index_count; i++)
        index_add(&t->indexes[i], row);
}

static void indexes_drop(struct state_table *t, const struct state_row *row)
{
    for (size_t i = 0; i < t->index_count; i++)
        index_drop(&t->indexes[i], row);
}

static bool index_has(const struct index *x, size_t column)
{
    for (size_t i = 0; i < x->column_count; i++)
        if (x->columns[i] == column)
            return true;
    return false;
}

/* The index over exactly these columns, in this order; NULL: too many columns or too many indexes. */
static struct index *index_for(struct state_table *t, const size_t *columns, size_t count)
{
    struct index *x;

    for (size_t i = 0; i < t->index_count; i++)
        if (t->indexes[i].column_count == count && memcmp(t->indexes[i].columns, columns, count * sizeof *columns) == 0)
            return &t->indexes[i];
    if (t->index_count == INDEXES_MAX || count > sizeof x->columns / sizeof x->columns[0])
        return NULL;
    x = &t->indexes[t->index_count++];
    memcpy(x->columns, columns, count * sizeof *columns);
    x->column_count = count;
    index_grow(x);
    for (struct state_row *row = t->first; row != NULL; row = row->behind)
        index_add(x, row);
    return x;
}

static void index_release(struct index *x)
{
    for (size_t i = 0; i < x->bucket_count; i++)
        for (struct index_entry *e = x->buckets[i], *next; e != NULL; e = next) {
            next = e->next;
            free(e);
        }
    free(x->buckets);
}

/* ---- the list of rows ---- */

static void row_link(struct state_table *t, struct state_row *row)
{
    *(row->before != NULL ? &row->before->behind : &t->first) = row;
    *(row->behind != NULL ? &row->behind->before : &t->last) = row;
    t->row_count++;
    indexes_add(t, row);
}

/* The row keeps its pointers to its neighbours. Undo goes backwards, so when the row is put back they are its neighbours again. */
static void row_unlink(struct state_table *t, struct state_row *row)
{
    indexes_drop(t, row);
    *(row->before != NULL ? &row->before->behind : &t->first) = row->behind;
    *(row->behind != NULL ? &row->behind->before : &t->last) = row->before;
    t->row_count--;
}

/* ---- public ---- */

struct state *state_new(void)
{
    struct state *s = need(calloc(1, sizeof *s));

    s->next_id = FIRST_ID;
    return s;
}

static void table_free(struct state_table *t)
{
    for (struct state_row *row = t->first, *next; row != NULL; row = next) {
        next = row->behind;
        row_free(row);
    }
    for (size_t i = 0; i < t->index_count; i++)
        index_release(&t->indexes[i]);
    for (size_t i = 0; i < t->column_count; i++)
        disown(t->columns[i]);
    disown(t->name);
    free(t);
}

void state_free(struct state *s)
{
    if (s == NULL)
        return;
    state_commit(s);
    s->closed = true;
    if (s->pins != 0)
        return;
    for (size_t i = 0; i < s->table_count; i++)
        table_free(s->tables[i]);
    free(s->undo);
    free(s->trash);
    free(s);
}

void state_pin(struct state *s)
{
    s->pins++;
}

void state_unpin(struct state *s)
{
    if (--s->pins != 0)
        return;
    for (size_t i = 0; i < s->trash_count; i++)
        throw_away(s, s->trash[i]);
    s->trash_count = 0;
    if (s->closed)
        state_free(s);
}

struct state_table *state_table(struct state *s, struct str name)
{
    struct state_table *t;

    for (size_t i = 0; i < s->table_count; i++)
        if (str_eq(s->tables[i]->name, name))
            return s->tables[i];
    if (s->table_count == sizeof s->tables / sizeof s->tables[0])
        memory_exhausted("the sandbox's tables", s->table_count);
    t = need(calloc(1, sizeof *t));
    t->name = own(name);
    s->tables[s->table_count++] = t;
    return t;
}

struct str state_table_name(const struct state_table *t)
{
    return t->name;
}

struct state_table *state_table_at(const struct state *s, size_t n)
{
    return n < s->table_count ? s->tables[n] : NULL;
}

size_t state_table_count(const struct state_table *t)
{
    return t->row_count;
}

static bool row_fits(const struct state_row *row, const size_t *columns, const struct pair_value *keys, size_t count)
{
    for (size_t i = 0; i < count; i++)
        if (!str_eq(cell(row, columns[i]), keys[i].value))
            return false;
    return true;
}

static int by_number(const void *a, const void *b)
{
    uint64_t na = (*(struct state_row *const *)a)->number, nb = (*(struct state_row *const *)b)->number;

    return (na > nb) - (na < nb);
}

size_t state_select(struct state_table *t, const struct pair_value *keys, size_t count, struct arena *mem,
                    struct state_row ***out)
{
    struct state_row **rows = NULL;
    size_t             found = 0, cap = 0, columns[16];
    struct index      *x;
    uint64_t           hash = 1;

    if (count > sizeof columns / sizeof columns[0])
        memory_exhausted("the columns of a key", sizeof columns / sizeof columns[0]);
    for (size_t i = 0; i < count; i++) {
        columns[i] = column_at(t, keys[i].name);
        hash = hash_add(hash, keys[i].value);
    }
    x = count == 0 ? NULL : index_for(t, columns, count);
    if (x != NULL) {
        hash ^= hash >> 29;
        for (struct index_entry *e = x->buckets[hash & (x->bucket_count - 1)]; e != NULL; e = e->next)
            if (e->hash == hash && row_fits(e->row, columns, keys, count))
                ARENA_PUSH(mem, rows, found, cap) = e->row;
        if (found > 1)
            qsort(rows, found, sizeof *rows, by_number);
    } else {
        for (struct state_row *row = t->first; row != NULL; row = row->behind)
            if (row_fits(row, columns, keys, count))
                ARENA_PUSH(mem, rows, found, cap) = row;
    }
    *out = rows;
    return found;
}

size_t state_column_count(const struct state_table *t)
{
    return t->column_count;
}

struct str state_column_name(const struct state_table *t, size_t column)
{
    return t->columns[column];
}

struct str state_cell(const struct state_table *t, const struct state_row *row, struct str column)
{
    return cell(row, column_find(t, column));
}

static struct undo *undo_push(struct state *s, enum undo_kind kind, struct state_table *t, struct state_row *row)
{
    if (s->undo_count == s->undo_cap) {
        s->undo_cap = s->undo_cap == 0 ? 64 : s->undo_cap * 2;
        s->undo = need(realloc(s->undo, s->undo_cap * sizeof *s->undo));
    }
    s->undo[s->undo_count] = (struct undo){ .kind = kind, .table = t, .row = row };
    return &s->undo[s->undo_count++];
}

struct state_row *state_insert(struct state *s, struct state_table *t)
{
    struct state_row *row = need(calloc(1, sizeof *row));

    row->number = t->next_number++;
    row->before = t->last;
    row_link(t, row);
    undo_push(s, UNDO_INSERT, t, row);
    return row;
}

/* Gives the row a new block that differs in one column; returns the old one. */
static const struct cells *cells_swap(struct state_table *t, struct state_row *row, size_t column,
                                      const struct cells *cells)
{
    const struct cells *was = row->cells;

    for (size_t i = 0; i < t->index_count; i++)
        if (index_has(&t->indexes[i], column))
            index_drop(&t->indexes[i], row);
    row->cells = cells;
    for (size_t i = 0; i < t->index_count; i++)
        if (index_has(&t->indexes[i], column))
            index_add(&t->indexes[i], row);
    return was;
}

void state_set(struct state *s, struct state_table *t, struct state_row *row, struct str column, struct str value)
{
    size_t       at = column_at(t, column);
    struct undo *u = undo_push(s, UNDO_SET, t, row);

    u->column = at;
    u->cells = cells_swap(t, row, at, cells_with(row->cells, at, value));
}

void state_remove(struct state *s, struct state_table *t, struct state_row *row)
{
    row_unlink(t, row);
    undo_push(s, UNDO_REMOVE, t, row);
}

void state_commit(struct state *s)
{
    for (size_t i = 0; i < s->undo_count; i++) {
        if (s->undo[i].kind == UNDO_SET)
            throw_away(s, (struct trash){ .cells = s->undo[i].cells });
    }
    /* Rows last, since entries above may name a row that was removed later in the transaction. */
    for (size_t i = 0; i < s->undo_count; i++) {
        if (s->undo[i].kind == UNDO_REMOVE)
            throw_away(s, (struct trash){ .row = s->undo[i].row });
    }
    s->undo_count = 0;
}

void state_rollback(struct state *s)
{
    while (s->undo_count != 0) {
        struct undo *u = &s->undo[--s->undo_count];

        switch (u->kind) {
        case UNDO_INSERT:
            row_unlink(u->table, u->row);
            row_free(u->row);
            break;
        case UNDO_SET: cells_free(cells_swap(u->table, u->row, u->column, u->cells)); break;
        case UNDO_REMOVE: row_link(u->table, u->row); break;
        }
    }
}

uint64_t state_new_id(struct state *s)
{
    return s->next_id++;
}

void state_note_id(struct state *s, uint64_t id)
{
    if (s->next_id <= id)
        s->next_id = id + 1;
}
