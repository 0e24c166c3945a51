/* providers/model/login.c - which credentials a connection of a login has to name. */
#include "providers/model/provider.h"

static bool names_it(const struct text *t, struct str name)
{
    for (size_t i = 0; i < t->count; i++)
        if (t->parts[i].literal.ptr == NULL && str_eq(t->parts[i].place, name))
            return true;
    return false;
}

bool login_needs(const struct login *l, const struct provider *p, const struct credential *c)
{
    if (c->made_by != NULL)
        return false;
    if (l == NULL || c->wire.len != 0)
        return true;
    for (size_t i = 0; i < l->with.count; i++)
        if (names_it(&l->with.items[i].text, c->name))
            return true;
    for (size_t i = 0; i < p->credential_count; i++)
        if (p->credentials[i].made_by == l && names_it(&p->credentials[i].made, c->name))
            return true;
    return false;
}
