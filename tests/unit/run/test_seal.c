/* tests/unit/run/test_seal.c - etl/run/seal.h, sealed_file.h: whatever is done to a sealed byte is noticed. */
#include "etl/run/seal.h"

#include <sys/stat.h>
#include <unistd.h>

#include "etl/core/system/atomic_file.h"
#include "tests/unit/check.h"

static char         folder[64];
static struct arena mem;
static struct err   err;
static struct key  *key;

static const char *path_of(const char *name)
{
    return arena_fmt(&mem, "%s/%s", folder, name).ptr;
}

static void put(const char *name, struct str text)
{
    AUTO(atomic_file_drop) struct atomic_file file = { 0 };

    assert_int_equal(atomic_file_begin(&file, path_of(name), NULL), ETL_OK);
    assert_int_equal(atomic_file_write(&file, text, NULL), ETL_OK);
    assert_int_equal(atomic_file_commit(&file, NULL), ETL_OK);
}

static struct str get(const char *name)
{
    struct str text;

    assert_int_equal(file_read(path_of(name), 1 << 20, &mem, &text, NULL), ETL_OK);
    return text;
}

/* Lines of 999 bytes and a newline, so that a block of 64 KiB is 65 of them. */
static struct str lines(size_t count)
{
    char *text = arena_bytes(&mem, count * 1000 + 1);

    for (size_t i = 0; i < count * 1000; i++)
        text[i] = i % 1000 == 999 ? '\n' : (char)('a' + i / 1000 % 26);
    return str_of(text, count * 1000);
}

static void seal_folder(const char *run, struct str plan)
{
    struct seal s;
    const char *at = path_of(run);

    assert_true(mkdir(at, 0700) == 0);
    assert_int_equal(seal_begin(&s, key, &real_random, &mem, &err), ETL_OK);
    assert_int_equal(sealed_file_write(seal_add_file(&s, STR("plan.jsonl"), "plan 2"), at, s.key, plan, &mem, &err),
                     ETL_OK);
    assert_int_equal(sealed_file_write(seal_add_file(&s, STR("empty"), "empty"), at, s.key, STR(""), &mem, &err),
                     ETL_OK);
    assert_int_equal(sealed_file_write(seal_add_file(&s, STR("small"), "small"), at, s.key, STR("small"), &mem, &err),
                     ETL_OK);
    seal_add_digest(&s, STR("input x"), STR("00ff"));
    s.records = 7;
    s.lanes = 5;
    s.calls = 9;
    assert_int_equal(seal_write(&s, at, &err), ETL_OK);
    seal_release(&s);
}

static enum etl_status check(const char *run)
{
    struct seal     s = { 0 };
    enum etl_status st;

    err = (struct err){ 0 };
    st = seal_read(path_of(run), key, &mem, &s, &err);
    if (st == ETL_OK)
        st = seal_verify(&s, path_of(run), &err);
    seal_release(&s);
    return st;
}

static void what_was_sealed_is_read_again(void **state)
{
    struct seal               s;
    const struct sealed_file *f;
    struct str                text;

    (void)state;
    seal_folder("run", lines(150));
    assert_int_equal(seal_read(path_of("run"), key, &mem, &s, &err), ETL_OK);
    assert_int_equal(seal_verify(&s, path_of("run"), &err), ETL_OK);
    assert_int_equal(s.records, 7);
    assert_int_equal(s.lanes, 5);
    assert_int_equal(s.calls, 9);
    assert_int_equal(s.digest_count, 1);
    assert_is(s.digests[0].value, "00ff");
    assert_int_equal(strlen(s.root), 64);
    f = seal_file(&s, "plan.jsonl");
    assert_non_null(f);
    assert_is(f->format, "plan 2");
    assert_int_equal(f->bytes, 150000);
    assert_int_equal(f->count, 3);
    assert_int_equal(f->blocks[1].offset, 65000);
    assert_int_equal(sealed_file_block_at(f, 0), 0);
    assert_int_equal(sealed_file_block_at(f, 64999), 0);
    assert_int_equal(sealed_file_block_at(f, 65000), 1);
    assert_int_equal(sealed_file_block_at(f, 150000), 3);
    assert_int_equal(sealed_file_read(f, path_of("run"), s.key, 1 << 20, &mem, &text, &err), ETL_OK);
    assert_text(text, lines(150));
    assert_int_equal(sealed_file_read(f, path_of("run"), s.key, 1000, &mem, &text, &err), ETL_FAIL); /* the ceiling */
    assert_null(seal_file(&s, "rejects/x.csv"));
    seal_release(&s);
}

static void expect_refused(const char *what, size_t at)
{
    if (check("run") != ETL_FAIL || err.text[0] == '\0')
        fail_msg("%s at %zu is taken: %s", what, at, err.text);
}

