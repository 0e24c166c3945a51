/* etl/extract/rejects.c - rejects/INPUT.csv: the record as it stood, with its reasons. */
#include "etl/extract/rejects.h"

#include "etl/secrets/secret_mode.h"

#include "etl/core/notation/json_writer.h"
#include "etl/core/system/atomic_file.h"
#include "etl/extract/sealed_cells.h"
#include "etl/mapping/input_format.h"
#include "formats/csv_writer.h"
#include "formats/json_list_frame.h"
#include "formats/json_record_writer.h"

enum { FLUSH_BYTES = 1 << 16, LONGEST_REJECT = 64 << 20 };

struct reject_file {
    struct atomic_file file;
    struct buf         text;
    bool               is_open;
};
struct rejects {
    const char            *folder;
    const struct mapping  *mapping;
    size_t                 input;
    const struct csv_form *form;    /* NULL: JSON */
    size_t                 columns; /* without _errors */
    bool                   has_secrets, is_first;
    struct sealer         *sealer;
    struct reject_file     rows, damaged;
    struct buf             reasons;
    struct arena           mem; /* paths */
    struct arena           row_mem;
};

struct rejects *rejects_new(const char *folder, const struct mapping *m, size_t input, const struct csv_form *form,
                            const struct key *key)
{
    struct rejects             *r = calloc(1, sizeof *r);
    const struct mapping_input *in = &m->inputs[input];

    if (r == NULL)
        memory_exhausted("the reject files", sizeof *r);
    r->folder = folder;
    r->mapping = m;
    r->input = input;
    r->form = form;
    r->columns = in->column_count;
    if (r->columns != 0 && str_is(in->columns[r->columns - 1], REJECTS_COLUMN))
        r->columns--;
    r->has_secrets = mapping_input_has_secrets(in);
    r->sealer = sealer_new(key);
    buf_init(&r->rows.text, LONGEST_REJECT, "a reject");
    buf_init(&r->damaged.text, LONGEST_REJECT, "a damaged record");
    buf_init(&r->reasons, 1 << 20, "the reasons of a reject");
    arena_init(&r->mem, 1 << 20, "a path");
    arena_init(&r->row_mem, LONGEST_REJECT, "a reject");
    return r;
}

static enum etl_status open_file(struct rejects *r, struct reject_file *f, const char *ending, struct err *err)
{
    const struct mapping_input *in = &r->mapping->inputs[r->input];
    enum etl_status             st;

    if (f->is_open)
        return ETL_OK;
    st = atomic_file_begin(&f->file, arena_fmt(&r->mem, "%s/%.*s.%s", r->folder, STR_ARG(in->name), ending).ptr, err);
    f->is_open = st == ETL_OK;
    return st;
}

static enum etl_status flush_file(struct reject_file *f, size_t at_least, struct err *err)
{
    enum etl_status st = ETL_OK;

    if (buf_failed(&f->text))
        return err_set(err, ETL_AGAIN, "reject-size", "%s is longer than %d MiB", f->text.what, LONGEST_REJECT >> 20);
    if (f->text.len >= at_least) {
        st = atomic_file_write(&f->file, buf_str(&f->text), err);
        buf_reset(&f->text);
    }
    return st;
}

static void add_reasons(struct rejects *r, const struct finding *findings, size_t count)
{
    buf_reset(&r->reasons);
    for (size_t i = 0; i < count; i++) {
        const struct err *e = &findings[i].err;

        if (findings[i].severity != SEVERITY_ERROR)
            continue;
        if (r->reasons.len != 0)
            buf_lit(&r->reasons, "; ");
        if (e->field != NULL)
            buf_fmt(&r->reasons, "%s: ", e->field);
        buf_fmt(&r->reasons, "%s (%s)", e->text, e->rule);
    }
}

/* The number of cells, without empty ones past the last column. */
static size_t filled_count(const struct record *record, size_t columns)
{
    size_t count = record->count;

    while (count > columns && record->cells[count - 1].len == 0)
        count--;
    return count;
}

/* Can cell i belong to a secret column, if the row has `count` cells and any of them may be missing or too many? */
static bool is_secret_cell(const struct rejects *r, size_t i, size_t count)
{
    const bool *secret = r->mapping->inputs[r->input].secret;
    size_t extra = count > r->columns ? count - r->columns : 0, missing = count < r->columns ? r->columns - count : 0;

    for (size_t column = i > extra ? i - extra : 0; column <= i + missing && column < r->columns; column++)
        if (secret[column])
            return true;
    return false;
}

/* The sealed texts that replace secret cells; NULL: none, the record's own bytes are written. */
static const struct str *seal_cells(struct rejects *r, const struct record *record)
{
    const struct mapping_input *in = &r->mapping->inputs[r->input];
    struct str                 *replaced;
    size_t                      count = filled_count(record, r->columns);
    bool                        any = false;

    if (!r->has_secrets)
        return NULL;
    replaced = ARENA_ARRAY(&r->row_mem, struct str, r->columns + record->count + 1);
    for (size_t i = 0; i < count; i++) {
        AUTO(buf_release) struct buf sealed = { 0 };
        struct seal_place            place =
            count == r->columns ? sealed_place(r->mapping, in->columns[i]) : sealed_place_moved(r->mapping);

        if (record->cells[i].len == 0 || !is_secret_cell(r, i, count))
            continue;
        buf_init(&sealed, LONGEST_REJECT, "a sealed cell");
        buf_add(&sealed, sealed_mark);
        seal(r->sealer, &place, record->cells[i], &sealed);
        replaced[i] = arena_str(&r->row_mem, buf_str(&sealed));
        any = true;
    }
    return any ? replaced : NULL;
}

