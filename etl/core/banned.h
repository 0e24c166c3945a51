/* etl/core/banned.h - included before everything: the C functions that we have better ones for.
 * str.h, buf.h and arena.h know lengths and ceilings; these do not. Use is a compile error. */
#ifndef ETL_CORE_BANNED_H
#define ETL_CORE_BANNED_H
#ifndef _GNU_SOURCE
    #define _GNU_SOURCE 1
#endif
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#pragma GCC poison strcpy strcat sprintf vsprintf strtok gets atoi atol atoll gmtime localtime ctime
#endif
