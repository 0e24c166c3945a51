/* formats/json_reader.c - reads JSON as records: blocks are cut in order by brackets and quotes, records parsed on any thread. */
#include "formats/json_reader.h"

#include <pthread.h>

#include "formats/json/json_outer.h"
#include "formats/json/json_parser.h"
#include "formats/json/json_scan.h"

enum { BLOCK_BYTES = 256 << 10, MAX_RECORD = 1 << 20, BLOCK_MEMORY = 1 << 30 };

struct span { /* a record in its block */
    size_t begin, len;
    bool   is_long; /* a line longer than max_record */
};
struct json_block {
    struct record_block base;
    struct json_reader *reader;
    struct json_block  *next_free;
    char               *bytes;
    size_t              len, cap;
    uint64_t            offset, line; /* of the first byte */
    struct span        *spans;        /* a list's; lines are found as they are read */
    size_t              span_count, span_cap;
    bool                is_too_long; /* no bytes: a record longer than max_record stood here */
    /* while its records are read */
    struct json_parser *parser;
    size_t              at, next_span;
    uint64_t            at_line, number, empty_lines;
    struct arena        mem;
};
enum place {
    PLACE_FIRST,
    PLACE_COMMA,
    PLACE_VALUE,
    PLACE_AFTER,
    PLACE_BEHIND
}; /* where in the list: what was read last */
struct json_reader {
    struct record_reader base;
    struct source       *source;
    struct json_options  options;
    struct json_paths   *paths;
    struct json_outer   *outer;
    struct arena         mem;
    bool                *seen;                      /* by all blocks that were given back */
    struct json_parser  *again;                     /* under the mutex */
    struct buf           carry;                     /* bytes read but not given out */
    uint64_t             offset, line, line_offset; /* of the carry's first byte; and of its line's */
    bool                 source_ended, ended;
    enum etl_status      failed; /* not ETL_OK: the next block is this failure */
    struct err           failure;
    enum place           place;
    size_t               at, value; /* in the carry: looked at up to here; where the value at hand begins */
    struct json_scan     scan;
    bool                 is_scalar;   /* the value at hand is no object and no list */
    bool                 is_dropping; /* it is too long: its bytes are not kept */
    bool                 is_long;     /* one was, it is told next */
    uint64_t             long_line, long_offset;
    pthread_mutex_t      mutex;
    struct json_block   *free;
};

static const struct record_style json_style;

/* ---- bytes and places ---- */

static enum etl_status read_more(struct json_reader *r, size_t wanted, struct err *err)
{
    size_t          got;
    enum etl_status st;

    if (!buf_reserve(&r->carry, wanted))
        return err_set(err, ETL_UNREAD, "record-long", "%s is full", r->carry.what);
    st = source_read(r->source, r->carry.ptr + r->carry.len, wanted, &got, err);
    if (st == ETL_OK)
        r->carry.len += got;
    r->source_ended = st == ETL_END;
    return st == ETL_END ? ETL_OK : st;
}

static uint64_t count_newlines(const char *p, size_t len)
{
    uint64_t lines = 0;

    for (size_t i = 0; i < len; i++)
        lines += p[i] == '\n';
    return lines;
}

static void drop_front(struct json_reader *r, size_t len)
{
    const char *last = len != 0 ? memrchr(r->carry.ptr, '\n', len) : NULL;

    r->line += count_newlines(r->carry.ptr, len);
    if (last != NULL)
        r->line_offset = r->offset + (uint64_t)(last + 1 - r->carry.ptr);
    r->offset += len;
    r->carry.len -= len;
    memmove(r->carry.ptr, r->carry.ptr + len, r->carry.len);
    r->at -= len < r->at ? len : r->at;
    r->value -= len < r->value ? len : r->value;
}

/* Places the err at a byte of the carry, and returns ETL_UNREAD. */
static enum etl_status placed(const struct json_reader *r, size_t at, struct err *err)
{
    const char *last = at != 0 ? memrchr(r->carry.ptr, '\n', at) : NULL;

