/* etl/pull/pull.c - brings a provider's reports into an archive: every stage in order. */
#include "etl/pull/pull.h"

#include "etl/core/system/files.h"
#include "etl/core/system/log.h"
#include "etl/core/system/sha256.h"
#include "etl/pull/ask.h"
#include "etl/pull/build_table.h"
#include "etl/pull/pack.h"
#include "etl/pull/report_selection.h"
#include "etl/pull/shrink_guard.h"
#include "formats/archive_writer.h"

static void prepare_reports(struct pulled *p, struct findings *faults)
{
    p->reports = ARENA_ARRAY(p->mem, struct pulled_report, p->provider->report_count + 1);
    p->results = ARENA_ARRAY(p->mem, struct pulled_table, p->tables.count + 1);
    report_selection_make(p, faults);
    for (size_t t = 0; t < p->tables.count; t++) {
        p->results[t].table = &p->tables.items[t];
        p->results[t].fills = ARENA_ARRAY(p->mem, bool, p->tables.items[t].column_count + 1);
    }
    for (size_t i = 0; i < p->provider->report_count; i++) {
        struct pulled_report *r = &p->reports[i];
        const struct report  *report = &p->provider->reports[i];
        struct normalizer    *n = normalizer_new(&p->tables, report, p->mem, faults);
        struct pulled_table  *result;
        size_t                count;

        r->name = report->name;
        r->table = report->table;
        if (n == NULL || report->command == NULL)
            continue;
        r->kind = (struct answer_kind){
            .folder = &p->folder, .report = report, .wire = p->options->connection->wire, .normalizer = n, .how = p->how
        };
        r->kind.how.secrets = normalizer_secrets(n, &count);
        r->kind.how.secret_count = count;
        result = pulled_table_of(p, r);
        for (size_t c = 0; c < result->table->column_count && r->wanted; c++)
            result->fills[c] = result->fills[c] || normalizer_fills(n, c);
    }
}

/* ---- the work folder ---- */

/* What two commands must have in common to continue one pull. */
static struct str identity(struct pulled *p)
{
    AUTO(buf_release) struct buf text;
    const struct pull_options   *o = p->options;

    buf_init(&text, 1 << 20, "a pull's identity");
    buf_fmt(&text, "%.*s|%s|%s|%s|%s|%.*s|%s", STR_ARG(p->provider->name), o->connection->account, o->from, o->to,
            secret_mode_names[o->secrets.mode], STR_ARG(key_id(o->secrets.key)), sha256_of(p->provider->source).text);
    for (size_t i = 0; i < p->provider->report_count; i++)
        if (p->reports[i].wanted)
            buf_fmt(&text, "|%.*s", STR_ARG(p->reports[i].name));
    for (size_t i = 0; i < o->ask_count; i++)
        buf_fmt(&text, "|%.*s=%.*s", STR_ARG(o->ask[i].name), STR_ARG(o->ask[i].value));
    return arena_str(p->mem, buf_str(&text));
}

static enum etl_status open_folder(struct pulled *p, struct err *err)
{
    enum etl_status st = pull_folder_make(&p->folder, err);

    if (st == ETL_OK)
        st = request_journal_open(p->folder.journal, identity(p), &p->journal, err);
    if (st == ETL_OK)
        st = request_journal_reopen(p->journal, err);
    for (size_t i = 0; i < p->provider->report_count; i++)
        p->reports[i].kind.journal = p->journal;
    return st;
}

/* ---- the stages ---- */

/* A report may be asked for each row of tables that earlier reports fill. */
static enum etl_status build_sources(struct pulled *p, const struct report *r, struct err *err)
{
    enum etl_status st = ETL_OK;

    for (size_t i = 0; i < r->each.table_count && st == ETL_OK; i++) {
        const struct table *t = table_named(&p->tables, r->each.tables[i]);

        if (t != NULL)
            st = build_table(p, (size_t)(t - p->tables.items), err);
    }
    return st;
}

static enum etl_status ask_all(struct pulled *p, struct err *err)
{
    enum etl_status st = ETL_OK;

    for (size_t i = 0; i < p->provider->report_count && st == ETL_OK; i++) {
        if (!p->reports[i].wanted)
            continue;
        st = build_sources(p, &p->provider->reports[i], err);
        if (st == ETL_OK)
            st = ask_report(p, i, err);
    }
    progress_end();
    return st;
}

static enum etl_status build_all(struct pulled *p, struct err *err)
{
    enum etl_status st = ETL_OK;

    for (size_t t = 0; st == ETL_OK && t < p->tables.count; t++)
        if (pulled_table_is_filled(&p->results[t]))
            st = build_table(p, t, err);
    return st;
}

static enum etl_status run_stages(struct pulled *p, struct err *err)
{
    enum etl_status st = exchanges_open(p->options->connection, p->mem, &p->exchanges, err);

    p->connected = st == ETL_OK;
    p->exchanges.stop_asked = p->options->stop_asked;
    if (st == ETL_OK)
        st = open_folder(p, err);
    if (st == ETL_OK)
        st = ask_all(p, err);
    if (st == ETL_OK)
        st = build_all(p, err);
    if (st == ETL_OK)
        st = pulled_weigh(p, err);
    if (st == ETL_OK)
        st = shrink_guard_check(p, err);
    if (st == ETL_OK)
        st = pack_archive(p, err);
    return st;
}

enum etl_status pull_run(const struct pull_options *options, struct arena *mem, struct pulled *out,
                         struct findings *faults, struct err *err)
{
    struct pulled  *p = out;
    enum etl_status st;

    *p = (struct pulled){ .options = options, .provider = options->connection->provider, .mem = mem };
    if (!archive_name_is_good(options->archive))
        findings_say(faults, SEVERITY_ERROR, NULL, 0, 0, "archive-name",
                     "%s: an archive's name ends in .zip, .tar.gz or .tar.zst", options->archive);
    if (files_exists(options->archive))
        findings_say(faults, SEVERITY_ERROR, NULL, 0, 0, "archive-there", "%s is there already; choose another name",
                     options->archive);
    pull_folder_name(&p->folder, options->archive, mem);
    p->how = (struct redactor_how){ .replace = secret_replace, .context = (void *)(uintptr_t)&options->secrets };
    tables_load(mem, &p->tables, faults);
    prepare_reports(p, faults);
    if (p->provider->report_count == 0)
        findings_say(faults, SEVERITY_ERROR, NULL, 0, 0, "no-reports", "%.*s describes no reports",
                     STR_ARG(p->provider->name));
    if (faults->errors != 0)
        return ETL_FAIL;
    st = run_stages(p, err);
    if (st == ETL_OK) {
        request_journal_close(p->journal);
        p->journal = NULL;
        pull_folder_remove(&p->folder);
    }
    return st;
}
