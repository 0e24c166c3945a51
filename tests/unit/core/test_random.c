/* tests/unit/core/test_random.c - etl/core/system/random.h: equal seeds give equal bytes, the kernel's never repeat. */
#include "etl/core/system/random.h"
#include "tests/unit/check.h"

static void equal_seeds_are_equal(void **state)
{
    struct random a, b, c;
    unsigned char from_a[300], from_b[300], from_c[300];

    (void)state;
    random_seed(&a, 7);
    random_seed(&b, 7);
    random_seed(&c, 8);
    assert_true(random_bytes(&a, from_a, sizeof from_a) && random_bytes(&b, from_b, sizeof from_b) &&
                random_bytes(&c, from_c, sizeof from_c));
    assert_memory_equal(from_a, from_b, sizeof from_a);
    assert_memory_not_equal(from_a, from_c, sizeof from_a);
    assert_true(random_u64(&a) == random_u64(&b));
}

/* The first numbers of seed 1234567, as the authors' splitmix64.c gives them. */
static void it_is_splitmix64(void **state)
{
    static const uint64_t want[] = { UINT64_C(6457827717110365317), UINT64_C(3203168211198807973),
                                     UINT64_C(9817491932198370423) };
    struct random         r;

    (void)state;
    random_seed(&r, 1234567);
    for (size_t i = 0; i < COUNT(want); i++)
        assert_true(random_u64(&r) == want[i]);
}

/* More than the 256 bytes that getrandom(2) gives whole. */
static void the_kernels_do_not_repeat(void **state)
{
    unsigned char one[1000] = { 0 }, two[1000] = { 0 };

    (void)state;
    assert_true(random_bytes(&real_random, one, sizeof one) && random_bytes(&real_random, two, sizeof two));
    assert_memory_not_equal(one, two, sizeof one);
    assert_memory_not_equal(one + 500, two + 500, 500);
    assert_true(random_u64(&real_random) != random_u64(&real_random));
}

int main(void)
{
    const struct CMUnitTest tests[] = { cmocka_unit_test(equal_seeds_are_equal), cmocka_unit_test(it_is_splitmix64),
                                        cmocka_unit_test(the_kernels_do_not_repeat) };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