    err->line = r->line + count_newlines(r->carry.ptr, at);
    err->column = (uint32_t)(last != NULL ? (uint64_t)(r->carry.ptr + at - last) : r->offset + at - r->line_offset + 1);
    return ETL_UNREAD;
}

static enum etl_status broken(const struct json_reader *r, size_t at, struct err *err, const char *what)
{
    err_set(err, ETL_UNREAD, "json-syntax", "no JSON: %s", what);
    return placed(r, at, err);
}

static bool is_blank(char c)
{
    return c == ' ' || c == '\n' || c == '\r' || c == '\t';
}

static void skip_blanks(struct json_reader *r)
{
    while (r->at < r->carry.len && is_blank(r->carry.ptr[r->at]))
        r->at++;
}

/* ---- opening ---- */

/* Past the BOM and blanks, to the first byte that tells something. */
static enum etl_status first_bytes(struct json_reader *r, struct err *err)
{
    while (r->carry.len < 4 && !r->source_ended) {
        enum etl_status st = read_more(r, BLOCK_BYTES, err);

        if (st != ETL_OK)
            return st;
    }
    if (r->carry.len >= 2 && (memcmp(r->carry.ptr, "\xff\xfe", 2) == 0 || memcmp(r->carry.ptr, "\xfe\xff", 2) == 0))
        return err_set(err, ETL_UNREAD, "json-encoding",
                       "it is UTF-16; JSON is exchanged in UTF-8 (RFC 8259): save it so");
    if (str_starts(buf_str(&r->carry), STR("\xef\xbb\xbf"))) {
        drop_front(r, 3);
        r->line_offset = 3;
    }
    for (;;) {
        enum etl_status st;

        skip_blanks(r);
        if (r->at < r->carry.len || r->source_ended)
            return ETL_OK;
        drop_front(r, r->at);
        st = read_more(r, BLOCK_BYTES, err);
        if (st != ETL_OK)
            return st;
    }
}

static char first_byte(const struct json_reader *r)
{
    return r->at < r->carry.len ? r->carry.ptr[r->at] : '\0';
}

/* Reads the document up to the [ of the list. */
static enum etl_status enter_list(struct json_reader *r, struct err *err)
{
    bool   entered = false;
    size_t used;

    if (r->at == r->carry.len)
        return err_set(err, ETL_UNREAD, "json-records", "the file is empty");
    if (r->options.records.len == 0 && first_byte(r) != '[') {
        enum etl_status st = json_outer_refuse(r->outer, str_skip(buf_str(&r->carry), r->at), err);

        placed(r, r->at, err);
        return st;
    }
    r->at = 0;
    while (!entered) {
        enum etl_status st = json_outer_enter(r->outer, buf_str(&r->carry), &used, &entered, err);

        if (st != ETL_OK)
            return placed(r, used, err);
        drop_front(r, used);
        if (entered)
            break;
        if (r->source_ended)
            return json_outer_end(r->outer, err);
        st = read_more(r, BLOCK_BYTES, err);
        if (st != ETL_OK)
            return st;
    }
    return ETL_OK;
}

static enum etl_status enter(struct json_reader *r, struct err *err)
{
    enum etl_status st = first_bytes(r, err);

