/* etl/mapping/program.c - finds an input, a call, a rule's severity in a mapping. */
#include "etl/mapping/program.h"

int mapping_input_named(const struct mapping *m, struct str name)
{
    for (size_t i = 0; i < m->input_count; i++)
        if (str_eq(m->inputs[i].name, name))
            return (int)i;
    return -1;
}

const struct mapping_call *mapping_call_named(const struct mapping *m, struct str name)
{
    for (size_t i = 0; i < m->call_count; i++)
        if (str_eq(m->calls[i].as, name))
            return &m->calls[i];
    for (size_t i = 0; i < m->call_count; i++)
        if (m->calls[i].command != NULL && str_eq(m->calls[i].command->name, name))
            return &m->calls[i];
    return NULL;
}

static bool is_rule(struct str name, const struct param *p, struct str rule)
{
    if (str_eq(name, rule))
        return true;
    return name.len == p->name.len + 1 + rule.len && str_starts(name, p->name) && name.ptr[p->name.len] == '.' &&
           str_ends(name, rule);
}

unsigned mapping_call_dangers(const struct mapping_call *call)
{
    unsigned dangers = call->command->dangers;

    for (size_t i = 0; i < call->param_count; i++) {
        const struct param *p = &call->command->params[call->params[i]];

        for (size_t k = 0; k < p->danger_value_count; k++)
            dangers |= p->danger_values[k].dangers;
    }
    return dangers;
}

enum severity mapping_severity(const void *mapping, const struct command *c, const struct param *p, struct str rule,
                               enum severity described)
{
    const struct mapping *m = mapping;
    enum severity         here = described;
    size_t                longest = 0;

    (void)c;
    for (size_t i = 0; i < m->ease_count; i++)
        if (m->eases[i].rule.len > longest &&
            is_rule(m->eases[i].rule, p, rule)) { /* param.rule is more exact than rule */
            here = m->eases[i].severity;
            longest = m->eases[i].rule.len;
        }
    return here;
}
