/* formats/json_reader.c - reads JSON as records: blocks are cut in order by brackets and quotes, records parsed on any thread. */
#include "formats/json_reader.h"

#include <pthread.h>

#include "etl/core/limits.h"
#include "formats/json/json_list_cutter.h"

struct json_reader {
    struct record_reader    base;
    struct json_options     options;
    struct json_layout      layout;
    struct json_carry       carry;
    struct json_list_cutter list; /* not of JSON Lines */
    struct arena            mem;
    bool                   *seen;  /* by all blocks that were given back */
    struct json_parser     *again; /* under the mutex */
    bool                    ended;
    pthread_mutex_t         mutex;
    struct json_block      *free;
};

static const struct record_style json_style;

/* ---- opening ---- */

/* Goes past a BOM and blanks. */
static enum etl_status first_bytes(struct json_carry *c, struct err *err)
{
    while (c->bytes.len < 4 && !c->source_ended) {
        enum etl_status st = json_carry_more(c, JSON_BLOCK_BYTES, err);

        if (st != ETL_OK)
            return st;
    }
    if (c->bytes.len >= 2 && (memcmp(c->bytes.ptr, "\xff\xfe", 2) == 0 || memcmp(c->bytes.ptr, "\xfe\xff", 2) == 0))
        return err_set(err, ETL_UNREAD, "json-encoding",
                       "it is UTF-16; JSON is exchanged in UTF-8 (RFC 8259): save it so");
    if (str_starts(buf_str(&c->bytes), STR("\xef\xbb\xbf"))) {
        json_carry_drop(c, 3);
        c->line_offset = 3;
    }
    for (;;) {
        enum etl_status st;

        json_carry_skip_blanks(c);
        if (c->at < c->bytes.len || c->source_ended)
            return ETL_OK;
        json_carry_drop(c, c->at);
        st = json_carry_more(c, JSON_BLOCK_BYTES, err);
        if (st != ETL_OK)
            return st;
    }
}

static enum etl_status enter(struct json_reader *r, struct err *err)
{
    struct json_carry *c = &r->carry;
    enum etl_status    st = first_bytes(c, err);

    if (st != ETL_OK)
        return st;
    if (!r->options.is_lines)
        return json_list_cutter_enter(&r->list, err);
    if (c->at < c->bytes.len && c->bytes.ptr[c->at] == '[')
        return err_set(err, ETL_UNREAD, "json-records",
                       "the document is a list, not one record a line: it is format: json");
    c->at = 0;
    return ETL_OK;
}

enum etl_status json_reader_open(struct source *source, const struct json_options *options,
                                 const struct json_wanted *wanted, struct record_reader **out, struct err *err)
{
    struct json_reader *r = calloc(1, sizeof *r);
    enum etl_status     st;

    if (r == NULL)
        memory_exhausted("a JSON reader", sizeof *r);
    r->base.style = &json_style;
    r->options = *options;
    if (r->options.max_record == 0)
        r->options.max_record = RECORD_BYTES_MAX;
    if (r->options.block_bytes == 0)
        r->options.block_bytes = JSON_BLOCK_BYTES;
    arena_init(&r->mem, 64U << 20, "the paths of a JSON input");
    json_carry_init(&r->carry, source,
                    2 * r->options.max_record + 8 * (size_t)JSON_BLOCK_BYTES + 4 * r->options.block_bytes);
    r->options.records = arena_str(&r->mem, r->options.records);
    r->layout = (struct json_layout){ json_paths_new(wanted, &r->mem), options->is_lines, r->options.max_record };
    r->seen = ARENA_ARRAY(&r->mem, bool, r->layout.paths->target_count + wanted->list_count + 1);
    json_list_cutter_init(&r->list, &r->carry, &r->options);
    pthread_mutex_init(&r->mutex, NULL);
    st = enter(r, err);
    if (st != ETL_OK) {
        record_reader_close(&r->base);
        return st;
    }
    *out = &r->base;
    return ETL_OK;
}

/* ---- cutting blocks ---- */

static struct json_block *take_block(struct json_reader *r)
{
    struct json_block *b;

    pthread_mutex_lock(&r->mutex);
    b = r->free;
    if (b != NULL)
        r->free = b->next_free;
    pthread_mutex_unlock(&r->mutex);
    if (b == NULL)
        return json_block_new(&json_style, &r->layout, r);
    json_block_reset(b);
    return b;
}

/* Is the first line longer than max_record? Its line end may not have been read yet. */
static bool is_long_line(const struct json_reader *r)
{
    const struct json_carry *c = &r->carry;
    const char              *end = c->bytes.len != 0 ? memchr(c->bytes.ptr, '\n', c->bytes.len) : NULL;
    size_t                   len = end != NULL ? (size_t)(end - c->bytes.ptr) : c->bytes.len;

    if (end == NULL && !c->source_ended)
        return len > r->layout.max_record + 1;
    return json_line_length(c->bytes.ptr, len) > r->layout.max_record;
}

/* A line that is too long is not held in memory. */
static enum etl_status skip_line(struct json_reader *r, struct json_block *b, struct err *err)
{
    struct json_carry *c = &r->carry;
    uint64_t           line = c->line, offset = c->offset;

