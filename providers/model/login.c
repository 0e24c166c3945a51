/* providers/model/login.c - which credentials a connection of a login has to name. */
#include "providers/model/login.h"

static bool names_it(const struct text *t, struct str name)
{
    for (size_t i = 0; i < t->count; i++)
        if (t->parts[i].literal.ptr == NULL && str_eq(t->parts[i].place, name))
            return true;
    return false;
}

bool login_needs(const struct login *l, const struct credential *all, size_t count, const struct credential *c)
{
    if (c->made_by != NULL)
        return false;
    if (l == NULL || c->wire.len != 0)
        return true;
    for (size_t i = 0; i < l->with.count; i++)
        if (names_it(&l->with.items[i].text, c->name))
            return true;
    for (size_t i = 0; i < count; i++)
        if (all[i].made_by == l && names_it(&all[i].made, c->name))
            return true;
    return false;
}
