/* etl/pull/pull.c - brings a provider's reports into an archive: every stage in order. */
#include "etl/pull/pull.h"

#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <sys/stat.h>
#include <unistd.h>

#include "etl/core/system/log.h"
#include "formats/archive_manifest.h"
#include "formats/archive_writer.h"

const char *const proof_names[] = { "complete", "unproven", "incomplete", NULL };

/* ---- which reports ---- */

static bool asks_for_rows_of(const struct report *r, struct str table)
{
    for (size_t i = 0; i < r->each.table_count; i++)
        if (str_eq(r->each.tables[i], table))
            return true;
    return false;
}

/* A report that has to be told what to ask, and is not, is not asked; who named it is told. */
static void leave_out_untold(struct pull *p, struct findings *faults)
{
    for (size_t i = 0; i < p->provider->report_count; i++) {
        const struct report *r = &p->provider->reports[i];
        bool                 told = r->ask.param.ptr == NULL || r->ask.count != 0;

        for (size_t k = 0; k < p->options->ask_count; k++)
            told = told || str_eq(p->options->ask[k].name, r->ask.param);
        if (told || !p->reports[i].wanted)
            continue;
        p->reports[i].wanted = false;
        p->reports[i].untold = true;
        if (p->options->report_count != 0)
            findings_say(faults, SEVERITY_ERROR, NULL, 0, 0, "report-untold",
                         "%.*s has to be told what to ask: --ask %.*s=…", STR_ARG(r->name), STR_ARG(r->ask.param));
    }
}

static void choose_reports(struct pull *p, struct findings *faults)
{
    const struct pull_options *o = p->options;
    struct str                *names = ARENA_ARRAY(p->mem, struct str, p->provider->report_count + 1);

    for (size_t i = 0; i < p->provider->report_count; i++) {
        names[i] = p->provider->reports[i].name;
        p->reports[i].wanted = o->report_count == 0;
    }
    for (size_t k = 0; k < o->report_count; k++) {
        size_t     i = 0;
        struct str near;

        while (i < p->provider->report_count && !str_is(names[i], o->reports[k]))
            i++;
        if (i < p->provider->report_count) {
            p->reports[i].wanted = true;
            continue;
        }
        near = str_nearest(str_from(o->reports[k]), names, p->provider->report_count);
        findings_say(faults, SEVERITY_ERROR, NULL, 0, 0, "report-unknown", "%.*s has no report \"%s\"%s%.*s%s",
                     STR_ARG(p->provider->name), o->reports[k], near.ptr != NULL ? ", did you mean \"" : "",
                     STR_ARG(near), near.ptr != NULL ? "\"?" : "; subferry provider show tells which");
    }
    /* One that asks for each row of a table needs those that fill it. */
    for (size_t i = p->provider->report_count; i-- > 0;)
        for (size_t k = 0; k < i && p->reports[i].wanted; k++)
            if (asks_for_rows_of(&p->provider->reports[i], p->provider->reports[k].table) && !p->reports[k].wanted) {
                p->reports[k].wanted = true;
                say("%.*s is asked too: %.*s needs its rows", STR_ARG(names[k]), STR_ARG(names[i]));
            }
}

static void prepare_reports(struct pull *p, struct findings *faults)
{
    p->reports = ARENA_ARRAY(p->mem, struct pulled_report, p->provider->report_count + 1);
    p->results = ARENA_ARRAY(p->mem, struct pulled_table, p->tables.count + 1);
    choose_reports(p, faults);
    leave_out_untold(p, faults);
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
        r->kind = (struct answer_kind){ .folder = p->raw_folder,
                                        .report = report,
                                        .wire = p->options->connection->wire,
                                        .normalizer = n,
                                        .how = p->how };
        r->kind.how.secrets = normalizer_secrets(n, &count);
        r->kind.how.secret_count = count;
        result = &p->results[normalizer_table(n) - p->tables.items];
        for (size_t c = 0; c < result->table->column_count && r->wanted; c++)
            result->fills[c] = result->fills[c] || normalizer_fills(n, c);
    }
}

/* ---- the work folder ---- */

static enum etl_status make_folder(const char *path, struct err *err)
{
    if (mkdir(path, 0700) == 0 || errno == EEXIST)
        return ETL_OK;
    return err_set(err, errno == ENOSPC ? ETL_AGAIN : ETL_FAIL, "pull-folder", "cannot make %s: %s", path,
                   strerror(errno));
}

static struct str identity(struct pull *p)
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

static enum etl_status open_folder(struct pull *p, struct err *err)
{
    char            path[4096];
    enum etl_status st = make_folder(p->folder, err);

    if (st == ETL_OK)
        st = make_folder(p->raw_folder, err);
    if (st == ETL_OK)
        st = make_folder(p->table_folder, err);
    snprintf(path, sizeof path, "%s/questions.db", p->folder);
    if (st == ETL_OK)
        st = request_journal_open(path, identity(p), &p->questions, err);
    if (st == ETL_OK)
        st = request_journal_reopen(p->questions, err);
    for (size_t i = 0; i < p->provider->report_count; i++)
        p->reports[i].kind.questions = p->questions;
    return st;
}

static int remove_one(const char *path, const struct stat *st, int kind, struct FTW *where)
{
    (void)st;
    (void)kind;
    (void)where;
    return remove(path);
}

/* ---- proof ---- */

