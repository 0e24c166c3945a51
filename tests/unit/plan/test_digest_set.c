/* tests/unit/plan/test_digest_set.c - etl/plan/digest_set.h: keys that tell their kind, a set that forgets nothing and stays small. */
#include "etl/plan/digest_set.h"

#include "tests/unit/check.h"

static struct digest numbered(uint64_t i)
{
    char text[32];

    snprintf(text, sizeof text, "%llu", (unsigned long long)i);
    return digest_of(7, DIGEST_LANE, 0, str_from(text));
}

static void a_digest_tells_its_kind(void **state)
{
    (void)state;
    for (unsigned kind = DIGEST_LANE; kind <= DIGEST_SAYS; kind++)
        for (uint32_t i = 0; i < 200; i++) {
            char          text[8];
            struct digest d;

            snprintf(text, sizeof text, "%u", i);
            d = digest_of(i, (enum digest_kind)kind, i, str_from(text));
            assert_int_equal(digest_kind(d), kind);
        }
}

static void everything_goes_into_it(void **state)
{
    const struct digest d = digest_of(1, DIGEST_UNIQUE, 2, STR("x"));
    const struct digest others[] = {
        digest_of(2, DIGEST_UNIQUE, 2, STR("x")), digest_of(1, DIGEST_ONCE, 2, STR("x")),
        digest_of(1, DIGEST_UNIQUE, 3, STR("x")), digest_of(1, DIGEST_UNIQUE, 2, STR("y")),
        digest_of(1, DIGEST_UNIQUE, 2, STR("")),
    };
    const struct digest same = digest_of(1, DIGEST_UNIQUE, 2, STR("x"));

    (void)state;
    assert_true(same.low == d.low && same.high == d.high);
    for (size_t i = 0; i < COUNT(others); i++)
        if (others[i].low == d.low)
            fail_row(i, "%s", "the same digest");
}

static void remembers(void **state)
{
    enum { MANY = 200000 };
    struct digest_set *s = digest_set_new(UINT64_C(1) << 32);

    (void)state;
    assert_null(digest_set_get(s, numbered(1)));
    for (uint64_t i = 0; i < MANY; i++)
        *digest_set_put(s, numbered(i)) = i * 3;
    assert_int_equal(digest_set_count(s), MANY);
    for (uint64_t i = 0; i < MANY; i++)
        assert_int_equal(*digest_set_get(s, numbered(i)), i * 3);
    for (uint64_t i = MANY; i < MANY + 1000; i++)
        assert_null(digest_set_get(s, numbered(i)));
    *digest_set_put(s, numbered(5)) = 1; /* found, not added */
    assert_int_equal(digest_set_count(s), MANY);
    assert_true(digest_set_bytes(s) <= UINT64_C(36) * MANY); /* 24 bytes, 0.68 to 0.82 full */
    digest_set_free(s);
    digest_set_free(NULL);
}

/* Account numbers are short and alike, and so are the numbers of calls: every pair has a digest of its own. With the number in
 * XXH3's seed, texts of six to eight bytes had not. */
static void neighbours_are_told_apart(void **state)
{
    enum { ACCOUNTS = 200000, NUMBERS = 4 };
    struct digest_set *s = digest_set_new(UINT64_C(1) << 32);
    char               text[16];

    (void)state;
    for (unsigned i = 0; i < ACCOUNTS; i++)
        for (uint32_t number = 0; number < NUMBERS; number++) {
            snprintf(text, sizeof text, "%06u", i);
            *digest_set_put(s, digest_of(UINT64_C(0x5eed), DIGEST_ONCE, number, str_from(text))) = 1;
        }
    assert_int_equal(digest_set_count(s), NUMBERS * ACCOUNTS);
    digest_set_free(s);
}

struct sum {
    uint64_t count, values;
};

static void add_up(void *context, struct digest d, uint64_t value)
{
    struct sum *sum = context;

    assert_int_equal(digest_kind(d), DIGEST_LANE);
    sum->count++;
    sum->values += value;
}

static void each_is_seen_once(void **state)
{
    struct digest_set *s = digest_set_new(1000);
    struct sum         sum = { 0, 0 };

    (void)state;
    for (uint64_t i = 1; i <= 1000; i++)
        *digest_set_put(s, numbered(i)) = i;
    digest_set_each(s, add_up, &sum);
    assert_int_equal(sum.count, 1000);
    assert_int_equal(sum.values, 500500);
    digest_set_free(s);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_digest_tells_its_kind),
        cmocka_unit_test(everything_goes_into_it),
        cmocka_unit_test(remembers),
        cmocka_unit_test(neighbours_are_told_apart),
        cmocka_unit_test(each_is_seen_once),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
