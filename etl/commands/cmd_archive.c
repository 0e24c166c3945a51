/* etl/commands/cmd_archive.c - subferry archive: what lies in an archive, whether it is whole, a table of it. */
#include <inttypes.h>
#include <unistd.h>

#include "etl/commands/cli.h"
#include "etl/core/system/atomic_file.h"
#include "etl/core/system/files.h"
#include "etl/core/system/log.h"
#include "etl/core/system/sha256.h"
#include "formats/archive_manifest.h"
#include "formats/archive_reader.h"
#include "formats/source.h"

struct cmd_archive_options {
    const char *decrypt_key, *passphrase_file;
};
static const struct opt key_options[] = {
    OPT(struct cmd_archive_options, decrypt_key, "decrypt-key", 0, "KEY.pem", NULL,
        "the private key that opens an encrypted archive"),
    OPT(struct cmd_archive_options, passphrase_file, "passphrase-file", 0, "FILE", NULL, "whose first line opens it"),
    { 0 },
};
static const struct cli_command list_cmd, verify_cmd, cat_cmd;

/* ---- list ---- */

static uint64_t stored_bytes(const struct archive_manifest_member *m)
{
    uint64_t sum = 0;

    for (size_t i = 0; i < m->part_count; i++)
        sum += m->parts[i].bytes;
    return sum;
}

static void list_people(const struct archive_manifest *m, struct buf *out)
{
    buf_fmt(out, "%.*s by %.*s, %.*s; dates %.*s to %.*s; secrets: %.*s\n\n", STR_ARG(m->provider),
            STR_ARG(m->connection), STR_ARG(m->made), STR_ARG(m->from), STR_ARG(m->to), STR_ARG(m->secrets));
    for (size_t i = 0; i < m->report_count; i++) {
        const struct archive_manifest_report *r = &m->reports[i];

        buf_fmt(out, "%-26.*s %-10.*s %9" PRIu64 " records → %.*s%s%.*s\n", STR_ARG(r->name), STR_ARG(r->proof),
                r->records, STR_ARG(r->table), r->why.len != 0 ? "; " : "", STR_ARG(r->why));
    }
    buf_byte(out, '\n');
    for (size_t i = 0; i < m->member_count; i++) {
        const struct archive_manifest_member *f = &m->members[i];

        buf_fmt(out, "%-34.*s %12" PRIu64 " bytes", STR_ARG(f->name), stored_bytes(f));
        if (f->table.ptr != NULL)
            buf_fmt(out, " %9" PRIu64 " rows", f->rows);
        buf_fmt(out, "%s\n", f->encrypted ? "  encrypted" : "");
    }
}

static int run_list(struct cli *cli, int argc, char **argv)
{
    AUTO(buf_release) struct buf out = { 0 };
    struct opt_list              words;
    struct archive_manifest      m;
    struct err                   err = { 0 };
    enum etl_status              st;
    int                          code = cli_parse(cli, &list_cmd, NULL, argc, argv, 1, 1, &words);

    if (code >= 0)
        return code;
    buf_init(&out, 32 << 20, "a list");
    st = archive_manifest_read(words.items[0], &cli->mem, &m, &err);
    if (st != ETL_OK)
        return cli_fail(cli, st, &err);
    if (cli->json)
        archive_manifest_write(&m, &out);
    else
        list_people(&m, &out);
    cli_out(buf_str(&out));
    return EXIT_WELL;
}

/* ---- verify ---- */

struct archive_check {
    const struct archive_manifest *manifest;
    bool                          *seen; /* one for each part of each member, in their order */
    size_t                         part_count;
    struct findings               *faults;
    const char                    *path;
};

static const struct archive_manifest_part *part_named(const struct archive_check *v, const char *name, size_t *at)
{
    *at = 0;
    for (size_t i = 0; i < v->manifest->member_count; i++)
        for (size_t k = 0; k < v->manifest->members[i].part_count; k++, (*at)++)
            if (str_is(v->manifest->members[i].parts[k].name, name))
                return &v->manifest->members[i].parts[k];
    return NULL;
}

static void say_fault(struct archive_check *v, const char *rule, const char *name, const char *what)
{
    findings_say(v->faults, SEVERITY_ERROR, v->path, 0, 0, rule, "%s: %s", name, what);
}

static enum etl_status verify_member(struct archive_check *v, struct archive_reader *r, const char *name,
                                     struct err *err)
{
    size_t                              at, got;
    const struct archive_manifest_part *part = part_named(v, name, &at);
    struct sha256                      *digest = sha256_new();
    uint64_t                            bytes = 0;
    char                                piece[1 << 16];
    enum etl_status                     st;