    if (st != ETL_OK)
        return st;
    if (!r->options.is_lines)
        return enter_list(r, err);
    if (first_byte(r) == '[')
        return err_set(err, ETL_UNREAD, "json-records",
                       "the document is a list, not one record a line: it is format: json");
    r->at = 0;
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
    r->source = source;
    r->options = *options;
    r->line = 1;
    if (r->options.max_record == 0)
        r->options.max_record = MAX_RECORD;
    if (r->options.block_bytes == 0)
        r->options.block_bytes = BLOCK_BYTES;
    arena_init(&r->mem, 64U << 20, "the paths of a JSON input");
    buf_init(&r->carry, 2 * r->options.max_record + 8 * (size_t)BLOCK_BYTES + 4 * r->options.block_bytes,
             "a JSON record");
    r->options.records = arena_str(&r->mem, r->options.records);
    r->paths = json_paths_new(wanted, &r->mem);
    r->seen = ARENA_ARRAY(&r->mem, bool, r->paths->target_count + wanted->list_count + 1);
    r->outer = json_outer_new(r->options.records);
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
    if (b == NULL) {
        b = calloc(1, sizeof *b);
        if (b == NULL)
            memory_exhausted("a block of JSON", sizeof *b);
        b->base.style = &json_style;
        b->reader = r;
        b->parser = json_parser_new(r->paths);
        arena_init(&b->mem, BLOCK_MEMORY, "the records of a block of JSON");
    }
    b->span_count = b->next_span = b->at = b->len = 0;
    b->number = b->empty_lines = 0;
    b->is_too_long = false;
    return b;
}

static void put_block(struct json_reader *r, struct json_block *b, size_t len)
{
    if (b->cap < len) {
        free(b->bytes);
        b->cap = len;
        b->bytes = malloc(b->cap);
        if (b->bytes == NULL)
            memory_exhausted("a block of JSON", b->cap);
    }
    if (len != 0)
        memcpy(b->bytes, r->carry.ptr, len);
    b->len = len;
    b->offset = r->offset;
    b->line = b->at_line = r->line;
    drop_front(r, len);
}

static void put_too_long(struct json_reader *r, struct json_block *b)
{
    put_block(r, b, 0);
    b->is_too_long = true;
    b->line = b->at_line = r->long_line;
    b->offset = r->long_offset;
    r->is_long = false;
}

static void note_long(struct json_reader *r, size_t begin)
{
    r->long_line = r->line + count_newlines(r->carry.ptr, begin);
    r->long_offset = r->offset + begin;
}

static void add_span(struct json_block *b, size_t begin, size_t len)
{
    if (b->span_count == b->span_cap) {
        b->span_cap = b->span_cap != 0 ? 2 * b->span_cap : 1024;
        b->spans = realloc(b->spans, b->span_cap * sizeof *b->spans);
        if (b->spans == NULL)
            memory_exhausted("the places of a block of JSON", b->span_cap * sizeof *b->spans);
    }
    b->spans[b->span_count++] = (struct span){ begin, len, false };
}

/* What is no object ends at the next sign of the list, or with its closing quote. */
static enum json_scan_end scan_scalar(struct json_reader *r)
{
    for (; r->at < r->carry.len; r->at++) {
        char c = r->carry.ptr[r->at];

        if (r->scan.escaped) {
            r->scan.escaped = false;
        } else if (r->scan.in_string) {
            r->scan.escaped = c == '\\';
            r->scan.in_string = c != '"';
            if (c == '\n')
                return JSON_SCAN_OPEN_STRING;
        } else if (is_blank(c) || c == ',' || c == ']' || c == '}') {
            return JSON_SCAN_DONE;
        } else {
            r->scan.in_string = c == '"';
        }
    }
    return JSON_SCAN_MORE;
}

/* Goes on through the value at hand. ETL_END: the bytes end inside it. */
static enum etl_status walk_value(struct json_reader *r, struct json_block *b, struct err *err)
{
    const char        *at = r->carry.ptr + r->at;
    enum json_scan_end how;

    if (r->is_scalar) {
        how = scan_scalar(r);
    } else {
        how = json_scan(&r->scan, &at, r->carry.ptr + r->carry.len);
        r->at = (size_t)(at - r->carry.ptr);
    }
    switch (how) {
    case JSON_SCAN_DONE: break;
    case JSON_SCAN_MORE:
        if (r->at - r->value > r->options.max_record && !r->is_dropping) {
            note_long(r, r->value);
            r->is_dropping = true;
        }
        return ETL_END;
    case JSON_SCAN_MISMATCH: return broken(r, r->at, err, "this bracket closes what is not open");
    case JSON_SCAN_OPEN_STRING: return broken(r, r->at, err, "a string is not closed before its line ends");
    case JSON_SCAN_DEEP: return broken(r, r->at, err, "nested too deeply here");
    }
    if (r->at == r->value && !r->is_dropping)
        return broken(r, r->at, err, "a record is missing here");
    r->place = PLACE_AFTER;
    if (!r->is_dropping && r->at - r->value <= r->options.max_record) {
        add_span(b, r->value, r->at - r->value);
        return ETL_OK;
    }
    if (!r->is_dropping)
        note_long(r, r->value);
    r->is_dropping = false;
    r->is_long = true;
    return ETL_OK;
}

