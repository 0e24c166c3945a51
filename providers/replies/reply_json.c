/* providers/replies/reply_json.c - answers in JSON, by yajl, strictly: what is not JSON by RFC 8259 is no answer.
 *
 * Read either as one tree, or record by record: then the nodes around the records are a small tree, and each record is a tree of its own that
 * is dropped after it was emitted. Of several `record:` paths the first that exists is used; if a second one exists too, the answer is refused.
 *
 * Numbers keep their text. yajl accepts lone surrogates and overlong UTF-8, so both are refused here. A key that occurs twice in an object is
 * refused, since it is unclear which one counts (not checked for records that are members of one object: their names are not kept). A member that the reply calls `text_member` becomes the text of its object ({"$":"958"}). */
#include <yajl/yajl_parse.h>

#include "etl/core/limits.h"
#include "etl/core/utf8.h"
#include "providers/replies/reply_writer.h"
#include "providers/replies/rows.h"
#include "providers/replies/tree.h"

enum { PATHS_MAX = 4, AROUND_MAX = 64 << 20, OFF = -1 };

/* \ud800 without its second half is not a character (RFC 8259, 8.2); yajl accepts it. */
struct surrogates {
    enum { PLAIN, ESCAPE, HEX } state;
    unsigned digits;
    uint32_t value;
    bool     high;
};
struct json_reply {
    struct rows          *rows; /* NULL: all of it becomes a tree */
    const struct command *command;
    const struct reply   *reply;
    yajl_handle           yajl;
    struct arena         *around, own, record; /* around: own, or the caller's */
    struct tree          *open[REPLY_TREE_LEVELS_MAX + 1];
    int match[REPLY_TREE_LEVELS_MAX + 1][PATHS_MAX]; /* how many steps of each path lead here; OFF: none of them can */
    size_t depth, record_depth;                      /* record_depth 0: not in a record */
    int    chosen;                                   /* path; OFF: none yet */
    bool   undecided; /* an object is either a record, or by an earlier path holds the records: its first key decides */
    struct buf        key;
    const char       *fault;
    enum etl_status   status; /* of the sink */
    struct err        sink_err;
    struct surrogates surrogates;
    char              tail[4]; /* the first bytes of a character that continues in the next piece */
    size_t            tail_len;
    size_t            mark; /* how many bytes of a leading byte order mark were read */
};

/* ---- where a value stands ---- */

static size_t path_count(const struct json_reply *r)
{
    if (r->rows == NULL)
        return 0;
    return r->command->record_path_count < PATHS_MAX ? r->command->record_path_count : PATHS_MAX;
}

/* The matched steps for the value that begins now: a member takes one more step if it fits; an item of a list stands where its list does. */
static void next_match(const struct json_reply *r, int out[PATHS_MAX])
{
    const struct tree *parent = r->open[r->depth];

    for (size_t p = 0; p < path_count(r); p++) {
        const struct path *path = &r->command->records[p];
        int                at = r->match[r->depth][p];

        if (r->depth == 0)
            out[p] = 0;
        else if (parent->is_list || at == OFF)
            out[p] = at;
        else
            out[p] = at < (int)path->count && path_step_fits(&path->steps[at], buf_str(&r->key)) ? at + 1 : OFF;
    }
}

/* The path that ends here, so that the value is a record; OFF: none does. */
static int path_that_ends(const struct json_reply *r, const int match[PATHS_MAX])
{
    for (size_t p = 0; p < path_count(r); p++)
        if (match[p] == (int)r->command->records[p].count)
            return (int)p;
    return OFF;
}

static bool choose(struct json_reply *r, int path)
{
    if (r->chosen != OFF && r->chosen != path) {
        r->fault = "records stand in two of the places where they may stand";
        return false;
    }
    r->chosen = path;
    return true;
}

/* ---- emitting a record ---- */

/* The names taken by {id} steps become fields. */
static size_t path_fields(const struct json_reply *r, const struct tree *node, const int match[PATHS_MAX],
                          struct reply_field *out)
{
    const struct path *path = &r->command->records[r->chosen];
    size_t             n = 0;

    for (size_t d = 1; d <= r->depth + 1; d++) {
        int before = r->match[d - 1][r->chosen], now = d <= r->depth ? r->match[d][r->chosen] : match[r->chosen];

        if (d > 1 && now == before + 1 && path->steps[before].field.ptr != NULL)
            out[n++] = (struct reply_field){ path->steps[before].field, d <= r->depth ? r->open[d]->name : node->name };
    }
    return n;
}

