/* etl/core/system/clock.h - what time it is, as people write it. */
#ifndef ETL_CORE_SYSTEM_CLOCK_H
#define ETL_CORE_SYSTEM_CLOCK_H

#include <stdint.h>

void today_text(char out[16]);                /* "2026-11-24", local time */
void time_text(uint64_t at_ms, char out[32]); /* "2026-11-24T03:04:05Z" */

#endif