static void add_row(struct rejects *r, const struct record *record)
{
    const struct mapping_input *in = &r->mapping->inputs[r->input];
    struct record               shown = *record;
    const struct str           *replaced;
    struct str                 *none;
    bool                        comes_back = in->column_count > r->columns && shown.count > r->columns;

    if (comes_back)
        shown.count = filled_count(record, in->column_count) - 1;
    replaced = seal_cells(r, &shown);
    if (comes_back &&
        replaced == NULL) { /* the old reasons are dropped, so the row is written from its cells, not from its bytes */
        none = ARENA_ARRAY(&r->row_mem, struct str, shown.count + 1);
        if (r->columns != 0)
            none[0] = shown.cells[0];
        replaced = none;
    }
    csv_reject_row(&r->rows.text, r->form, &shown, r->columns, replaced, buf_str(&r->reasons));
}

/* ---- JSON ---- */

static void seal_member(void *context, struct str path, struct str text, struct buf *out)
{
    struct rejects   *r = context;
    struct seal_place place = sealed_place_path(r->mapping, path, &r->row_mem);

    if (str_starts(text, sealed_mark)) { /* sealed when it was rejected before: it stays as it is */
        buf_add(out, text);
        return;
    }
    buf_add(out, sealed_mark);
    seal(r->sealer, &place, text, out);
}

static void add_object(struct rejects *r, const struct record *record)
{
    const struct mapping_input *in = &r->mapping->inputs[r->input];
    const struct json_secrets   secrets = { in->secret_paths, in->secret_path_count, seal_member, r };

    if (in->format->is_list && !r->is_first)
        buf_lit(&r->rows.text, ",\n");
    json_record_write(&r->rows.text, record->raw, &secrets, buf_str(&r->reasons));
    if (in->format->is_lines)
        buf_byte(&r->rows.text, '\n');
}

static void begin_rows(struct rejects *r)
{
    const struct mapping_input *in = &r->mapping->inputs[r->input];

    if (r->form != NULL)
        csv_reject_header(&r->rows.text, r->form);
    else if (in->format->is_list)
        json_list_frame_begin(&r->rows.text, in->json.records);
    if (in->format->is_list)
        buf_byte(&r->rows.text, '\n');
}

static void end_rows(struct rejects *r)
{
    if (r->rows.is_open && r->mapping->inputs[r->input].format->is_list) {
        buf_byte(&r->rows.text, '\n');
        json_list_frame_end(&r->rows.text, r->mapping->inputs[r->input].json.records);
    }
}

enum etl_status rejects_add(struct rejects *r, const struct record *record, const struct finding *findings,
                            size_t count, struct err *err)
{
    enum etl_status st;

    r->is_first = !r->rows.is_open;
    st = open_file(r, &r->rows, r->form != NULL ? "csv" : "json", err);
    if (st != ETL_OK)
        return st;
    if (r->is_first)
        begin_rows(r);
    add_reasons(r, findings, count);
    arena_reset(&r->row_mem);
    if (r->form != NULL)
        add_row(r, record);
    else
        add_object(r, record);
    return flush_file(&r->rows, FLUSH_BYTES, err);
}

enum etl_status rejects_add_damaged(struct rejects *r, const struct record *record, const struct err *why,
                                    struct err *err)
{
    struct seal_place  place = sealed_place(r->mapping, STR("damaged"));
    struct json_writer w = json_writer(&r->damaged.text);
    enum etl_status    st = open_file(r, &r->damaged, "damaged", err);

    if (st != ETL_OK)
        return st;
    json_begin_object(&w);
    json_member_number(&w, "line", record->line);
    json_member_number(&w, "offset", record->offset);
    json_member_number(&w, "bytes", record->raw.len);
    json_member_text(&w, "rule", str_from(why->rule));
    json_name(&w, "sealed");
    json_begin_text(&w);
    if (record->raw.len != 0)
        seal(r->sealer, &place, record->raw, w.out);
    json_end_text(&w);
    json_end_object(&w);
    buf_byte(&r->damaged.text, '\n');
    return flush_file(&r->damaged, FLUSH_BYTES, err);
}

static enum etl_status commit_file(struct reject_file *f, struct err *err)
{
    enum etl_status st;

    if (!f->is_open)
        return ETL_OK;
    st = flush_file(f, 0, err);
    return st == ETL_OK ? atomic_file_commit(&f->file, err) : st;
}

enum etl_status rejects_commit(struct rejects *r, struct err *err)
{
    enum etl_status st;

    end_rows(r);
    st = commit_file(&r->rows, err);
    return st == ETL_OK ? commit_file(&r->damaged, err) : st;
}

void rejects_free(struct rejects *r)
{
    if (r == NULL)
        return;
    atomic_file_drop(&r->rows.file);
    atomic_file_drop(&r->damaged.file);
    buf_release(&r->rows.text);
    buf_release(&r->damaged.text);
    buf_release(&r->reasons);
    arena_release(&r->mem);
    arena_release(&r->row_mem);
    sealer_free(r->sealer);
    free(r);
}

void rejects_expect_reasons(struct csv_options *csv, struct arena *mem)
{
    struct str *names;

    if (csv->has_header)
        return;
    names = ARENA_ARRAY(mem, struct str, csv->name_count + 1);
    memcpy(names, csv->names, csv->name_count * sizeof *names);
    names[csv->name_count] = STR(REJECTS_COLUMN);
    csv->names = names;
    csv->name_count++;
}
