/* etl/pull/table_file.c - writes a normalized table as CSV; SQLite joins rows of one key. */
#include "etl/pull/table_file.h"

#include <sqlite3.h>

#include "etl/core/system/atomic_file.h"
#include "etl/core/system/files.h"

enum { WRITE_BYTES = 256 << 10, CELLS_MAX = 512, ROW_BYTES_MAX = 64 << 20 };

struct table_file {
    struct atomic_file file;
    struct table_shape shape;
    struct buf         out, packed, key;
    uint64_t           rows;
    char               join_path[4096];
    sqlite3           *join; /* NULL: rows go out as they come */
    sqlite3_stmt      *find, *add, *fill, *all;
};

static enum etl_status join_fault(struct table_file *f, struct err *err)
{
    int code = sqlite3_errcode(f->join) & 0xff;

    return err_set(err, code == SQLITE_FULL || code == SQLITE_IOERR ? ETL_AGAIN : ETL_FAIL, "table-join",
                   "cannot join the rows of %.*s: %s", STR_ARG(f->shape.table->name), sqlite3_errmsg(f->join));
}

/* The database is scratch: table_file_free() removes it, and the next open removes one that a killed process left. */
static enum etl_status open_join(struct table_file *f, const char *path, struct err *err)
{
    static const char tables[] =
        "PRAGMA journal_mode=OFF; PRAGMA synchronous=OFF; PRAGMA locking_mode=EXCLUSIVE; PRAGMA cache_size=-8192;"
        "CREATE TABLE row(number INTEGER PRIMARY KEY, key BLOB NOT NULL, cells BLOB NOT NULL);"
        "CREATE UNIQUE INDEX by_key ON row(key); BEGIN";
    static const char *const texts[] = { "SELECT number, cells FROM row WHERE key = ?1",
                                         "INSERT INTO row(key, cells) VALUES(?1, ?2)",
                                         "UPDATE row SET cells = ?2 WHERE number = ?1",
                                         "SELECT cells FROM row ORDER BY number" };
    sqlite3_stmt **const     places[] = { &f->find, &f->add, &f->fill, &f->all };

    snprintf(f->join_path, sizeof f->join_path, "%s.join", path);
    files_remove(f->join_path);
    if (sqlite3_open(f->join_path, &f->join) != SQLITE_OK ||
        sqlite3_exec(f->join, tables, NULL, NULL, NULL) != SQLITE_OK)
        return join_fault(f, err);
    for (size_t i = 0; i < 4; i++)
        if (sqlite3_prepare_v2(f->join, texts[i], -1, places[i], NULL) != SQLITE_OK)
            return join_fault(f, err);
    return ETL_OK;
}

static size_t width(const struct table_file *f)
{
    return f->shape.table->column_count + f->shape.extra_count;
}

static bool is_written(const struct table_file *f, size_t i)
{
    return i >= f->shape.table->column_count || f->shape.fills[i];
}

static enum etl_status flush(struct table_file *f, struct err *err)
{
    enum etl_status st = atomic_file_write(&f->file, buf_str(&f->out), err);

    if (buf_failed(&f->out))
        return err_set(err, ETL_FAIL, "row-size", "a row is longer than %d bytes", ROW_BYTES_MAX);
    buf_reset(&f->out);
    return st;
}

static enum etl_status write_cells(struct table_file *f, const struct str *cells, struct err *err)
{
    bool first = true;

    for (size_t i = 0; i < width(f); i++) {
        if (!is_written(f, i))
            continue;
        if (!first)
            buf_byte(&f->out, ',');
        first = false;
        buf_csv(&f->out, cells[i].ptr != NULL ? cells[i] : STR(""));
    }
    buf_byte(&f->out, '\n');
    return f->out.len >= WRITE_BYTES ? flush(f, err) : ETL_OK;
}

enum etl_status table_file_open(const char *path, const struct table_shape *shape, bool joined, struct table_file **out,
                                struct err *err)
{
    struct table_file *f = calloc(1, sizeof *f);
    struct str         names[CELLS_MAX];
    enum etl_status    st;

    if (f == NULL)
        memory_exhausted("a table", sizeof *f);
    f->shape = *shape;
    buf_init(&f->out, ROW_BYTES_MAX, "rows of a table");
    buf_init(&f->packed, ROW_BYTES_MAX, "a row of a table");
    buf_init(&f->key, ROW_BYTES_MAX, "a row's key");
    if (width(f) > CELLS_MAX) {
        st = err_set(err, ETL_FAIL, "table-width", "%.*s would have more than %d columns", STR_ARG(shape->table->name),
                     CELLS_MAX);
        table_file_free(f);
        return st;
    }
    st = atomic_file_begin(&f->file, path, err);
    if (st == ETL_OK && joined)
        st = open_join(f, path, err);
    for (size_t i = 0; i < width(f); i++)
        names[i] = i < shape->table->column_count ? shape->table->columns[i].name
                                                  : shape->extras[i - shape->table->column_count];
    if (st == ETL_OK)
        st = write_cells(f, names, err);
    if (st != ETL_OK) {
        table_file_free(f);
        return st;
    }
    *out = f;
    return ETL_OK;
}

/* ---- joining ---- */

static void pack(struct table_file *f, const struct str *cells)
{
    buf_reset(&f->packed);
    for (size_t i = 0; i < width(f); i++) {
        uint32_t len = cells[i].ptr != NULL ? (uint32_t)cells[i].len : 0;

        buf_add(&f->packed, str_of((const char *)&len, sizeof len));
        buf_add(&f->packed, str_of(cells[i].ptr, len));
    }
}

