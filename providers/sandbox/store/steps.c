/* providers/sandbox/store/steps.c - make, change and remove: a command's table steps, carried out. */
#include "providers/sandbox/store/steps.h"

#include "providers/model/family.h"

struct step_run {
    struct state         *state;
    const struct command *command;
    struct fill           fill;
    struct arena         *mem;
    uint64_t              count;
    struct err           *err;
};

/* "customers customer_id=999": the key in a message, secrets masked. */
static struct str key_shown(struct step_run *w, struct str table, const struct pair_value *keys, size_t count)
{
    AUTO(buf_release) struct buf out;

    buf_init(&out, 4096, "a key in a message");
    buf_add(&out, table);
    for (size_t i = 0; i < count; i++) {
        bool secret = steps_secret_column(w->command->provider, table, keys[i].name);

        buf_fmt(&out, " %.*s=%s", STR_ARG(keys[i].name), shown(keys[i].value, secret).text);
    }
    return arena_str(w->mem, buf_str(&out));
}

static enum etl_status check_within(struct step_run *w, const struct table_step *step)
{
    struct pair_value *keys;
    struct state_row **rows;
    size_t             count;

    if (step->within_table.ptr == NULL)
        return ETL_OK;
    count = fill_pairs(&step->within, &w->fill, w->mem, &keys);
    if (count < step->within.count) /* an owner that is not given is not required */
        return ETL_OK;
    if (state_select(state_table(w->state, step->within_table), keys, count, w->mem, &rows) != 0)
        return ETL_OK;
    return err_set(w->err, ETL_REJECT, "within", "not found: %.*s",
                   STR_ARG(key_shown(w, step->within_table, keys, count)));
}

/* A row made without a value has the empty text there, so an absent key is searched as the empty text. */
static size_t whole_key(struct step_run *w, const struct pairs *key, struct pair_value **out)
{
    struct pair_value *keys = ARENA_ARRAY(w->mem, struct pair_value, key->count + 1);

    for (size_t i = 0; i < key->count; i++) {
        struct str value = fill_or_none(&key->items[i].text, &w->fill, w->mem);

        keys[i] = (struct pair_value){ key->items[i].name, value.ptr != NULL ? value : STR("") };
    }
    *out = keys;
    return key->count;
}

/* Returns how many columns were set. */
static size_t set_columns(struct step_run *w, const struct table_step *step, struct state_table *t,
                          struct state_row *row)
{
    struct pair_value *set;
    size_t             count = fill_pairs(&step->set, &w->fill, w->mem, &set);

    for (size_t i = 0; i < count; i++)
        state_set(w->state, t, row, set[i].name, set[i].value);
    return count;
}

static bool is_taken(struct step_run *w, struct state_table *t, const struct state_row *row, struct str column,
                     struct str value)
{
    struct pair_value  key = { column, value };
    struct state_row **rows;
    size_t             count = state_select(t, &key, 1, w->mem, &rows);

    for (size_t i = 0; i < count; i++)
        if (rows[i] != row)
            return true;
    return false;
}

/* If another row is 1001 already, this one becomes 10011, the next 10012. */
static void renumber(struct step_run *w, const struct table_step *step, struct state_table *t, struct state_row *row)
{
    for (size_t i = 0; i < step->serial_count; i++) {
        struct str value = state_cell(t, row, step->serial[i]), tried = value;

        for (unsigned n = 1; value.len != 0 && is_taken(w, t, row, step->serial[i], tried); n++)
            tried = arena_fmt(w->mem, "%.*s%u", STR_ARG(value), n);
        if (tried.ptr != value.ptr)
            state_set(w->state, t, row, step->serial[i], tried);
    }
}

static enum etl_status check_unique(struct step_run *w, const struct table_step *step, struct state_table *t,
                                    const struct state_row *row)
{
    for (size_t i = 0; i < step->unique_count; i++) {
        struct pair_value key = { step->unique[i], state_cell(t, row, step->unique[i]) };

        if (key.value.len != 0 && is_taken(w, t, row, key.name, key.value))
            return err_set(w->err, ETL_REJECT, "duplicate", "there already: %.*s",
                           STR_ARG(key_shown(w, step->table, &key, 1)));
    }
    return ETL_OK;
}

static enum etl_status make(struct step_run *w, const struct table_step *step)
{
    struct state_table *t = state_table(w->state, step->table);
    struct pair_value  *keys;
    struct state_row  **rows, *row;
    size_t              count = whole_key(w, &step->key, &keys);

