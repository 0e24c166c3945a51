/* etl/pull/pack.h - packs the archive: the tables, the raw answers, and the manifest that says what they are.
 *
 * Secrets  SECRETS_KEEP: what lies sealed in the work folder is opened on its way into the (encrypted) archive.
 * Errors   ETL_AGAIN: the disk is full. No archive is left half written. */
#ifndef ETL_PULL_PACK_H
#define ETL_PULL_PACK_H

#include "etl/pull/pulled.h"

enum etl_status pack_archive(struct pulled *p, struct err *err);

#endif
