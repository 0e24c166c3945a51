/* providers/model/command.c - a command's parameters and captures by name, its dangers in words, and whether it may be repeated. */
#include "providers/model/command.h"

const char *const effect_names[] = { "read", "create", "change", "remove", NULL };
const char *const danger_names[] = { "cuts", "destroys", "spends", "notifies", NULL };

const char *danger_name(unsigned danger)
{
    for (unsigned i = 0; i < 4; i++)
        if (danger == 1U << i)
            return danger_names[i];
    return "";
}

int command_param_index(const struct command *c, struct str name)
{
    for (size_t i = 0; i < c->param_count; i++)
        if (str_eq(c->params[i].name, name))
            return (int)i;
    return -1;
}

const struct param *command_param(const struct command *c, struct str name)
{
    int at = command_param_index(c, name);

    return at >= 0 ? &c->params[at] : NULL;
}

const struct capture *command_capture(const struct command *c, struct str name)
{
    for (size_t i = 0; i < c->capture_count; i++)
        if (str_eq(c->captures[i].name, name))
            return &c->captures[i];
    return NULL;
}

bool command_repeat_safe(const struct command *c, const struct value *values)
{
    const struct param *exception;

    if (!c->repeat_safe || !c->repeat_has_exception)
        return c->repeat_safe;
    exception = &c->params[c->repeat_exception.param];
    for (size_t i = 0; exception->is_family && i < c->param_count; i++)
        if (c->params[i].family == exception && values[i].kind != VALUE_ABSENT)
            return false;
    return exception->is_family || !condition_holds(true, false, &c->repeat_exception, values);
}
