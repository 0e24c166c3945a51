/* etl/language/filter_table.c - all filters by name. */
#include "etl/language/filter_table.h"

#define ROW(name) &filter_##name,
const struct filter *const filters[] = { FILTERS(ROW) NULL };

const struct filter *filter_named(struct str name)
{
    for (const struct filter *const *f = filters; *f != NULL; f++)
        if (str_is(name, (*f)->name))
            return *f;
    return NULL;
}
