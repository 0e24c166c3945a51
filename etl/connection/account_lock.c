/* etl/connection/account_lock.c - one writer to an account at a time, on this host. */
#include "etl/connection/account_lock.h"

#include <errno.h>
#include <limits.h>
#include <unistd.h>

#include "etl/core/system/files.h"
#include "etl/core/system/state_path.h"

enum { ASKED_EVERY_MS = 200 };

static enum etl_status path_of(const struct connection *c, char *out, size_t size, struct err *err)
{
    char            below[PATH_MAX];
    size_t          len;
    enum etl_status st;

    snprintf(below, sizeof below, "connections/%.*s-%s", STR_ARG(c->provider->name), c->account);
    st = state_path(below, out, size - strlen("/lock"), err);
    if (st != ETL_OK)
        return st;
    files_make_folders(out);
    len = strlen(out);
    memcpy(out + len, "/lock", sizeof "/lock");
    return ETL_OK;
}

static enum etl_status tell_holder(struct connection *c, struct err *err)
{
    char    text[512] = "";
    ssize_t got = files_pread(c->lock_fd, text, sizeof text - 1, 0);

    text[got > 0 ? got : 0] = '\0';
    return err_set(err, ETL_AGAIN, "connection-busy",
                   "connection %.*s is in use by %s; only one run writes to an account at a time (--wait 10m waits)",
                   STR_ARG(c->name), text[0] != '\0' ? text : "another process");
}

enum etl_status account_lock_take(struct connection *c, const char *run_path, uint64_t wait_seconds,
                                  const volatile sig_atomic_t *stop_asked, struct err *err)
{
    char            path[PATH_MAX], text[512], real[PATH_MAX];
    uint64_t        waited = 0; /* in ms */
    enum etl_status st = path_of(c, path, sizeof path, err);

    if (st != ETL_OK)
        return st;
    c->lock_fd = files_open(path, O_RDWR | O_CREAT);
    if (c->lock_fd < 0)
        return err_set(err, ETL_FAIL, "connection-lock", "cannot open %s: %s", path, strerror(errno));
    while (files_lock(c->lock_fd, true) != 0) {
        if (waited >= wait_seconds * 1000 || (stop_asked != NULL && *stop_asked != 0))
            return tell_holder(c, err);
        clock_sleep_ms(c->clock, ASKED_EVERY_MS);
        waited += ASKED_EVERY_MS;
    }
    snprintf(text, sizeof text, "process %ld, run %.400s", (long)getpid(),
             files_real_path(run_path, real) != NULL ? real : run_path);
    if (files_resize(c->lock_fd, 0) != 0 || files_pwrite(c->lock_fd, text, strlen(text), 0) < 0)
        return err_set(err, ETL_AGAIN, "connection-lock", "cannot write %s: %s", path, strerror(errno));
    return ETL_OK;
}

bool seconds_from(const char *text, uint64_t *out)
{
    static const struct {
        char     unit;
        uint64_t seconds;
    } units[] = { { 's', 1 }, { 'm', 60 }, { 'h', 3600 } };
    struct str s = str_from(text);
    uint64_t   factor = 1;

    for (size_t i = 0; i < 3 && s.len != 0; i++)
        if (s.ptr[s.len - 1] == units[i].unit) {
            factor = units[i].seconds;
            s.len--;
            break;
        }
    if (!str_to_u64(s, out) || *out > 1000000)
        return false;
    *out *= factor;
    return true;
}
