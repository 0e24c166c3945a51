/* tests/unit/plan/test_seen_keys.c - etl/plan/seen_keys.h: what planning remembers, and what a plan --after may build on. */
#include "etl/plan/seen_keys.h"

#include <fcntl.h>
#include <unistd.h>

#include "tests/unit/check.h"

static struct key *key;
static char        key_path[] = "/tmp/test_known.key.XXXXXX", path[] = "/tmp/test_known.XXXXXX";

static struct digest lane_of(const struct seen_keys *k, const char *lane)
{
    return digest_of(k->seed, DIGEST_LANE, 0, str_from(lane));
}

static uint32_t call(struct seen_keys *k, const char *lane, uint32_t name, bool *is_new)
{
    return seen_keys_lane_call(k, lane_of(k, lane), str_from(lane), name, is_new);
}

static void occurrences(void **state)
{
    struct seen_keys k;
    bool             is_new;

    (void)state;
    seen_keys_init(&k, key);
    assert_int_equal(call(&k, "1001", 0, &is_new), 0);
    assert_true(is_new);
    assert_int_equal(call(&k, "1001", 0, &is_new), 1);
    assert_false(is_new);
    assert_int_equal(call(&k, "1001", 5, &is_new), 0);
    assert_int_equal(call(&k, "1002", 0, &is_new), 0);
    assert_true(is_new);
    /* past the six names of a lane's own entry, and past 255 of a name */
    for (uint32_t name = 0; name < 9; name++)
        for (uint32_t i = 0; i < 1000; i++)
            assert_int_equal(call(&k, "1003", name, &is_new), i);
    for (uint32_t name = 0; name < 9; name++)
        assert_int_equal(call(&k, "1004", name, &is_new), 0);
    seen_keys_release(&k);
}

static void rejected_lanes(void **state)
{
    struct seen_keys  k;
    struct seen_place where;
    bool              is_new;

    (void)state;
    seen_keys_init(&k, key);
    assert_false(seen_keys_lane_rejected(&k, lane_of(&k, "1001"), &where));
    call(&k, "1001", 0, &is_new);
    assert_false(seen_keys_lane_rejected(&k, lane_of(&k, "1001"), &where));
    seen_keys_lane_reject(&k, lane_of(&k, "1001"), (struct seen_place){ 2, 17 });
    seen_keys_lane_reject(&k, lane_of(&k, "1001"), (struct seen_place){ 3, 99 });
    assert_true(seen_keys_lane_rejected(&k, lane_of(&k, "1001"), &where));
    assert_int_equal(where.input, 2); /* the first is named */
    assert_int_equal(where.line, 17);
    assert_false(seen_keys_lane_rejected(&k, lane_of(&k, "1002"), &where));
    seen_keys_release(&k);
}

static void claims_parents_and_rows(void **state)
{
    struct seen_keys    k;
    struct seen_place   where;
    struct digest       unique, parent, nth;
    struct parent_place at;

    (void)state;
    seen_keys_init(&k, key);
    unique = digest_of(k.seed, DIGEST_UNIQUE, 0, STR("a"));
    assert_true(seen_keys_is_free(&k, unique, &where));
    seen_keys_claim(&k, unique, (struct seen_place){ 1, UINT64_C(5000000000) });
    assert_false(seen_keys_is_free(&k, unique, &where));
    assert_int_equal(where.input, 1);
    assert_int_equal(where.line, UINT64_C(5000000000));
    for (unsigned call = 0; call < SEEN_CALLS; call++) { /* each call of a mapping claims for itself */
        assert_true(seen_keys_once(&k, digest_of(k.seed, DIGEST_ONCE, 0, STR("a")), call));
        assert_false(seen_keys_once(&k, digest_of(k.seed, DIGEST_ONCE, 0, STR("a")), call));
    }
    assert_true(seen_keys_once(&k, digest_of(k.seed, DIGEST_ONCE, 0, STR("b")), 0));
    parent = digest_of(k.seed, DIGEST_PARENT, 0, STR("1001"));
    assert_false(seen_keys_parent(&k, 2, parent, &at));
    seen_keys_parent_add(&k, 2, parent, 0, 40); /* a file without a header begins with it */
    seen_keys_parent_add(&k, 2, parent, 777, 50);
    assert_true(seen_keys_parent(&k, 2, parent, &at));
    assert_int_equal(at.offset, 0); /* the first row of a lane is its parent */
    assert_int_equal(at.length, 40);
    assert_int_equal(at.runs_ago, 0);
    parent = digest_of(k.seed, DIGEST_PARENT, 0, STR("1002"));
    seen_keys_parent_add(&k, 2, parent, (UINT64_C(1) << 37) - 1,
                         (2 << 20) + 1); /* as far as places go, as long as a record in UTF-16 is */
    assert_true(seen_keys_parent(&k, 2, parent, &at));
    assert_int_equal(at.offset, (UINT64_C(1) << 37) - 1);
    assert_int_equal(at.length, (2 << 20) + 1);
    parent = digest_of(k.seed, DIGEST_PARENT, 0, STR("1003"));
    seen_keys_parent_add(&k, 2, parent, UINT64_C(1) << 50, 50);
    assert_true(seen_keys_parent(&k, 2, parent, &at));
    assert_int_equal(at.runs_ago, PARENT_FAR);
    nth = digest_of(k.seed, DIGEST_NTH, 0, STR("1001"));
    assert_int_equal(seen_keys_count(&k, nth), 0);
    assert_int_equal(seen_keys_count_up(&k, nth), 1);
    assert_int_equal(seen_keys_count_up(&k, nth), 2);
    seen_keys_nth_rejected(&k, nth);
    assert_int_equal(seen_keys_count_up(&k, nth), 3); /* a rejected row keeps its number in this plan */
    seen_keys_release(&k);
}

