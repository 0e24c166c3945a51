/* formats/json/json_outer.c - the document around the list of records. */
#include "formats/json/json_outer.h"

#include "etl/core/limits.h"

#include <yajl/yajl_parse.h>

enum { HINT_DEPTH = 8, HINT_BYTES = 200 };

struct json_outer {
    yajl_handle yajl;
    struct str  records;
    size_t      parts;   /* of `records`: how deep the list is */
    unsigned    depth;   /* open brackets */
    unsigned    met;     /* how many parts the open objects match, outermost first */
    bool        is_next; /* the key just read is the next part */
    bool        entered, twice, is_object, deep;
    const char *instead; /* the kind of value at the path, if it is not a list */
    /* the first list seen anywhere, to name it where none was asked */
    struct str keys[HINT_DEPTH];
    char       key_bytes[HINT_DEPTH][HINT_BYTES / HINT_DEPTH];
    bool       object_at[HINT_DEPTH];
    char       hint[HINT_BYTES + HINT_DEPTH];
};

static struct str part(const struct json_outer *o, size_t i)
{
    struct str rest = o->records, head = STR("");

    for (size_t k = 0; k <= i; k++)
        rest = str_cut(rest, '.', &head);
    return head;
}

/* Is the value that begins now the one at the path of the list? */
static bool at_the_list(const struct json_outer *o)
{
    return o->parts == 0 ? o->depth == 0 : o->is_next && o->met + 1 == o->parts;
}

static void note_hint(struct json_outer *o)
{
    size_t at = 0;

    if (o->hint[0] != '\0' || o->depth == 0 || o->depth > HINT_DEPTH)
        return;
    for (unsigned i = 0; i < o->depth; i++) {
        if (!o->object_at[i])
            return;
        at += (size_t)snprintf(o->hint + at, sizeof o->hint - at, "%s%.*s", i != 0 ? "." : "", STR_ARG(o->keys[i]));
    }
}

static int open_bracket(struct json_outer *o, bool is_array)
{
    bool here = at_the_list(o);

    if (is_array)
        note_hint(o);
    if (here && is_array) {
        o->twice = o->entered;
        o->entered = true;
    } else if (here) {
        o->instead = "an object";
    } else if (o->is_next && !is_array) {
        o->met++;
    }
    o->is_object = o->is_object || (o->depth == 0 && !is_array);
    o->is_next = false;
    if (o->depth < HINT_DEPTH)
        o->object_at[o->depth] = !is_array;
    o->deep = o->depth++ >= JSON_DOCUMENT_LEVELS_MAX;
    return !o->deep && !o->twice;
}

static int close_bracket(void *context)
{
    struct json_outer *o = context;

    o->depth--;
    if (o->met > 0 && o->met == o->depth)
        o->met--;
    return 1;
}

static int take_key(void *context, const unsigned char *key, size_t len)
{
    struct json_outer *o = context;
    struct str         name = str_of((const char *)key, len);

    /* If every open object is on the path, one more bracket is open than parts are met. */
    o->is_next = o->met < o->parts && o->depth == o->met + 1 && str_eq(name, part(o, o->met));
    if (o->depth <= HINT_DEPTH) {
        char *bytes = o->key_bytes[o->depth - 1];

        name = str_head(name, sizeof o->key_bytes[0]);
        memcpy(bytes, name.ptr, name.len);
        o->keys[o->depth - 1] = str_of(bytes, name.len);
    }
    return 1;
}

static int take_scalar(struct json_outer *o, const char *what)
{
    if (at_the_list(o))
        o->instead = what;
    o->is_next = false;
    return 1;
}

static int on_null(void *o)
{
    return take_scalar(o, "null");
}
static int on_boolean(void *o, int yes)
{
    (void)yes;
    return take_scalar(o, "true or false");
}
static int on_number(void *o, const char *digits, size_t len)
{
    (void)digits;
    (void)len;
    return take_scalar(o, "a number");
}
static int on_string(void *o, const unsigned char *text, size_t len)
{
    (void)text;
    (void)len;
    return take_scalar(o, "a text");
}
static int on_start_map(void *o)
{
    return open_bracket(o, false);
}
static int on_start_array(void *o)
{
    return open_bracket(o, true);
}
static const yajl_callbacks callbacks = { on_null,       on_boolean,     NULL,         NULL,
                                          on_number,     on_string,      on_start_map, take_key,
                                          close_bracket, on_start_array, close_bracket };

struct json_outer *json_outer_new(struct str records)
{
    struct json_outer *o = calloc(1, sizeof *o);

    if (o == NULL)
        memory_exhausted("a JSON document", sizeof *o);
    o->records = records;
    for (size_t i = 0; i < records.len; i++)
        o->parts += records.ptr[i] == '.';
    o->parts += records.len != 0;
    o->yajl = yajl_alloc(&callbacks, NULL, o);
    if (o->yajl == NULL)
        memory_exhausted("yajl", 0);
    return o;
}