static enum etl_status count_all(struct pull *p, struct err *err)
{
    for (size_t i = 0; i < p->provider->report_count; i++) {
        struct pulled_report *r = &p->reports[i];
        struct pulled_table  *t;
        enum etl_status       st;

        if (!r->wanted)
            continue;
        st = request_journal_count(p->questions, r->name, p->mem, &r->counts, err);
        if (st != ETL_OK)
            return st;
        r->proof = r->counts.by_state[QUESTION_INCOMPLETE] != 0 || r->counts.by_state[QUESTION_OPEN] != 0
                       ? PROOF_INCOMPLETE
                   : r->counts.by_state[QUESTION_UNPROVEN] != 0 ? PROOF_UNPROVEN
                                                                : PROOF_COMPLETE;
        t = &p->results[normalizer_table(r->kind.normalizer) - p->tables.items];
        t->proof = r->proof > t->proof ? r->proof : t->proof;
    }
    /* Questions asked for each row of a table that is not whole are not all of them. */
    for (size_t i = 0; i < p->provider->report_count; i++) {
        struct pulled_table *t;

        if (!p->reports[i].wanted)
            continue;
        for (size_t k = 0; k < p->provider->reports[i].each.table_count; k++) {
            const struct table *source = table_named(&p->tables, p->provider->reports[i].each.tables[k]);

            if (source == NULL || p->results[source - p->tables.items].proof <= p->reports[i].proof)
                continue;
            p->reports[i].proof = p->results[source - p->tables.items].proof;
            if (p->reports[i].counts.why.ptr == NULL)
                p->reports[i].counts.why = arena_fmt(p->mem, "%.*s, whose rows it was asked for, is %s",
                                                     STR_ARG(source->name), proof_names[p->reports[i].proof]);
        }
        t = &p->results[normalizer_table(p->reports[i].kind.normalizer) - p->tables.items];
        t->proof = p->reports[i].proof > t->proof ? p->reports[i].proof : t->proof;
    }
    return ETL_OK;
}

enum { SHRINK_PERCENT = 2 };

static enum etl_status check_shrink(struct pull *p, struct err *err)
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

/* ---- the whole ---- */

static enum etl_status build_all(struct pull *p, struct err *err)
{
    enum etl_status st = ETL_OK;

    for (size_t t = 0; st == ETL_OK && t < p->tables.count; t++) {
        bool any = false;

        for (size_t c = 0; c < p->tables.items[t].column_count; c++)
            any = any || p->results[t].fills[c];
        if (any)
            st = pull_build(p, t, err);
    }
    return st;
}

static enum etl_status work(struct pull *p, struct err *err)
{
    enum etl_status st = exchanges_open(p->options->connection, p->mem, &p->exchanges, err);

    p->connected = st == ETL_OK;
    p->exchanges.stop_asked = p->options->stop_asked;
    if (st == ETL_OK)
        st = open_folder(p, err);
    for (size_t i = 0; st == ETL_OK && i < p->provider->report_count; i++)
        if (p->reports[i].wanted)
            st = pull_ask(p, i, err);
    progress_end();
    if (st == ETL_OK)
        st = build_all(p, err);
    if (st == ETL_OK)
        st = count_all(p, err);
    if (st == ETL_OK)
        st = check_shrink(p, err);
    if (st == ETL_OK)
        st = pull_pack(p, err);
    return st;
}

enum etl_status pull_run(const struct pull_options *options, struct arena *mem, struct pull *out,
                         struct findings *faults, struct err *err)
{
    struct pull    *p = out;
    enum etl_status st;

    *p = (struct pull){ .options = options, .provider = options->connection->provider, .mem = mem };
    if (!archive_name_is_good(options->archive))
        findings_say(faults, SEVERITY_ERROR, NULL, 0, 0, "archive-name",
                     "%s: an archive's name ends in .zip, .tar.gz or .tar.zst", options->archive);
    if (access(options->archive, F_OK) == 0)
        findings_say(faults, SEVERITY_ERROR, NULL, 0, 0, "archive-there", "%s is there already; choose another name",
                     options->archive);
    p->folder = arena_fmt(mem, "%s.pull", options->archive).ptr;
    p->raw_folder = arena_fmt(mem, "%s/raw", p->folder).ptr;
    p->table_folder = arena_fmt(mem, "%s/tables", p->folder).ptr;
    p->how = (struct scrub_how){ .replace = secret_replace, .context = (void *)(uintptr_t)&options->secrets };
    tables_load(mem, &p->tables, faults);
    prepare_reports(p, faults);
    if (p->provider->report_count == 0)
        findings_say(faults, SEVERITY_ERROR, NULL, 0, 0, "no-reports", "%.*s describes no reports",
                     STR_ARG(p->provider->name));
    if (faults->errors != 0)
        return ETL_FAIL;
    st = work(p, err);
    if (st == ETL_OK) {
        request_journal_close(p->questions);
        p->questions = NULL;
        nftw(p->folder, remove_one, 16, FTW_DEPTH | FTW_PHYS);
    }
    return st;
}

void pull_release(struct pull *p)
{
    if (p->connected)
        exchanges_close(&p->exchanges);
    request_journal_close(p->questions);
    p->connected = false;
    p->questions = NULL;
}

char *pull_table_path(const struct pull *p, const struct table *t, struct arena *mem)
{
    return arena_cstr(mem, arena_fmt(mem, "%s/%.*s.csv", p->table_folder, STR_ARG(t->name)));
}
