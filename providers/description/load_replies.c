/* providers/description/load_replies.c - replies of a description: how an answer is told. */
#include "providers/description/load_replies.h"

#include "providers/description/find_named.h"
#include "providers/description/load_style_keys.h"
#include "providers/description/place_reader.h"
#include "providers/replies/reply.h"

static const struct status_range *read_statuses(struct description_reader *r, const struct yaml *node, size_t *count)
{
    struct status_range *out;
    size_t               n = node->kind == YAML_LIST ? node->count : 1;

    out = ARENA_ARRAY(r->yaml.mem, struct status_range, n + 1);
    *count = 0;
    for (size_t i = 0; i < n; i++) {
        int64_t from, to;

        if (!yaml_read_range(&r->yaml, node->kind == YAML_LIST ? &node->items[i] : node, &from, &to))
            continue;
        if (from < 100 || to > 599)
            YAML_FAULT(&r->yaml, node, "status", "an HTTP status is 100 to 599");
        else
            out[(*count)++] = (struct status_range){ (int)from, (int)to };
    }
    return out;
}

static const struct path *read_way(struct description_reader *r, const struct yaml *node)
{
    struct path *path = ARENA_NEW(r->yaml.mem, struct path);

    return read_path(r, node, path) ? path : NULL;
}

static void read_case(struct description_reader *r, const struct yaml *node, struct reply_case *out)
{
    static const char *const keys[] = { "wire", "status", "type",   "header",  "body", "at",
                                        "text", "empty",  "listed", "records", "is",   NULL };
    const struct yaml       *status = yaml_get(node, "status"), *header = yaml_get(node, "header"),
                      *body = yaml_get(node, "body");
    const struct yaml *records = yaml_get(node, "records"), *is = yaml_get(node, "is"), *wire = yaml_get(node, "wire");
    const struct yaml *at = yaml_get(node, "at"), *text = yaml_get(node, "text");
    int                word;

    out->records_min = out->records_max = -1;
    if (!yaml_expect(&r->yaml, node, YAML_MAP, "a case"))
        return;
    yaml_only_keys(node, keys, "a case", r->yaml.source, r->yaml.faults);
    if (status != NULL)
        out->statuses = read_statuses(r, status, &out->status_count);
    out->type = yaml_read_text(&r->yaml, node, "type");
    if (header != NULL && yaml_expect(&r->yaml, header, YAML_MAP, "header") && header->count != 1) {
        YAML_FAULT(&r->yaml, header, "case", "a case asks one header: {Name: regex}");
    } else if (header != NULL && header->kind == YAML_MAP) {
        out->header = header->pairs[0].key;
        out->header_like = yaml_read_pattern(&r->yaml, &header->pairs[0].value, "", "");
    }
    if (body != NULL)
        out->body = yaml_read_pattern(&r->yaml, body, "", "");
    out->listed = yaml_read_bool(&r->yaml, node, "listed", false);
    if (wire != NULL)
        out->wire = find_wire(r, wire);
    if (at != NULL)
        out->at = read_way(r, at);
    if (text != NULL)
        out->text = yaml_read_pattern(&r->yaml, text, "", "");
    out->empty = yaml_read_bool(&r->yaml, node, "empty", false);
    if ((text != NULL || out->empty) && at == NULL)
        YAML_FAULT(&r->yaml, node, "case", "say where that text stands, or nothing does: at: …");
    if (at != NULL && body != NULL)
        YAML_FAULT(&r->yaml, body, "case", "a case looks at the body or into its tree, not both");
    if (records != NULL)
        yaml_read_range(&r->yaml, records, &out->records_min, &out->records_max);
    if (is == NULL) {
        YAML_FAULT(&r->yaml, node, "case", "a case needs is: done, nothing, refused …");
        return;
    }
    word = yaml_read_word(&r->yaml, is, reply_is_names, "verdict");
    out->is = word >= 0 ? (enum reply_is)word : REPLY_FAILED;
}

enum { STYLES_MAX = 16 };

static const struct reply_style *find_style(struct description_reader *r, const struct yaml *node)
{
    struct str names[STYLES_MAX];
    size_t     n = 0;

    if (!yaml_expect(&r->yaml, node, YAML_TEXT, "style"))
        return NULL;
    for (; n < STYLES_MAX && reply_styles[n] != NULL; n++) {
        names[n] = str_from(reply_styles[n]->name);
        if (str_eq(names[n], node->text))
            return reply_styles[n];
    }
    yaml_unknown_name(&r->yaml, node, "reply style", node->text, names, n);
    return NULL;
}