    if (state_select(t, keys, count, w->mem, &rows) != 0) {
        if (step->duplicate_allowed) /* the row that exists stays as it is */
            return ETL_OK;
        return err_set(w->err, ETL_REJECT, "duplicate", "there already: %.*s",
                       STR_ARG(key_shown(w, step->table, keys, count)));
    }
    row = state_insert(w->state, t);
    for (size_t i = 0; i < count; i++)
        if (keys[i].value.len != 0)
            state_set(w->state, t, row, keys[i].name, keys[i].value);
    set_columns(w, step, t, row);
    renumber(w, step, t, row);
    w->count++;
    return check_unique(w, step, t, row);
}

static bool sets_column(const struct table_step *step, struct str column)
{
    for (size_t i = 0; i < step->set.count; i++)
        if (str_eq(step->set.items[i].name, column))
            return true;
    return false;
}

/* Does the row belong to the owner given? A row with the owner's column must name him; other rows pass. */
static bool owned(struct step_run *w, const struct table_step *step, const struct state_table *t,
                  const struct state_row *row)
{
    struct pair_value *owner;
    size_t             count;

    if (step->within_table.ptr == NULL)
        return true;
    count = fill_pairs(&step->within, &w->fill, w->mem, &owner);
    for (size_t i = 0; i < count; i++) {
        struct str has = state_cell(t, row, owner[i].name);

        if (has.len != 0 && !str_eq(has, owner[i].value) && !sets_column(step, owner[i].name))
            return false;
    }
    return true;
}

/* The rows that a change or removal selects. A key that is not given does not narrow the selection; without any key it is refused. */
static enum etl_status meant(struct step_run *w, const struct table_step *step, struct state_table *t,
                             struct state_row ***rows, size_t *found)
{
    struct pair_value *keys;
    size_t             count = fill_pairs(&step->key, &w->fill, w->mem, &keys), kept = 0;

    if (count == 0)
        return err_set(w->err, ETL_REJECT, "key-missing", "nothing says which of %.*s is meant", STR_ARG(step->table));
    *found = state_select(t, keys, count, w->mem, rows);
    for (size_t i = 0; i < *found; i++)
        if (owned(w, step, t, (*rows)[i]))
            (*rows)[kept++] = (*rows)[i];
    *found = kept;
    if (kept != 0 || step->missing_allowed)
        return ETL_OK;
    return err_set(w->err, ETL_REJECT, "missing", "not found: %.*s", STR_ARG(key_shown(w, step->table, keys, count)));
}

/* After a change of identity: does another row have that identity too? */
static enum etl_status check_identity(struct step_run *w, struct state_table *t, const struct state_row *row)
{
    const struct pairs *identity = steps_identity(w->command->provider, state_table_name(t));
    struct pair_value  *keys;
    struct state_row  **rows;

    if (identity == NULL)
        return ETL_OK;
    keys = ARENA_ARRAY(w->mem, struct pair_value, identity->count + 1);
    for (size_t i = 0; i < identity->count; i++) {
        struct str value = state_cell(t, row, identity->items[i].name);

        keys[i] = (struct pair_value){ identity->items[i].name, value.ptr != NULL ? value : STR("") };
    }
    if (state_select(t, keys, identity->count, w->mem, &rows) <= 1)
        return ETL_OK;
    return err_set(w->err, ETL_REJECT, "duplicate", "there already: %.*s",
                   STR_ARG(key_shown(w, state_table_name(t), keys, identity->count)));
}

static bool changes_identity(const struct table_step *step, const struct provider *p)
{
    const struct pairs *identity = steps_identity(p, step->table);

    for (size_t i = 0; identity != NULL && i < identity->count; i++)
        if (sets_column(step, identity->items[i].name))
            return true;
    return false;
}

static enum etl_status change(struct step_run *w, const struct table_step *step)
{
    struct state_table *t = state_table(w->state, step->table);
    struct state_row  **rows;
    size_t              count;
    bool                identity = changes_identity(step, w->command->provider);
    enum etl_status     st = meant(w, step, t, &rows, &count);

    for (size_t i = 0; st == ETL_OK && i < count; i++) {
        w->count += set_columns(w, step, t, rows[i]) != 0;
        if (identity)
            st = check_identity(w, t, rows[i]);
    }
    return st;
}

static enum etl_status drop(struct step_run *w, const struct table_step *step)
{
    struct state_table *t = state_table(w->state, step->table);
    struct state_row  **rows;
    size_t              count;
    enum etl_status     st = meant(w, step, t, &rows, &count);

    for (size_t i = 0; st == ETL_OK && i < count; i++) {
        state_remove(w->state, t, rows[i]);
        w->count++;
    }
    return st;
}

static enum etl_status (*const doers[])(struct step_run *, const struct table_step *) = {
    [STEP_MAKE] = make,
    [STEP_CHANGE] = change,
    [STEP_REMOVE] = drop,
};

