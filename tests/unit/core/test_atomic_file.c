/* tests/unit/core/test_atomic_file.c - etl/core/system/atomic_file.h: a file is there whole or not at all. */
#include "etl/core/system/atomic_file.h"

#include <dirent.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "tests/unit/check.h"

static char folder[] = "/tmp/test_atomic_file.XXXXXX";

static const char *in_folder(const char *name)
{
    static char path[200];

    snprintf(path, sizeof path, "%s/%s", folder, name);
    return path;
}

static size_t files_there(void)
{
    DIR   *dir = opendir(folder);
    size_t n = 0;

    for (struct dirent *e; (e = readdir(dir)) != NULL;)
        n += e->d_name[0] != '.' || e->d_name[1] != '\0';
    closedir(dir);
    return n - 1; /* without ".." */
}

static void whole_after_commit(void **state)
{
    AUTO(arena_release) struct arena mem;
    struct atomic_file               f;
    struct err                       err = { 0 };
    struct stat                      st;
    struct str                       text;

    (void)state;
    arena_init(&mem, 1 << 20, "a test");
    assert_int_equal(atomic_file_begin(&f, in_folder("a"), &err), ETL_OK);
    assert_int_equal(atomic_file_write(&f, STR("one "), &err), ETL_OK);
    assert_int_not_equal(access(in_folder("a"), F_OK), 0); /* not yet */
    fprintf(f.stream, "two");
    assert_int_equal(atomic_file_commit(&f, &err), ETL_OK);
    atomic_file_drop(&f); /* does nothing now */
    assert_int_equal(stat(in_folder("a"), &st), 0);
    assert_int_equal(st.st_mode & 0777, 0600);
    assert_int_equal(file_read(in_folder("a"), 100, &mem, &text, &err), ETL_OK);
    assert_is(text, "one two");
    assert_int_equal(files_there(), 1);
}

static void dropped_leaves_the_old_one(void **state)
{
    AUTO(arena_release) struct arena mem;
    struct atomic_file               f;
    struct err                       err = { 0 };
    struct str                       text;

    (void)state;
    arena_init(&mem, 1 << 20, "a test");
    assert_int_equal(atomic_file_begin(&f, in_folder("a"), &err), ETL_OK);
    assert_int_equal(atomic_file_write(&f, STR("half"), &err), ETL_OK);
    atomic_file_drop(&f);
    assert_int_equal(file_read(in_folder("a"), 100, &mem, &text, &err), ETL_OK);
    assert_is(text, "one two");
    assert_int_equal(files_there(), 1);
}

static void says_why_not(void **state)
{
    AUTO(arena_release) struct arena mem;
    struct atomic_file               f = { 0 };
    struct err                       err = { 0 };
    struct str                       text;

    (void)state;
    arena_init(&mem, 1 << 20, "a test");
    assert_int_equal(atomic_file_begin(&f, in_folder("none/a"), &err), ETL_FAIL);
    assert_non_null(strstr(err.text, "none/a: No such file or directory"));
    assert_int_equal(file_read(in_folder("none"), 100, &mem, &text, &err), ETL_FAIL);
    assert_int_equal(file_read(in_folder("a"), 7, &mem, &text, &err), ETL_FAIL);
    assert_non_null(strstr(err.text, "is larger than 7 bytes"));
    atomic_file_drop(&f);
}

/* A full disk is a bad day, not a wrong command. */
static void a_full_disk_is_again(void **state)
{
    struct err err = { 0 };
    int        fd = open("/dev/full", O_WRONLY);

    (void)state;
    if (fd < 0)
        skip();
    assert_int_equal(fd_write_all(fd, STR("x"), "plan.jsonl", &err), ETL_AGAIN);
    assert_string_equal(err.text, "cannot write plan.jsonl: the disk is full");
    close(fd);
}

static int make_folder(void **state)
{
    (void)state;
    return mkdtemp(folder) != NULL ? 0 : -1;
}

static int remove_folder(void **state)
{
    (void)state;
    unlink(in_folder("a"));
    return rmdir(folder);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(whole_after_commit),
        cmocka_unit_test(dropped_leaves_the_old_one),
        cmocka_unit_test(says_why_not),
        cmocka_unit_test(a_full_disk_is_again),
    };

    return cmocka_run_group_tests(tests, make_folder, remove_folder);
}