/* style: json, or one for each wire: {rest: json, soap: soap}. */
static const struct reply_style *const *read_styles(struct description_reader *r, const struct yaml *node)
{
    size_t                     count = r->provider->wire_count;
    const struct reply_style **list = ARENA_ARRAY(r->yaml.mem, const struct reply_style *, count + 1);

    for (size_t i = 0; node->kind != YAML_MAP && i < count; i++)
        list[i] = i == 0 ? find_style(r, node) : list[0];
    for (size_t i = 0; node->kind == YAML_MAP && i < count; i++) {
        const struct yaml *one = yaml_get(node, arena_cstr(r->yaml.mem, r->provider->wires[i].name));

        if (one == NULL)
            YAML_FAULT(&r->yaml, node, "reply", "style has none for the wire %.*s",
                       STR_ARG(r->provider->wires[i].name));
        else
            list[i] = find_style(r, one);
    }
    return list;
}

/* The keys of all styles. */
struct all_keys {
    const struct style_keys *list[STYLES_MAX];
    size_t                   count;
};

static struct all_keys keys_of_styles(void)
{
    struct all_keys all = { .count = 0 };

    for (; reply_styles[all.count] != NULL && all.count < STYLES_MAX; all.count++)
        all.list[all.count] = &reply_styles[all.count]->own;
    return all;
}

static const void *const *read_own(struct description_reader *r, const struct yaml *node,
                                   const struct reply_style *const *styles)
{
    const void **list = ARENA_ARRAY(r->yaml.mem, const void *, r->provider->wire_count + 1);

    for (size_t i = 0; i < r->provider->wire_count; i++)
        if (styles[i] != NULL)
            list[i] = read_style_keys(r, node, "reply", &styles[i]->own);
    return list;
}

static void check_cases(struct description_reader *r, const struct yaml *node, const struct yaml *cases,
                        const struct reply *reply, const struct all_keys *all)
{
    const struct reply_style *first = reply->styles != NULL ? reply->styles[0] : NULL;
    bool                      can_be_done = false;

    for (size_t i = 0; i < reply->case_count; i++) {
        can_be_done = can_be_done || reply->cases[i].is == REPLY_DONE;
        if (reply->cases[i].records_min >= 0 && first != NULL && !first->has_records)
            YAML_FAULT(&r->yaml, yaml_get(&cases->items[i], "records"), "case",
                       "text has no records; they are counted in csv, xml and the like");
    }
    if (!can_be_done)
        YAML_FAULT(&r->yaml, node, "reply", "reply %.*s has nothing it can be done by: no case says is: done",
                   STR_ARG(reply->name));
    if (first != NULL)
        refuse_keys_of_others(r, node, "reply", &first->own, all->list, all->count);
}

static void read_reply(struct description_reader *r, const struct yaml_pair *pair, struct reply *out)
{
    static const char *const keys[] = { "style", "cases", "text_member", NULL };
    const struct yaml       *node = &pair->value, *style = yaml_get(node, "style"), *cases = yaml_get(node, "cases");
    const struct all_keys    all = keys_of_styles();
    struct reply_case       *list;

    out->name = pair->key;
    if (!yaml_expect(&r->yaml, node, YAML_MAP, "a reply"))
        return;
    check_style_keys(r, node, "a reply", keys, all.list, all.count);
    out->text_member = yaml_read_text(&r->yaml, node, "text_member");
    if (style == NULL || cases == NULL)
        YAML_FAULT(&r->yaml, node, "reply", "a reply needs style and cases");
    if (style != NULL) {
        out->styles = read_styles(r, style);
        out->own = read_own(r, node, out->styles);
    }
    if (cases == NULL || !yaml_expect(&r->yaml, cases, YAML_LIST, "cases"))
        return;
    list = ARENA_ARRAY(r->yaml.mem, struct reply_case, cases->count + 1);
    for (size_t i = 0; i < cases->count; i++)
        read_case(r, &cases->items[i], &list[i]);
    out->cases = list;
    out->case_count = cases->count;
    check_cases(r, node, cases, out, &all);
}

void read_replies(struct description_reader *r, const struct yaml *node)
{
    struct reply *replies;

    if (node == NULL || !yaml_expect(&r->yaml, node, YAML_MAP, "replies"))
        return;
    replies = ARENA_ARRAY(r->yaml.mem, struct reply, node->count + 1);
    for (size_t i = 0; i < node->count; i++)
        read_reply(r, &node->pairs[i], &replies[i]);
    r->provider->replies = replies;
    r->provider->reply_count = node->count;
}
