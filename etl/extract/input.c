/* etl/extract/input.c - opens the reader of a mapping's input, as the mapping says the file is written. */
#include "etl/extract/input.h"

#include "etl/extract/rejects.h"

enum etl_status input_open(const struct mapping *m, size_t input, struct source *source, bool may_have_reasons,
                           struct arena *mem, struct record_reader **out, struct err *err)
{
    const struct mapping_input *in = &m->inputs[input];

    if (may_have_reasons) {
        struct mapping_input *with_reasons = ARENA_NEW(mem, struct mapping_input); /* lives as long as the reader */

        *with_reasons = *in;
        rejects_expect_reasons(&with_reasons->csv, mem);
        in = with_reasons;
    }
    return in->format->open(in, source, out, err);
}

const struct str *input_columns(const struct mapping *m, size_t input, const struct record_reader *r, size_t *count)
{
    return m->inputs[input].format->columns(&m->inputs[input], r, count);
}

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

struct record input_keep(const struct mapping *m, size_t input, const struct record *r, struct arena *mem)
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