static void unpack(const struct table_file *f, struct str packed, struct str *cells)
{
    for (size_t i = 0; i < width(f); i++) {
        uint32_t len = 0;

        if (packed.len >= sizeof len)
            memcpy(&len, packed.ptr, sizeof len);
        packed = str_skip(packed, sizeof len);
        cells[i] = str_head(packed, len);
        packed = str_skip(packed, cells[i].len);
    }
}

static void make_key(struct table_file *f, const struct str *cells)
{
    const struct table *t = f->shape.table;

    buf_reset(&f->key);
    for (size_t i = 0; i < t->key_count; i++) {
        struct str cell = cells[t->key[i]];

        for (size_t k = 0; k < cell.len; k++) {
            char c = cell.ptr[k];
            bool folds = t->columns[t->key[i]].type == COLUMN_LOGIN || t->columns[t->key[i]].type == COLUMN_EMAIL;

            buf_byte(&f->key, folds && c >= 'A' && c <= 'Z' ? (char)(c + 32) : c);
        }
        buf_byte(&f->key, '\x1f');
    }
}

static enum etl_status step(struct table_file *f, sqlite3_stmt *s, struct err *err)
{
    int rc = sqlite3_step(s);

    sqlite3_reset(s);
    return rc == SQLITE_DONE ? ETL_OK : join_fault(f, err);
}

static enum etl_status join_row(struct table_file *f, struct str *cells, struct err *err)
{
    struct str    before[CELLS_MAX];
    sqlite3_int64 number;
    bool          changes = false;
    int           rc;

    make_key(f, cells);
    sqlite3_bind_blob(f->find, 1, f->key.ptr, (int)f->key.len, SQLITE_STATIC);
    rc = sqlite3_step(f->find);
    if (rc != SQLITE_ROW) {
        sqlite3_reset(f->find);
        if (rc != SQLITE_DONE)
            return join_fault(f, err);
        pack(f, cells);
        sqlite3_bind_blob(f->add, 1, f->key.ptr, (int)f->key.len, SQLITE_STATIC);
        sqlite3_bind_blob(f->add, 2, f->packed.ptr, (int)f->packed.len, SQLITE_STATIC);
        return step(f, f->add, err);
    }
    number = sqlite3_column_int64(f->find, 0);
    unpack(f, str_of(sqlite3_column_blob(f->find, 1), (size_t)sqlite3_column_bytes(f->find, 1)), before);
    for (size_t i = 0; i < width(f); i++) {
        if (before[i].len != 0)
            cells[i] = before[i];
        else
            changes = changes || cells[i].len != 0;
    }
    pack(f, cells);
    sqlite3_reset(f->find);
    if (!changes)
        return ETL_OK;
    sqlite3_bind_int64(f->fill, 1, number);
    sqlite3_bind_blob(f->fill, 2, f->packed.ptr, (int)f->packed.len, SQLITE_STATIC);
    return step(f, f->fill, err);
}

static enum etl_status write_joined(struct table_file *f, struct err *err)
{
    struct str      cells[CELLS_MAX];
    enum etl_status st = ETL_OK;
    int             rc = SQLITE_DONE;

    while (st == ETL_OK && (rc = sqlite3_step(f->all)) == SQLITE_ROW) {
        unpack(f, str_of(sqlite3_column_blob(f->all, 0), (size_t)sqlite3_column_bytes(f->all, 0)), cells);
        f->rows++;
        st = write_cells(f, cells, err);
    }
    if (st == ETL_OK && rc != SQLITE_DONE)
        st = join_fault(f, err);
    sqlite3_reset(f->all);
    return st;
}

/* ---- rows ---- */

enum etl_status table_file_add(struct table_file *f, const struct normal_row *row, struct err *err)
{
    struct str cells[CELLS_MAX] = { { 0 } };
    size_t     columns = f->shape.table->column_count;

    memcpy(cells, row->cells, columns * sizeof cells[0]);
    for (size_t i = 0; i < row->extra_count; i++)
        for (size_t k = 0; k < f->shape.extra_count; k++)
            if (str_eq(f->shape.extras[k], row->extras[i].name) && cells[columns + k].len == 0)
                cells[columns + k] = row->extras[i].value;
    if (f->join != NULL)
        return join_row(f, cells, err);
    f->rows++;
    return write_cells(f, cells, err);
}

enum etl_status table_file_end(struct table_file *f, uint64_t *rows, struct err *err)
{
    enum etl_status st = f->join != NULL ? write_joined(f, err) : ETL_OK;

    if (st == ETL_OK)
        st = flush(f, err);
    if (st == ETL_OK)
        st = atomic_file_commit(&f->file, err);
    *rows = f->rows;
    return st;
}

void table_file_free(struct table_file *f)
{
    if (f == NULL)
        return;
    sqlite3_finalize(f->find);
    sqlite3_finalize(f->add);
    sqlite3_finalize(f->fill);
    sqlite3_finalize(f->all);
    sqlite3_close(f->join);
    if (f->join_path[0] != '\0')
        files_remove(f->join_path);
    atomic_file_drop(&f->file);
    buf_release(&f->out);
    buf_release(&f->packed);
    buf_release(&f->key);
    free(f);
}
