/* providers/wires/wire_rest.c - JSON in the body of a POST (or what the command's route says): one object of texts, by yajl.
 *
 * Everything is a string: account numbers, ZIP codes and last-four digits are no numbers, and the servers we know take strings.
 * Source  RFC 8259. The rules have checked that values are UTF-8. */
#include "providers/wires/tree_fields.h"

#include <yajl/yajl_gen.h>

#include "etl/core/notation/list.h"

static yajl_gen_status add_text(yajl_gen g, struct str s)
{
    return yajl_gen_string(g, (const unsigned char *)(s.ptr != NULL ? s.ptr : ""), s.len);
}

static yajl_gen_status add_array(yajl_gen g, struct str list, struct arena *mem)
{
    struct list_reader r = list_open(list);
    struct list_item   item;
    yajl_gen_status    st = yajl_gen_array_open(g);

    while (st == yajl_gen_status_ok && list_next(&r, mem, &item))
        st = item.is_list ? add_array(g, item.text, mem) : add_text(g, item.text);
    return st == yajl_gen_status_ok ? yajl_gen_array_close(g) : st;
}

static yajl_gen_status add_fields(yajl_gen g, const struct wire_call *call)
{
    AUTO(arena_release) struct arena mem;
    struct wire_walk                 walk;
    struct wire_field                field;
    yajl_gen_status                  st = yajl_gen_map_open(g);

    arena_init(&mem, 16 << 20, "a list on the wire");
    wire_walk_begin(&walk, call);
    while (st == yajl_gen_status_ok && wire_walk_next(&walk, &field)) {
        st = add_text(g, field.name);
        if (st == yajl_gen_status_ok)
            st = field.is_array ? add_array(g, field.value, &mem) : add_text(g, field.value);
    }
    wire_walk_end(&walk);
    return st == yajl_gen_status_ok ? yajl_gen_map_close(g) : st;
}

/* yajl prints into the body, which is wiped later. A buffer of yajl's own would leave passwords in memory. */
static void print(void *context, const char *text, size_t len)
{
    buf_add(context, str_of(text, len));
}

static enum etl_status rest_encode(const struct wire_call *call, struct request *out, struct err *err)
{
    yajl_gen        g = yajl_gen_alloc(NULL);
    yajl_gen_status st;

    if (g == NULL)
        memory_exhausted("yajl", 0);
    yajl_gen_config(g, yajl_gen_validate_utf8, 1);
    yajl_gen_config(g, yajl_gen_print_callback, print, &out->body);
    buf_lit(&out->headers, "Content-Type: application/json\nAccept: application/json\n");
    st = add_fields(g, call);
    yajl_gen_free(g);
    return st == yajl_gen_status_ok ? ETL_OK
                                    : err_set(err, ETL_REJECT, "json", "a value cannot be written as JSON (no UTF-8?)");
}

/* The command is named by the address alone. */
static enum etl_status rest_decode(const struct wire_received *in, struct arena *mem, struct wire_decoded *out,
                                   struct err *err)
{
    static const struct reply plain = { .text_member = { NULL, 0 } };
    const struct tree        *top;
    enum etl_status           st = reply_json.tree(&plain, in->body, mem, &top, err);

    if (st == ETL_OK && (top->is_list || top->text.ptr != NULL))
        st = err_set(err, ETL_REJECT, "rest-body", "the body is no object");
    return st == ETL_OK ? tree_fields(top, mem, out, err) : st;
}

const struct wire_style wire_rest = {
    .name = "rest",
    .summary = "an object in JSON",
    .content_type = "application/json",
    .has_arrays = true,
    .encode = rest_encode,
    .decode = rest_decode,
};
