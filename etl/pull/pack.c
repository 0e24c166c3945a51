/* etl/pull/pack.c - the archive: tables, raw answers, and the manifest that says what they are. */
#include "etl/pull/pack.h"

#include <errno.h>

#include "etl/core/notation/json_writer.h"
#include "etl/core/system/atomic_file.h"
#include "etl/core/system/files.h"
#include "etl/core/system/sha256.h"
#include "etl/pull/stored_answer.h"
#include "formats/archive_manifest.h"
#include "formats/archive_writer.h"

struct packing {
    struct pulled                  *pulled;
    struct archive_writer          *writer;
    struct archive_manifest_member *members;
    size_t                          count, cap, part_cap;
    struct archive_manifest_part   *parts; /* of the member being added */
    size_t                          part_count;
    bool                            open_secrets; /* SECRETS_KEEP: sealed values go in as what they were before */
    struct secret_writer            secrets;
    enum etl_status                 status;
    struct err                      err;
};

static void stored(void *context, const char *name, uint64_t bytes, int fd)
{
    struct packing *w = context;
    struct sha256  *digest = sha256_new();
    char            piece[1 << 16];
    off_t           at = 0;
    ssize_t         got;

    while ((got = files_pread(fd, piece, sizeof piece, at)) > 0) {
        sha256_add(digest, str_of(piece, (size_t)got));
        at += got;
    }
    ARENA_PUSH(w->pulled->mem, w->parts, w->part_count, w->part_cap) =
        (struct archive_manifest_part){ arena_str(w->pulled->mem, str_from(name)),
                                        arena_str(w->pulled->mem, str_from(sha256_end(digest).text)), bytes };
    sha256_free(digest);
}

static enum etl_status add_member(struct packing *w, const char *name, struct str table, uint64_t rows, int fd,
                                  struct err *err)
{
    struct archive_stored see = { stored, w };
    enum etl_status       st;

    w->parts = NULL;
    w->part_count = w->part_cap = 0;
    st = archive_writer_add(w->writer, name, fd, w->pulled->options->to_whom, &see, err);
    ARENA_PUSH(w->pulled->mem, w->members, w->count, w->cap) =
        (struct archive_manifest_member){ .name = arena_str(w->pulled->mem, str_from(name)),
                                          .table = table,
                                          .rows = rows,
                                          .encrypted = w->pulled->options->to_whom != NULL,
                                          .parts = w->parts,
                                          .part_count = w->part_count };
    return st;
}

/* ---- opening sealed values: the same redactor that sealed them finds them again ---- */

struct secret_opening {
    struct packing  *packing;
    struct redactor *redactor; /* NULL: the bytes stay as they are */
    struct buf       piece;
    int              fd;
};

static void put(void *context, struct str bytes)
{
    struct secret_opening *o = context;

    if (o->packing->status != ETL_OK)
        return;
    buf_reset(&o->piece);
    if (o->redactor != NULL) {
        redactor_add(o->redactor, bytes, &o->piece);
        bytes = buf_str(&o->piece);
    }
    o->packing->status = fd_write_all(o->fd, bytes, "a member of the archive", &o->packing->err);
}

static void put_end(struct secret_opening *o)
{
    buf_reset(&o->piece);
    if (o->redactor != NULL)
        redactor_end(o->redactor, &o->piece);
    if (o->packing->status == ETL_OK)
        o->packing->status = fd_write_all(o->fd, buf_str(&o->piece), "a member of the archive", &o->packing->err);
    redactor_free(o->redactor);
    o->redactor = NULL;
}

static struct redactor_how opener(struct packing *w, const struct str *secrets, size_t count)
{
    return (struct redactor_how){
        .secrets = secrets, .secret_count = count, .replace = secret_reveal, .context = &w->secrets
    };
}

/* ---- tables ---- */

static enum etl_status open_table(struct packing *w, const struct pulled_table *t, int from, int to, struct err *err)
{
    const struct table   *table = t->table;
    struct str           *columns = ARENA_ARRAY(w->pulled->mem, struct str, table->column_count + 1), *secrets;
    size_t                n = 0, secret_count = 0;
    char                  piece[1 << 16];
    struct secret_opening o = { .packing = w, .fd = to };
    struct redactor_how   how;
    ssize_t               got;

