/* providers/reply_json.c - answers in JSON, by yajl, strictly: what is not JSON by RFC 8259 is no answer.
 *
 * Numbers stay as they are written. yajl takes lone surrogates and overlong UTF-8, so both are looked for here; a key that stands twice
 * in an object is refused, since nobody knows which one counts. A member that the reply calls `text_member` is its object's own text
 * ({"$":"958"}). */
#include "providers/json_rows.h"
#include "providers/tree.h"

#include <yajl/yajl_parse.h>

#include "etl/base/utf8.h"

struct reading {
    const struct reply *reply;
    struct arena       *mem;
    struct tree        *open[TREE_DEPTH_MAX + 1];
    size_t              depth;
    struct str          key;
    const char         *fault;
};

/* The node for a value that begins here; at the top it is the tree itself. */
static struct tree *place(struct reading *r)
{
    struct tree *parent = r->open[r->depth];

    if (parent->is_list)
        return tree_add(parent, parent->name, r->mem);
    if (r->depth == 0)
        return parent;
    return tree_add(parent, r->key, r->mem);
}

static int add_text(struct reading *r, struct str text)
{
    struct tree *parent = r->open[r->depth];

    text = arena_str(r->mem, text);
    if (r->depth != 0 && !parent->is_list && r->reply->text_member.len != 0 && str_eq(r->key, r->reply->text_member))
        parent->text = text;
    else
        place(r)->text = text;
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

static int on_key(void *context, const unsigned char *text, size_t len)
{
    struct reading *r = context;

    r->key = arena_str(r->mem, str_of((const char *)text, len));
    return 1;
}

static int open_node(struct reading *r, bool is_list)
{
    struct tree *node;

    if (r->depth == TREE_DEPTH_MAX) {
        r->fault = "it is nested deeper than 64 levels";
        return 0;
    }
    node = place(r);
    node->is_list = is_list;
    r->open[++r->depth] = node;
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
    struct reading *r = context;

    if (!tree_keys_differ(r->open[r->depth--], r->mem)) {
        r->fault = "a key stands twice in one object";
        return 0;
    }
    return 1;
}

static int on_array_end(void *context)
{
    ((struct reading *)context)->depth--;
    return 1;
}

/* \ud800 without its other half is no character (RFC 8259, 8.2). */
static bool has_lone_surrogate(struct str body)
{
    for (size_t i = 0; i + 5 < body.len; i++) {
        if (body.ptr[i] != '\\')
            continue;
        if (body.ptr[++i] != 'u' || (body.ptr[i + 1] | 0x20) != 'd' || i + 4 >= body.len)
            continue;
        if (strchr("89abAB", body.ptr[i + 2]) == NULL) {
            if (strchr("cdefCDEF", body.ptr[i + 2]) != NULL)
                return true;             /* a second half first */
            continue;
        }
        if (i + 10 >= body.len || body.ptr[i + 5] != '\\' || body.ptr[i + 6] != 'u' || (body.ptr[i + 7] | 0x20) != 'd' ||
            strchr("cdefCDEF", body.ptr[i + 8]) == NULL)
            return true;
        i += 10;
    }
    return false;
}

static enum etl_status tell(yajl_handle h, const struct reading *r, struct str body, struct err *err)
{
    unsigned char *text;
    struct str     first;

    if (r->fault != NULL)
        return err_set(err, ETL_REJECT, "json", "the JSON is refused: %s", r->fault);
    text = yajl_get_error(h, 0, (const unsigned char *)body.ptr, body.len);
    str_cut(str_from((const char *)text), '\n', &first);
    err_set(err, ETL_REJECT, "json", "this is no JSON: %.*s (byte %zu)", STR_ARG(first), yajl_get_bytes_consumed(h));
    yajl_free_error(h, text);
    return ETL_REJECT;
}

static enum etl_status json_tree(const struct reply *reply, struct str body, struct arena *mem, const struct tree **out, struct err *err)
{
    static const yajl_callbacks callbacks = { .yajl_null = on_null,           .yajl_boolean = on_boolean, .yajl_number = on_number,
                                              .yajl_string = on_string,       .yajl_start_map = on_map,   .yajl_map_key = on_key,
                                              .yajl_end_map = on_map_end,     .yajl_start_array = on_array,
                                              .yajl_end_array = on_array_end };
    struct reading *r = ARENA_NEW(mem, struct reading);
    enum etl_status st = ETL_OK;
    yajl_handle     h;

    if (str_starts(body, STR("\xef\xbb\xbf")))
        body = str_skip(body, 3);
    if (!utf8_valid(body))
        return err_set(err, ETL_REJECT, "json", "this is no JSON: byte %zu is no UTF-8", utf8_valid_prefix(body));
    if (has_lone_surrogate(body))
        return err_set(err, ETL_REJECT, "json", "this is no JSON: half of a surrogate pair");
    r->reply = reply;
    r->mem = mem;
    r->open[0] = ARENA_NEW(mem, struct tree);
    h = yajl_alloc(&callbacks, NULL, r);
    if (h == NULL)
        memory_exhausted("yajl", 0);
    if (yajl_parse(h, (const unsigned char *)(body.ptr != NULL ? body.ptr : ""), body.len) != yajl_status_ok ||
        yajl_complete_parse(h) != yajl_status_ok)
        st = tell(h, r, body, err);
    else
        *out = r->open[0];
    yajl_free(h);
    return st;
}

const struct reply_style reply_json = {
    .name = "json",
    .summary = "JSON, strictly",
    .form = SCRUB_JSON,
    .rows = &json_rows,
    .tree = json_tree,
};