    while ((st = archive_reader_read(r, piece, sizeof piece, &got, err)) == ETL_OK) {
        sha256_add(digest, str_of(piece, got));
        bytes += got;
    }
    if (st == ETL_END && part == NULL && strcmp(name, MANIFEST_NAME) != 0)
        say_fault(v, "archive-extra", name, "the manifest does not name it");
    if (st == ETL_END && part != NULL) {
        if (v->seen[at])
            say_fault(v, "archive-twice", name, "it lies in the archive twice");
        v->seen[at] = true;
        if (bytes != part->bytes || !str_is(part->sha256, sha256_end(digest).text))
            say_fault(v, "archive-changed", name, "it is not what the manifest says (SHA-256)");
    }
    sha256_free(digest);
    return st == ETL_END ? ETL_OK : st;
}

static enum etl_status verify_all(struct archive_check *v, struct err *err)
{
    char                   first[ARCHIVE_PEEK];
    size_t                 have = 0, got;
    int                    fd = files_open(v->path, O_RDONLY);
    struct unpacked       *bytes = NULL;
    struct archive_reader *r = NULL;
    struct archive_member  member;
    enum etl_status        st;

    if (fd < 0)
        return err_set(err, ETL_UNREAD, "source-open", "cannot open %s", v->path);
    st = unpacked_open(fd, v->path, NULL, &bytes, err);
    while (st == ETL_OK && have < sizeof first &&
           (st = unpacked_read(bytes, first + have, sizeof first - have, &got, err)) == ETL_OK)
        have += got;
    if (st == ETL_END)
        st = ETL_OK;
    if (st == ETL_OK)
        st = archive_reader_open(bytes, str_of(first, have), v->path, NULL, &r, err);
    while (st == ETL_OK && (st = archive_reader_next(r, &member, err)) == ETL_OK)
        st = verify_member(v, r, member.name, err);
    if (st == ETL_END)
        st = unpacked_drain(bytes, err);
    archive_reader_close(r);
    unpacked_close(bytes);
    for (size_t i = 0, at = 0; st == ETL_OK && i < v->manifest->member_count; i++)
        for (size_t k = 0; k < v->manifest->members[i].part_count; k++, at++)
            if (!v->seen[at])
                say_fault(v, "archive-missing", arena_cstr(v->faults->mem, v->manifest->members[i].parts[k].name),
                          "it is not in the archive");
    return st;
}

static int run_verify(struct cli *cli, int argc, char **argv)
{
    struct opt_list         words;
    struct archive_manifest m;
    struct findings         faults;
    struct archive_check    v = { .manifest = &m, .faults = &faults };
    struct err              err = { 0 };
    enum etl_status         st;
    int                     code = cli_parse(cli, &verify_cmd, NULL, argc, argv, 1, 1, &words);

    if (code >= 0)
        return code;
    findings_init(&faults, &cli->mem);
    v.path = words.items[0];
    st = archive_manifest_read(v.path, &cli->mem, &m, &err);
    for (size_t i = 0; st == ETL_OK && i < m.member_count; i++)
        v.part_count += m.members[i].part_count;
    if (st == ETL_OK) {
        v.seen = ARENA_ARRAY(&cli->mem, bool, v.part_count + 1);
        st = verify_all(&v, &err);
    }
    if (st != ETL_OK)
        return cli_fail(cli, st, &err);
    if (faults.errors != 0)
        return cli_faults(cli, ETL_UNREAD, &faults);
    say("%s is whole: %zu members, as its manifest says", v.path, m.member_count);
    for (size_t i = 0; i < m.report_count; i++)
        if (!str_is(m.reports[i].proof, "complete"))
            warn("%.*s is %.*s%s%.*s", STR_ARG(m.reports[i].name), STR_ARG(m.reports[i].proof),
                 m.reports[i].why.len != 0 ? ": " : "", STR_ARG(m.reports[i].why));
    return EXIT_WELL;
}

/* ---- cat ---- */

static struct str member_of(const struct archive_manifest *m, const char *word, struct arena *mem)
{
    const struct archive_manifest_member *table = archive_manifest_table(m, str_from(word));
    struct str                           *names;