/* Goes on through the list until a block is full, the bytes end (ETL_END) or the list does. */
static enum etl_status walk(struct json_reader *r, struct json_block *b, struct err *err)
{
    enum etl_status st = ETL_OK;

    while (st == ETL_OK && (b->span_count == 0 || r->at < r->options.block_bytes) && !r->is_long &&
           r->place != PLACE_BEHIND) {
        char c;

        if (r->place == PLACE_VALUE) {
            st = walk_value(r, b, err);
            continue;
        }
        skip_blanks(r);
        if (r->at == r->carry.len)
            return ETL_END;
        c = r->carry.ptr[r->at];
        if (c == ']' && r->place != PLACE_COMMA) {
            r->place = PLACE_BEHIND;
        } else if (r->place == PLACE_AFTER) {
            if (c != ',')
                return broken(r, r->at, err, "a comma is missing here, between two records");
            r->place = PLACE_COMMA;
            r->at++;
        } else {
            r->place = PLACE_VALUE;
            r->value = r->at;
            r->is_scalar = c != '{' && c != '[';
            r->scan = (struct json_scan){ 0 };
        }
    }
    return st;
}

static enum etl_status cut_off(struct json_reader *r, struct err *err)
{
    if (r->place == PLACE_VALUE && r->is_dropping)
        err->line = r->long_line;
    else
        placed(r, r->place == PLACE_VALUE ? r->value : r->carry.len, err);
    return err_set(err, ETL_UNREAD, "json-cut", "%s",
                   r->place == PLACE_VALUE
                       ? "the record that opens here is never closed; the file is cut off, or a bracket is missing"
                       : "the list of records is never closed; the file is cut off");
}

/* Behind the list: the document has to end well. */
static enum etl_status end_document(struct json_reader *r, struct err *err)
{
    size_t          used;
    enum etl_status st = ETL_OK;

    drop_front(r, r->at);
    for (;;) {
        st = json_outer_take(r->outer, buf_str(&r->carry), &used, err);
        if (st != ETL_OK)
            return placed(r, used, err);
        drop_front(r, r->carry.len);
        if (r->source_ended)
            break;
        st = read_more(r, BLOCK_BYTES, err);
        if (st != ETL_OK)
            return st;
    }
    st = json_outer_end(r->outer, err);
    return st == ETL_OK ? ETL_END : placed(r, 0, err);
}

static enum etl_status fill_from_list(struct json_reader *r, struct json_block *b, struct err *err)
{
    for (;;) {
        enum etl_status st = r->is_long ? ETL_OK : walk(r, b, err);

        if (st != ETL_OK && st != ETL_END) {
            if (b->span_count == 0)
                return st;
            r->failed = st; /* what was whole before it comes first */
            r->failure = *err;
            *err = (struct err){ 0 };
        }
        if (b->span_count != 0 && (st != ETL_END || r->at >= r->options.block_bytes || r->source_ended)) {
            put_block(r, b, b->spans[b->span_count - 1].begin + b->spans[b->span_count - 1].len);
            return ETL_OK;
        }
        if (r->is_long) {
            drop_front(r, r->at);
            put_too_long(r, b);
            return ETL_OK;
        }
        if (r->place == PLACE_BEHIND)
            return end_document(r, err);
        if (b->span_count == 0) /* nothing has to be kept but the value at hand */
            drop_front(r, r->place == PLACE_VALUE && !r->is_dropping ? r->value : r->at);
        if (r->source_ended)
            return cut_off(r, err);
        if (st == ETL_END)
            st = read_more(r, r->options.block_bytes, err);
        if (st != ETL_OK)
            return st;
    }
}

