/* tests/sim/files_step.c - every change of a file is a step: the linker sends these calls of etl/core/system/files.h here first (--wrap). */
#include "etl/core/system/files.h"
#include "tests/sim/crash.h"

/* STEP(result, name, (parameters), (arguments)) */
#define STEP(result, name, parameters, arguments)                                                                      \
    result __real_##name parameters;                                                                                   \
    result __wrap_##name parameters;                                                                                   \
    result __wrap_##name parameters                                                                                    \
    {                                                                                                                  \
        crash_step(#name);                                                                                             \
        return __real_##name arguments;                                                                                \
    }

STEP(int, files_temporary, (char *pattern), (pattern))
STEP(ssize_t, files_write, (int fd, const void *bytes, size_t len), (fd, bytes, len))
STEP(ssize_t, files_pwrite, (int fd, const void *bytes, size_t len, off_t at), (fd, bytes, len, at))
STEP(int, files_resize, (int fd, off_t bytes), (fd, bytes))
STEP(int, files_reserve, (int fd, off_t bytes), (fd, bytes))
STEP(int, files_sync, (int fd), (fd))
STEP(int, files_rename, (const char *from, const char *to), (from, to))
STEP(int, files_link, (const char *from, const char *to), (from, to))
STEP(int, files_remove, (const char *path), (path))
STEP(int, files_make_folder, (const char *path), (path))
STEP(int, files_remove_tree, (const char *path), (path))
