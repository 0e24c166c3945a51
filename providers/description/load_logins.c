/* providers/description/load_logins.c - logins of a description: sessions, and credentials that are made from others. */
#include "providers/description/load_logins.h"

#include "providers/description/load_commands.h"
#include "providers/description/place_reader.h"

enum { SENDS_MAX = 16 };

static const char *const *names_of_credentials(struct description_reader *r, bool token)
{
    const struct provider *p = r->provider;
    const char           **names = ARENA_ARRAY(r->yaml.mem, const char *, p->credential_count + 2);
    size_t                 n = 0;

    for (size_t i = 0; i < p->credential_count; i++)
        if (p->credentials[i].made_by == NULL)
            names[n++] = arena_cstr(r->yaml.mem, p->credentials[i].name);
    if (token)
        names[n++] = "token";
    return names;
}

static const struct command *read_login_command(struct description_reader *r, const struct yaml_pair *pair,
                                                const struct yaml *node)
{
    struct yaml_pair as_command = { pair->key, pair->line, pair->column, *node };
    struct command  *c = ARENA_NEW(r->yaml.mem, struct command);

    read_command(r, &as_command, c);
    return c;
}

/* A field that a login sends becomes a credential that is made from others. So masking and sending need no case of their own for it. */
static void add_sends(struct description_reader *r, const struct yaml *node, const struct login *l,
                      struct credential *list, size_t *count)
{
    const char *const *places = names_of_credentials(r, l->command != NULL);

    for (size_t i = 0; i < node->count; i++) {
        struct credential *c = &list[*count];

        if (*count == r->provider->credential_count + SENDS_MAX) {
            YAML_FAULT(&r->yaml, node, "login", "all logins together send %d fields at most", SENDS_MAX);
            return;
        }
        c->name = c->wire = node->pairs[i].key;
        c->title = l->title;
        c->min = 0;
        c->max = INT64_MAX;
        memset(c->chars, true, sizeof c->chars);
        c->made_by = l;
        c->made = read_place_text(r, &node->pairs[i].value, NULL, places);
        (*count)++;
    }
}

static void read_login(struct description_reader *r, const struct yaml_pair *pair, struct login *out,
                       struct credential *list, size_t *count)
{
    static const char *const keys[] = { "title", "command", "with", "token", "send", NULL };
    const struct yaml       *node = &pair->value, *command = yaml_get(node, "command"), *send = yaml_get(node, "send");
    const struct yaml       *with = yaml_get(node, "with");

    out->name = out->title = pair->key;
    if (!yaml_expect(&r->yaml, node, YAML_MAP, "a login"))
        return;
    yaml_only_keys(node, keys, "a login", r->yaml.source, r->yaml.faults);
    if (yaml_get(node, "title") != NULL)
        out->title = yaml_read_text(&r->yaml, node, "title");
    if (command != NULL) {
        out->command = read_login_command(r, pair, command);
        out->with = read_pairs(r, with, NULL, names_of_credentials(r, false));
        for (size_t i = 0; i < out->with.count; i++)
            if (command_param(out->command, out->with.items[i].name) == NULL)
                YAML_FAULT(&r->yaml, with, "name-unknown", "the login command has no parameter \"%.*s\"",
                           STR_ARG(out->with.items[i].name));
        out->token = yaml_read_text(&r->yaml, node, "token");
        if (command_capture(out->command, out->token) == NULL)
            YAML_FAULT(&r->yaml, node, "login", "a session needs token: one of the command's captures");
    } else if (with != NULL || yaml_get(node, "token") != NULL) {
        YAML_FAULT(&r->yaml, node, "login", "with and token belong to a command that opens a session");
    }
    if (send == NULL)
        YAML_FAULT(&r->yaml, node, "login", "a login says what goes with every request: send: {field: \"{token}\"}");
    else if (yaml_expect(&r->yaml, send, YAML_MAP, "send"))
        add_sends(r, send, out, list, count);
}

void read_logins(struct description_reader *r, const struct yaml *node)
{
    struct provider   *p = r->provider;
    struct login      *logins;
    struct credential *list;
    size_t             count = p->credential_count;

    if (node == NULL || !yaml_expect(&r->yaml, node, YAML_MAP, "logins"))
        return;
    logins = ARENA_ARRAY(r->yaml.mem, struct login, node->count + 1);
    list = ARENA_ARRAY(r->yaml.mem, struct credential, count + SENDS_MAX + 1);
    if (count != 0)
        memcpy(list, p->credentials, count * sizeof *list);
    for (size_t i = 0; i < node->count; i++)
        read_login(r, &node->pairs[i], &logins[i], list, &count);
    p->logins = logins;
    p->login_count = node->count;
    p->credentials = list;
    p->credential_count = count;
}
