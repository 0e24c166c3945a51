/* tests/unit/sandbox/test_sandbox_state.c - providers/sandbox/store/state.h: rows, indexes and undo, against a plain list. */
#include "providers/sandbox/store/state.h"
#include "tests/unit/check.h"

static struct str value_form_write(struct state *s, const char *table)
{
    static char         text[1 << 16];
    struct arena        mem;
    struct state_table *t = state_table(s, str_from(table));
    struct state_row  **rows;
    size_t              count, at = 0;

    arena_init(&mem, 1 << 20, "a test");
    count = state_select(t, NULL, 0, &mem, &rows);
    text[0] = '\0';
    for (size_t i = 0; i < count; i++) {
        for (size_t k = 0; k < state_column_count(t); k++) {
            struct str value = state_cell(t, rows[i], state_column_name(t, k));

            if (value.ptr != NULL)
                at += (size_t)snprintf(text + at, sizeof text - at, "%.*s=%.*s ", STR_ARG(state_column_name(t, k)),
                                       STR_ARG(value));
        }
        at += (size_t)snprintf(text + at, sizeof text - at, ";");
    }
    arena_release(&mem);
    return str_of(text, at);
}

static size_t found(struct state *s, const char *table, const char *column, const char *value, struct state_row **first)
{
    struct pair_value  key = { str_from(column), str_from(value) };
    struct arena       mem;
    struct state_row **rows;
    size_t             count;

    arena_init(&mem, 1 << 20, "a test");
    count = state_select(state_table(s, str_from(table)), &key, 1, &mem, &rows);
    if (count != 0 && first != NULL)
        *first = rows[0];
    arena_release(&mem);
    return count;
}

static struct state_row *put(struct state *s, const char *table, const char *id, const char *owner)
{
    struct state_table *t = state_table(s, str_from(table));
    struct state_row   *row = state_insert(s, t);

    state_set(s, t, row, STR("id"), str_from(id));
    state_set(s, t, row, STR("owner"), str_from(owner));
    return row;
}

static void selects(void **state)
{
    struct state     *s = state_new();
    struct state_row *row = NULL;

    (void)state;
    put(s, "t", "1", "a");
    put(s, "t", "2", "b");
    put(s, "t", "3", "a");
    state_commit(s);
    assert_int_equal(found(s, "t", "owner", "a", &row), 2);
    assert_is(state_cell(state_table(s, STR("t")), row, STR("id")), "1"); /* oldest first */
    assert_int_equal(found(s, "t", "owner", "c", NULL), 0);
    assert_int_equal(found(s, "t", "none", "", NULL), 3); /* not there equals empty */
    assert_int_equal(state_table_count(state_table(s, STR("t"))), 3);
    state_set(s, state_table(s, STR("t")), row, STR("owner"), STR("b")); /* the index follows */
    state_commit(s);
    assert_int_equal(found(s, "t", "owner", "a", NULL), 1);
    assert_int_equal(found(s, "t", "owner", "b", NULL), 2);
    state_free(s);
}

static void rolls_back(void **state)
{
    struct state       *s = state_new();
    struct state_table *t = state_table(s, STR("t"));
    struct state_row   *one = put(s, "t", "1", "a"), *two = put(s, "t", "2", "b");
    const char         *want = "id=1 owner=a ;id=2 owner=b ;";

    (void)state;
    state_commit(s);
    assert_int_equal(found(s, "t", "owner", "a", NULL), 1);
    state_set(s, t, one, STR("owner"), STR("x"));
    state_set(s, t, one, STR("owner"), STR("y"));
    state_remove(s, t, one);
    put(s, "t", "3", "c");
    state_set(s, t, two, STR("new"), STR("n"));
    state_remove(s, t, two);
    assert_is(value_form_write(s, "t"), "id=3 owner=c ;");
    state_rollback(s);
    assert_text(value_form_write(s, "t"), str_from(want));
    assert_int_equal(found(s, "t", "owner", "a", NULL), 1);
    assert_int_equal(found(s, "t", "owner", "y", NULL), 0);
    assert_int_equal(found(s, "t", "new", "n", NULL), 0);
    state_free(s);
}

/* The number given to a call that was refused is gone, as with the databases this stands for. */
static void numbers(void **state)
{
    struct state *s = state_new();
    uint64_t      first = state_new_id(s);

    (void)state;
    state_rollback(s);
    assert_true(state_new_id(s) > first);
    state_free(s);
}

/* ---- many changes at random, half of them taken back, beside a list that cannot be wrong ---- */

enum { MODEL_MAX = 64, ROUNDS = 3000 };
struct model {
    struct {
        char id[8], owner[8];
    } rows[MODEL_MAX];
    size_t count;
};

static uint32_t next(uint32_t *random)
{
    *random = *random * 1664525 + 1013904223;
    return *random >> 8;
}

static void change(struct state *s, struct model *m, uint32_t *random)
{
    struct state_table *t = state_table(s, STR("t"));
    uint32_t            what = next(random) % 3;
    struct state_row   *row = NULL;
    size_t              at;

    if (m->count == 0 || (what == 0 && m->count < MODEL_MAX)) {
        at = m->count++;
        snprintf(m->rows[at].id, 8, "%u", next(random) % 1000000);
        snprintf(m->rows[at].owner, 8, "%u", next(random) % 5);
        put(s, "t", m->rows[at].id, m->rows[at].owner);
        return;
    }
    at = next(random) % m->count;
    if (found(s, "t", "id", m->rows[at].id, &row) != 1)
        return; /* twice the same id: leave it */
    if (what == 1) {
        snprintf(m->rows[at].owner, 8, "%u", next(random) % 5);
        state_set(s, t, row, STR("owner"), str_from(m->rows[at].owner));
    } else {
        state_remove(s, t, row);
        memmove(&m->rows[at], &m->rows[at + 1], (m->count - at - 1) * sizeof m->rows[0]);
        m->count--;
    }
}

static void agree(struct state *s, const struct model *m)
{
    char   want[1 << 12];
    size_t at = 0, owners[5] = { 0 };

    for (size_t i = 0; i < m->count; i++) {
        at += (size_t)snprintf(want + at, sizeof want - at, "id=%s owner=%s ;", m->rows[i].id, m->rows[i].owner);
        owners[m->rows[i].owner[0] - '0']++;
    }
    assert_text(value_form_write(s, "t"), str_of(want, at));
    for (size_t i = 0; i < 5; i++) {
        char owner[2] = { (char)('0' + i), '\0' };

        assert_int_equal(found(s, "t", "owner", owner, NULL), owners[i]);
    }
}

static void agrees_with_a_plain_list(void **state)
{
    struct state *s = state_new();
    struct model  settled = { 0 }, now;
    uint32_t      random = 1;

    (void)state;
    for (int round = 0; round < ROUNDS; round++) {
        now = settled;
        for (uint32_t n = next(&random) % 4 + 1; n != 0; n--)
            change(s, &now, &random);
        if (next(&random) % 2 == 0) {
            state_commit(s);
            settled = now;
        } else {
            state_rollback(s);
        }
        if (round % 16 == 0)
            agree(s, &settled);
    }
    agree(s, &settled);
    state_free(s);
}

int main(void)
{
    const struct CMUnitTest tests[] = { cmocka_unit_test(selects), cmocka_unit_test(rolls_back),
                                        cmocka_unit_test(numbers), cmocka_unit_test(agrees_with_a_plain_list) };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