/* Without the CR of a CRLF. */
static size_t line_length(const char *begin, size_t len)
{
    return len - (len != 0 && begin[len - 1] == '\r');
}

/* Is the first line longer than a record may be? Its line end need not have come yet. */
static bool is_long_line(const struct json_reader *r)
{
    const char *end = r->carry.len != 0 ? memchr(r->carry.ptr, '\n', r->carry.len) : NULL;
    size_t      len = end != NULL ? (size_t)(end - r->carry.ptr) : r->carry.len;

    if (end == NULL && !r->source_ended)
        return len > r->options.max_record + 1;
    return line_length(r->carry.ptr, len) > r->options.max_record;
}

/* A line that is too long is not held. */
static enum etl_status skip_line(struct json_reader *r, struct json_block *b, struct err *err)
{
    note_long(r, 0);
    for (;;) {
        const char     *end = r->carry.len != 0 ? memchr(r->carry.ptr, '\n', r->carry.len) : NULL;
        enum etl_status st;

        drop_front(r, end != NULL ? (size_t)(end + 1 - r->carry.ptr) : r->carry.len);
        if (end != NULL || r->source_ended)
            break;
        st = read_more(r, BLOCK_BYTES, err);
        if (st != ETL_OK)
            return st;
    }
    put_too_long(r, b);
    return ETL_OK;
}

static enum etl_status fill_from_lines(struct json_reader *r, struct json_block *b, struct err *err)
{
    size_t target = r->options.block_bytes;

    for (;;) {
        const char *last;

        while (r->carry.len < target && !r->source_ended) {
            enum etl_status st = read_more(r, target - r->carry.len, err);

            if (st != ETL_OK)
                return st;
        }
        if (is_long_line(r))
            return skip_line(r, b, err);
        if (r->source_ended && r->carry.len == 0)
            return ETL_END;
        last = memrchr(r->carry.ptr, '\n', r->carry.len);
        if (r->source_ended || last != NULL) {
            put_block(r, b, r->source_ended ? r->carry.len : (size_t)(last + 1 - r->carry.ptr));
            return ETL_OK;
        }
        target = r->carry.len + r->options.block_bytes;
    }
}

static void json_release(struct record_block *block);

static enum etl_status json_block(struct record_reader *reader, struct record_block **out, struct err *err)
{
    struct json_reader *r = (struct json_reader *)(void *)reader;
    struct json_block  *b;
    enum etl_status     st;

    if (r->ended)
        return ETL_END;
    if (r->failed != ETL_OK) {
        *err = r->failure;
        return r->failed;
    }
    b = take_block(r);
    st = r->options.is_lines ? fill_from_lines(r, b, err) : fill_from_list(r, b, err);
    if (st != ETL_OK) {
        r->ended = st == ETL_END;
        json_release(&b->base);
        return st;
    }
    *out = &b->base;
    return ETL_OK;
}

/* ---- a block's records ---- */

static bool next_line(struct json_block *b, struct span *out)
{
    while (b->at < b->len) {
        const char *begin = b->bytes + b->at, *end = memchr(begin, '\n', b->len - b->at);
        struct str  line = str_of(begin, end != NULL ? (size_t)(end - begin) : b->len - b->at);

        if (line_length(begin, line.len) > b->reader->options.max_record) {
            *out = (struct span){ b->at, line.len, true };
            return true;
        }
        while (line.len != 0 && is_blank(line.ptr[0]))
            line = str_skip(line, 1);
        while (line.len != 0 && is_blank(line.ptr[line.len - 1]))
            line.len--;
        if (line.len != 0) {
            *out = (struct span){ (size_t)(line.ptr - b->bytes), line.len, false };
            return true;
        }
        b->at += (size_t)((end != NULL ? end + 1 : b->bytes + b->len) - begin);
        b->at_line++;
        b->empty_lines++;
    }
    return false;
}