/* Does {new_id} occur in the command? Then it gets a number. */
static struct str new_id(struct state *s, struct arena *mem, struct steps_done *done)
{
    done->new_id = done->use_id != 0 ? done->use_id : state_new_id(s);
    if (done->use_id != 0)
        state_note_id(s, done->use_id);
    return arena_fmt(mem, "%llu", (unsigned long long)done->new_id);
}

static enum etl_status check_forbidden(struct step_run *w)
{
    for (size_t i = 0; i < w->command->forbid_count; i++) {
        const struct table_step *f = &w->command->forbids[i];
        struct pair_value       *keys;
        struct state_row       **rows;
        size_t                   count = fill_pairs(&f->key, &w->fill, w->mem, &keys);

        if (!condition_holds(f->has_condition, f->unless, &f->condition, w->fill.values) || count < f->key.count)
            continue;
        if (state_select(state_table(w->state, f->table), keys, count, w->mem, &rows) != 0)
            return err_set(w->err, ETL_REJECT, "forbidden", "there is still: %.*s",
                           STR_ARG(key_shown(w, f->table, keys, count)));
    }
    return ETL_OK;
}

/* Once for each given member of a family; {member} is the part of its name that fills the family's place. */
static enum etl_status do_each(struct step_run *w, const struct table_step *step, struct pair_value extras[3])
{
    const struct command *c = w->command;
    enum etl_status       st = ETL_OK;

    for (size_t i = 0; st == ETL_OK && i < c->param_count; i++) {
        if (c->params[i].family == NULL || !str_eq(c->params[i].family->name, c->params[step->each].name) ||
            w->fill.values[i].kind != VALUE_TEXT)
            continue;
        extras[1] = (struct pair_value){ STR("member"), param_member(&c->params[i]) };
        extras[2] = (struct pair_value){ STR("value"), w->fill.values[i].text };
        w->fill.extra_count = 3;
        st = doers[step->kind](w, step);
    }
    w->fill.extra_count = 1;
    return st;
}

enum etl_status steps_apply(struct state *s, const struct command *command, const struct value *values, bool keep,
                            struct arena *mem, struct steps_done *out, struct err *err)
{
    struct steps_done done = { .use_id = out->use_id };
    struct pair_value extras[3] = { { STR("new_id"), new_id(s, mem, &done) } };
    struct step_run   w = { .state = s,
                            .command = command,
                            .fill = { .values = values, .extras = extras, .extra_count = 1 },
                            .mem = mem,
                            .err = err };
    enum etl_status   st = check_forbidden(&w);

    for (size_t i = 0; st == ETL_OK && i < command->step_count; i++) {
        const struct table_step *step = &command->steps[i];

        if (!condition_holds(step->has_condition, step->unless, &step->condition, values))
            continue;
        st = check_within(&w, step);
        if (st == ETL_OK)
            st = step->each < 0 ? doers[step->kind](&w, step) : do_each(&w, step, extras);
    }
    if (st == ETL_OK && keep)
        state_commit(s);
    else
        state_rollback(s);
    done.count = w.count;
    if (st == ETL_OK)
        *out = done;
    return st;
}

/* In a step with `each`, {value} is the member's value. */
static bool fed_by_secret(const struct command *c, const struct pairs *pairs, struct str column, int each)
{
    for (size_t i = 0; i < pairs->count; i++)
        for (size_t k = 0; str_eq(pairs->items[i].name, column) && k < pairs->items[i].text.count; k++) {
            int at = pairs->items[i].text.parts[k].param;

            if (at < 0 && each >= 0 && str_is(pairs->items[i].text.parts[k].place, "value"))
                at = each;
            if (at >= 0 && c->params[at].secret)
                return true;
        }
    return false;
}

bool steps_secret_column(const struct provider *p, struct str table, struct str column)
{
    for (size_t i = 0; i < p->command_count; i++)
        for (size_t k = 0; k < p->commands[i].step_count; k++) {
            const struct command    *c = &p->commands[i];
            const struct table_step *step = &c->steps[k];

            if (str_eq(step->table, table) &&
                (fed_by_secret(c, &step->set, column, step->each) || fed_by_secret(c, &step->key, column, step->each)))
                return true;
        }
    return false;
}

const struct pairs *steps_identity(const struct provider *p, struct str table)
{
    for (size_t i = 0; i < p->command_count; i++)
        for (size_t k = 0; k < p->commands[i].step_count; k++)
            if (p->commands[i].steps[k].kind == STEP_MAKE && str_eq(p->commands[i].steps[k].table, table))
                return &p->commands[i].steps[k].key;
    return NULL;
}