    secrets = ARENA_ARRAY(w->pulled->mem, struct str, table->column_count + 1);
    for (size_t i = 0; i < table->column_count; i++) {
        if (!t->fills[i])
            continue;
        columns[n++] = table->columns[i].name;
        if (table->columns[i].secret)
            secrets[secret_count++] = table->columns[i].name;
    }
    buf_init(&o.piece, 64 << 20, "a piece of a table");
    how = opener(w, secrets, secret_count);
    o.redactor = redactor_new(REDACT_CSV, &how, columns, n);
    while ((got = files_read(from, piece, sizeof piece)) > 0)
        put(&o, str_of(piece, (size_t)got));
    put_end(&o);
    buf_wipe(&o.piece);
    if (w->status != ETL_OK)
        *err = w->err;
    return w->status;
}

static enum etl_status pack_table(struct packing *w, struct pulled_table *t, struct err *err)
{
    const char     *path = pull_folder_table(&w->pulled->folder, t->table->name, w->pulled->mem);
    char            name[256];
    int             fd = files_open(path, O_RDONLY), clear = -1;
    enum etl_status st = ETL_OK;

    if (fd < 0)
        return err_set(err, ETL_FAIL, "pull-folder", "cannot read %s: %s", path, strerror(errno));
    snprintf(name, sizeof name, "%.*s.csv", STR_ARG(t->table->name));
    if (w->open_secrets) {
        clear = pull_folder_temporary(&w->pulled->folder, err);
        st = clear >= 0 ? open_table(w, t, fd, clear, err) : ETL_AGAIN;
    }
    if (st == ETL_OK)
        st = add_member(w, name, t->table->name, t->rows, clear >= 0 ? clear : fd, err);
    if (clear >= 0)
        files_close(clear);
    files_close(fd);
    return st;
}

/* ---- raw answers ---- */

static const char *ending_of(const struct answer_kind *k)
{
    static const char *const endings[] = {
        [REDACT_TEXT] = "txt", [REDACT_CSV] = "csv", [REDACT_XML] = "xml", [REDACT_JSON] = "json"
    };

    return endings[answer_kind_form(k)];
}

static enum etl_status put_answer(struct packing *w, struct pulled_report *r, const struct journal_entry *e,
                                  struct secret_opening *o, struct err *err)
{
    struct redactor_how how = opener(w, r->kind.how.secrets, r->kind.how.secret_count);
    enum etl_status     st;

    o->redactor = w->open_secrets ? answer_kind_redactor(&r->kind, &how) : NULL;
    st = stored_answer_read(&w->pulled->folder, e, put, o, err);
    put_end(o);
    if (st == ETL_OK && w->status != ETL_OK) {
        *err = w->err;
        return w->status;
    }
    return st;
}

/* Several answers of a report lie in one member, each in a frame: a line of JSON that says what was asked and how many bytes follow, the
 * bytes, a line end. Opening a secret changes the length, so the answer is written to a temporary file first and measured there. */
static enum etl_status put_frame(struct packing *w, struct pulled_report *r, const struct journal_entry *e,
                                 struct secret_opening *o, struct err *err)
{
    static const char *const states[] = { "open", "complete", "unproven", "incomplete" };
    struct secret_opening    inner = { .packing = w, .fd = pull_folder_temporary(&w->pulled->folder, err) };
    struct buf               head;
    struct json_writer       j = json_writer(&head);
    char                     piece[1 << 16];
    enum etl_status          st;
    off_t                    bytes;
    ssize_t                  got;

    if (inner.fd < 0)
        return ETL_AGAIN;
    buf_init(&inner.piece, 64 << 20, "a piece of an answer");
    buf_init(&head, 1 << 20, "a frame");
    st = put_answer(w, r, e, &inner, err);
    bytes = files_seek(inner.fd, 0, SEEK_CUR);
    json_begin_object(&j);
    json_member_raw(&j, "ask", e->params);
    json_member_text(&j, "state", str_from(states[e->state]));
    json_member_number(&j, "bytes", (uint64_t)bytes);
    json_end_object(&j);
    buf_byte(&head, '\n');
    if (st == ETL_OK)
        st = fd_write_all(o->fd, buf_str(&head), "a member of the archive", err);
    files_seek(inner.fd, 0, SEEK_SET);
    while (st == ETL_OK && (got = files_read(inner.fd, piece, sizeof piece)) > 0)
        st = fd_write_all(o->fd, str_of(piece, (size_t)got), "a member of the archive", err);
    if (st == ETL_OK)
        st = fd_write_all(o->fd, STR("\n"), "a member of the archive", err);
    files_close(inner.fd);
    buf_release(&head);
    buf_wipe(&inner.piece);
    return st;
}