static int emit(struct json_reply *r, const struct tree *node, const int match[PATHS_MAX])
{
    static const struct path   here = { 0 };
    struct reply_field         fields[REPLY_TREE_FIELDS_MAX + REPLY_TREE_LEVELS_MAX];
    const struct reply_record *records;
    size_t                     count = 0, n = path_fields(r, node, match, fields);
    struct err                 err = { 0 };

    if (tree_records(node, &here, &r->record, &records, &count, &err) != ETL_OK) {
        r->fault = "a record has too many fields";
        return 0;
    }
    for (size_t i = 0; i < count; i++) {
        memcpy(fields + n, records[i].fields, records[i].count * sizeof *fields);
        if (node->text.ptr != NULL)
            fields[n].name = tree_leaf_name(&r->command->records[r->chosen], fields[n].name);
        r->status = rows_emit(r->rows, fields, n + records[i].count, &r->sink_err);
    }
    arena_reset(&r->record);
    return r->status == ETL_OK;
}

/* ---- yajl's callbacks ---- */

static struct arena *memory(struct json_reply *r)
{
    return r->record_depth != 0 ? &r->record : r->around;
}

/* The node for a value that begins here. */
static struct tree *place(struct json_reply *r)
{
    struct tree *parent = r->open[r->depth];

    if (r->depth == 0)
        return parent;
    return tree_add(parent, parent->is_list ? parent->name : arena_str(memory(r), buf_str(&r->key)), memory(r));
}

static int add_text(struct json_reply *r, struct str text)
{
    struct tree *parent = r->open[r->depth];
    struct str   own = r->reply->text_member;
    int          match[PATHS_MAX];

    if (r->depth != 0 && !parent->is_list && own.len != 0 && str_eq(buf_str(&r->key), own)) {
        parent->text = arena_str(memory(r), text);
        return 1;
    }
    next_match(r, match);
    if (r->record_depth == 0 && path_that_ends(r, match) != OFF) { /* a leaf is a record of one field */
        struct tree leaf = { .name = parent->is_list || r->depth == 0 ? parent->name
                                                                      : arena_str(&r->record, buf_str(&r->key)),
                             .text = text };

        return choose(r, path_that_ends(r, match)) && emit(r, &leaf, match);
    }
    place(r)->text = arena_str(memory(r), text);
    return 1;
}

static int on_null(void *context)
{
    place(context);
    return 1;
}

static int on_boolean(void *context, int value)
{
    return add_text(context, value ? STR("true") : STR("false"));
}

static int on_number(void *context, const char *text, size_t len)
{
    return add_text(context, str_of(text, len));
}

static int on_string(void *context, const unsigned char *text, size_t len)
{
    return add_text(context, str_of((const char *)text, len));
}

/* Does an earlier path continue from here by this key (STR_NONE: by any key)? */
static bool leads_on(const struct json_reply *r, const int match[PATHS_MAX], int path, struct str key)
{
    for (int p = 0; p < path; p++)
        if (match[p] != OFF && match[p] < (int)r->command->records[p].count &&
            (key.ptr == NULL || path_step_fits(&r->command->records[p].steps[match[p]], key)))
            return true;
    return false;
}

/* result.customer may be one customer, or, by an earlier path, an object with one customer for each {id}. */
static bool decide(struct json_reply *r)
{
    const int         *match = r->match[r->depth];
    const struct tree *node = r->open[r->depth];
    int                path = path_that_ends(r, match);

    r->undecided = false;
    if (!leads_on(r, match, path, buf_str(&r->key)))
        return choose(r, path);
    r->record_depth = 0;
    r->open[r->depth] =
        r->depth > 1 ? tree_add(r->open[r->depth - 1], arena_str(r->around, node->name), r->around) : r->open[0];
    arena_reset(&r->record);
    return true;
}

static int on_key(void *context, const unsigned char *text, size_t len)
{
    struct json_reply *r = context;

    buf_reset(&r->key);
    buf_add(&r->key, str_of((const char *)text, len));
    if (buf_failed(&r->key))
        r->fault = "a key is longer than any that is expected";
    else if (r->undecided)
        return decide(r);
    return r->fault == NULL;
}

