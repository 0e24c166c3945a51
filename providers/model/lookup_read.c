/* providers/model/lookup_read.c - does it prove anything when a read does not find the call? */
#include "providers/model/lookup_read.h"

bool lookup_absence_is_proof(const struct lookup_read *l, const struct value *call_values)
{
    return l->absence_is_proof &&
           condition_holds(l->absence_has_condition, l->absence_unless, &l->absence_condition, call_values);
}
