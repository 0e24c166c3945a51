/* tests/sim/disk.c - the disk below the ledger: writes are steps, and what was not synced can be lost. */
#include "tests/sim/disk.h"

#include <sqlite3.h>
#include <stdlib.h>

#include "tests/sim/crash.h"

/* What a write replaced. */
struct undo {
    struct undo   *older;
    sqlite3_file  *file; /* the real one */
    sqlite3_int64  at, size_before;
    int            length;
    unsigned char *bytes;
};
struct disk_file {
    sqlite3_file  base;
    sqlite3_file *real;    /* stands behind this struct, in the memory that SQLite gives */
    bool          is_kept; /* a database or its log */
};

static struct world *disk_world;
static sqlite3_vfs   disk, *real_disk;
static struct undo  *newest;
static size_t        unsynced;

static struct disk_file *of(sqlite3_file *f)
{
    return (struct disk_file *)(void *)f;
}

/* ---- what a power cut takes ---- */

static void remember(struct disk_file *f, sqlite3_int64 at, int length)
{
    struct undo *u = calloc(1, sizeof *u);

    if (u == NULL || (u->bytes = calloc(1, (size_t)length + 1)) == NULL)
        memory_exhausted("what a power cut takes", (size_t)length);
    u->older = newest;
    u->file = f->real;
    u->at = at;
    u->length = length;
    f->real->pMethods->xFileSize(f->real, &u->size_before);
    if (at < u->size_before)
        f->real->pMethods->xRead(f->real, u->bytes, length, at); /* a short read fills up with zeroes */
    newest = u;
}

static void forget(const sqlite3_file *real)
{
    struct undo **at = &newest;

    while (*at != NULL) {
        struct undo *u = *at;

        if (u->file != real) {
            at = &u->older;
            continue;
        }
        *at = u->older;
        unsynced -= (size_t)u->length + 1;
        free(u->bytes);
        free(u);
    }
}

static void take_back(const struct undo *u)
{
    sqlite3_int64 length = u->size_before - u->at;

    if (length > u->length)
        length = u->length;
    if (length > 0)
        u->file->pMethods->xWrite(u->file, u->bytes, (int)length, u->at);
    u->file->pMethods->xTruncate(u->file, u->size_before);
}

void disk_lose_unsynced(struct world *w)
{
    unsigned writes = 0, lost;

    for (struct undo *u = newest; u != NULL; u = u->older)
        writes++;
    lost = (unsigned)world_between(w, writes != 0 ? 1 : 0, writes);
    world_trace(w, "%u of %u writes are lost", lost, writes);
    for (struct undo *u = newest; u != NULL && lost != 0; u = u->older, lost--)
        take_back(u);
}

size_t disk_unsynced(void)
{
    return unsynced;
}

/* ---- the methods of a file ---- */

static int disk_close(sqlite3_file *f)
{
    forget(of(f)->real);
    return of(f)->real->pMethods->xClose(of(f)->real);
}

static int disk_read(sqlite3_file *f, void *to, int length, sqlite3_int64 at)
{
    return of(f)->real->pMethods->xRead(of(f)->real, to, length, at);
}

static int disk_write(sqlite3_file *f, const void *bytes, int length, sqlite3_int64 at)
{
    if (of(f)->is_kept) {
        crash_step("the ledger is written");
        remember(of(f), at, length);
        unsynced += (size_t)length + 1;
    }
    return of(f)->real->pMethods->xWrite(of(f)->real, bytes, length, at);
}

static int disk_truncate(sqlite3_file *f, sqlite3_int64 size)
{
    if (of(f)->is_kept)
        crash_step("the ledger is cut");
    return of(f)->real->pMethods->xTruncate(of(f)->real, size);
}

static int disk_sync(sqlite3_file *f, int flags)
{
    if (!of(f)->is_kept)
        return of(f)->real->pMethods->xSync(of(f)->real, flags);
    crash_step("the ledger is synced");
    if (disk_world->broken != BREAK_UNSYNCED)
        forget(of(f)->real);
    return SQLITE_OK; /* our power cuts know what is durable; the machine below needs no sync */
}