static int open_node(struct json_reply *r, bool is_list)
{
    int          match[PATHS_MAX], path;
    struct tree *node;

    if (r->depth == REPLY_TREE_LEVELS_MAX) {
        r->fault = "it is nested deeper than 64 levels";
        return 0;
    }
    next_match(r, match);
    path = r->record_depth == 0 && !is_list ? path_that_ends(r, match) : OFF;
    if (path != OFF) {
        struct tree *parent = r->open[r->depth];

        r->undecided = leads_on(r, match, path, STR_NONE);
        if (!r->undecided && !choose(r, path))
            return 0;
        node = ARENA_NEW(&r->record, struct tree);
        node->name = parent->is_list || r->depth == 0 ? parent->name : arena_str(&r->record, buf_str(&r->key));
        r->record_depth = r->depth + 1;
    } else {
        node = place(r);
    }
    node->is_list = is_list;
    r->open[++r->depth] = node;
    memcpy(r->match[r->depth], match, sizeof match);
    return 1;
}

static int on_map(void *context)
{
    return open_node(context, false);
}

static int on_array(void *context)
{
    return open_node(context, true);
}

static int on_map_end(void *context)
{
    struct json_reply *r = context;
    struct tree       *node = r->open[r->depth];
    bool               is_record = r->record_depth == r->depth;
    int                match[PATHS_MAX];

    if (!tree_keys_differ(node, memory(r))) {
        r->fault = "a key stands twice in one object";
        return 0;
    }
    memcpy(match, r->match[r->depth], sizeof match);
    r->depth--;
    if (!is_record)
        return 1;
    r->record_depth = 0;
    r->undecided = false;
    if (node->text.ptr == NULL && node->first == NULL) { /* an empty object is no record */
        arena_reset(&r->record);
        return 1;
    }
    return emit(r, node, match);
}

static int on_array_end(void *context)
{
    ((struct json_reply *)context)->depth--;
    return 1;
}

/* ---- bytes ---- */

static bool surrogate_fits(struct surrogates *s, char c)
{
    switch (s->state) {
    case PLAIN:
        if (c == '\\')
            s->state = ESCAPE;
        return c == '\\' || !s->high;
    case ESCAPE:
        s->state = c == 'u' ? HEX : PLAIN;
        s->digits = s->value = 0;
        return c == 'u' || !s->high;
    case HEX:
        s->value = s->value * 16 + (uint32_t)(c >= '0' && c <= '9' ? c - '0' : ((c | 0x20) - 'a' + 10) & 15);
        if (++s->digits < 4)
            return true;
        s->state = PLAIN;
        if (s->value >= 0xd800 && s->value < 0xdc00) {
            bool fits = !s->high;

            s->high = true;
            return fits;
        }
        if (s->value >= 0xdc00 && s->value < 0xe000) {
            bool fits = s->high;

            s->high = false;
            return fits;
        }
        return !s->high;
    }
    return true;
}

/* Refuses what yajl accepts and JSON forbids: invalid UTF-8, lone surrogates. */
static bool bytes_are_good(struct json_reply *r, struct str bytes)
{
    char   joint[8];
    size_t take;

    for (size_t i = 0; i < bytes.len; i++)
        if (!surrogate_fits(&r->surrogates, bytes.ptr[i])) {
            r->fault = "half of a surrogate pair";
            return false;
        }
    while (r->tail_len != 0 && bytes.len != 0) {
        memcpy(joint, r->tail, r->tail_len);
        joint[r->tail_len++] = bytes.ptr[0];
        bytes = str_skip(bytes, 1);
        if (utf8_valid(str_of(joint, r->tail_len))) {
            r->tail_len = 0;
        } else if (r->tail_len == 4) {
            r->fault = "it is not UTF-8";
            return false;
        } else {
            memcpy(r->tail, joint, r->tail_len);
        }
    }
    take = utf8_valid_prefix(bytes);
    if (bytes.len - take > 3) {
        r->fault = "it is not UTF-8";
        return false;
    }
    if (take != bytes.len) {
        r->tail_len = bytes.len - take;
        memcpy(r->tail, bytes.ptr + take, r->tail_len);
    }
    return true;
}

static enum etl_status result(struct json_reply *r, yajl_status said, struct str bytes, struct err *err)
{
    unsigned char *text;
    struct str     first;

