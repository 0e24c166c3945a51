/* tests/unit/core/test_files.c - etl/core/system/files.h: what is made, locked, reserved and removed, on the real file system. */
#include "etl/core/system/files.h"

#include <errno.h>
#include <limits.h>

#include "tests/unit/check.h"

static char folder[64];

static const char *in_folder(const char *name)
{
    static char path[512];

    snprintf(path, sizeof path, "%s/%s", folder, name);
    return path;
}

static int set_up(void **state)
{
    (void)state;
    snprintf(folder, sizeof folder, "/tmp/subferry-files-XXXXXX");
    return files_temporary_folder(folder) != NULL ? 0 : -1;
}

static int clear_away(void **state)
{
    (void)state;
    return files_remove_tree(folder);
}

static void bytes_come_back(void **state)
{
    char        text[8] = "";
    struct stat st;
    int         fd = files_open(in_folder("a"), O_RDWR | O_CREAT);

    (void)state;
    assert_true(fd >= 0 && !files_exists(in_folder("b")));
    assert_int_equal(files_write(fd, "12345", 5), 5);
    assert_int_equal(files_pwrite(fd, "x", 1, 2), 1);
    assert_int_equal(files_seek(fd, 1, SEEK_SET), 1);
    assert_int_equal(files_read(fd, text, 3), 3);
    assert_string_equal(text, "2x4");
    assert_int_equal(files_pread(fd, text, 2, 3), 2);
    assert_string_equal(text, "454");
    assert_int_equal(files_resize(fd, 2), 0);
    assert_int_equal(files_sync(fd), 0);
    assert_int_equal(files_stat_open(fd, &st), 0);
    assert_int_equal(st.st_size, 2);
    assert_int_equal(st.st_mode & 0777, 0600);
    assert_int_equal(files_reserve(fd, 4096), 0);
    assert_int_equal(files_stat(in_folder("a"), &st), 0);
    assert_int_equal(st.st_size, 4096);
    assert_int_equal(files_close(fd), 0);
}

static void one_holds_a_lock_alone(void **state)
{
    int one = files_open(in_folder("lock"), O_RDWR | O_CREAT), two = files_open(in_folder("lock"), O_RDONLY);

    (void)state;
    assert_int_equal(files_lock(one, true), 0);
    assert_int_equal(files_lock(two, false), -1);
    files_close(one);
    assert_int_equal(files_lock(two, false), 0);
    files_close(two);
}

static void names_move_and_are_linked_once(void **state)
{
    char from[512], real[PATH_MAX];

    (void)state;
    files_close(files_open(in_folder("first"), O_WRONLY | O_CREAT));
    snprintf(from, sizeof from, "%s", in_folder("first"));
    assert_int_equal(files_rename(from, in_folder("second")), 0);
    assert_false(files_exists(from));
    snprintf(from, sizeof from, "%s", in_folder("second"));
    assert_int_equal(files_link(from, in_folder("third")), 0);
    assert_int_equal(files_link(from, in_folder("third")), -1);
    assert_int_equal(errno, EEXIST);
    assert_true(files_readable(in_folder("third")));
    assert_int_equal(files_remove(from), 0);
    assert_non_null(files_real_path(in_folder("third"), real));
    assert_string_equal(real, in_folder("third"));
}

static void a_tree_goes_with_all_in_it(void **state)
{
    char path[512];

    (void)state;
    snprintf(path, sizeof path, "%s", in_folder("tree/of/folders"));
    files_make_folders(path);
    assert_string_equal(path, in_folder("tree/of/folders"));
    files_close(files_open(in_folder("tree/of/folders/leaf"), O_WRONLY | O_CREAT));
    assert_int_equal(files_sync_folder(path), 0);
    assert_int_equal(files_remove_tree(in_folder("tree")), 0);
    assert_false(files_exists(in_folder("tree")));
    assert_int_equal(files_make_folder(in_folder("tree")), 0);
    assert_int_equal(files_make_folder(in_folder("tree")), -1);
}

int main(void)
{
    const struct CMUnitTest tests[] = { cmocka_unit_test(bytes_come_back), cmocka_unit_test(one_holds_a_lock_alone),
                                        cmocka_unit_test(names_move_and_are_linked_once),
                                        cmocka_unit_test(a_tree_goes_with_all_in_it) };

    return cmocka_run_group_tests(tests, set_up, clear_away);
}
