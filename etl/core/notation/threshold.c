/* etl/core/notation/threshold.c - a guard as it is written, and how many it lets pass. */
#include "etl/core/notation/threshold.h"

#include <stdio.h>
#include <stdlib.h>

bool threshold_read(struct str text, struct threshold *out)
{
    struct str share, rest = str_cut(text, '%', &share);
    char       digits[32], *end;

    *out = (struct threshold){ 0 };
    if (rest.ptr == NULL)
        return str_to_u64(str_trim(text), &out->floor);
    share = str_trim(share);
    if (share.len == 0 || share.len >= sizeof digits || share.ptr[0] < '0' || share.ptr[0] > '9')
        return false;
    snprintf(digits, sizeof digits, "%.*s", STR_ARG(share));
    out->percent = strtod(digits, &end);
    if (*end != '\0' || strpbrk(digits, "xXeEnN") != NULL || out->percent > 100)
        return false;
    rest = str_trim(rest);
    return rest.len == 0 || (str_starts(rest, STR("floor ")) && str_to_u64(str_trim(str_skip(rest, 6)), &out->floor));
}

uint64_t threshold_allows(struct threshold g, uint64_t of)
{
    uint64_t share = (uint64_t)((double)of * g.percent / 100.0);

    return share > g.floor ? share : g.floor;
}
