/* providers/model/provider.c - a provider's patterns are freed, its commands and wires found by name. */
#include "providers/model/provider.h"

static void free_command(const struct command *c)
{
    pattern_free(c->done);
    for (size_t k = 0; k < c->capture_count; k++)
        pattern_free(c->captures[k].pattern);
}

void provider_free(const struct provider *p)
{
    if (p == NULL)
        return;
    for (size_t i = 0; i < p->rule_count; i++)
        pattern_free(p->rules[i].pattern);
    for (size_t i = 0; i < p->reply_count; i++)
        for (size_t k = 0; k < p->replies[i].case_count; k++) {
            pattern_free(p->replies[i].cases[k].body);
            pattern_free(p->replies[i].cases[k].text);
            pattern_free(p->replies[i].cases[k].header_like);
        }
    for (size_t i = 0; i < p->command_count; i++)
        free_command(&p->commands[i]);
    for (size_t i = 0; i < p->login_count; i++)
        if (p->logins[i].command != NULL)
            free_command(p->logins[i].command);
}

const struct command *provider_command(const struct provider *p, struct str name)
{
    for (size_t i = 0; i < p->command_count; i++)
        if (str_eq(p->commands[i].name, name))
            return &p->commands[i];
    return NULL;
}

const struct wire *provider_wire(const struct provider *p, struct str name)
{
    for (size_t i = 0; i < p->wire_count; i++)
        if (name.len == 0 || str_eq(p->wires[i].name, name))
            return &p->wires[i];
    return NULL;
}
