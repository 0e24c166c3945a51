/* tests/sim/disk.h - the disk below the ledger, by SQLite's own seam (VFS): every write is a step, and what was not synced can be lost.
 *
 * Files are real ones. What was written since the last sync is remembered, so that a power cut can take it back, the latest writes first,
 * as many as chance decides. Only SQLite's databases and their logs are seen; its lock files and temporary files are not. */
#ifndef TESTS_SIM_DISK_H
#define TESTS_SIM_DISK_H

#include "tests/sim/world.h"

/* From now on this process's databases lie on this disk. */
void disk_install(struct world *w);
/* Bytes that were written and are not durable. */
size_t disk_unsynced(void);
/* The power fails. Nothing may be written afterwards. */
void disk_lose_unsynced(struct world *w);

#endif
