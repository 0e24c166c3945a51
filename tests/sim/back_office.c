/* tests/sim/back_office.c - the simulated provider. */
#include "tests/sim/back_office.h"

#include <stdio.h>
#include <stdlib.h>

/* ---- what it has ---- */

static unsigned number_of(const struct world *w, const struct thing *t)
{
    return (unsigned)(t - w->things) + 1;
}

static struct thing *find(struct world *w, enum thing_kind kind, const char *key)
{
    for (size_t i = 0; i < w->thing_count; i++)
        if (w->things[i].kind == kind && w->things[i].gone_us == 0 && strcmp(w->things[i].key, key) == 0)
            return &w->things[i];
    return NULL;
}

const struct thing *back_office_find(const struct world *w, enum thing_kind kind, const char *key)
{
    for (size_t i = 0; i < w->thing_count; i++)
        if (w->things[i].kind == kind && w->things[i].gone_us == 0 && strcmp(w->things[i].key, key) == 0)
            return &w->things[i];
    return NULL;
}

static struct thing *add(struct world *w, enum thing_kind kind, const char *key, const char *pass)
{
    struct thing *t = &w->things[w->thing_count];

    if (w->thing_count == THINGS_MAX) {
        fprintf(stderr, "sim: more than %d things\n", THINGS_MAX);
        exit(70);
    }
    *t = (struct thing){ .kind = kind, .shown_us = w->now_us };
    snprintf(t->key, sizeof t->key, "%s", key);
    snprintf(t->pass, sizeof t->pass, "%s", pass);
    w->thing_count++;
    return t;
}

void back_office_put(struct world *w, enum thing_kind kind, const char *key, const char *pass)
{
    add(w, kind, key, pass);
}

/* ---- what it does ---- */

static void note_deed(struct world *w, const struct under_way *u, bool late)
{
    struct sim_call *c = &w->calls[u->asked.call];

    if (w->broken == BREAK_AMNESIA && u->fate == WELL && world_chance(w, 2))
        return;
    if (c->deed_count < DEEDS_KEPT)
        c->deeds[c->deed_count] = (struct deed){ w->now_us, u->life, w->era, u->fate, late };
    c->deed_count++;
    if (c->deed_count > 1 && c->command != SET) /* a set may be repeated */
        world_violation(w, ONCE, "twice", u->asked.call, "%s %s was carried out %u times", command_names[c->command],
                        c->key, c->deed_count);
}

static void create(struct world *w, const struct under_way *u, bool late, enum thing_kind kind, struct buf *out)
{
    const struct asked *a = &u->asked;
    bool                doubles = a->command == BREED || a->command == ENLIST;
    struct thing       *t;

    if (!doubles && find(w, kind, a->key) != NULL) {
        buf_fmt(out, "0; %s is there already", a->key);
        return;
    }
    t = add(w, kind, a->key, a->pass);
    t->shown_us = w->now_us + world_between(w, w->lag_us / 2, w->lag_us);
    w->calls[a->call].thing_id = number_of(w, t);
    note_deed(w, u, late);
    if (doubles || a->command == ATTACH)
        buf_lit(out, "1; OK");
    else
        buf_fmt(out, "1; OK id=%u", number_of(w, t));
}

static void attach(struct world *w, const struct under_way *u, bool late, struct buf *out)
{
    const struct sim_call *c = &w->calls[u->asked.call];
    unsigned               to = (unsigned)strtoul(u->asked.to, NULL, 10);

    if (c->makes_to >= 0 && w->calls[c->makes_to].thing_id != to)
        world_violation(w, ORDER, "another-reference", u->asked.call, "%s %s refers to %u; its make yielded %u",
                        command_names[c->command], c->key, to, w->calls[c->makes_to].thing_id);
    create(w, u, late, THING, out);
}

static void change(struct world *w, const struct under_way *u, bool late, struct buf *out)
{
    static const enum thing_kind kinds[WRITES] = { [SET] = THING, [DROP] = THING, [UNDIAL] = DIAL_UP };
    struct thing                *t = find(w, kinds[u->asked.command], u->asked.key);

    if (t == NULL) {
        buf_fmt(out, "0; there is no %s", u->asked.key);
        return;
    }
    if (u->asked.command == SET) {
        snprintf(t->pass, sizeof t->pass, "%s", u->asked.pass);
    } else {
        t->gone_us = w->now_us;
        t->hidden_us = w->now_us + world_between(w, w->lag_us / 2, w->lag_us);
    }
    note_deed(w, u, late);
    buf_lit(out, "1; OK");
}

/* ---- what it shows ---- */

static bool is_shown(const struct world *w, const struct thing *t)
{
    return t->shown_us <= w->now_us && (t->gone_us == 0 || t->hidden_us > w->now_us);
}

/* The newest is shown first. */
static const struct thing *first_shown(const struct world *w, enum thing_kind kind, const char *key, bool whole_key)
{
    size_t length = strlen(key) + (whole_key ? 1 : 0);

    for (size_t i = w->thing_count; i-- != 0;)
        if (w->things[i].kind == kind && strncmp(w->things[i].key, key, length) == 0 && is_shown(w, &w->things[i]))
            return &w->things[i];
    return NULL;
}

static void tell_one(const struct world *w, const struct asked *a, struct buf *out)
{
    const struct thing *t = NULL;

    if (a->command == FIND)
        t = first_shown(w, THING, a->key, true);
    else if (a->command == SEARCH)
        t = first_shown(w, SIGNATURE, a->key, false); /* the filter takes keys that begin so */
    else if ((t = first_shown(w, MAILBOX, a->key, true)) == NULL)
        t = first_shown(w, DIAL_UP, a->key, true); /* the mailbox first, and one of them only */
    if (t == NULL)
        buf_lit(out, "1; Nothing found");
    else if (a->command == FIND)
        buf_fmt(out, "1; Found %s pass=%s id=%u.", t->key, t->pass, number_of(w, t));
    else if (a->command == SEARCH)
        buf_fmt(out, "1; Found pass=%s id=%u.", t->pass, number_of(w, t));
    else
        buf_fmt(out, "1; Found kind=%s id=%u.", t->kind == MAILBOX ? "mail" : "dial", number_of(w, t));
}

static void list_members(const struct world *w, struct buf *out)
{
    for (size_t i = 0; i < w->thing_count; i++)
        if (w->things[i].kind == MEMBER && is_shown(w, &w->things[i]))
            buf_fmt(out, "%s,%s,%u\n", w->things[i].key, w->things[i].pass, number_of(w, &w->things[i]));
}

void back_office_act(struct world *w, const struct under_way *u, bool late, struct buf *answer)
{
    if (!u->asked.authorized) {
        buf_lit(answer, "2; wrong access code");
        return;
    }
    switch (u->asked.command) {
    case MAKE:
    case BREED: create(w, u, late, THING, answer); break;
    case ATTACH: attach(w, u, late, answer); break;
    case ENLIST: create(w, u, late, MEMBER, answer); break;
    case SIGN: create(w, u, late, SIGNATURE, answer); break;
    case SET:
    case UNDIAL:
    case DROP: change(w, u, late, answer); break;
    case NOTE:
        note_deed(w, u, late);
        buf_lit(answer, "1; OK");
        break;
    case FIND:
    case SEARCH:
    case KIND: tell_one(w, &u->asked, answer); break;
    case MEMBERS: list_members(w, answer); break;
    case COMMANDS: break;
    }
}
