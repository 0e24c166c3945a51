/* providers/sandbox/journal.c - a ring of the last lines in memory, and a file of all lines. */
#include "providers/sandbox/journal.h"

#include <errno.h>
#include <pthread.h>

#include "etl/core/system/atomic_file.h"
#include "etl/core/system/files.h"

enum { KEPT = 100000 };

struct journal {
    pthread_mutex_t mutex;
    uint64_t        next;      /* number of the next line, from 1 */
    uint64_t        kept_from; /* the first line since the last reset */
    struct str     *lines;     /* a ring: line n at n % KEPT */
    int             fd;
    const char     *path;
};

enum etl_status journal_open(const char *path, struct journal **out, struct err *err)
{
    struct journal *j = calloc(1, sizeof *j);

    if (j == NULL || (j->lines = calloc(KEPT, sizeof *j->lines)) == NULL)
        memory_exhausted("the journal", KEPT * sizeof *j->lines);
    pthread_mutex_init(&j->mutex, NULL);
    j->next = j->kept_from = 1;
    j->path = path;
    j->fd = path == NULL ? -1 : files_open(path, O_WRONLY | O_CREAT | O_TRUNC | O_APPEND);
    if (path != NULL && j->fd < 0) {
        int reason = errno;

        journal_close(j);
        return err_set(err, ETL_FAIL, "journal", "cannot write the journal %s: %s", path, strerror(reason));
    }
    *out = j;
    return ETL_OK;
}

void journal_close(struct journal *j)
{
    if (j == NULL)
        return;
    for (size_t i = 0; i < KEPT; i++)
        free((void *)(uintptr_t)j->lines[i].ptr);
    free(j->lines);
    if (j->fd >= 0)
        files_close(j->fd);
    pthread_mutex_destroy(&j->mutex);
    free(j);
}

static struct str line_new(uint64_t number, struct str rest)
{
    char   head[48];
    int    head_len = snprintf(head, sizeof head, "{\"seq\":%llu,", (unsigned long long)number);
    size_t len = (size_t)head_len + rest.len + 2;
    char  *line = malloc(len);

    if (line == NULL)
        memory_exhausted("the journal", len);
    memcpy(line, head, (size_t)head_len);
    if (rest.len != 0)
        memcpy(line + head_len, rest.ptr, rest.len);
    memcpy(line + len - 2, "}\n", 2);
    return str_of(line, len);
}

void journal_add(struct journal *j, struct str rest)
{
    struct str *place, line;

    pthread_mutex_lock(&j->mutex);
    line = line_new(j->next, rest);
    place = &j->lines[j->next++ % KEPT];
    free((void *)(uintptr_t)place->ptr);
    *place = line;
    /* A full disk must not stop the sandbox: the lines in memory are complete without the file. */
    if (j->fd >= 0)
        (void)fd_write_all(j->fd, line, j->path, NULL);
    pthread_mutex_unlock(&j->mutex);
}

void journal_text(struct journal *j, struct buf *out)
{
    uint64_t from;

    pthread_mutex_lock(&j->mutex);
    from = j->next > KEPT && j->next - KEPT > j->kept_from ? j->next - KEPT : j->kept_from;
    for (; from < j->next; from++)
        buf_add(out, j->lines[from % KEPT]);
    pthread_mutex_unlock(&j->mutex);
}

void journal_reset(struct journal *j)
{
    pthread_mutex_lock(&j->mutex);
    j->kept_from = j->next;
    pthread_mutex_unlock(&j->mutex);
}
