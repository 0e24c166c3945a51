/* tests/unit/pull/test_pull_folder.c - etl/pull/pull_folder.h: made twice without harm, removed with all that is in it. */
#include "etl/pull/pull_folder.h"

#include <fcntl.h>
#include <stdlib.h>
#include <unistd.h>

#include "tests/unit/check.h"

static void it_is_made_and_removed(void **state)
{
    char                             base[] = "/tmp/pull_folder.XXXXXX", archive[64];
    AUTO(arena_release) struct arena mem;
    struct pull_folder               f;
    struct err                       err = { 0 };
    int                              fd;

    (void)state;
    arena_init(&mem, 1 << 20, "a test");
    assert_non_null(mkdtemp(base));
    snprintf(archive, sizeof archive, "%s/a.zip", base);
    pull_folder_name(&f, archive, &mem);
    assert_is(str_skip(str_from(f.journal), strlen(base)), "/a.zip.pull/questions.db");
    assert_int_equal(access(f.path, F_OK), -1);
    assert_int_equal(pull_folder_make(&f, &err), ETL_OK);
    assert_int_equal(pull_folder_make(&f, &err), ETL_OK); /* the same command again */
    fd = open(pull_folder_table(&f, STR("customers"), &mem), O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
    assert_true(fd >= 0);
    close(fd);
    fd = pull_folder_temporary(&f, &err);
    assert_int_equal(write(fd, "x", 1), 1);
    close(fd);
    pull_folder_remove(&f);
    assert_int_equal(access(f.path, F_OK), -1);
    assert_int_equal(rmdir(base), 0);
}

static void what_cannot_be_made_is_told(void **state)
{
    AUTO(arena_release) struct arena mem;
    struct pull_folder               f;
    struct err                       err = { 0 };

    (void)state;
    arena_init(&mem, 1 << 20, "a test");
    pull_folder_name(&f, "/nowhere/a.zip", &mem);
    assert_int_equal(pull_folder_make(&f, &err), ETL_FAIL);
    assert_string_equal(err.rule, "file-io");
    assert_int_equal(pull_folder_temporary(&f, &err), -1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(it_is_made_and_removed),
        cmocka_unit_test(what_cannot_be_made_is_told),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
