/* etl/core/notation/yaml_reader.c - small readers of YAML nodes; each reports its faults at the node. */
#include "etl/core/notation/yaml_reader.h"

#include "etl/core/notation/pattern.h"

bool yaml_expect(struct yaml_reader *r, const struct yaml *node, enum yaml_kind kind, const char *what)
{
    static const char *const names[] = { "null", "a text", "a list", "a map" };

    if (node->kind == kind)
        return true;
    YAML_FAULT(r, node, "kind", "%s must be %s, it is %s", what, names[kind], names[node->kind]);
    return false;
}

struct yaml yaml_key_place(const struct yaml *map, size_t i)
{
    return (struct yaml){
        .kind = YAML_TEXT, .text = map->pairs[i].key, .line = map->pairs[i].line, .column = map->pairs[i].column
    };
}

bool yaml_read_bool(struct yaml_reader *r, const struct yaml *map, const char *key, bool deflt)
{
    const struct yaml *node = yaml_get(map, key);

    if (node == NULL)
        return deflt;
    if (node->kind == YAML_TEXT && (str_is(node->text, "true") || str_is(node->text, "false")))
        return str_is(node->text, "true");
    YAML_FAULT(r, node, "kind", "%s must be true or false", key);
    return deflt;
}

struct str yaml_read_text(struct yaml_reader *r, const struct yaml *map, const char *key)
{
    const struct yaml *node = yaml_get(map, key);

    if (node == NULL || !yaml_expect(r, node, YAML_TEXT, key))
        return STR_NONE;
    return node->text;
}

uint32_t yaml_read_u32(struct yaml_reader *r, const struct yaml *map, const char *key, uint32_t deflt)
{
    const struct yaml *node = yaml_get(map, key);
    uint64_t           n;

    if (node == NULL)
        return deflt;
    if (node->kind == YAML_TEXT && str_to_u64(node->text, &n) && n <= UINT32_MAX)
        return (uint32_t)n;
    YAML_FAULT(r, node, "kind", "%s must be a whole number", key);
    return deflt;
}

void yaml_unknown_name(struct yaml_reader *r, const struct yaml *node, const char *what, struct str typed,
                       const struct str *names, size_t n)
{
    struct str near = str_nearest(typed, names, n);

    YAML_FAULT(r, node, "name-unknown", "unknown %s \"%.*s\"%s%.*s%s", what, STR_ARG(typed),
               near.ptr != NULL ? ", did you mean \"" : "", STR_ARG(near), near.ptr != NULL ? "\"?" : "");
}

int yaml_read_word(struct yaml_reader *r, const struct yaml *node, const char *const *words, const char *what)
{
    struct str names[32];
    size_t     n = 0;

    if (!yaml_expect(r, node, YAML_TEXT, what))
        return -1;
    for (; n < 32 && words[n] != NULL; n++) {
        names[n] = str_from(words[n]);
        if (str_eq(names[n], node->text))
            return (int)n;
    }
    yaml_unknown_name(r, node, what, node->text, names, n);
    return -1;
}

bool yaml_read_range(struct yaml_reader *r, const struct yaml *node, int64_t *min, int64_t *max)
{
    struct str left, right;
    size_t     dots;

    if (!yaml_expect(r, node, YAML_TEXT, "a range"))
        return false;
    for (dots = 0; dots + 1 < node->text.len; dots++)
        if (node->text.ptr[dots] == '.' && node->text.ptr[dots + 1] == '.')
            break;
    left = str_head(node->text, dots + 1 < node->text.len ? dots : node->text.len);
    right = dots + 1 < node->text.len ? str_skip(node->text, dots + 2) : left;
    *max = INT64_MAX;
    if (str_to_i64(left, min) && (right.len == 0 || str_to_i64(right, max)) && *min <= *max)
        return true;
    YAML_FAULT(r, node, "range", "must be a range like 3..15, 1.. or 10, got \"%.*s\"", STR_ARG(node->text));
    return false;
}

/* "a-z0-9_.-": ranges and characters; a dash at either end means itself. */
bool yaml_read_class(struct yaml_reader *r, const struct yaml *node, bool chars[256])
{
    if (!yaml_expect(r, node, YAML_TEXT, "a class of characters"))
        return false;
    for (size_t i = 0; i < node->text.len; i++) {
        unsigned char from = (unsigned char)node->text.ptr[i], to = from;

        if (i + 2 < node->text.len && node->text.ptr[i + 1] == '-') {
            to = (unsigned char)node->text.ptr[i + 2];
            i += 2;
        }
        if (to < from) {
            YAML_FAULT(r, node, "class", "the range %c-%c runs backwards", from, to);
            return false;
        }
        for (unsigned c = from; c <= to; c++)
            chars[c] = true;
    }
    return true;
}

const struct str *yaml_read_texts(struct yaml_reader *r, const struct yaml *node, size_t *count)
{
    struct str *out;

    *count = 0;
    if (node == NULL)
        return NULL;
    if (node->kind == YAML_TEXT) {
        out = ARENA_NEW(r->mem, struct str);
        *out = node->text;
        *count = 1;
        return out;
    }
    if (!yaml_expect(r, node, YAML_LIST, "this"))
        return NULL;
    out = ARENA_ARRAY(r->mem, struct str, node->count + 1);
    for (size_t i = 0; i < node->count; i++)
        if (yaml_expect(r, &node->items[i], YAML_TEXT, "an entry"))
            out[(*count)++] = node->items[i].text;
    return out;
}

struct pattern *yaml_read_pattern(struct yaml_reader *r, const struct yaml *node, const char *before, const char *after)
{
    struct pattern *p = NULL;
    struct err      err = { 0 };

    if (!yaml_expect(r, node, YAML_TEXT, "a pattern"))
        return NULL;
    if (pattern_new(arena_fmt(r->mem, "%s%.*s%s", before, STR_ARG(node->text), after), &p, &err) != ETL_OK) {
        struct pattern *alone = NULL;

        /* Compiled again without what we put around it, so that the offset in the message counts in the file's own text. */
        if (before[0] != '\0' && pattern_new(node->text, &alone, &err) == ETL_OK)
            pattern_free(alone);
        YAML_FAULT(r, node, "pattern", "%s", err.text);
    }
    return p;
}
