/* providers/model/family.c - names with a place: families of commands ("{type}.edit") and of parameters ("addon_{id}"). */
#include "providers/model/family.h"

bool name_place(struct str name, struct str *before, struct str *place, struct str *after)
{
    struct str rest = str_cut(name, '{', before);

    if (rest.ptr == NULL)
        return false;
    *after = str_cut(rest, '}', place);
    return after->ptr != NULL;
}

/* The part of `name` that fills the place of `form`; STR_NONE: `name` is not of that form. */
static struct str inside(struct str form, struct str name)
{
    struct str before, place, after;

    if (!name_place(form, &before, &place, &after) || name.len <= before.len + after.len || !str_starts(name, before) ||
        !str_ends(name, after))
        return STR_NONE;
    return str_head(str_skip(name, before.len), name.len - before.len - after.len);
}

/* ---- commands ---- */

void command_wire_name(const struct command *c, const struct value *values, struct buf *out)
{
    struct str before, place, after;

    if (c->name_param < 0 || !name_place(c->wire, &before, &place, &after)) {
        buf_add(out, c->wire);
        return;
    }
    buf_add(out, before);
    buf_add(out,
            c->params[c->name_param].always.ptr != NULL ? c->params[c->name_param].always : values[c->name_param].text);
    buf_add(out, after);
}

/* Is `wire` a name of this command? *place is what fills its place. A parameter that is `always` allows one value there only. */
static bool is_named(const struct command *c, struct str wire, struct str *place)
{
    struct str always;

    *place = STR_NONE;
    if (c->name_param < 0)
        return str_eq(c->wire, wire);
    always = c->params[c->name_param].always;
    *place = inside(c->wire, wire);
    return place->ptr != NULL && (always.ptr == NULL || str_eq(*place, always));
}

/* A name without a place wins; then the name with the most letters around its place. So "soft.edit" is that command, not "{type}" with the
 * type "soft.edit". */
const struct command *provider_command_on_wire(const struct provider *p, struct str wire, struct str *place)
{
    const struct command *found = NULL;
    size_t                best = 0;

    *place = STR_NONE;
    for (size_t i = 0; i < p->command_count; i++) {
        const struct command *c = &p->commands[i];
        bool                  whole = c->name_param < 0 || c->params[c->name_param].always.ptr != NULL;
        struct str            here;

        if (!is_named(c, wire, &here) || (found != NULL && !whole && c->wire.len <= best))
            continue;
        found = c;
        best = c->wire.len;
        *place = here;
        if (whole)
            break;
    }
    return found;
}

/* ---- parameters ---- */

const struct param *command_family(const struct command *c, struct str name, bool on_wire)
{
    for (size_t i = 0; i < c->param_count; i++) {
        const struct param *p = &c->params[i];
        struct str          key = p->is_family ? inside(on_wire ? p->wire : p->name, name) : STR_NONE;
        bool                fits = key.ptr != NULL;

        for (size_t k = 0; fits && k < key.len; k++)
            fits = p->key_chars[(unsigned char)key.ptr[k]];
        if (fits)
            return p;
    }
    return NULL;
}

static struct str with_key(struct str form, struct str key, struct arena *mem)
{
    struct str before, place, after;

    name_place(form, &before, &place, &after);
    return arena_fmt(mem, "%.*s%.*s%.*s", STR_ARG(before), STR_ARG(key), STR_ARG(after));
}

static bool is_there(const struct command *c, struct str name, bool on_wire)
{
    for (size_t i = 0; i < c->param_count; i++)
        if (str_eq(on_wire ? c->params[i].wire : c->params[i].name, name))
            return true;
    return false;
}

const struct command *command_with_members(const struct command *c, const struct str *names, size_t count, bool on_wire,
                                           struct arena *mem)
{
    struct command *out = NULL;
    struct param   *params = NULL;
    bool           *required = NULL;

    for (size_t i = 0; i < count; i++) {
        const struct command *now = out != NULL ? out : c;
        const struct param   *family = is_there(now, names[i], on_wire) ? NULL : command_family(now, names[i], on_wire);
        struct str            key;
        struct param         *member;

        if (family == NULL)
            continue;
        if (out == NULL) {
            out = ARENA_NEW(mem, struct command);
            *out = *c;
            params = ARENA_ARRAY(mem, struct param, c->param_count + count);
            memcpy(params, c->params, c->param_count * sizeof *params);
            out->params = params;
            required = ARENA_ARRAY(mem, bool, c->param_count + count);
            memcpy(required, c->required, c->param_count * sizeof *required);
            out->required = required;
            family = &params[family - c->params];
        }
        key = inside(on_wire ? family->wire : family->name, names[i]);
        required[out->param_count] = family->required;
        member = &params[out->param_count++];
        *member = *family;
        member->is_family = false;
        member->family = family;
        member->name = with_key(family->name, key, mem);
        member->wire = with_key(family->wire, key, mem);
    }
    return out != NULL ? out : c;
}

struct str param_member(const struct param *p)
{
    return p->family != NULL ? inside(p->family->name, p->name) : STR_NONE;
}