static bool next_span(struct json_block *b, struct span *out)
{
    if (b->reader->options.is_lines)
        return next_line(b, out);
    if (b->next_span == b->span_count)
        return false;
    *out = b->spans[b->next_span++];
    b->at_line += count_newlines(b->bytes + b->at, out->begin - b->at);
    b->at = out->begin;
    return true;
}

/* Past the record, to where the next is looked for. */
static void pass(struct json_block *b, const struct span *span)
{
    size_t end = span->begin + span->len;

    if (b->reader->options.is_lines) {
        const char *newline = memchr(b->bytes + end, '\n', b->len - end);

        end = newline != NULL ? (size_t)(newline + 1 - b->bytes) : b->len;
    }
    b->at_line += count_newlines(b->bytes + b->at, end - b->at);
    b->at = end;
}

static enum etl_status too_long(struct record *out, bool *is_damaged, struct err *err, size_t max)
{
    *is_damaged = true;
    out->raw = STR("");
    out->length = 0;
    err->line = out->line;
    return err_set(err, ETL_REJECT, "damaged-long", "the record is longer than %zu bytes (max_record) and was skipped",
                   max);
}

static enum etl_status json_next(struct record_block *block, struct record *out, bool *is_damaged, struct err *err)
{
    struct json_block *b = (struct json_block *)(void *)block;
    size_t             max = b->reader->options.max_record;
    struct span        span;
    enum etl_status    st;

    *is_damaged = false;
    if (b->is_too_long) {
        b->is_too_long = false;
        *out = (struct record){ .line = b->line, .offset = b->offset, .number = ++b->number };
        return too_long(out, is_damaged, err, max);
    }
    if (!next_span(b, &span))
        return ETL_END;
    *out = (struct record){ .raw = str_of(b->bytes + span.begin, span.len),
                            .line = b->at_line,
                            .offset = b->offset + span.begin,
                            .length = span.len,
                            .number = ++b->number };
    pass(b, &span);
    if (span.is_long)
        return too_long(out, is_damaged, err, max);
    st = json_parser_record(b->parser, out->raw, &b->mem, out, is_damaged, err);
    if (st != ETL_OK)
        err->line = out->line;
    return st;
}

static uint64_t json_empty_lines(const struct record_block *block)
{
    return ((const struct json_block *)(const void *)block)->empty_lines;
}

static void add_seen(struct json_reader *r, const struct json_parser *p)
{
    const bool *seen = json_parser_seen(p);

    for (size_t i = 0; i < r->paths->target_count + r->paths->wanted->list_count; i++)
        r->seen[i] = r->seen[i] || seen[i];
}

static void json_release(struct record_block *block)
{
    struct json_block  *b = (struct json_block *)(void *)block;
    struct json_reader *r = b->reader;

    arena_reset(&b->mem);
    pthread_mutex_lock(&r->mutex);
    add_seen(r, b->parser);
    b->next_free = r->free;
    r->free = b;
    pthread_mutex_unlock(&r->mutex);
}

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
        r->again = json_parser_new(r->paths);
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
        json_parser_free(b->parser);
        arena_release(&b->mem);
        free(b->spans);
        free(b->bytes);
        free(b);
    }
    json_parser_free(r->again);
    json_outer_free(r->outer);
    pthread_mutex_destroy(&r->mutex);
    buf_release(&r->carry);
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
    const struct json_wanted *wanted = r->paths->wanted;

    if (list >= 0 && column == wanted->lists[list].column_count)
        return r->seen[r->paths->target_count + (size_t)list];
    return r->seen[path_target_index(r->paths, (struct path_target){ list, (uint32_t)column })];
}

static const struct record_style json_style = { "json",       json_block, json_next, json_empty_lines,
                                                json_release, json_again, json_close };
