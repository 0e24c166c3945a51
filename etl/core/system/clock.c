/* etl/core/system/clock.c - what time it is, as people write it. */
#include "etl/core/system/clock.h"

#include <time.h>

void today_text(char out[16])
{
    time_t    now = time(NULL);
    struct tm local;

    localtime_r(&now, &local);
    strftime(out, 16, "%Y-%m-%d", &local);
}

void time_text(uint64_t at_ms, char out[32])
{
    time_t    at = (time_t)(at_ms / 1000);
    struct tm utc;

    gmtime_r(&at, &utc);
    strftime(out, 32, "%Y-%m-%dT%H:%M:%SZ", &utc);
}
