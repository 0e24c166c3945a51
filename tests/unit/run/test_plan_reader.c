/* tests/unit/run/test_plan_reader.c - etl/run/plan_reader.h: a file of lines read line by line and by place, with a seal and without. */
#include "etl/run/plan_reader.h"

#include <fcntl.h>
#include <unistd.h>

#include "etl/run/seal.h"
#include "tests/unit/check.h"

static char         folder[64], path[96];
static struct arena mem;
static struct err   err;
static struct key  *key;
static struct seal  seal;

static int set_up(void **state)
{
    char key_path[96];

    (void)state;
    snprintf(folder, sizeof folder, "/tmp/plan-reader-XXXXXX");
    if (mkdtemp(folder) == NULL)
        return -1;
    snprintf(path, sizeof path, "%s/plan.jsonl", folder);
    snprintf(key_path, sizeof key_path, "%s/key", folder);
    arena_init(&mem, 512 << 20, "a test");
    err = (struct err){ 0 };
    if (key_open(key_path, &real_random, &key, &err) != ETL_OK)
        return -1;
    return seal_begin(&seal, key, &real_random, &mem, &err) == ETL_OK ? 0 : -1;
}

static int tear_down(void **state)
{
    char command[128];

    (void)state;
    seal_release(&seal);
    key_free(key);
    arena_release(&mem);
    snprintf(command, sizeof command, "rm -rf %s", folder);
    return system(command);
}

static struct str lines(size_t count, size_t length, bool whole)
{
    struct buf text;
    struct str out;

    buf_init(&text, 256 << 20, "a test");
    for (size_t i = 0; i < count; i++) {
        for (size_t k = 0; k < length; k++)
            buf_byte(&text, (char)('a' + i % 26));
        if (i + 1 < count || whole)
            buf_byte(&text, '\n');
    }
    out = arena_str(&mem, buf_str(&text));
    buf_release(&text);
    return out;
}

static const struct sealed_file *write_sealed(struct str text)
{
    struct sealed_file *f = seal_add_file(&seal, STR("plan.jsonl"), "test");

    assert_int_equal(sealed_file_write(f, folder, seal.key, text, &mem, &err), ETL_OK);
    return f;
}

static struct plan_reader *open_reader(const struct sealed_file *f)
{
    struct plan_reader *r;

    assert_int_equal(plan_reader_open(path, f, f != NULL ? seal.key : NULL, &r, &err), ETL_OK);
    return r;
}

static void read_all(const struct sealed_file *f, size_t count, size_t length)
{
    struct plan_reader *r = open_reader(f);
    struct str          line, again;
    uint64_t            offset = 0;
    size_t              n = 0;
    enum etl_status     st;

    while ((st = plan_reader_next(r, &line, &offset, &err)) == ETL_OK) {
        assert_int_equal(offset, n * (length + 1));
        assert_int_equal(line.len, length);
        assert_int_equal(plan_reader_at(r, offset, line.len, &mem, &again, &err), ETL_OK);
        assert_text(again, line);
        n++;
    }
    assert_int_equal(st, ETL_END);
    assert_int_equal(n, count);
    for (size_t i = 0; i < 200 && count != 0; i++) { /* by place, in no order */
        size_t at = i * 37 % count;

        assert_int_equal(plan_reader_at(r, at * (length + 1), length, &mem, &again, &err), ETL_OK);
        assert_int_equal(again.len, length);
        if (length != 0)
            assert_int_equal(again.ptr[length - 1], 'a' + (int)(at % 26));
    }
    plan_reader_close(r);
}

static void lines_and_their_places(void **state)
{
    static const struct {
        size_t count, length;
    } rows[] = { { 0, 0 }, { 1, 10 }, { 1000, 0 }, { 5000, 700 }, { 70, 70000 }, { 3, 1 << 20 } };

    (void)state;
    for (size_t i = 0; i < COUNT(rows); i++) {
        const struct sealed_file *f = write_sealed(lines(rows[i].count, rows[i].length, true));

        read_all(f, rows[i].count, rows[i].length);
        read_all(NULL, rows[i].count, rows[i].length);
    }
}

/* A plan that was cut off is no plan. */
static void a_cut_off_file(void **state)
{
    struct plan_reader *r;
    struct str          line;
    uint64_t            offset;

    (void)state;
    write_sealed(lines(2, 10, false));
    r = open_reader(NULL);
    assert_int_equal(plan_reader_next(r, &line, &offset, &err), ETL_OK);
    assert_int_equal(plan_reader_next(r, &line, &offset, &err), ETL_FAIL);
    assert_non_null(strstr(err.text, "is cut off"));
    assert_int_equal(plan_reader_at(r, 15, 100, &mem, &line, &err), ETL_FAIL);
    plan_reader_close(r);
    plan_reader_close(NULL);
    assert_int_equal(plan_reader_open("/nowhere/plan.jsonl", NULL, NULL, &r, &err), ETL_FAIL);
}

static void a_line_of_a_changed_block_is_not_given_away(void **state)
{
    const struct sealed_file *f = write_sealed(lines(500, 700, true));
    struct plan_reader       *r;
    struct str                line;
    uint64_t                  offset, changed = 200000;
    int                       fd = open(path, O_RDWR);
    enum etl_status           st;

    (void)state;
    r = open_reader(f);
    assert_int_equal(pwrite(fd, "!", 1, (off_t)changed), 1);
    close(fd);
    while ((st = plan_reader_next(r, &line, &offset, &err)) == ETL_OK)
        assert_true(offset + line.len < f->blocks[sealed_file_block_at(f, changed)].offset);
    assert_int_equal(st, ETL_FAIL);
    assert_string_equal(err.rule, "seal");
    assert_int_equal(plan_reader_at(r, changed / 701 * 701, 700, &mem, &line, &err), ETL_FAIL);
    assert_int_equal(plan_reader_at(r, (changed / 701 + 1) * 701, 700, &mem, &line, &err),
                     ETL_FAIL); /* its neighbour, too */
    assert_int_equal(plan_reader_at(r, 0, 700, &mem, &line, &err), ETL_OK);
    assert_int_equal(plan_reader_at(r, 499 * 701, 700, &mem, &line, &err), ETL_OK);
    plan_reader_close(r);
}

static void a_place_that_is_none_of_this_plan(void **state)
{
    const struct sealed_file *f = write_sealed(lines(500, 700, true));
    struct plan_reader       *r = open_reader(f);
    struct str                line;

    (void)state;
    assert_int_equal(plan_reader_at(r, 499 * 701, 800, &mem, &line, &err), ETL_FAIL); /* past the end */
    assert_int_equal(plan_reader_at(r, 1 << 30, 10, &mem, &line, &err), ETL_FAIL);
    assert_int_equal(plan_reader_at(r, 0, 100000, &mem, &line, &err), ETL_FAIL); /* over two blocks */
    plan_reader_close(r);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(lines_and_their_places),
        TEST(a_cut_off_file),
        TEST(a_line_of_a_changed_block_is_not_given_away),
        TEST(a_place_that_is_none_of_this_plan),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
