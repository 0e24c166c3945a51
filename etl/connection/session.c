/* etl/connection/session.c - a connection's session: opened by the login's command, opened anew when it has lapsed. */
#include "etl/connection/session.h"

enum { OPENING_MEMORY = 64 << 20 };

void session_init(struct session *s, const struct connection *c)
{
    *s = (struct session){ .state =
                               c->login != NULL && c->login->command != NULL ? SESSION_CLOSED : SESSION_NOT_NEEDED };
    arena_init(&s->mem, OPENING_MEMORY, "the opening of a session");
}

void session_release(struct session *s)
{
    arena_wipe(&s->mem);
}

struct exchange *session_begin(struct session *s, const struct connection *c)
{
    const struct login *l = c->login;
    struct value       *values = ARENA_ARRAY(&s->mem, struct value, l->command->param_count + 1);

    for (size_t i = 0; i < l->with.count; i++) {
        int        at = command_param_index(l->command, l->with.items[i].name);
        struct str text = connection_text(c, &l->with.items[i].text, STR_NONE, &s->mem);

        if (at >= 0 && text.ptr != NULL)
            values[at] = (struct value){ VALUE_TEXT, true, text };
    }
    s->state = SESSION_OPENING;
    s->x = (struct exchange){
        .command = l->command, .values = values, .may_repeat = true, .mem = &s->mem, .opens_session = true
    };
    return &s->x;
}

/* What the opening held, the token too, does not stay in memory. */
static void forget_opening(struct session *s)
{
    s->x.values = NULL;
    s->x.verdict = (struct verdict){ 0 };
    arena_wipe(&s->mem);
}

bool session_opened(struct session *s, struct connection *c)
{
    struct str token = STR_NONE;

    for (size_t i = 0; s->x.end == EXCHANGE_ANSWERED && s->x.verdict.is == REPLY_DONE && i < s->x.verdict.capture_count;
         i++)
        if (str_eq(s->x.verdict.captures[i].name, c->login->token))
            token = s->x.verdict.captures[i].value;
    if (token.len != 0) {
        connection_set_token(c, token);
        s->number++;
        s->fruitless++;
    }
    s->state = token.len != 0 ? SESSION_OPEN : SESSION_CLOSED;
    forget_opening(s);
    return s->state == SESSION_OPEN;
}

void session_close(struct session *s, struct connection *c)
{
    s->state = SESSION_CLOSED;
    connection_set_token(c, STR_NONE);
}
