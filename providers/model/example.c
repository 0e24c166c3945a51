/* providers/model/example.c - a command's example, as the call it stands for. */
#include "providers/model/example.h"

#include "providers/model/family.h"

const struct command *example_call(const struct command *c, struct arena *mem, struct value **values)
{
    struct str           *names = ARENA_ARRAY(mem, struct str, c->example.count + 1);
    const struct command *full;

    for (size_t i = 0; i < c->example.count; i++)
        names[i] = c->example.items[i].name;
    full = command_with_members(c, names, c->example.count, false, mem);
    *values = ARENA_ARRAY(mem, struct value, full->param_count + 1);
    for (size_t i = 0; i < c->example.count; i++) {
        int at = command_param_index(full, names[i]);

        if (at < 0)
            continue;
        (*values)[at] = VALUE_OF(text_fill(&c->example.items[i].text, NULL, NULL, 0, mem));
        (*values)[at].secret = full->params[at].secret;
    }
    return full;
}
