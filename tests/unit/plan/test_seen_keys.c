/* tests/unit/plan/test_seen_keys.c - etl/plan/seen_keys.h: what planning remembers, and what a plan --after may build on. */
#include "etl/plan/seen_keys.h"

#include <fcntl.h>
#include <unistd.h>

#include "tests/unit/check.h"

static struct key *key;
static char        folder[] = "/tmp/test_known.XXXXXX", key_path[64], path[64];

static struct arena mem;
static struct seal  seal;

/* As planning saves it: "known.bin" in a folder, under a seal of its own. */
static void save(const struct seen_keys *k)
{
    struct plan_writer file;
    struct run_folder  run = { .path = folder };
    struct err         err = { 0 };

    seal_release(&seal);
    assert_int_equal(seal_begin(&seal, key, &real_random, &mem, &err), ETL_OK);
    assert_int_equal(plan_writer_open(&file, &run, &seal, "known.bin", "known", &err), ETL_OK);
    assert_int_equal(seen_keys_save(k, &file, &err), ETL_OK);
    assert_int_equal(plan_writer_commit(&file, &err), ETL_OK);
}

static struct digest lane_of(const struct seen_keys *k, const char *lane)
{
    return digest_of(k->seed, DIGEST_LANE, 0, str_from(lane));
}

static uint64_t copy(struct seen_keys *k, struct digest lane, uint32_t input, uint64_t says)
{
    return seen_keys_record(k, lane, &(struct seen_record){ .has_says = true, .input = input, .says = says }).copy;
}

static bool is_new(struct seen_keys *k, struct digest lane)
{
    return seen_keys_record(k, lane, &(struct seen_record){ .has_calls = true }).is_new;
}

static void lanes_and_copies(void **state)
{
    struct seen_keys k;

    (void)state;
    seen_keys_init(&k, key);
    assert_true(is_new(&k, lane_of(&k, "1001")));
    assert_false(is_new(&k, lane_of(&k, "1001")));
    assert_true(is_new(&k, lane_of(&k, "1002")));
    for (uint64_t n = 1; n <= 1000; n++) { /* two of one lane in turns, one of another input, one of another lane */
        assert_int_equal(copy(&k, lane_of(&k, "1001"), 0, UINT64_C(0x34567890) << 32), n);
        assert_int_equal(copy(&k, lane_of(&k, "1001"), 0, UINT64_C(0x34567894) << 32), n);
        assert_int_equal(copy(&k, lane_of(&k, "1001"), 1, UINT64_C(0x34567890) << 32), n);
        assert_int_equal(copy(&k, lane_of(&k, "1003"), 0, UINT64_C(0x34567890) << 32), n);
        assert_int_equal(copy(&k, NO_LANE, 0, UINT64_C(0x34567890) << 32), n);
    }
    assert_false(is_new(&k, lane_of(&k, "1001")));
    assert_true(is_new(&k, lane_of(&k, "1003")));
    assert_true(is_new(&k, NO_LANE) && is_new(&k, NO_LANE)); /* each record a lane by itself */
    seen_keys_release(&k);
}

