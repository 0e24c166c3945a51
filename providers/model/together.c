/* providers/model/together.c - does a condition hold for a call's values? */
#include "providers/model/together.h"

bool condition_holds(bool has_condition, bool unless, const struct together_item *condition, const struct value *values)
{
    const struct value *v;
    struct str          value;

    if (!has_condition)
        return true;
    v = &values[condition->param];
    value = v->kind == VALUE_TEXT ? v->text : v->kind == VALUE_CLEAR ? STR("") : STR_NONE;
    if (condition->value.ptr == NULL)
        return (value.ptr != NULL) != unless;
    return (value.ptr != NULL && str_eq(value, condition->value)) != unless;
}
