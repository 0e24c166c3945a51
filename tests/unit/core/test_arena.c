/* tests/unit/core/test_arena.c - etl/core/arena.h: memory that is freed all at once. */
#include "tests/unit/check.h"

static void zeroed_and_aligned(void **state)
{
    AUTO(arena_release) struct arena a;

    (void)state;
    arena_init(&a, 1 << 20, "a test");
    for (size_t size = 0; size < 300; size += 7) {
        unsigned char *p = arena_alloc(&a, size);

        assert_int_equal((uintptr_t)p % 16, 0);
        for (size_t i = 0; i < size; i++)
            assert_int_equal(p[i], 0);
        memset(p, 0xaa, size);
        memset(arena_bytes(&a, 3), 0xbb, 3); /* leaves the next one unaligned */
    }
}

static void copies_of_text(void **state)
{
    AUTO(arena_release) struct arena a;
    struct str                       copy;

    (void)state;
    arena_init(&a, 1 << 20, "a test");
    copy = arena_str(&a, STR("abc"));
    assert_is(copy, "abc");
    assert_int_equal(copy.ptr[3], '\0');
    assert_null(arena_str(&a, STR_NONE).ptr);
    assert_non_null(arena_str(&a, STR("")).ptr);
    assert_string_equal(arena_cstr(&a, STR_NONE), "");
    assert_is(arena_fmt(&a, "%s-%d", "x", 7), "x-7");
    assert_is(arena_fmt(&a, "%s", ""), "");
}

static void arrays_grow(void **state)
{
    AUTO(arena_release) struct arena a;
    size_t                          *items = NULL, count = 0, cap = 0;

    (void)state;
    arena_init(&a, 1 << 20, "a test");
    for (size_t i = 0; i < 1000; i++)
        ARENA_PUSH(&a, items, count, cap) = i * i;
    assert_int_equal(count, 1000);
    for (size_t i = 0; i < 1000; i++)
        assert_int_equal(items[i], i * i);
}

static void reset_keeps_a_chunk_and_forgets_the_rest(void **state)
{
    AUTO(arena_release) struct arena a;
    size_t                           after_first;

    (void)state;
    arena_init(&a, 64 << 20, "a test");
    arena_reset(&a); /* a fresh one is fine */
    for (int i = 0; i < 1000; i++)
        arena_alloc(&a, 1000);
    arena_reset(&a);
    after_first = a.total;
    assert_true(after_first <= 1 << 20);
    for (int round = 0; round < 20; round++) {
        for (int i = 0; i < 1000; i++)
            memset(arena_alloc(&a, 1000), 1, 1000);
        arena_reset(&a);
        assert_true(a.total <= 1 << 20);
    }
    arena_alloc(&a, 32 << 20); /* a giant is not kept */
    arena_reset(&a);
    assert_int_equal(a.total, 0);
    arena_alloc(&a, 10);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(zeroed_and_aligned),
        cmocka_unit_test(copies_of_text),
        cmocka_unit_test(arrays_grow),
        cmocka_unit_test(reset_keeps_a_chunk_and_forgets_the_rest),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
