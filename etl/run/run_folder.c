/* etl/run/run_folder.c - the run folder: made, opened, locked, replaced. */
#include "etl/run/run_folder.h"

#include <errno.h>
#include <unistd.h>

#include "etl/core/system/files.h"
#include "etl/ledger/ledger.h"

char *run_folder_file(const struct run_folder *r, const char *name, struct arena *mem)
{
    return arena_cstr(mem, arena_fmt(mem, "%s/%s", r->path, name));
}

char *run_folder_rejects(const struct run_folder *r, struct str input, struct arena *mem)
{
    static const char *const endings[] = { "csv", "jsonl", "json" };

    for (size_t i = 0; i < 3; i++) {
        char *path = arena_cstr(mem, arena_fmt(mem, "%s/rejects/%.*s.%s", r->path, STR_ARG(input), endings[i]));

        if (files_exists(path))
            return path;
    }
    return arena_cstr(mem, arena_fmt(mem, "%s/rejects/%.*s.csv", r->path, STR_ARG(input)));
}

static enum etl_status take_lock(struct run_folder *r, struct arena *mem, struct err *err)
{
    char    holder[32] = "";
    ssize_t got;

    r->lock_fd = files_open(run_folder_file(r, "run.lock", mem), O_RDWR | O_CREAT);
    if (r->lock_fd < 0)
        return err_set(err, ETL_FAIL, "run-lock", "cannot lock %s: %s", r->path, strerror(errno));
    if (files_lock(r->lock_fd, true) != 0) {
        got = files_pread(r->lock_fd, holder, sizeof holder - 1, 0);
        holder[got > 0 ? got : 0] = '\0';
        return err_set(err, ETL_AGAIN, "run-lock", "%s is in use by process %s; wait for it to end", r->path,
                       holder[0] != '\0' ? holder : "(unknown)");
    }
    snprintf(holder, sizeof holder, "%ld", (long)getpid());
    if (files_resize(r->lock_fd, 0) != 0 || files_pwrite(r->lock_fd, holder, strlen(holder), 0) < 0)
        return err_set(err, ETL_AGAIN, "run-lock", "cannot write %s/run.lock: %s", r->path, strerror(errno));
    return ETL_OK;
}

static enum etl_status open_folder(struct run_folder *r, struct err *err)
{
    r->dir_fd = files_open(r->path, O_RDONLY | O_DIRECTORY);
    if (r->dir_fd < 0)
        return err_set(err, ETL_FAIL, "run-open", "no run folder %s: %s", r->path, strerror(errno));
    return ETL_OK;
}

/* ---- a folder that is there ---- */

/* What a plan may take the place of. A run from which calls were sent stays: its ledger is the only record of what the provider has. */
static enum etl_status may_replace(const struct run_folder *r, bool replace, struct arena *mem, struct err *err)
{
    bool             has_plan = files_exists(run_folder_file(r, "plan.jsonl", mem));
    enum ledger_sent sent = ledger_anything_sent(r->path);

    /* results.csv is written whenever sending ends: without the ledger that it was written from, nobody knows what was sent. */
    if (sent == LEDGER_SENT || (sent == LEDGER_NONE && files_exists(run_folder_file(r, "results.csv", mem))))
        return err_set(err, ETL_FAIL, "run-sent",
                       "calls were sent from %s, so it is not replaced; name a new folder with -o", r->path);
    if (has_plan && !replace)
        return err_set(
            err, ETL_FAIL, "run-exists",
            "%s holds a plan; name a new folder with -o, or --replace it (only while nothing was sent from it)",
            r->path);
    return ETL_OK;
}

/* All that a run folder may hold, besides temporary files: ".plan.jsonl.a1B2c3". */
static const char *const own_names[] = { "plan.jsonl",  "findings.jsonl", "summary.json",  "seal.json",
                                         "known.bin",   "inputs",         "rejects",       "held",
                                         "ledger.db",   "ledger.db-wal",  "ledger.db-shm", "ledger.db.reserve",
                                         "results.csv", "lanes.csv",      "test.csv" };

static bool is_own(const char *name)
{
    const char *last = strrchr(name, '.');

    for (size_t i = 0; i < sizeof own_names / sizeof own_names[0]; i++) {
        size_t len = strlen(own_names[i]);

        if (strcmp(name, own_names[i]) == 0)
            return true;
        if (name[0] == '.' && last != NULL && last == name + 1 + len && strncmp(name + 1, own_names[i], len) == 0)
            return true;
    }
    return strcmp(name, "run.lock") == 0;
}

static enum etl_status see_foreign(void *context, const char *name, struct err *err)
{
    const struct run_folder *r = context;