static enum etl_status pack_raw(struct packing *w, struct pulled_report *r, struct err *err)
{
    AUTO(arena_release) struct arena mem = { 0 };
    struct secret_opening            o = { .packing = w, .fd = pull_folder_temporary(&w->pulled->folder, err) };
    struct journal_entry             e = { 0 };
    bool                             single = r->counts.asked == 1;
    char                             name[300];
    uint64_t                         after = 0;
    enum etl_status                  st = o.fd >= 0 ? ETL_OK : ETL_AGAIN;

    arena_init(&mem, 64 << 20, "a question");
    buf_init(&o.piece, 64 << 20, "a piece of an answer");
    while (st == ETL_OK) {
        arena_reset(&mem);
        st = request_journal_any(w->pulled->journal, r->name, after, &mem, &e, err);
        if (st != ETL_OK)
            break;
        after = e.number;
        if (e.state != ENTRY_OPEN && e.file.ptr != NULL)
            st = single ? put_answer(w, r, &e, &o, err) : put_frame(w, r, &e, &o, err);
    }
    snprintf(name, sizeof name, "raw/%.*s.%s", STR_ARG(r->name), single ? ending_of(&r->kind) : "frames");
    if (st == ETL_END)
        st = r->counts.asked != 0 ? add_member(w, name, STR_NONE, 0, o.fd, err) : ETL_OK;
    if (o.fd >= 0)
        files_close(o.fd);
    buf_wipe(&o.piece);
    return st;
}

/* ---- the manifest ---- */

static void fill_manifest(struct packing *w, struct archive_manifest *m)
{
    struct pulled                  *p = w->pulled;
    struct archive_manifest_report *reports =
        ARENA_ARRAY(p->mem, struct archive_manifest_report, p->provider->report_count + 1);

    for (size_t i = 0; i < p->provider->report_count; i++) {
        const struct pulled_report *r = &p->reports[i];

        if (r->wanted)
            reports[m->report_count++] =
                (struct archive_manifest_report){ r->name,           r->table,        str_from(proof_names[r->proof]),
                                                  r->counts.why,     r->counts.asked, r->counts.records,
                                                  r->counts.repairs, r->odd,          str_from(r->first_odd) };
    }
    m->reports = reports;
    m->members = w->members;
    m->member_count = w->count;
}

enum etl_status pack_archive(struct pulled *p, struct err *err)
{
    const struct pull_options *o = p->options;
    struct packing          w = { .pulled = p, .open_secrets = o->secrets.mode == SECRETS_KEEP, .secrets = o->secrets };
    struct archive_manifest m = { .version = str_from(o->version),
                                  .provider = p->provider->name,
                                  .connection = o->connection->name,
                                  .made = str_from(o->made),
                                  .from = str_from(o->from),
                                  .to = str_from(o->to),
                                  .secrets = str_from(secret_mode_names[o->secrets.mode]),
                                  .key = key_id(o->secrets.key) };
    AUTO(buf_release) struct buf text = { 0 };
    enum etl_status              st = archive_writer_open(o->archive, &w.writer, err);

    buf_init(&text, 16 << 20, "a manifest");
    for (size_t t = 0; st == ETL_OK && t < p->tables.count; t++)
        if (pulled_table_is_filled(&p->results[t]))
            st = pack_table(&w, &p->results[t], err);
    for (size_t i = 0; st == ETL_OK && i < p->provider->report_count; i++)
        if (p->reports[i].wanted)
            st = pack_raw(&w, &p->reports[i], err);
    if (st == ETL_OK) {
        fill_manifest(&w, &m);
        archive_manifest_write(&m, &text);
        st = archive_writer_add_text(w.writer, MANIFEST_NAME, buf_str(&text), err);
    }
    if (st == ETL_OK)
        st = archive_writer_commit(w.writer, err);
    archive_writer_free(w.writer);
    return st;
}