    if (table != NULL)
        return table->name;
    for (size_t i = 0; i < m->member_count; i++)
        if (str_is(m->members[i].name, word))
            return m->members[i].name;
    names = ARENA_ARRAY(mem, struct str, m->member_count + 1);
    for (size_t i = 0; i < m->member_count; i++)
        names[i] = m->members[i].table.ptr != NULL ? m->members[i].table : m->members[i].name;
    return str_nearest(str_from(word), names, m->member_count);
}

static enum etl_status write_member(const char *archive, struct str name, const struct envelope_keys *keys,
                                    struct arena *mem, struct err *err)
{
    struct source  *s = NULL;
    char            piece[1 << 16];
    size_t          got;
    enum etl_status st =
        source_open_with(arena_cstr(mem, arena_fmt(mem, "%s:%.*s", archive, STR_ARG(name))), NULL, keys, &s, err);

    while (st == ETL_OK && (st = source_read(s, piece, sizeof piece, &got, err)) == ETL_OK)
        st = fd_write_all(STDOUT_FILENO, str_of(piece, got), "stdout", err);
    source_close(s);
    return st == ETL_END ? ETL_OK : st;
}

static int run_cat(struct cli *cli, int argc, char **argv)
{
    struct cmd_archive_options o = { 0 };
    struct opt_list            words;
    struct archive_manifest    m;
    struct envelope_keys      *keys = NULL;
    struct err                 err = { 0 };
    struct str                 name;
    enum etl_status            st = ETL_OK;
    int                        code = cli_parse(cli, &cat_cmd, &o, argc, argv, 1, 2, &words);

    if (code >= 0)
        return code;
    if (o.decrypt_key != NULL || o.passphrase_file != NULL)
        st = envelope_keys_open(o.decrypt_key, o.passphrase_file, &keys, &err);
    if (st == ETL_OK)
        st = archive_manifest_read(words.items[0], &cli->mem, &m, &err);
    if (st == ETL_OK && words.count == 1) {
        for (size_t i = 0; i < m.member_count; i++)
            if (m.members[i].table.ptr != NULL)
                cli_out(arena_fmt(&cli->mem, "%.*s\n", STR_ARG(m.members[i].table)));
    } else if (st == ETL_OK) {
        name = member_of(&m, words.items[1], &cli->mem);
        if (name.ptr == NULL || (archive_manifest_table(&m, name) != NULL && !str_is(name, words.items[1])))
            st = err_set(&err, ETL_FAIL, "archive-member", "%s has no table \"%s\"%s%.*s%s", words.items[0],
                         words.items[1], name.ptr != NULL ? ", did you mean \"" : "", STR_ARG(name),
                         name.ptr != NULL ? "\"?" : "");
        else
            st = write_member(words.items[0], name, keys, &cli->mem, &err);
    }
    envelope_keys_free(keys);
    return st == ETL_OK ? EXIT_WELL : cli_fail(cli, st, &err);
}

/* ---- the command ---- */

static const struct cli_command list_cmd = {
    .name = "archive list",
    .operands = "ARCHIVE",
    .summary = "reports, how complete they are, and members",
    .about =
        "Shows an archive's manifest: which reports were asked, how complete each is, what lies in the archive.\n\n"
        "  subferry archive list ispn.tar.zst",
    .run = run_list,
};
static const struct cli_command verify_cmd = {
    .name = "archive verify",
    .operands = "ARCHIVE",
    .summary = "is every byte what the manifest says?",
    .about =
        "Reads the whole archive and compares every member with the manifest's digest. No key is needed for an encrypted one.\n\n"
        "  subferry archive verify ispn.tar.zst",
    .run = run_verify,
};
static const struct cli_command cat_cmd = {
    .name = "archive cat",
    .operands = "ARCHIVE [TABLE]",
    .summary = "a table, to stdout; without one, which there are",
    .about =
        "Writes a table (or a member by its name) to stdout.\n\n"
        "  subferry archive cat ispn.tar.zst customers | mlr --icsv --opprint head",
    .options = key_options,
    .run = run_cat,
};
static const struct cli_command *const subs[] = { &list_cmd, &verify_cmd, &cat_cmd, NULL };

static int run(struct cli *cli, int argc, char **argv)
{
    return cli_sub(cli, &cmd_archive, subs, argc, argv);
}

const struct cli_command cmd_archive = {
    .name = "archive",
    .operands = "list | verify | cat ARCHIVE [TABLE]",
    .summary = "what lies in an archive, whether it is whole, a table of it",
    .about = "Archives are made by subferry pull; unzip and tar open them too.\n\n  subferry archive list ispn.tar.zst",
    .run = run,
};
