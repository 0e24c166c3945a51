/* providers/sandbox/entrance.c - checks who asks: credentials in the request, sessions that are opened and end. */
#include "providers/sandbox/entrance.h"

#include <pthread.h>

enum { SESSIONS_MAX = 1024, TOKEN_BYTES = 16 };

struct session {
    char                token[2 * TOKEN_BYTES + 1]; /* "": none */
    uint64_t            uses;
    const struct login *login;
};
struct entrance {
    const struct provider *provider;
    const struct str      *credentials;
    struct random         *random;
    uint64_t               uses;
    pthread_mutex_t        mutex; /* guards the fields below it */
    struct session         sessions[SESSIONS_MAX];
    size_t                 next;
};

struct entrance *entrance_new(const struct provider *p, const struct str *credentials, struct random *random)
{
    struct entrance *e = calloc(1, sizeof *e);

    if (e == NULL)
        memory_exhausted("the sandbox", sizeof *e);
    e->provider = p;
    e->credentials = credentials;
    e->random = random;
    pthread_mutex_init(&e->mutex, NULL);
    return e;
}

void entrance_free(struct entrance *e)
{
    if (e == NULL)
        return;
    pthread_mutex_destroy(&e->mutex);
    explicit_bzero(e->sessions, sizeof e->sessions);
    free(e);
}

void entrance_session_uses(struct entrance *e, uint64_t uses)
{
    e->uses = uses;
}

/* ---- credentials ---- */

static struct str filled(const struct entrance *e, const struct text *text, struct str token, struct arena *mem)
{
    const struct provider *p = e->provider;
    struct pair_value     *all = ARENA_ARRAY(mem, struct pair_value, p->credential_count + 1);
    size_t                 n = 0;

    for (; n < p->credential_count && p->credentials[n].made_by == NULL; n++)
        all[n] = (struct pair_value){ p->credentials[n].name, e->credentials[n] };
    all[n++] = (struct pair_value){ STR("token"), token };
    return text_fill(text, NULL, all, n, mem);
}

static struct str field_text(const struct wire_field *fields, size_t count, struct str name)
{
    for (size_t i = 0; i < count; i++)
        if (str_eq(fields[i].name, name))
            return fields[i].value;
    return STR_NONE;
}

bool entrance_is_proof(const struct entrance *e, struct str name)
{
    for (size_t i = 0; i < e->provider->credential_count; i++)
        if (e->provider->credentials[i].wire.len != 0 && str_eq(e->provider->credentials[i].wire, name))
            return true;
    return false;
}

/* Are all credentials that this login sends with every request there and right? login NULL: the provider has no logins. */
static bool fits(const struct entrance *e, const struct login *l, struct str token, const struct wire_field *fields,
                 size_t count, struct arena *mem)
{
    const struct provider *p = e->provider;

    for (size_t i = 0; i < p->credential_count; i++) {
        const struct credential *c = &p->credentials[i];
        struct str               wanted = c->made_by != NULL ? filled(e, &c->made, token, mem) : e->credentials[i], got;

        if (c->wire.len == 0 || (c->made_by != NULL && c->made_by != l))
            continue;
        got = field_text(fields, count, c->wire);
        if (c->optional && got.ptr == NULL)
            continue;
        if (got.ptr == NULL || wanted.ptr == NULL || !str_eq(got, wanted))
            return false;
    }
    return true;
}

static bool by_session(struct entrance *e, const struct wire_field *fields, size_t count, struct arena *mem)
{
    for (size_t i = 0; i < SESSIONS_MAX && i < e->next; i++) {
        struct session *s = &e->sessions[i];

        if (s->token[0] == '\0' || !fits(e, s->login, str_from(s->token), fields, count, mem))
            continue;
        if (e->uses != 0 && s->uses++ == e->uses) {
            s->token[0] = '\0';
            return false;
        }
        return true;
    }
    return false;
}

bool entrance_admits(struct entrance *e, const struct wire_field *fields, size_t count, struct arena *mem)
{
    const struct provider *p = e->provider;
    bool                   in;

    if (p->login_count == 0)
        return fits(e, NULL, STR_NONE, fields, count, mem);
    for (size_t i = 0; i < p->login_count; i++)
        if (p->logins[i].command == NULL && fits(e, &p->logins[i], STR_NONE, fields, count, mem))
            return true;
    pthread_mutex_lock(&e->mutex);
    in = by_session(e, fields, count, mem);
    pthread_mutex_unlock(&e->mutex);
    return in;
}

/* ---- sessions ---- */

const struct login *entrance_login(const struct entrance *e, struct str wire)
{
    for (size_t i = 0; i < e->provider->login_count; i++)
        if (e->provider->logins[i].command != NULL && str_eq(e->provider->logins[i].command->wire, wire))
            return &e->provider->logins[i];
    return NULL;
}

static bool make_token(struct random *random, char out[2 * TOKEN_BYTES + 1])
{
    unsigned char bytes[TOKEN_BYTES];

    if (!random_bytes(random, bytes, sizeof bytes))
        return false;
    for (size_t i = 0; i < TOKEN_BYTES; i++)
        snprintf(out + 2 * i, 3, "%02x", bytes[i]);
    return true;
}

struct str entrance_open(struct entrance *e, const struct login *l, const struct value *values, struct arena *mem)
{
    struct session *s;
    struct str      token;

    for (size_t i = 0; i < l->with.count; i++) {
        int        at = command_param_index(l->command, l->with.items[i].name);
        struct str wanted = filled(e, &l->with.items[i].text, STR_NONE, mem);

        if (at < 0 || values[at].kind != VALUE_TEXT || wanted.ptr == NULL || !str_eq(values[at].text, wanted))
            return STR_NONE;
    }
    pthread_mutex_lock(&e->mutex);
    s = &e->sessions[e->next++ % SESSIONS_MAX];
    *s = (struct session){ .login = l };
    token = make_token(e->random, s->token) ? arena_str(mem, str_from(s->token)) : STR_NONE;
    pthread_mutex_unlock(&e->mutex);
    return token;
}

void entrance_lapse(struct entrance *e)
{
    pthread_mutex_lock(&e->mutex);
    for (size_t i = 0; i < SESSIONS_MAX; i++)
        e->sessions[i].token[0] = '\0';
    pthread_mutex_unlock(&e->mutex);
}
