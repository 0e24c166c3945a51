/* etl/extract/record_copy.c - copies a record out of its block. */
#include "etl/extract/record_copy.h"

static const struct str *keep_cells(const struct str *cells, size_t count, struct arena *mem)
{
    struct str *kept = ARENA_ARRAY(mem, struct str, count + 1);

    for (size_t i = 0; i < count; i++)
        kept[i] = arena_str(mem, cells[i]);
    return kept;
}

static const bool *keep_flags(const bool *flags, size_t count, struct arena *mem)
{
    return flags != NULL ? memcpy(ARENA_ARRAY(mem, bool, count + 1), flags, count * sizeof *flags) : NULL;
}

struct record record_copy(const struct mapping *m, size_t input, const struct record *r, struct arena *mem)
{
    const struct json_wanted *wanted = &m->inputs[input].wanted;
    struct record             out = *r;
    struct record_rows       *lists = NULL;

    out.raw = STR("");
    out.cells = keep_cells(r->cells, r->count, mem);
    out.is_list = keep_flags(r->is_list, r->count, mem);
    if (r->lists != NULL)
        lists = ARENA_ARRAY(mem, struct record_rows, wanted->list_count + 1);
    for (size_t i = 0; r->lists != NULL && i < wanted->list_count; i++) {
        size_t cells = r->lists[i].count * wanted->lists[i].column_count;

        lists[i].cells = keep_cells(r->lists[i].cells, cells, mem);
        lists[i].is_list = keep_flags(r->lists[i].is_list, cells, mem);
        lists[i].count = r->lists[i].count;
    }
    out.lists = lists;
    return out;
}