    return is_own(name)
               ? ETL_OK
               : err_set(
                     err, ETL_FAIL, "run-exists",
                     "%s holds %s, which is no file of a run, so nothing in it is removed; name another folder with -o",
                     r->path, shown(str_from(name), false).text);
}

/* The lock stays: whoever waits for it must not get another file of that name. */
static enum etl_status remove_own(void *context, const char *name, struct err *err)
{
    const struct run_folder         *r = context;
    AUTO(arena_release) struct arena mem;

    arena_init(&mem, 1 << 16, "a path");
    if (strcmp(name, "run.lock") != 0 && files_remove_tree(run_folder_file(r, name, &mem)) != 0)
        return err_set(err, ETL_FAIL, "run-replace", "cannot remove %s/%s: %s", r->path, name, strerror(errno));
    return ETL_OK;
}

/* A folder without a run.lock is none of ours, unless it is empty. One with something else in it is somebody's, too. */
static enum etl_status take_over(struct run_folder *r, bool replace, struct arena *mem, struct err *err)
{
    enum etl_status st;

    if (!files_exists(run_folder_file(r, "run.lock", mem)) && !files_is_empty_folder(r->path))
        return err_set(err, ETL_FAIL, "run-exists", "%s is there and is no run folder; name another with -o", r->path);
    st = files_each(r->path, see_foreign, r, err);
    if (st != ETL_OK)
        return st;
    if (files_make_private(r->path) != 0) /* it may be somebody's empty folder */
        return err_set(err, ETL_FAIL, "run-create", "cannot make %s private: %s", r->path, strerror(errno));
    st = open_folder(r, err);
    if (st == ETL_OK)
        st = take_lock(r, mem, err);
    if (st == ETL_OK)
        st = may_replace(r, replace, mem, err);
    return st == ETL_OK ? files_each(r->path, remove_own, r, err) : st;
}

static enum etl_status make_folder(struct run_folder *r, bool replace, struct arena *mem, struct err *err)
{
    enum etl_status st;

    if (files_make_folder(r->path) != 0) {
        if (errno == EEXIST)
            return take_over(r, replace, mem, err);
        return files_fault(err, "make", r->path);
    }
    st = open_folder(r, err);
    return st == ETL_OK ? take_lock(r, mem, err) : st;
}

enum etl_status run_folder_create(const char *path, bool replace, struct arena *mem, struct run_folder *out,
                                  struct err *err)
{
    struct run_folder r = { .path = arena_cstr(mem, str_from(path)), .dir_fd = -1, .lock_fd = -1 };
    enum etl_status   st = make_folder(&r, replace, mem, err);

    if (st == ETL_OK && files_make_folder(run_folder_file(&r, "rejects", mem)) != 0)
        st = err_set(err, ETL_AGAIN, "run-create", "cannot make %s/rejects: %s", path, strerror(errno));
    if (st != ETL_OK) {
        run_folder_close(&r);
        return st;
    }
    *out = r;
    return ETL_OK;
}

enum etl_status run_folder_open(const char *path, bool write, struct arena *mem, struct run_folder *out,
                                struct err *err)
{
    struct run_folder r = { .path = arena_cstr(mem, str_from(path)), .dir_fd = -1, .lock_fd = -1 };
    enum etl_status   st = open_folder(&r, err);

    if (st == ETL_OK && write)
        st = take_lock(&r, mem, err);
    if (st == ETL_OK && !files_readable(run_folder_file(&r, "plan.jsonl", mem)))
        st = err_set(err, ETL_FAIL, "run-no-plan",
                     "%s holds no plan: planning it failed or was cut short (see %s/findings.jsonl); plan it again",
                     path, path);
    if (st != ETL_OK) {
        run_folder_close(&r);
        return st;
    }
    *out = r;
    return ETL_OK;
}

void run_folder_close(struct run_folder *r)
{
    if (r->dir_fd >= 0)
        files_close(r->dir_fd);
    if (r->lock_fd >= 0)
        files_close(r->lock_fd);
    r->dir_fd = r->lock_fd = -1;
}

long run_folder_holder(const struct run_folder *r, struct arena *mem)
{
    char    text[32] = "";
    int     fd = files_open(run_folder_file(r, "run.lock", mem), O_RDONLY);
    bool    held = fd >= 0 && files_lock(fd, false) != 0;
    ssize_t got = held ? files_pread(fd, text, sizeof text - 1, 0) : 0;

    if (fd >= 0)
        files_close(fd);
    text[got > 0 ? got : 0] = '\0';
    return held ? strtol(text, NULL, 10) : 0;
}