    if (r->status != ETL_OK) {
        *err = r->sink_err;
        return r->status;
    }
    if (r->fault != NULL)
        return err_set(err, ETL_REJECT, "json", "the JSON is refused: %s", r->fault);
    if (said == yajl_status_ok)
        return ETL_OK;
    text = yajl_get_error(r->yajl, 0, (const unsigned char *)bytes.ptr, bytes.len);
    str_cut(str_from((const char *)text), '\n', &first);
    err_set(err, ETL_REJECT, "json", "this is no JSON: %.*s", STR_ARG(first));
    yajl_free_error(r->yajl, text);
    return ETL_REJECT;
}

static void begin(struct json_reply *r, struct arena *around)
{
    static const yajl_callbacks callbacks = { .yajl_null = on_null,
                                              .yajl_boolean = on_boolean,
                                              .yajl_number = on_number,
                                              .yajl_string = on_string,
                                              .yajl_start_map = on_map,
                                              .yajl_map_key = on_key,
                                              .yajl_end_map = on_map_end,
                                              .yajl_start_array = on_array,
                                              .yajl_end_array = on_array_end };

    r->yajl = yajl_alloc(&callbacks, NULL, r);
    if (r->yajl == NULL)
        memory_exhausted("yajl", 0);
    r->chosen = OFF;
    r->around = around;
    buf_init(&r->key, 1 << 16, "a key");
    r->open[0] = ARENA_NEW(around, struct tree);
}

static void *json_begin(struct rows *rows)
{
    struct json_reply *r = calloc(1, sizeof *r);

    if (r == NULL)
        memory_exhausted("a reply in JSON", sizeof *r);
    r->rows = rows;
    r->command = rows_command(rows);
    r->reply = r->command->reply;
    arena_init(&r->own, AROUND_MAX, "what stands around the records of a reply");
    arena_init(&r->record, 4 * REPLY_ROW_BYTES_MAX, "a record of a reply");
    begin(r, &r->own);
    return r;
}

static enum etl_status json_feed(void *parser, struct str bytes, struct err *err)
{
    struct json_reply *r = parser;

    while (r->mark < 3 && bytes.len != 0 && bytes.ptr[0] == "\xef\xbb\xbf"[r->mark]) { /* a byte order mark */
        bytes = str_skip(bytes, 1);
        r->mark++;
    }
    r->mark = bytes.len != 0 ? 3 : r->mark;
    if (bytes.len == 0)
        return result(r, yajl_status_ok, bytes, err);
    if (!bytes_are_good(r, bytes))
        return result(r, yajl_status_ok, bytes, err);
    return result(r, yajl_parse(r->yajl, (const unsigned char *)bytes.ptr, bytes.len), bytes, err);
}

/* JSON that ends where its grammar ends is proved to be whole. */
static enum etl_status json_end(void *parser, bool *proven, struct err *err)
{
    struct json_reply *r = parser;

    *proven = true;
    if (r->tail_len != 0)
        r->fault = "it is not UTF-8";
    return result(r, r->fault == NULL && r->status == ETL_OK ? yajl_complete_parse(r->yajl) : yajl_status_ok, STR(""),
                  err);
}

static void end(struct json_reply *r)
{
    yajl_free(r->yajl);
    buf_wipe(&r->key);
}

static void json_release(void *parser)
{
    struct json_reply *r = parser;

    end(r);
    arena_release(&r->own);
    arena_release(&r->record);
    free(r);
}

static enum etl_status json_tree(const struct reply *reply, struct str body, struct arena *mem, const struct tree **out,
                                 struct err *err)
{
    struct json_reply *r = ARENA_NEW(mem, struct json_reply);
    bool               proven;
    enum etl_status    st;

    r->reply = reply;
    begin(r, mem);
    st = json_feed(r, body, err);
    if (st == ETL_OK)
        st = json_end(r, &proven, err);
    if (st == ETL_OK)
        *out = r->open[0];
    end(r);
    return st;
}

static const struct row_parser json_rows = { json_begin, json_feed, json_end, json_release };

const struct reply_style reply_json = {
    .name = "json",
    .summary = "JSON, strictly",
    .writer = &write_json,
    .has_records = true,
    .form = REDACT_JSON,
    .rows = &json_rows,
    .tree = json_tree,
};
