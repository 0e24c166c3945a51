/* etl/ledger/sqlite_reserve.c - disk space kept free beside the ledger, so that requests in flight can be settled on a full disk. */
#include <errno.h>
#include <limits.h>

#include "etl/core/system/files.h"
#include "etl/ledger/sqlite_db.h"

/* Settling needs, per call in flight, its page, its answer's page and their copies in the WAL: 16 KiB. 256 calls. */
enum { RESERVE_BYTES = 4 << 20 };

enum etl_status ledger_reserve(struct ledger *l, struct err *err)
{
    char path[PATH_MAX];
    int  fd, code;

    snprintf(path, sizeof path, "%s.reserve", l->path);
    fd = files_open(path, O_RDWR | O_CREAT);
    if (fd < 0)
        return err_set(err, ETL_AGAIN, "disk-full", "cannot reserve space at %s: %s", path, strerror(errno));
    code = files_reserve(fd, RESERVE_BYTES);
    files_close(fd);
    if (code != 0) {
        files_remove(path);
        return err_set(err, ETL_AGAIN, "disk-full",
                       "no room for the answers (%d MiB are reserved beside the ledger): %s; nothing is sent",
                       RESERVE_BYTES >> 20, strerror(code));
    }
    l->spare = strdup(path);
    return ETL_OK;
}

void ledger_use_reserve(struct ledger *l)
{
    if (l->spare != NULL)
        files_remove(l->spare);
    free(l->spare);
    l->spare = NULL;
}