static void every_byte_counts(void **state)
{
    static const char *const files[] = { "run/seal.json", "run/small", "run/plan.jsonl" };

    (void)state;
    seal_folder("run", str_head(lines(3), 2000));
    assert_int_equal(check("run"), ETL_OK);
    for (size_t f = 0; f < COUNT(files); f++) {
        struct str whole = get(files[f]);

        for (size_t i = 0; i < whole.len; i++) {
            struct str changed = arena_str(&mem, whole);

            ((char *)(uintptr_t)changed.ptr)[i] ^= 1;
            put(files[f], changed);
            expect_refused(files[f], i);
            if (i % 97 != 0) /* cutting is tried here and there */
                continue;
            put(files[f], str_head(whole, i));
            expect_refused("a cut", i);
        }
        put(files[f], arena_fmt(&mem, "%.*s\n", STR_ARG(whole)));
        expect_refused("a tail", whole.len);
        unlink(path_of(files[f]));
        assert_int_not_equal(check("run"), ETL_OK);
        put(files[f], whole);
        assert_int_equal(check("run"), ETL_OK);
    }
    put("run/empty", STR("x"));
    expect_refused("what was empty", 0);
}

static void blocks_do_not_change_places(void **state)
{
    struct str plan = lines(195), moved; /* three whole blocks */

    (void)state;
    seal_folder("run", plan);
    moved = arena_fmt(&mem, "%.*s%.*s%.*s", 65000, plan.ptr + 65000, 65000, plan.ptr, 65000, plan.ptr + 130000);
    put("run/plan.jsonl", moved);
    expect_refused("an exchange of blocks", 0);
    moved = arena_fmt(&mem, "%.*s%.*s%.*s", 65000, plan.ptr, 65000, plan.ptr, 65000, plan.ptr + 130000);
    put("run/plan.jsonl", moved);
    expect_refused("a block twice", 0);
    put("run/plan.jsonl", str_head(plan, 130000));
    expect_refused("a block less", 0);
}

/* Two runs of the same input have the same plan, and yet no tag of one holds in the other. */
static void runs_do_not_change_places(void **state)
{
    static const char *const files[] = { "seal.json", "plan.jsonl" };

    (void)state;
    seal_folder("run", lines(3));
    seal_folder("other", lines(4));
    for (size_t i = 0; i < COUNT(files); i++) {
        struct str own = get(arena_fmt(&mem, "run/%s", files[i]).ptr);

        put(arena_fmt(&mem, "run/%s", files[i]).ptr, get(arena_fmt(&mem, "other/%s", files[i]).ptr));
        expect_refused(files[i], 0);
        put(arena_fmt(&mem, "run/%s", files[i]).ptr, own);
    }
    seal_folder("same", lines(3));
    assert_text(get("same/plan.jsonl"), get("run/plan.jsonl"));
    put("run/seal.json", get("same/seal.json")); /* a seal that was made for equal bytes is as good */
    assert_int_equal(check("run"), ETL_OK);
}

static void another_key_and_another_edition_are_named(void **state)
{
    struct key *strange;
    struct seal s = { 0 };

    (void)state;
    seal_folder("run", lines(1));
    assert_int_equal(key_open(path_of("strange"), &real_random, &strange, &err), ETL_OK);
    assert_int_equal(seal_read(path_of("run"), strange, &mem, &s, &err), ETL_FAIL);
    assert_string_equal(err.rule, "seal-key");
    key_free(strange);
    put("run/seal.json",
        STR("{\"key\":\"00\",\"digests\":[],\"mac\":\"00\"                                                                       }\n"));
    assert_int_equal(check("run"), ETL_FAIL);
    assert_string_equal(err.rule, "edition");
    assert_non_null(strstr(err.text, "older"));
    put("run/seal.json",
        STR("{\"seal\":3,\"run\":\"00\",\"mac\":\"00\"                                                                           }\n"));
    assert_int_equal(check("run"), ETL_FAIL);
    assert_string_equal(err.rule, "edition");
    assert_non_null(strstr(err.text, "newer"));
}

static void a_block_is_cut_between_lines(void **state)
{
    (void)state;
    assert_int_equal(sealed_file_cut(STR("")), 0);
    assert_int_equal(sealed_file_cut(STR("one\ntwo\n")), 8);
    assert_int_equal(sealed_file_cut(lines(65)), 65000);
    assert_int_equal(sealed_file_cut(lines(66)), 65000);
    {
        char *one = arena_bytes(&mem, 200000);

        memset(one, 'x', 200000);
        assert_int_equal(sealed_file_cut(str_of(one, 200000)), 200000); /* a line without an end */
        one[99999] = '\n';
        assert_int_equal(sealed_file_cut(str_of(one, 200000)), 100000); /* a line longer than a block is one */
    }
}

static int set_up(void **state)
{
    (void)state;
    snprintf(folder, sizeof folder, "/tmp/seal-XXXXXX");
    if (mkdtemp(folder) == NULL)
        return -1;
    arena_init(&mem, 1U << 30, "a test");
    err = (struct err){ 0 };
    return key_open(path_of("key"), &real_random, &key, &err) == ETL_OK ? 0 : -1;
}

static int tear_down(void **state)
{
    char command[128];

    (void)state;
    key_free(key);
    arena_release(&mem);
    snprintf(command, sizeof command, "rm -rf %s", folder);
    return system(command);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(what_was_sealed_is_read_again),
        TEST(every_byte_counts),
        TEST(blocks_do_not_change_places),
        TEST(runs_do_not_change_places),
        TEST(another_key_and_another_edition_are_named),
        TEST(a_block_is_cut_between_lines),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