/* What RUN knew, after it was saved and loaded. */
static void planned_after(void **state)
{
    struct seen_keys    before, after;
    struct seen_place   where;
    struct err          err = { 0 };
    struct parent_place at;
    bool                is_new;

    (void)state;
    seen_keys_init(&before, key);
    call(&before, "1001", 0, &is_new);
    call(&before, "1001", 0, &is_new);
    for (int i = 0; i < 300; i++)
        call(&before, "many", 7, &is_new);
    seen_keys_lane_reject(&before, lane_of(&before, "1002"), (struct seen_place){ 0, 3 });
    seen_keys_claim(&before, digest_of(before.seed, DIGEST_UNIQUE, 0, STR("u")), (struct seen_place){ 1, 9 });
    assert_true(seen_keys_once(&before, digest_of(before.seed, DIGEST_ONCE, 0, STR("o")), 4));
    seen_keys_parent_add(&before, 0, digest_of(before.seed, DIGEST_PARENT, 0, STR("1001")), 4711, 50);
    for (int i = 0; i < 3; i++)
        seen_keys_count_up(&before, digest_of(before.seed, DIGEST_NTH, 0, STR("1001")));
    seen_keys_nth_rejected(&before, digest_of(before.seed, DIGEST_NTH, 0, STR("1001")));
    seen_keys_count_up(&before, digest_of(before.seed, DIGEST_COUNT, 0, STR("1001")));
    assert_int_equal(seen_keys_save(&before, path, &err), ETL_OK);
    seen_keys_release(&before);

    seen_keys_init(&after, key);
    assert_int_equal(seen_keys_load(&after, path, &err), ETL_OK);
    assert_int_equal(call(&after, "1001", 0, &is_new), 2); /* ids go on, none is given twice */
    assert_true(is_new);                                   /* but in this plan it is the lane's first */
    assert_int_equal(call(&after, "many", 7, &is_new), 300);
    assert_false(seen_keys_lane_rejected(&after, lane_of(&after, "1002"), &where)); /* it comes again, mended */
    assert_false(seen_keys_is_free(&after, digest_of(after.seed, DIGEST_UNIQUE, 0, STR("u")), &where));
    assert_int_equal(where.input, PLACE_AFTER);
    assert_false(seen_keys_once(&after, digest_of(after.seed, DIGEST_ONCE, 0, STR("o")), 4));
    assert_true(seen_keys_once(&after, digest_of(after.seed, DIGEST_ONCE, 0, STR("o")), 5));
    assert_true(seen_keys_parent(&after, 0, digest_of(after.seed, DIGEST_PARENT, 0, STR("1001")), &at));
    assert_int_equal(at.runs_ago, 1);
    assert_int_equal(at.offset, 4711);
    assert_int_equal(seen_keys_count_up(&after, digest_of(after.seed, DIGEST_NTH, 0, STR("1001"))),
                     3); /* two stand, this is the third */
    assert_int_equal(seen_keys_count(&after, digest_of(after.seed, DIGEST_COUNT, 0, STR("1001"))), 0);
    seen_keys_release(&after);
}

static void damaged_files_are_refused(void **state)
{
    struct seen_keys k;
    struct err       err = { 0 };
    int              fd;

    (void)state;
    seen_keys_init(&k, key);
    seen_keys_claim(&k, digest_of(k.seed, DIGEST_UNIQUE, 0, STR("u")), (struct seen_place){ 1, 9 });
    assert_int_equal(seen_keys_save(&k, path, &err), ETL_OK);
    assert_int_equal(truncate(path, 16 + 23), 0);
    assert_int_equal(seen_keys_load(&k, path, &err), ETL_FAIL);
    fd = open(path, O_WRONLY | O_TRUNC);
    assert_int_equal(write(fd, "something else, long", 20), 20);
    close(fd);
    assert_int_equal(seen_keys_load(&k, path, &err), ETL_FAIL);
    assert_int_equal(seen_keys_load(&k, "/nowhere/known.bin", &err), ETL_FAIL);
    seen_keys_release(&k);
}

static int make_key(void **state)
{
    struct err err = { 0 };
    int        fd = mkstemp(key_path);

    (void)state;
    close(fd);
    unlink(key_path);
    fd = mkstemp(path);
    close(fd);
    return key_open(key_path, &real_random, &key, &err) == ETL_OK ? 0 : -1;
}

static int remove_key(void **state)
{
    (void)state;
    key_free(key);
    unlink(path);
    return unlink(key_path);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(occurrences),
        cmocka_unit_test(rejected_lanes),
        cmocka_unit_test(claims_parents_and_rows),
        cmocka_unit_test(planned_after),
        cmocka_unit_test(damaged_files_are_refused),
    };

    return cmocka_run_group_tests(tests, make_key, remove_key);
}