    for (;;) {
        const char     *end = c->bytes.len != 0 ? memchr(c->bytes.ptr, '\n', c->bytes.len) : NULL;
        enum etl_status st;

        json_carry_drop(c, end != NULL ? (size_t)(end + 1 - c->bytes.ptr) : c->bytes.len);
        if (end != NULL || c->source_ended)
            break;
        st = json_carry_more(c, JSON_BLOCK_BYTES, err);
        if (st != ETL_OK)
            return st;
    }
    json_block_fill_too_long(b, line, offset);
    return ETL_OK;
}

static enum etl_status fill_from_lines(struct json_reader *r, struct json_block *b, struct err *err)
{
    struct json_carry *c = &r->carry;
    size_t             target = r->options.block_bytes;

    for (;;) {
        const char *last;

        while (c->bytes.len < target && !c->source_ended) {
            enum etl_status st = json_carry_more(c, target - c->bytes.len, err);

            if (st != ETL_OK)
                return st;
        }
        if (is_long_line(r))
            return skip_line(r, b, err);
        if (c->source_ended && c->bytes.len == 0)
            return ETL_END;
        last = memrchr(c->bytes.ptr, '\n', c->bytes.len);
        if (c->source_ended || last != NULL) {
            json_block_fill(b, c, c->source_ended ? c->bytes.len : (size_t)(last + 1 - c->bytes.ptr));
            return ETL_OK;
        }
        target = c->bytes.len + r->options.block_bytes;
    }
}

static void add_seen(struct json_reader *r, const struct json_parser *p)
{
    const bool *seen = json_parser_seen(p);

    for (size_t i = 0; i < r->layout.paths->target_count + r->layout.paths->wanted->list_count; i++)
        r->seen[i] = r->seen[i] || seen[i];
}

static void json_release(struct record_block *block)
{
    struct json_block  *b = (struct json_block *)(void *)block;
    struct json_reader *r = b->owner;

    arena_reset(&b->mem);
    pthread_mutex_lock(&r->mutex);
    add_seen(r, b->parser);
    b->next_free = r->free;
    r->free = b;
    pthread_mutex_unlock(&r->mutex);
}

static enum etl_status json_block(struct record_reader *reader, struct record_block **out, struct err *err)
{
    struct json_reader *r = (struct json_reader *)(void *)reader;
    struct json_block  *b;
    enum etl_status     st;

    if (r->ended)
        return ETL_END;
    b = take_block(r);
    st = r->options.is_lines ? fill_from_lines(r, b, err) : json_list_cutter_fill(&r->list, b, err);
    if (st != ETL_OK) {
        r->ended = st == ETL_END;
        json_release(&b->base);
        return st;
    }
    *out = &b->base;
    return ETL_OK;
}

/* ---- the reader's other functions ---- */

static enum etl_status json_again(struct record_reader *reader, struct str bytes, struct arena *mem, struct record *out,
                                  struct err *err)
{
    struct json_reader *r = (struct json_reader *)(void *)reader;
    struct str          kept = arena_str(mem, bytes);
    bool                is_damaged;
    enum etl_status     st;

    *out = (struct record){ .raw = kept, .length = kept.len, .line = 1, .number = 1 };
    pthread_mutex_lock(&r->mutex);
    if (r->again == NULL)
        r->again = json_parser_new(r->layout.paths);
    st = json_parser_record(r->again, kept, mem, out, &is_damaged, err);
    pthread_mutex_unlock(&r->mutex);
    return st;
}

static void json_close(struct record_reader *reader)
{
    struct json_reader *r = (struct json_reader *)(void *)reader;

    while (r->free != NULL) {
        struct json_block *b = r->free;

        r->free = b->next_free;
        json_block_free(b);
    }
    json_parser_free(r->again);
    json_list_cutter_release(&r->list);
    pthread_mutex_destroy(&r->mutex);
    json_carry_release(&r->carry);
    arena_release(&r->mem);
    free(r);
}

enum etl_status json_record_parse(struct str text, const struct json_wanted *wanted, struct arena *mem,
                                  struct record *out, struct err *err)
{
    struct json_parser *p = json_parser_new(json_paths_new(wanted, mem));
    struct str          kept = arena_str(mem, text);
    bool                is_damaged;
    enum etl_status     st;

    *out = (struct record){ .raw = kept, .length = kept.len, .line = 1, .number = 1 };
    st = json_parser_record(p, kept, mem, out, &is_damaged, err);
    json_parser_free(p);
    return st;
}

bool json_reader_has_seen(const struct record_reader *reader, int list, size_t column)
{
    const struct json_reader *r = (const struct json_reader *)(const void *)reader;
    const struct json_wanted *wanted = r->layout.paths->wanted;

    if (list >= 0 && column == wanted->lists[list].column_count)
        return r->seen[r->layout.paths->target_count + (size_t)list];
    return r->seen[path_target_index(r->layout.paths, (struct path_target){ list, (uint32_t)column })];
}

static const struct record_style json_style = { "json",       json_block, json_block_next, json_block_empty_lines,
                                                json_release, json_again, json_close };
