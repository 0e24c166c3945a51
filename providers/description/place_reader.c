/* providers/description/place_reader.c - texts with {places}, maps of them, and ways into a tree. */
#include "providers/description/place_reader.h"

#include "etl/core/notation/list.h"

static bool is_extra(struct str place, const char *const *extras)
{
    for (; extras != NULL && *extras != NULL; extras++) {
        struct str extra = str_from(*extras);

        if (str_eq(place, extra) || (str_ends(extra, STR(".")) && str_starts(place, extra)))
            return true;
    }
    return false;
}

static const char *const piece_names[] = { "", "local", "domain", "first_word", "other_words", NULL };

static unsigned list_part_named(const struct list_form *list, struct str name)
{
    for (size_t i = 0; i < list->part_count; i++)
        if (str_eq(list->parts[i].name, name))
            return (unsigned)i + 1;
    return 0;
}

static void check_place(struct description_reader *r, const struct yaml *node, const struct command *c,
                        struct text_part *part, const char *const *extras)
{
    struct str names[128];
    size_t     n = 0;

    struct str whole, name = str_cut(part->place, '.', &whole);
    int        at = c != NULL && name.ptr != NULL ? command_param_index(c, whole) : -1;

    part->param = c != NULL ? command_param_index(c, part->place) : -1;
    for (size_t i = 1; part->param < 0 && at >= 0 && piece_names[i] != NULL; i++)
        if (str_is(name, piece_names[i])) {
            part->param = at;
            part->piece = (enum piece)i;
            return;
        }
    if (part->param < 0 && at >= 0 && c->params[at].type != NULL && c->params[at].type->list != NULL) {
        part->param = at;
        part->part = list_part_named(c->params[at].type->list, name);
        if (part->part == 0)
            YAML_FAULT(&r->yaml, node, "place", "%.*s has no part %.*s", STR_ARG(whole), STR_ARG(name));
        return;
    }
    if (part->param >= 0 && c->params[part->param].always.ptr != NULL) { /* its value is fixed: it becomes a literal */
        part->literal = c->params[part->param].always;
        part->param = -1;
        return;
    }
    if (part->param >= 0 || is_extra(part->place, extras))
        return;
    for (; c != NULL && n < c->param_count && n < 100; n++)
        names[n] = c->params[n].name;
    for (; extras != NULL && *extras != NULL && n < 128; extras++)
        names[n++] = str_from(*extras);
    yaml_unknown_name(&r->yaml, node, "place", part->place, names, n);
}

struct text read_place_text(struct description_reader *r, const struct yaml *node, const struct command *c,
                            const char *const *extras)
{
    struct text       out = { 0 };
    struct text_part *parts = NULL;
    size_t            cap = 0;
    struct str        rest;

    if (node == NULL || !yaml_expect(&r->yaml, node, YAML_TEXT, "a text"))
        return out;
    rest = node->text;
    while (rest.len != 0) {
        struct text_part part = { .param = -1 };
        const char      *open = memchr(rest.ptr, '{', rest.len);
        size_t           len = open != NULL ? (size_t)(open - rest.ptr) : rest.len;
        struct str       inside;

        if (len != 0) {
            part.literal = str_head(rest, len);
            ARENA_PUSH(r->yaml.mem, parts, out.count, cap) = part;
            rest = str_skip(rest, len);
            continue;
        }
        if (rest.len > 1 &&
            strchr("\"{}\n ", rest.ptr[1]) != NULL) { /* {"id": …: this { belongs to JSON and begins no place */
            part.literal = str_head(rest, 1);
            ARENA_PUSH(r->yaml.mem, parts, out.count, cap) = part;
            rest = str_skip(rest, 1);
            continue;
        }
        rest = str_cut(str_skip(rest, 1), '}', &inside);
        if (rest.ptr == NULL) {
            YAML_FAULT(&r->yaml, node, "place", "a { without its }");
            break;
        }
        part.place = inside;
        check_place(r, node, c, &part, extras);
        ARENA_PUSH(r->yaml.mem, parts, out.count, cap) = part;
    }
    if (out.count == 0) { /* an empty text is one empty literal; no parts would mean "not said" */
        struct text_part part = { .literal = STR(""), .param = -1 };

        ARENA_PUSH(r->yaml.mem, parts, out.count, cap) = part;
    }
    out.parts = parts;
    return out;
}

static void add_list(struct description_reader *r, const struct yaml *node, struct buf *out)
{
    list_begin(out);
    for (size_t i = 0; i < node->count; i++)
        if (node->items[i].kind == YAML_LIST)
            add_list(r, &node->items[i], out);
        else if (yaml_expect(&r->yaml, &node->items[i], YAML_TEXT, "an entry"))
            list_text(out, node->items[i].text);
    list_end(out);
}

/* A YAML list in an example becomes the text that lists are kept as (etl/core/list.h). */
static struct text read_list_text(struct description_reader *r, const struct yaml *node)
{
    AUTO(buf_release) struct buf list;
    struct text_part            *part = ARENA_NEW(r->yaml.mem, struct text_part);

    buf_init(&list, 1 << 20, "a list");
    add_list(r, node, &list);
    *part = (struct text_part){ .literal = arena_str(r->yaml.mem, buf_str(&list)), .param = -1 };
    return (struct text){ part, 1 };
}

struct pairs read_pairs(struct description_reader *r, const struct yaml *node, const struct command *c,
                        const char *const *extras)
{
    struct pairs out = { 0 };
    struct pair *items;

    if (node == NULL || !yaml_expect(&r->yaml, node, YAML_MAP, "this"))
        return out;
    items = ARENA_ARRAY(r->yaml.mem, struct pair, node->count + 1);
    for (size_t i = 0; i < node->count; i++) {
        items[i].name = node->pairs[i].key;
        if (node->pairs[i].value.kind == YAML_LIST)
            items[i].text = read_list_text(r, &node->pairs[i].value);
        else
            items[i].text = read_place_text(r, &node->pairs[i].value, c, extras);
    }
    out.items = items;
    out.count = node->count;
    return out;
}

bool read_path(struct description_reader *r, const struct yaml *node, struct path *out)
{
    struct path_step *steps = NULL;
    size_t            cap = 0;
    struct str        rest;

    if (!yaml_expect(&r->yaml, node, YAML_TEXT, "a path"))
        return false;
    for (rest = node->text; rest.ptr != NULL;) {
        struct path_step step = { .is_number = false };
        struct str       word;

        rest = str_cut(rest, '.', &word);
        if (word.len == 0) {
            YAML_FAULT(
                &r->yaml, node, "path",
                "a path is names with dots between: result.customer; * is any, {id} any whose name becomes the field id, "
                "{#id} one whose name is a number");
            return false;
        }
        if (word.len > 3 && word.ptr[0] == '{' && word.ptr[word.len - 1] == '}') {
            step.is_number = word.ptr[1] == '#';
            step.field = str_of(word.ptr + 1 + step.is_number, word.len - 2 - step.is_number);
        } else if (!str_is(word, "*"))
            step.name = word;
        ARENA_PUSH(r->yaml.mem, steps, out->count, cap) = step;
    }
    out->steps = steps;
    return true;
}
