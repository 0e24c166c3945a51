/* tests/unit/plan/test_record_says.c - etl/plan/record_says.h: which records say the same, and what a number gives away. */
#include "etl/plan/record_says.h"

#include <unistd.h>

#include "tests/unit/check.h"

enum { COLUMNS_MAX = 6 };

static char        folder[] = "/tmp/test_says.XXXXXX";
static struct key *key, *other_key;

/* "id=7|name=Ann|*pass=x" of columns in this order; a star marks a secret one. */
static uint64_t says_with(const struct key *k, const char *text)
{
    struct str           columns[COLUMNS_MAX], cells[COLUMNS_MAX], rest = str_from(text), part;
    bool                 secret[COLUMNS_MAX] = { false };
    size_t               n = 0;
    struct mapping_input in = { .columns = columns, .secret = secret };
    struct record        r = { .cells = cells };
    struct record_says  *s;
    uint64_t             says;

    while (rest.ptr != NULL && n < COLUMNS_MAX) {
        rest = str_cut(rest, '|', &part);
        cells[n] = str_cut(part, '=', &columns[n]);
        secret[n] = columns[n].ptr[0] == '*';
        n++;
    }
    in.column_count = r.count = n;
    s = record_says_new(&in, k);
    says = record_says_of(s, &r);
    assert_true(says == record_says_of(s, &r)); /* nothing stays from one record to the next */
    record_says_free(s);
    return says;
}

static uint64_t says(const char *text)
{
    return says_with(key, text);
}

static void what_says_the_same(void **state)
{
    static const char *const rows[][2] = {
        { "id=7|name=Ann", "name=Ann|id=7" },             /* columns that moved */
        { "id=7|name=Ann", "id=7|note=|name=Ann" },       /* an empty one more */
        { "id=7|*pass=a|*pin=b", "*pin=b|id=7|*pass=a" }, /* secret ones as well */
        { "id=7|_errors=zip: wrong", "id=7" },            /* why it was rejected is no part of it */
    };

    (void)state;
    for (size_t i = 0; i < COUNT(rows); i++)
        if (says(rows[i][0]) != says(rows[i][1]))
            fail_row(i, "%s and %s differ", rows[i][0], rows[i][1]);
}

static void what_says_something_else(void **state)
{
    static const char *const rows[][2] = {
        { "id=7|name=Ann", "id=7|name=Bob" },
        { "id=7|name=8", "id=8|name=7" },
        { "a=x|b=", "a=|b=x" },
        { "a=xx|b=x", "a=x|b=xx" },
        { "id=7", "id=7 " },
        { "id=7|*pass=a", "id=7|*pass=b" },
        { "*pass=a|*pin=b", "*pass=b|*pin=a" },
        { "id=7|*pass=a", "id=7|pass=a" },
        { "a=1|b=1", "a=2|b=2" },
    };

    (void)state;
    for (size_t i = 0; i < COUNT(rows); i++)
        if (says(rows[i][0]) == says(rows[i][1]))
            fail_row(i, "%s and %s say the same", rows[i][0], rows[i][1]);
}

/* The number stands in the plan in clear. Without the key nobody can try passwords against it; with another key it is another. */
static void a_secret_counts_by_a_keyed_fingerprint(void **state)
{
    (void)state;
    assert_true(says_with(key, "id=7|name=Ann") == says_with(other_key, "id=7|name=Ann"));
    assert_true(says_with(key, "id=7|*pass=a") != says_with(other_key, "id=7|*pass=a"));
}

static void elements_of_lists_count_with_their_places(void **state)
{
    static const struct str       paths[] = { BYTES("id") }, parts[] = { BYTES("name"), BYTES("kind") };
    static const struct json_list lists[] = { { .path = BYTES("boxes"), .columns = parts, .column_count = 2 } };
    static const bool secret[2] = { false, false }, *const list_secret[] = { secret };
    const struct str cells[] = { BYTES("7") }, ab[] = { BYTES("a"), BYTES("x"), BYTES("b"), BYTES("x") },
                     ba[] = { BYTES("b"), BYTES("x"), BYTES("a"), BYTES("x") };
    const struct mapping_input in = { .columns = paths,
                                      .column_count = 1,
                                      .secret = secret,
                                      .list_secret = list_secret,
                                      .wanted = {
                                          .columns = paths, .column_count = 1, .lists = lists, .list_count = 1 } };
    const struct record_rows   two = { .cells = ab, .count = 2 }, turned = { .cells = ba, .count = 2 },
                             one = { .cells = ab, .count = 1 };
    struct record       r = { .cells = cells, .count = 1, .lists = &two };
    struct record_says *s = record_says_new(&in, key);
    uint64_t            first = record_says_of(s, &r);

    (void)state;
    r.lists = &turned;
    assert_true(record_says_of(s, &r) != first);
    r.lists = &one;
    assert_true(record_says_of(s, &r) != first);
    r.lists = &two;
    assert_true(record_says_of(s, &r) == first);
    record_says_free(s);
}

static int set_up(void **state)
{
    char path[64];

    (void)state;
    if (mkdtemp(folder) == NULL)
        return -1;
    snprintf(path, sizeof path, "%s/key", folder);
    if (key_open(path, &real_random, &key, NULL) != ETL_OK)
        return -1;
    unlink(path);
    if (key_open(path, &real_random, &other_key, NULL) != ETL_OK)
        return -1;
    return unlink(path);
}

static int tear_down(void **state)
{
    (void)state;
    key_free(key);
    key_free(other_key);
    return rmdir(folder);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_says_the_same),
        cmocka_unit_test(what_says_something_else),
        cmocka_unit_test(a_secret_counts_by_a_keyed_fingerprint),
        cmocka_unit_test(elements_of_lists_count_with_their_places),
    };

    return cmocka_run_group_tests(tests, set_up, tear_down);
}
