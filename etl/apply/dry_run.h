/* etl/apply/dry_run.h - the exact requests that apply would send now, secrets as ***. Nothing is sent, no session is opened.
 *
 * Memory  one call at a time. print() gets the text in pieces of about 64 KiB. */
#ifndef ETL_APPLY_DRY_RUN_H
#define ETL_APPLY_DRY_RUN_H

#include "etl/apply/delivery.h"

enum etl_status dry_run(struct delivery *d, void (*print)(struct str text), struct err *err);

#endif
