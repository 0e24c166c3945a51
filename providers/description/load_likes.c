/* providers/description/load_likes.c - `like: OTHER`: a command that takes over what another one says and changes some of it.
 *
 * Expanded as YAML before commands are read: a key of the command replaces the other's key, parameters are merged by name, null removes
 * one. Each node keeps its line and column, so a fault names the place where its text stands. */
#include "providers/description/load_likes.h"

enum { LIKE_DEPTH = 8 };

static const struct yaml_pair *pair_named(const struct yaml *map, struct str key)
{
    for (size_t i = 0; map->kind == YAML_MAP && i < map->count; i++)
        if (str_eq(map->pairs[i].key, key))
            return &map->pairs[i];
    return NULL;
}

/* `base` with the keys of `over` replacing its own; new keys are appended. The map under the key `deep` is merged key by key. */
static struct yaml merged(struct description_reader *r, const struct yaml *base, const struct yaml *over,
                          const char *deep)
{
    struct yaml_pair *pairs = ARENA_ARRAY(r->yaml.mem, struct yaml_pair, base->count + over->count + 1);
    struct yaml       out = *over;
    size_t            n = 0;

    for (size_t i = 0; i < base->count; i++) {
        const struct yaml_pair *own = pair_named(over, base->pairs[i].key);

        if (own == NULL)
            pairs[n++] = base->pairs[i];
        else if (own->value.kind == YAML_NULL)
            continue;
        else {
            pairs[n] = *own;
            if (deep != NULL && str_is(own->key, deep) && own->value.kind == YAML_MAP &&
                base->pairs[i].value.kind == YAML_MAP)
                pairs[n].value = merged(r, &base->pairs[i].value, &own->value, NULL);
            n++;
        }
    }
    for (size_t i = 0; i < over->count; i++)
        if (pair_named(base, over->pairs[i].key) == NULL)
            pairs[n++] = over->pairs[i];
    out.pairs = pairs;
    out.count = n;
    return out;
}

static struct yaml without_like(struct description_reader *r, const struct yaml *body)
{
    struct yaml_pair *pairs = ARENA_ARRAY(r->yaml.mem, struct yaml_pair, body->count + 1);
    struct yaml       out = *body;

    out.pairs = pairs;
    out.count = 0;
    for (size_t i = 0; i < body->count; i++)
        if (!str_is(body->pairs[i].key, "like"))
            pairs[out.count++] = body->pairs[i];
    return out;
}

static void unknown_command(struct description_reader *r, const struct yaml *commands, const struct yaml *like)
{
    struct str names[256];
    size_t     n = 0;

    for (; n < commands->count && n < 256; n++)
        names[n] = commands->pairs[n].key;
    yaml_unknown_name(&r->yaml, like, "command", like->text, names, n);
}

static struct yaml expand(struct description_reader *r, const struct yaml *commands, const struct yaml *body,
                          unsigned depth)
{
    const struct yaml      *like = yaml_get(body, "like");
    const struct yaml_pair *other;
    struct yaml             base, own;

    if (like == NULL)
        return *body;
    own = without_like(r, body);
    if (!yaml_expect(&r->yaml, like, YAML_TEXT, "like"))
        return own;
    other = pair_named(commands, like->text);
    if (other == NULL) {
        unknown_command(r, commands, like);
        return own;
    }
    if (depth == LIKE_DEPTH) {
        YAML_FAULT(&r->yaml, like, "like", "like: %.*s leads nowhere: the commands are like each other in a circle",
                   STR_ARG(like->text));
        return own;
    }
    base = expand(r, commands, &other->value, depth + 1);
    return base.kind == YAML_MAP ? merged(r, &base, &own, "params") : own;
}

const struct yaml *expand_likes(struct description_reader *r, const struct yaml *commands)
{
    struct yaml_pair *pairs;
    struct yaml      *out;

    if (commands == NULL || commands->kind != YAML_MAP)
        return commands;
    out = ARENA_NEW(r->yaml.mem, struct yaml);
    pairs = ARENA_ARRAY(r->yaml.mem, struct yaml_pair, commands->count + 1);
    *out = *commands;
    out->pairs = pairs;
    for (size_t i = 0; i < commands->count; i++) {
        pairs[i] = commands->pairs[i];
        pairs[i].value = expand(r, commands, &commands->pairs[i].value, 0);
    }
    return out;
}
