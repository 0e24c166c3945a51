/* etl/apply/dependencies.c - which earlier call of its lane a call needs. */
#include "etl/apply/dependencies.h"

enum { LANE_MEMORY = 64 << 20 };

struct made { /* a row that a call is to make */
    struct str         table;
    struct pair_value *columns;
    size_t             count;
    size_t             call;
};
struct prior_call {
    struct str name; /* as references name it */
    uint64_t   position;
};
struct dependencies {
    struct arena       mem;
    struct made       *rows;
    size_t             row_count, row_cap;
    struct prior_call *calls;
    size_t             call_count, call_cap;
};

struct dependencies *dependencies_new(void)
{
    struct dependencies *n = calloc(1, sizeof *n);

    if (n == NULL)
        memory_exhausted("a lane's needs", sizeof *n);
    arena_init(&n->mem, LANE_MEMORY, "what a lane makes");
    return n;
}

void dependencies_free(struct dependencies *n)
{
    if (n == NULL)
        return;
    arena_wipe(&n->mem); /* rows hold passwords too */
    free(n);
}

void dependencies_reset(struct dependencies *n)
{
    arena_reset(&n->mem);
    n->rows = NULL;
    n->calls = NULL;
    n->row_count = n->row_cap = n->call_count = n->call_cap = 0;
}

static struct str column_of(const struct made *row, struct str name)
{
    for (size_t i = row->count; i-- != 0;) /* a value from set: stands behind the key and wins */
        if (str_eq(row->columns[i].name, name))
            return row->columns[i].value;
    return STR_NONE;
}

/* Does the row have the values of the pairs? A pair without a value is not compared; if no pair has a value, no row matches. */
static bool is_row(const struct made *row, struct str table, const struct pairs *pairs, const struct value *values,
                   struct arena *mem)
{
    bool any = false;

    if (!str_eq(row->table, table))
        return false;
    for (size_t i = 0; i < pairs->count; i++) {
        struct str wanted = text_fill(&pairs->items[i].text, values, NULL, 0, mem), got;

        if (wanted.ptr == NULL)
            continue;
        got = column_of(row, pairs->items[i].name);
        if (got.ptr == NULL || !str_eq(wanted, got))
            return false;
        any = true;
    }
    return any;
}

static size_t find_row(const struct dependencies *n, struct str table, const struct pairs *pairs,
                       const struct value *values, struct arena *mem)
{
    for (size_t i = 0; i < n->row_count; i++)
        if (is_row(&n->rows[i], table, pairs, values, mem))
            return n->rows[i].call + 1;
    return 0;
}

static size_t needed_by_step(const struct dependencies *n, const struct table_step *step, const struct value *values,
                             struct arena *mem)
{
    size_t at = 0;

    if (!condition_holds(step->has_condition, step->unless, &step->condition, values))
        return 0;
    if (step->within_table.ptr != NULL)
        at = find_row(n, step->within_table, &step->within, values, mem);
    if (at == 0 && step->kind != STEP_MAKE && !step->missing_allowed)
        at = find_row(n, step->table, &step->key, values, mem);
    return at;
}

/* "customer.id": the latest call of that name. */
static size_t needed_by_reference(const struct dependencies *n, const struct value *v)
{
    struct str  name;
    const char *dot;

    if (v->kind != VALUE_REF)
        return 0;
    dot = memrchr(v->text.ptr, '.', v->text.len); /* the call's name may have dots, its capture has none */
    name = str_head(v->text, dot != NULL ? (size_t)(dot - v->text.ptr) : v->text.len);
    for (size_t i = n->call_count; i-- != 0;)
        if (str_eq(n->calls[i].name, name))
            return i + 1;
    return 0;
}

uint64_t dependencies_find(const struct dependencies *n, const struct loaded_call *call, struct str *name)
{
    AUTO(arena_wipe) struct arena mem = { 0 };
    size_t                        at = 0;

    arena_init(&mem, LANE_MEMORY, "a call's rows");
    for (size_t i = 0; at == 0 && i < call->command->param_count; i++)
        at = needed_by_reference(n, &call->values[i]);
    for (size_t i = 0; at == 0 && i < call->command->step_count; i++)
        at = needed_by_step(n, &call->command->steps[i], call->values, &mem);
    if (at == 0)
        return 0;
    *name = n->calls[at - 1].name;
    return n->calls[at - 1].position;
}

static void add_columns(struct dependencies *n, struct made *row, const struct pairs *pairs, const struct value *values)
{
    for (size_t i = 0; i < pairs->count; i++) {
        struct str value = text_fill(&pairs->items[i].text, values, NULL, 0, &n->mem);

        if (value.ptr != NULL)
            row->columns[row->count++] = (struct pair_value){ pairs->items[i].name, arena_str(&n->mem, value) };
    }
}

void dependencies_add(struct dependencies *n, const struct loaded_call *call, uint64_t position)
{
    struct str as = call->call->head->as;

    ARENA_PUSH(&n->mem, n->calls, n->call_count, n->call_cap) = (struct prior_call){ arena_str(&n->mem, as), position };
    for (size_t i = 0; i < call->command->step_count; i++) {
        const struct table_step *step = &call->command->steps[i];
        struct made              row = { .table = step->table, .call = n->call_count - 1 };

        if (step->kind != STEP_MAKE ||
            !condition_holds(step->has_condition, step->unless, &step->condition, call->values))
            continue;
        row.columns = ARENA_ARRAY(&n->mem, struct pair_value, step->key.count + step->set.count + 1);
        add_columns(n, &row, &step->key, call->values);
        add_columns(n, &row, &step->set, call->values);
        ARENA_PUSH(&n->mem, n->rows, n->row_count, n->row_cap) = row;
    }
}
