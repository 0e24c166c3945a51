/* providers/description/load_style_keys.c - keys of one style, read as its table says. */
#include "providers/description/load_style_keys.h"

#include "providers/description/place_reader.h"

enum { KEYS_MAX = 64 };

void check_style_keys(struct description_reader *r, const struct yaml *node, const char *what,
                      const char *const *common, const struct style_keys *const *styles, size_t count)
{
    const char *known[KEYS_MAX];
    size_t      n = 0;

    for (; *common != NULL && n < KEYS_MAX - 1; common++)
        known[n++] = *common;
    for (size_t i = 0; i < count; i++)
        for (const struct style_key *k = styles[i]->keys; k != NULL && k->name != NULL && n < KEYS_MAX - 1; k++)
            known[n++] = k->name;
    known[n] = NULL;
    yaml_only_keys(node, known, what, r->yaml.source, r->yaml.faults);
}

static bool is_said(struct description_reader *r, const struct yaml *node, const struct style_key *k)
{
    return k->kind == STYLE_KEY_BOOL ? yaml_read_bool(&r->yaml, node, k->name, false) : yaml_get(node, k->name) != NULL;
}

const void *read_style_keys(struct description_reader *r, const struct yaml *node, const char *rule,
                            const struct style_keys *own)
{
    char *out;

    if (own->keys == NULL)
        return NULL;
    out = arena_alloc(r->yaml.mem, own->own_bytes);
    for (const struct style_key *k = own->keys; k->name != NULL; k++) {
        void       *field = out + k->offset;
        struct text text;

        if (k->kind == STYLE_KEY_BOOL) {
            *(bool *)field = yaml_read_bool(&r->yaml, node, k->name, false);
            continue;
        }
        *(struct text *)field = text = read_place_text(r, yaml_get(node, k->name), NULL, k->places);
        if (k->missing != NULL && text.count == 0)
            YAML_FAULT(&r->yaml, node, rule, "%s", k->missing);
    }
    return out;
}

void refuse_keys_of_others(struct description_reader *r, const struct yaml *node, const char *rule,
                           const struct style_keys *own, const struct style_keys *const *styles, size_t count)
{
    for (size_t i = 0; i < count; i++)
        for (const struct style_key *k = styles[i]->keys; styles[i] != own && k != NULL && k->name != NULL; k++)
            if (k->elsewhere != NULL && is_said(r, node, k))
                YAML_FAULT(&r->yaml, yaml_get(node, k->name), rule, "%s", k->elsewhere);
}