static int disk_size(sqlite3_file *f, sqlite3_int64 *size)
{
    return of(f)->real->pMethods->xFileSize(of(f)->real, size);
}

static int disk_lock(sqlite3_file *f, int level)
{
    return of(f)->real->pMethods->xLock(of(f)->real, level);
}

static int disk_unlock(sqlite3_file *f, int level)
{
    return of(f)->real->pMethods->xUnlock(of(f)->real, level);
}

static int disk_check_lock(sqlite3_file *f, int *held)
{
    return of(f)->real->pMethods->xCheckReservedLock(of(f)->real, held);
}

static int disk_control(sqlite3_file *f, int what, void *argument)
{
    return of(f)->real->pMethods->xFileControl(of(f)->real, what, argument);
}

static int disk_sector(sqlite3_file *f)
{
    return of(f)->real->pMethods->xSectorSize(of(f)->real);
}

static int disk_traits(sqlite3_file *f)
{
    return of(f)->real->pMethods->xDeviceCharacteristics(of(f)->real);
}

static int disk_shared_map(sqlite3_file *f, int page, int size, int extend, void volatile **out)
{
    return of(f)->real->pMethods->xShmMap(of(f)->real, page, size, extend, out);
}

static int disk_shared_lock(sqlite3_file *f, int at, int n, int flags)
{
    return of(f)->real->pMethods->xShmLock(of(f)->real, at, n, flags);
}

static void disk_shared_barrier(sqlite3_file *f)
{
    of(f)->real->pMethods->xShmBarrier(of(f)->real);
}

static int disk_shared_unmap(sqlite3_file *f, int remove)
{
    return of(f)->real->pMethods->xShmUnmap(of(f)->real, remove);
}

static const sqlite3_io_methods methods = {
    .iVersion = 2, /* without xFetch: nothing is mapped, so every byte is read and written here */
    .xClose = disk_close,
    .xRead = disk_read,
    .xWrite = disk_write,
    .xTruncate = disk_truncate,
    .xSync = disk_sync,
    .xFileSize = disk_size,
    .xLock = disk_lock,
    .xUnlock = disk_unlock,
    .xCheckReservedLock = disk_check_lock,
    .xFileControl = disk_control,
    .xSectorSize = disk_sector,
    .xDeviceCharacteristics = disk_traits,
    .xShmMap = disk_shared_map,
    .xShmLock = disk_shared_lock,
    .xShmBarrier = disk_shared_barrier,
    .xShmUnmap = disk_shared_unmap,
};

/* ---- the disk ---- */

static int disk_open(sqlite3_vfs *v, const char *name, sqlite3_file *f, int flags, int *out_flags)
{
    struct disk_file *d = of(f);
    int               code;

    (void)v;
    d->real = (sqlite3_file *)(void *)(d + 1);
    d->is_kept = (flags & (SQLITE_OPEN_MAIN_DB | SQLITE_OPEN_WAL | SQLITE_OPEN_MAIN_JOURNAL)) != 0;
    code = real_disk->xOpen(real_disk, name, d->real, flags, out_flags);
    d->base.pMethods = code == SQLITE_OK ? &methods : NULL;
    return code;
}

/* The salts of the log follow from the seed too, so that files are the same in every replay. */
static int disk_random(sqlite3_vfs *v, int length, char *out)
{
    static struct random r;

    (void)v;
    if (r.bytes == NULL)
        random_seed(&r, disk_world->seed ^ disk_world->life.number);
    random_bytes(&r, out, (size_t)length);
    return length;
}

void disk_install(struct world *w)
{
    disk_world = w;
    real_disk = sqlite3_vfs_find(NULL);
    disk = *real_disk;
    disk.zName = "sim";
    disk.szOsFile = (int)sizeof(struct disk_file) + real_disk->szOsFile;
    disk.xOpen = disk_open;
    disk.xRandomness = disk_random;
    sqlite3_vfs_register(&disk, 1);
}
