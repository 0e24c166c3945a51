/* etl/extract/sealed_cells.c - secret cells that stand sealed in a file of ours, and are taken back. */
#include "etl/extract/sealed_cells.h"
#include "etl/mapping/input_format.h"

#include "etl/core/notation/list.h"
#include "etl/secrets/secret_mode.h"
#include "formats/dotted_path.h"

enum { LONGEST_CELL = 64 << 20 };

const struct str sealed_mark = { "sealed:", 7 };

struct seal_place sealed_place(const struct mapping *m, struct str column)
{
    return (struct seal_place){ m->provider->name, STR("rejects"), column, STR("") };
}

struct seal_place sealed_place_moved(const struct mapping *m)
{
    return sealed_place(m, STR(""));
}

struct seal_place sealed_place_path(const struct mapping *m, struct str path, struct arena *mem)
{
    return sealed_place(m, dotted_path_without_numbers(path, mem));
}

struct cell_opening {
    struct sealer        *sealer;
    const struct mapping *m;
    struct arena         *mem;
    struct err           *err;
};

static bool may_be_sealed(struct str cell)
{
    return str_starts(cell, sealed_mark) || str_starts(cell, STR(FINGERPRINT_MARK));
}

/* One text. In a column that is not secret, what does not open is no seal of ours: it stays. */
static enum etl_status open_text(const struct cell_opening *o, const struct seal_place *place, struct str column,
                                 struct str *cell)
{
    AUTO(buf_wipe) struct buf plain;
    struct seal_place         moved = sealed_place_moved(o->m);
    struct str                text = str_skip(*cell, sealed_mark.len);
    enum etl_status           st = ETL_REJECT;

    buf_init(&plain, LONGEST_CELL, "a sealed cell");
    if (place != NULL && secret_is_fingerprint(*cell))
        return err_set(
            o->err, ETL_REJECT, "secret-fingerprint",
            "%.*s is the fingerprint of a secret, not the secret: pull with --secrets sealed (or keep), or map a new one, password(12)",
            STR_ARG(column));
    if (!str_starts(*cell, sealed_mark))
        return ETL_OK;
    if (place != NULL)
        st = unseal(o->sealer, place, text, &plain, o->err);
    if (st != ETL_OK) {
        buf_reset(&plain);
        st = unseal(o->sealer, &moved, text, &plain, o->err);
    }
    if (st != ETL_OK) { /* as pull --secrets sealed writes it */
        buf_reset(&plain);
        st = secret_unseal(o->sealer, *cell, &plain, o->err);
    }
    if (st == ETL_OK)
        *cell = arena_str(o->mem, buf_str(&plain));
    else if (place != NULL)
        return ETL_REJECT;
    return ETL_OK;
}

/* The texts of a list, each for itself. */
static enum etl_status open_list(const struct cell_opening *o, const struct seal_place *place, struct str column,
                                 struct str list, struct buf *out)
{
    struct list_reader r = list_open(list);
    struct list_item   item;
    enum etl_status    st = ETL_OK;

    list_begin(out);
    while (st == ETL_OK && list_next(&r, o->mem, &item)) {
        if (item.is_list) {
            st = open_list(o, place, column, item.text, out);
        } else {
            st = open_text(o, place, column, &item.text);
            list_text(out, item.text);
        }
    }
    list_end(out);
    return st;
}

static enum etl_status open_cell(const struct cell_opening *o, const struct seal_place *place, struct str column,
                                 bool is_list, struct str *cell)
{
    AUTO(buf_wipe) struct buf out;
    enum etl_status           st;

    buf_init(&out, LONGEST_CELL, "a list of sealed cells");
    if (!is_list)
        return open_text(o, place, column, cell);
    st = open_list(o, place, column, *cell, &out);
    *cell = arena_str(o->mem, buf_str(&out));
    return st;
}

static bool any_sealed(const struct str *cells, const bool *is_list, size_t count)
{
    for (size_t i = 0; i < count; i++)
        if (may_be_sealed(cells[i]) || (is_list != NULL && is_list[i] && str_contains(cells[i], sealed_mark)))
            return true;
    return false;
}

static enum etl_status open_columns(const struct cell_opening *o, size_t input, struct record *r)
{
    const struct mapping_input *in = &o->m->inputs[input];
    struct str                 *cells;
    enum etl_status             st = ETL_OK;

    if (!any_sealed(r->cells, NULL, r->count))
        return ETL_OK;
    cells = ARENA_ARRAY(o->mem, struct str, r->count);
    memcpy(cells, r->cells, r->count * sizeof *cells);
    for (size_t i = 0; i < r->count && st == ETL_OK; i++) {
        bool              is_secret = i < in->column_count && in->secret[i];
        struct seal_place place = sealed_place(o->m, is_secret ? in->columns[i] : STR(""));

        st = open_text(o, is_secret ? &place : NULL, is_secret ? in->columns[i] : STR(""), &cells[i]);
    }
    r->cells = cells;
    return st;
}

/* The secret cells among a JSON record's own, or in the rows of one of its lists. */
static enum etl_status open_paths(const struct cell_opening *o, struct str list, const struct str *columns,
                                  const bool *secret, size_t column_count, const struct str **cells,
                                  const bool *is_list, size_t count)
{
    struct str     *opened;
    enum etl_status st = ETL_OK;

    if (count == 0 || !any_sealed(*cells, is_list, count))
        return ETL_OK;
    opened = ARENA_ARRAY(o->mem, struct str, count);
    memcpy(opened, *cells, count * sizeof *opened);
    for (size_t i = 0; i < count && st == ETL_OK; i++) {
        struct str column = columns[i % column_count];
        struct str path = list.ptr != NULL ? arena_fmt(o->mem, "%.*s.%.*s", STR_ARG(list), STR_ARG(column)) : column;
        struct seal_place place;

        if (!secret[i % column_count])
            continue;
        place = sealed_place_path(o->m, path, o->mem);
        st = open_cell(o, &place, path, is_list != NULL && is_list[i], &opened[i]);
    }
    *cells = opened;
    return st;
}

static enum etl_status open_record(const struct cell_opening *o, size_t input, struct record *r)
{
    const struct mapping_input *in = &o->m->inputs[input];
    const struct json_wanted   *wanted = &in->wanted;
    struct record_rows         *rows;
    enum etl_status             st;

    if (r->count == 0)
        return ETL_OK;
    st = open_paths(o, STR_NONE, in->columns, in->secret, in->column_count, &r->cells, r->is_list, r->count);
    rows = ARENA_ARRAY(o->mem, struct record_rows, wanted->list_count + 1);
    for (size_t i = 0; i < wanted->list_count && st == ETL_OK; i++) {
        rows[i] = r->lists[i];
        st = open_paths(o, wanted->lists[i].path, wanted->lists[i].columns, in->list_secret[i],
                        wanted->lists[i].column_count, &rows[i].cells, rows[i].is_list,
                        rows[i].count * wanted->lists[i].column_count);
    }
    if (st == ETL_OK && r->lists != NULL)
        r->lists = rows;
    return st;
}

enum etl_status sealed_cells_open(struct sealer *s, const struct mapping *m, size_t input, struct record *r,
                                  struct arena *mem, struct err *err)
{
    const struct cell_opening o = { s, m, mem, err };

    return m->inputs[input].format->columns_are_paths ? open_record(&o, input, r) : open_columns(&o, input, r);
}
