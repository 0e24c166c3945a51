/* tests/unit/core/test_disk_full.c - the seam of etl/core/system/files.h: this program links a disk of its own, which is full.
 *
 * It keeps no bytes and counts what is there. Each step of writing an atomic file fails in turn; the name must then be free, the temporary
 * file gone and the status ETL_AGAIN. */
#include <errno.h>

#include "etl/core/system/atomic_file.h"
#include "etl/core/system/files.h"
#include "tests/unit/check.h"

enum step { STEP_MAKE, STEP_WRITE, STEP_SYNC, STEP_RENAME, STEP_SYNC_FOLDER, STEPS };
static struct {
    int  fails_at; /* an enum step; STEPS: never */
    int  temporaries, named, open;
    char bytes[64];
} disk;

static int step(enum step s)
{
    if (disk.fails_at != (int)s)
        return 0;
    errno = ENOSPC;
    return -1;
}

int files_open(const char *path, int flags)
{
    (void)path;
    (void)flags;
    errno = ENOENT;
    return -1;
}

int files_temporary(char *pattern)
{
    (void)pattern;
    if (step(STEP_MAKE) != 0)
        return -1;
    disk.temporaries++;
    disk.open++;
    return 1000;
}

FILE *files_stream_of(int fd)
{
    assert_int_equal(fd, 1000);
    return fmemopen(disk.bytes, sizeof disk.bytes, "w");
}

int files_stream_close(FILE *stream)
{
    disk.open--;
    return fclose(stream);
}

int files_close(int fd)
{
    (void)fd;
    disk.open--;
    return 0;
}

ssize_t files_read(int fd, void *to, size_t max)
{
    (void)fd;
    (void)to;
    (void)max;
    return 0;
}

ssize_t files_write(int fd, const void *bytes, size_t len)
{
    (void)fd;
    (void)bytes;
    return step(STEP_WRITE) != 0 ? -1 : (ssize_t)len;
}

int files_sync(int fd)
{
    (void)fd;
    return step(STEP_SYNC);
}

int files_rename(const char *from, const char *to)
{
    (void)from;
    (void)to;
    if (step(STEP_RENAME) != 0)
        return -1;
    disk.temporaries--;
    disk.named++;
    return 0;
}

int files_remove(const char *path)
{
    (void)path;
    disk.temporaries--;
    return 0;
}

int files_sync_folder(const char *path)
{
    (void)path;
    return step(STEP_SYNC_FOLDER);
}

static enum etl_status write_one(struct err *err)
{
    AUTO(atomic_file_drop) struct atomic_file f = { 0 };
    enum etl_status                           st = atomic_file_begin(&f, "run/plan.jsonl", err);

    if (st == ETL_OK)
        st = atomic_file_write(&f, STR("a line\n"), err);
    return st == ETL_OK ? atomic_file_commit(&f, err) : st;
}

static void every_step_may_find_it_full(void **state)
{
    (void)state;
    for (int at = 0; at <= STEPS; at++) {
        struct err      err = { 0 };
        enum etl_status st;

        memset(&disk, 0, sizeof disk);
        disk.fails_at = at;
        st = write_one(&err);
        assert_int_equal(disk.temporaries, 0);
        assert_int_equal(disk.open, 0);
        assert_int_equal(disk.named, at >= STEP_SYNC_FOLDER); /* once it has its name, only its flushing can fail */
        if (at == STEPS) {
            assert_int_equal(st, ETL_OK);
            continue;
        }
        assert_int_equal(st, ETL_AGAIN);
        assert_string_equal(err.rule, "disk-full");
        assert_non_null(strstr(err.text, at == STEP_SYNC_FOLDER ? "cannot flush run: the disk is full"
                                                                : "cannot write run/plan.jsonl: the disk is full"));
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = { cmocka_unit_test(every_step_may_find_it_full) };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
