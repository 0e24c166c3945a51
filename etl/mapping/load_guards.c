/* etl/mapping/load_guards.c - the guards of a mapping: how many rejects and dangerous calls stop a plan, or are held. */
#include "etl/mapping/loader.h"

static bool read_limit(struct yaml_reader *r, const struct yaml *node, struct threshold *out)
{
    if (node->kind == YAML_TEXT && threshold_read(node->text, out))
        return true;
    YAML_FAULT(r, node, "guard", "a guard is a number or a share: 50, 2%%, 2%% floor 20");
    return false;
}

/* A stop without a floor has hold's: what may not even be held must not stop the plan. Then hold must be below stop in both of its numbers, or
 * there are counts that stop the plan although they are within hold. */
static void check_order(struct yaml_reader *r, const struct yaml *node, struct guard *g)
{
    if (g->stop.percent > 0 && g->stop.floor == 0)
        g->stop.floor = g->hold.floor;
    if (g->hold.percent > g->stop.percent || g->hold.floor > g->stop.floor)
        YAML_FAULT(r, node, "guard", "hold is above stop here: the plan would be stopped before anything is held");
}

static void read_limits(struct yaml_reader *r, enum guard_kind kind, const struct yaml *node, struct guard *g)
{
    const struct yaml *hold = yaml_get(node, "hold"), *stop = yaml_get(node, "stop");

    yaml_only_keys(node, mapping_guard_limit_keys, "a guard", r->source, r->faults);
    if (hold == NULL && stop == NULL)
        YAML_FAULT(r, node, "guard",
                   "a guard says stop: or hold:, a number or a share: {hold: 5%% floor 20, stop: 20%%}");
    if (hold != NULL && kind == GUARD_REJECTS)
        YAML_FAULT(r, hold, "guard", "rejects are not in the plan, so there is nothing to hold: say stop:");
    else if (hold != NULL)
        g->has_hold = read_limit(r, hold, &g->hold);
    if (stop != NULL)
        g->has_stop = read_limit(r, stop, &g->stop);
    if (hold != NULL && g->has_hold && g->has_stop)
        check_order(r, hold, g);
}

/* The kind of guard, or -1 and a fault. */
static int read_kind(struct mapping_loader *l, const struct yaml_pair *pair)
{
    static const char *const of_deltas[] = { "removes", "changes" };
    struct str               names[GUARDS], near;

    for (int i = 0; i < GUARDS; i++) {
        names[i] = str_from(mapping_guard_keys[i]);
        if (str_eq(pair->key, names[i]))
            return i;
    }
    for (size_t i = 0; i < 2; i++)
        if (str_is(pair->key, of_deltas[i])) {
            yaml_fault(l->read.faults, l->read.source, pair->line, pair->column, "guard-delta",
                       "removals and changes come with deltas, which are not planned yet: nothing would count %s; "
                       "take this guard out",
                       of_deltas[i]);
            return -1;
        }
    near = did_you_mean(pair->key, names, GUARDS, l->read.mem);
    yaml_fault(l->read.faults, l->read.source, pair->line, pair->column, "key-unknown",
               "guards: there is no \"%.*s\"%.*s", STR_ARG(pair->key), STR_ARG(near));
    return -1;
}

void load_guards(struct mapping_loader *l)
{
    struct yaml_reader *r = &l->read;
    const struct yaml  *node = yaml_get(l->root, "guards");

    if (node == NULL || !yaml_expect(r, node, YAML_MAP, "guards"))
        return;
    for (size_t i = 0; i < node->count; i++) {
        const struct yaml *value = &node->pairs[i].value;
        int                kind = read_kind(l, &node->pairs[i]);
        struct guard      *g = kind >= 0 ? &l->m->guards[kind] : NULL;

        if (g != NULL && value->kind == YAML_MAP)
            read_limits(r, (enum guard_kind)kind, value, g);
        else if (g != NULL)
            g->has_stop = read_limit(r, value, &g->stop);
    }
}