static void rejected_lanes(void **state)
{
    struct seen_keys  k;
    struct seen_place where;

    (void)state;
    seen_keys_init(&k, key);
    assert_false(seen_keys_lane_rejected(&k, lane_of(&k, "1001"), &where));
    assert_true(is_new(&k, lane_of(&k, "1001")));
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
        assert_true(seen_keys_once_claim(seen_keys_once(&k, digest_of(k.seed, DIGEST_ONCE, 0, STR("a"))), call));
        assert_false(seen_keys_once_claim(seen_keys_once(&k, digest_of(k.seed, DIGEST_ONCE, 0, STR("a"))), call));
    }
    assert_true(seen_keys_once_claim(seen_keys_once(&k, digest_of(k.seed, DIGEST_ONCE, 0, STR("b"))), 0));
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

    (void)state;
    seen_keys_init(&before, key);
    assert_true(is_new(&before, lane_of(&before, "1001")));
    assert_int_equal(copy(&before, lane_of(&before, "1001"), 0, UINT64_C(400) << 32), 1);
    assert_int_equal(copy(&before, lane_of(&before, "1001"), 0, UINT64_C(800) << 32), 1);
    assert_int_equal(copy(&before, lane_of(&before, "1001"), 0, UINT64_C(800) << 32), 2);
    seen_keys_lane_reject(&before, lane_of(&before, "1002"), (struct seen_place){ 0, 3 });
    seen_keys_claim(&before, digest_of(before.seed, DIGEST_UNIQUE, 0, STR("u")), (struct seen_place){ 1, 9 });
    assert_true(seen_keys_once_claim(seen_keys_once(&before, digest_of(before.seed, DIGEST_ONCE, 0, STR("o"))), 4));
    seen_keys_parent_add(&before, 0, digest_of(before.seed, DIGEST_PARENT, 0, STR("1001")), 4711, 50);
    for (int i = 0; i < 3; i++)
        seen_keys_count_up(&before, digest_of(before.seed, DIGEST_NTH, 0, STR("1001")));
    seen_keys_nth_rejected(&before, digest_of(before.seed, DIGEST_NTH, 0, STR("1001")));
    seen_keys_count_up(&before, digest_of(before.seed, DIGEST_COUNT, 0, STR("1001")));
    save(&before);
    seen_keys_release(&before);

    seen_keys_init(&after, key);
    assert_int_equal(seen_keys_load(&after, path, &seal, &err), ETL_OK);
    assert_true(is_new(&after, lane_of(&after, "1001"))); /* its first call in this plan */
    assert_int_equal(copy(&after, lane_of(&after, "1001"), 0, UINT64_C(400) << 32),
                     2); /* records go on being counted */
    assert_int_equal(copy(&after, lane_of(&after, "1001"), 0, UINT64_C(800) << 32), 3);
    assert_false(seen_keys_lane_rejected(&after, lane_of(&after, "1002"), &where)); /* it comes again, mended */
    assert_false(seen_keys_is_free(&after, digest_of(after.seed, DIGEST_UNIQUE, 0, STR("u")), &where));
    assert_int_equal(where.input, PLACE_AFTER);
    assert_false(seen_keys_once_claim(seen_keys_once(&after, digest_of(after.seed, DIGEST_ONCE, 0, STR("o"))), 4));
    assert_true(seen_keys_once_claim(seen_keys_once(&after, digest_of(after.seed, DIGEST_ONCE, 0, STR("o"))), 5));
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
    save(&k);
    fd = open(path, O_WRONLY);
    assert_int_equal(pwrite(fd, "x", 1, 20), 1);
    close(fd);
    assert_int_equal(seen_keys_load(&k, path, &seal, &err), ETL_FAIL);
    save(&k);
    assert_int_equal(truncate(path, 16 + 23), 0);
    assert_int_equal(seen_keys_load(&k, path, &seal, &err), ETL_FAIL);
    assert_int_equal(seen_keys_load(&k, "/nowhere/known.bin", &seal, &err), ETL_FAIL);
    seal.file_count = 0; /* a seal that does not know it */
    assert_int_equal(seen_keys_load(&k, path, &seal, &err), ETL_FAIL);
    seen_keys_release(&k);
}

static int make_key(void **state)
{
    struct err err = { 0 };

    (void)state;
    if (mkdtemp(folder) == NULL)
        return -1;
    snprintf(key_path, sizeof key_path, "%s/key", folder);
    snprintf(path, sizeof path, "%s/known.bin", folder);
    arena_init(&mem, 64 << 20, "a test");
    return key_open(key_path, &real_random, &key, &err) == ETL_OK ? 0 : -1;
}

static int remove_key(void **state)
{
    (void)state;
    seal_release(&seal);
    key_free(key);
    arena_release(&mem);
    unlink(path);
    unlink(key_path);
    return rmdir(folder);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(lanes_and_copies),          cmocka_unit_test(rejected_lanes),
        cmocka_unit_test(claims_parents_and_rows),   cmocka_unit_test(planned_after),
        cmocka_unit_test(damaged_files_are_refused),
    };

    return cmocka_run_group_tests(tests, make_key, remove_key);
}
