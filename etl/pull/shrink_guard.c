/* etl/pull/shrink_guard.c - stops a pull whose tables are much smaller than in an earlier archive. */
#include "etl/pull/shrink_guard.h"

#include "etl/core/system/log.h"
#include "formats/archive_manifest.h"

enum { SHRINK_PERCENT = 2 };

enum etl_status shrink_guard_check(const struct pulled *p, struct err *err)
{
    AUTO(arena_release) struct arena mem = { 0 };
    AUTO(buf_release) struct buf     shrunk = { 0 };
    struct archive_manifest          before;
    enum etl_status                  st;

    if (p->options->against == NULL)
        return ETL_OK;
    arena_init(&mem, 64 << 20, "a manifest");
    buf_init(&shrunk, 1 << 16, "tables that shrank");
    st = archive_manifest_read(p->options->against, &mem, &before, err);
    for (size_t i = 0; st == ETL_OK && i < before.member_count; i++)
        for (size_t t = 0; t < p->tables.count; t++) {
            const struct archive_manifest_member *m = &before.members[i];

            if (!str_eq(m->table, p->tables.items[t].name) ||
                p->results[t].rows * 100 >= m->rows * (100 - SHRINK_PERCENT))
                continue;
            buf_fmt(&shrunk, "%s%.*s from %llu to %llu", shrunk.len != 0 ? ", " : "", STR_ARG(m->table),
                    (unsigned long long)m->rows, (unsigned long long)p->results[t].rows);
        }
    if (st != ETL_OK || shrunk.len == 0)
        return st;
    if (p->options->accept_shrink) {
        warn("smaller than %s: %s (accepted)", p->options->against, buf_cstr(&shrunk));
        return ETL_OK;
    }
    return err_set(
        err, ETL_GUARD, "pull-shrank",
        "more than %d %% smaller than %s: %.200s. If that is right, say --accept-shrink; nothing is asked again",
        SHRINK_PERCENT, p->options->against, buf_cstr(&shrunk));
}
