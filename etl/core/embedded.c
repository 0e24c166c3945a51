/* etl/core/embedded.c - files that stand inside the program. */
#include "etl/core/embedded.h"

struct str embedded_find(const struct embedded_file *table, struct str name)
{
    for (; table->name != NULL; table++)
        if (str_is(name, table->name))
            return str_of(table->begin, (size_t)(table->end - table->begin));
    return STR_NONE;
}
