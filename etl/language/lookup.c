/* etl/language/lookup.c - a table that turns a key into a value: open addressing, filled once. */
#include "etl/language/lookup.h"

#include "etl/core/limits.h"

#define XXH_INLINE_ALL
#include <xxhash.h>

static size_t first_slot(const struct lookup *t, struct str key)
{
    return (size_t)XXH3_64bits(key.ptr, key.len) & t->slot_mask;
}

static void grow(struct lookup *t, struct arena *mem)
{
    size_t slots = t->slots != NULL ? 2 * (t->slot_mask + 1) : 64;

    t->slots = ARENA_ARRAY(mem, uint32_t, slots);
    t->slot_mask = slots - 1;
    for (size_t i = 0; i < t->count; i++) {
        size_t at = first_slot(t, t->entries[i].key);

        while (t->slots[at] != 0)
            at = (at + 1) & t->slot_mask;
        t->slots[at] = (uint32_t)i + 1;
    }
}

static struct lookup_entry *find(const struct lookup *t, struct str key)
{
    if (t->slots == NULL)
        return NULL;
    for (size_t at = first_slot(t, key); t->slots[at] != 0; at = (at + 1) & t->slot_mask)
        if (str_eq(t->entries[t->slots[at] - 1].key, key))
            return &t->entries[t->slots[at] - 1];
    return NULL;
}

const struct value *lookup_find(const struct lookup *t, struct str key)
{
    const struct lookup_entry *entry = find(t, key);

    return entry != NULL ? &entry->value : NULL;
}

enum etl_status lookup_add(struct lookup *t, struct str key, struct value value, uint64_t line, struct arena *mem,
                           struct err *err)
{
    struct lookup_entry *old = find(t, key);
    size_t               at;

    if (old != NULL) {
        if (old->value.kind == value.kind && str_eq(old->value.text, value.text))
            return ETL_OK;
        return err_set(err, ETL_FAIL, "lookup-twice",
                       "key %s stands twice with different values, in lines %llu and %llu", shown(key, t->secret).text,
                       (unsigned long long)old->line, (unsigned long long)line);
    }
    if (t->slots == NULL || 4 * (t->count + 1) > 3 * (t->slot_mask + 1))
        grow(t, mem);
    value.secret = value.secret || t->secret;
    ARENA_PUSH(mem, t->entries, t->count, t->cap) = (struct lookup_entry){ key, value, line };
    at = first_slot(t, key);
    while (t->slots[at] != 0)
        at = (at + 1) & t->slot_mask;
    t->slots[at] = (uint32_t)t->count;
    return ETL_OK;
}

static enum etl_status find_column(const struct record_reader *r, struct str name, size_t *out, struct err *err)
{
    size_t            count;
    const struct str *columns = csv_reader_columns(r, &count);
    struct str        near;

    for (*out = 0; *out < count; ++*out)
        if (str_eq(columns[*out], name))
            return ETL_OK;
    near = str_nearest(name, columns, count);
    return err_set(err, ETL_FAIL, "lookup-column", "has no column \"%.*s\"%s%.*s%s", STR_ARG(name),
                   near.ptr != NULL ? ", did you mean \"" : "", STR_ARG(near), near.ptr != NULL ? "\"?" : "");
}

static enum etl_status read_rows(struct lookup *t, const struct lookup_file *file, struct record_reader *r,
                                 struct arena *mem, struct err *err)
{
    struct record_block *block = NULL;
    size_t               key = 0, value = 0;
    enum etl_status      st = find_column(r, file->key, &key, err);

    if (st == ETL_OK)
        st = find_column(r, file->value, &value, err);
    if (st != ETL_OK)
        return st;
    while ((st = record_reader_block(r, &block, err)) == ETL_OK) {
        struct record record;
        bool          damaged;

        if (buf_failed(file->bytes)) {
            record_block_release(block);
            return err_set(err, ETL_FAIL, "lookup-size", "is larger than %d MiB", LOOKUP_FILE_BYTES_MAX >> 20);
        }
        while ((st = record_block_next(block, &record, &damaged, err)) == ETL_OK) {
            if (key >= record.count || record.cells[key].len == 0 || value >= record.count)
                continue;
            st = lookup_add(t, arena_str(mem, record.cells[key]), VALUE_OF(arena_str(mem, record.cells[value])),
                            record.line, mem, err);
            if (st != ETL_OK)
                break;
        }
        record_block_release(block);
        if (st != ETL_END)
            return st;
    }
    return st == ETL_END ? ETL_OK : st;
}

static void keep_bytes(void *context, struct str bytes)
{
    buf_add(context, bytes);
}

enum etl_status lookup_read(struct lookup *t, const struct lookup_file *file, struct arena *mem, struct err *err)
{
    struct source        *source = NULL;
    struct record_reader *r = NULL;
    struct unpacked_watch watch = { keep_bytes, file->bytes };
    enum etl_status       st = source_open(file->path, &watch, &source, err);

    if (st == ETL_OK)
        st = csv_reader_open(source, &file->csv, &r, err);
    if (st == ETL_OK)
        st = read_rows(t, file, r, mem, err);
    record_reader_close(r);
    source_close(source);
    return st;
}