void json_outer_free(struct json_outer *o)
{
    if (o == NULL)
        return;
    yajl_free(o->yajl);
    free(o);
}

static enum etl_status judge(struct json_outer *o, yajl_status status, struct str bytes, size_t *used, struct err *err)
{
    unsigned char *message;
    struct str     what;

    if (status == yajl_status_ok) {
        *used = bytes.len;
        return ETL_OK;
    }
    *used = yajl_get_bytes_consumed(o->yajl);
    *used -= *used != 0;
    if (o->twice)
        return err_set(err, ETL_UNREAD, "json-twice", "the list %s stands a second time",
                       shown(o->records, false).text);
    if (o->deep)
        return err_set(err, ETL_UNREAD, "json-depth", "nested deeper than %d levels", JSON_DOCUMENT_LEVELS_MAX);
    message = yajl_get_error(o->yajl, 0, (const unsigned char *)bytes.ptr, bytes.len);
    what = str_trim(str_from((const char *)message));
    if (what.len != 0 && what.ptr[what.len - 1] == '.')
        what.len--;
    err_set(err, ETL_UNREAD, "json-syntax", "no JSON: %.*s", STR_ARG(what));
    yajl_free_error(o->yajl, message);
    return ETL_UNREAD;
}

static yajl_status feed(struct json_outer *o, struct str bytes)
{
    /* yajl takes form feeds and vertical tabs for blanks, but JSON does not allow them: yajl gets a NUL instead, which is an error to it. */
    for (size_t i = 0; i < bytes.len; i++)
        if (bytes.ptr[i] == '\f' || bytes.ptr[i] == '\v') {
            yajl_status st = yajl_parse(o->yajl, (const unsigned char *)bytes.ptr, i);

            return st == yajl_status_ok ? yajl_parse(o->yajl, (const unsigned char *)"", 1) : st;
        }
    return yajl_parse(o->yajl, (const unsigned char *)bytes.ptr, bytes.len);
}

/* Each piece ends at a [, so that we know which [ is the list's. */
enum etl_status json_outer_enter(struct json_outer *o, struct str bytes, size_t *used, bool *entered, struct err *err)
{
    size_t at = 0;

    while (at < bytes.len && !o->entered) {
        const char     *open = memchr(bytes.ptr + at, '[', bytes.len - at);
        size_t          len = open != NULL ? (size_t)(open + 1 - bytes.ptr) - at : bytes.len - at;
        enum etl_status st = judge(o, feed(o, str_of(bytes.ptr + at, len)), str_of(bytes.ptr + at, len), used, err);

        if (st != ETL_OK) {
            *used += at;
            return st;
        }
        at += len;
    }
    *used = at;
    *entered = o->entered;
    return ETL_OK;
}

enum etl_status json_outer_take(struct json_outer *o, struct str bytes, size_t *used, struct err *err)
{
    *used = 0;
    return bytes.len != 0 ? judge(o, feed(o, bytes), bytes, used, err) : ETL_OK;
}

static enum etl_status no_list(const struct json_outer *o, struct err *err)
{
    struct shown path = shown(o->records, false);

    if (o->instead != NULL)
        return err_set(err, ETL_UNREAD, "json-records", "%s is %s, and the list of records should stand there",
                       path.text, o->instead);
    return err_set(err, ETL_UNREAD, "json-records", "there is no %s in the document%s%s", path.text,
                   o->hint[0] != '\0' ? "; there is a list at " : "", o->hint);
}

enum etl_status json_outer_refuse(struct json_outer *o, struct str bytes, struct err *err)
{
    size_t used;

    if (judge(o, feed(o, bytes), bytes, &used, err) != ETL_OK && (o->depth != 0 || !o->is_object))
        return ETL_UNREAD;
    if (!o->is_object)
        return err_set(err, ETL_UNREAD, "json-records", "the document is no list of records");
    if (used < bytes.len) /* something follows the first object */
        return err_set(err, ETL_UNREAD, "json-records",
                       "there are several documents in it; is each line one? Then it is format: jsonl");
    if (o->hint[0] != '\0')
        return err_set(err, ETL_UNREAD, "json-records",
                       "the document is an object, and the list of records stands inside: say where, records: %s",
                       o->hint);
    return err_set(err, ETL_UNREAD, "json-records", "the document is an object, not a list of records");
}

enum etl_status json_outer_end(struct json_outer *o, struct err *err)
{
    size_t          used;
    enum etl_status st = judge(o, yajl_complete_parse(o->yajl), STR(""), &used, err);

    if (st != ETL_OK)
        return err_set(err, ETL_UNREAD, "json-cut", "the document ends too early; the file is cut off");
    return o->entered ? ETL_OK : no_list(o, err);
}
