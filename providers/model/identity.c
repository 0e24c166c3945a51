/* providers/model/identity.c - which thing a call is about. */
#include "providers/model/identity.h"

static bool text_asks(const struct text *t, size_t param)
{
    for (size_t i = 0; i < t->count; i++)
        if (t->parts[i].param == (int)param)
            return true;
    return false;
}

static bool pairs_ask(const struct pairs *pairs, size_t param)
{
    for (size_t i = 0; i < pairs->count; i++)
        if (text_asks(&pairs->items[i].text, param))
            return true;
    return false;
}

static bool compares_secret(const struct command *c, const struct text *t)
{
    for (size_t i = 0; i < t->count; i++)
        if (t->parts[i].param >= 0 && c->params[t->parts[i].param].secret)
            return true;
    return false;
}

/* The values as templates take them: a reference by its name, behind a byte that no text has. */
static const struct value *known_values(const struct command *c, const struct value *values, struct arena *mem)
{
    struct value *known = ARENA_ARRAY(mem, struct value, c->param_count + 1);

    for (size_t i = 0; i < c->param_count; i++) {
        known[i] = c->params[i].always.ptr != NULL ? VALUE_OF(c->params[i].always) : values[i];
        if (known[i].kind == VALUE_REF)
            known[i] = VALUE_OF(arena_fmt(mem, "\xff%.*s", STR_ARG(values[i].text)));
    }
    return known;
}

/* Adds the names and values that are there; returns how many. */
static size_t add_pairs(const struct command *c, const struct pairs *pairs, const struct value *known,
                        struct arena *mem, struct buf *out)
{
    size_t added = 0;

    for (size_t i = 0; i < pairs->count; i++) {
        struct str value = text_fill(&pairs->items[i].text, known, NULL, 0, mem);

        if (value.len == 0 || compares_secret(c, &pairs->items[i].text))
            continue;
        buf_counted(out, pairs->items[i].name);
        buf_counted(out, value);
        added++;
    }
    return added;
}

/* false, and nothing is added: the statement is not in force, or a part of its key is missing. */
static bool add_row(const struct command *c, const struct table_step *step, const struct value *known,
                    struct arena *mem, struct buf *out)
{
    size_t before = out->len;

    if (step->each >= 0 || !condition_holds(step->has_condition, step->unless, &step->condition, known))
        return false;
    buf_counted(out, STR("row"));
    buf_counted(out, step->table);
    if (step->key.count != 0 && add_pairs(c, &step->key, known, mem, out) == step->key.count)
        return true;
    out->len = before;
    return false;
}

/* What `verify` asks for and compares; false, and nothing is added: it has nothing to go by. */
static bool add_verify(const struct command *c, const struct value *known, struct arena *mem, struct buf *out)
{
    size_t before = out->len;

    if (c->verify.read == NULL)
        return false;
    buf_counted(out, STR("verify"));
    buf_counted(out, c->name);
    if (add_pairs(c, &c->verify.with, known, mem, out) + add_pairs(c, &c->verify.match, known, mem, out) != 0)
        return true;
    out->len = before;
    return false;
}

enum { BY_SET, BY_MAKE, BY_ANY, WAYS };

static bool is_meant(const struct table_step *step, int way, size_t param)
{
    return way == BY_SET ? pairs_ask(&step->set, param) : way == BY_ANY || step->kind == STEP_MAKE;
}

void identity_of_call(const struct command *c, const struct value *values, size_t param, struct arena *mem,
                      struct buf *out)
{
    const struct value *known = known_values(c, values, mem);

    for (int way = 0; way < WAYS; way++)
        for (size_t i = 0; i < c->step_count; i++)
            if (is_meant(&c->steps[i], way, param) && add_row(c, &c->steps[i], known, mem, out))
                return;
    if (add_verify(c, known, mem, out))
        return;
    buf_counted(out, STR("command"));
    buf_counted(out, c->name);
}

bool identity_asks(const struct command *c, size_t param)
{
    for (size_t i = 0; i < c->step_count; i++) {
        const struct table_step *step = &c->steps[i];

        if (step->each < 0 &&
            (pairs_ask(&step->key, param) || (step->has_condition && step->condition.param == (int)param)))
            return true;
    }
    return !c->params[param].secret && c->verify.read != NULL &&
           (pairs_ask(&c->verify.with, param) || pairs_ask(&c->verify.match, param));
}
