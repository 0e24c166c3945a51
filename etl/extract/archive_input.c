/* etl/extract/archive_input.c - an archive as the input of a plan. */
#include "etl/extract/archive_input.h"

#include "formats/archive_manifest.h"
#include "formats/archive_writer.h"

bool archive_input_is(const char *path)
{
    AUTO(arena_release) struct arena mem = { 0 };
    struct archive_manifest          m;
    struct err                       err = { 0 };

    if (!archive_name_is_good(path))
        return false;
    arena_init(&mem, 256 << 20, "a manifest");
    return archive_manifest_read(path, &mem, &m, &err) == ETL_OK;
}

static void warn_incomplete(const char *archive, const struct archive_manifest *m, struct str table,
                            struct findings *faults)
{
    for (size_t i = 0; i < m->report_count; i++)
        if (str_eq(m->reports[i].table, table) && !str_is(m->reports[i].proof, "complete"))
            findings_say(faults, SEVERITY_WARNING, archive, 0, 0, "archive-proof",
                         "table %.*s: report %.*s is %.*s%s%.*s: there may be more than what stands here",
                         STR_ARG(table), STR_ARG(m->reports[i].name), STR_ARG(m->reports[i].proof),
                         m->reports[i].why.len != 0 ? ", " : "", STR_ARG(m->reports[i].why));
}

const char *archive_input_path(const char *archive, struct str input, struct arena *mem, struct findings *faults)
{
    const struct archive_manifest_member *table;
    struct archive_manifest               m;
    struct err                            err = { 0 };

    if (archive_manifest_read(archive, mem, &m, &err) != ETL_OK)
        return NULL;
    table = archive_manifest_table(&m, input);
    if (table == NULL)
        return NULL;
    warn_incomplete(archive, &m, input, faults);
    return arena_fmt(mem, "%s:%.*s", archive, STR_ARG(table->name)).ptr;
}
