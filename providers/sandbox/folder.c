/* providers/sandbox/folder.c - makes credentials, and writes what a client needs. */
#include "providers/sandbox/folder.h"

#include <errno.h>
#include <limits.h>

#include "etl/core/limits.h"
#include "etl/core/notation/json_string.h"
#include "etl/core/system/atomic_file.h"
#include "etl/core/system/files.h"
#include "providers/sandbox/intake.h"

enum { CREDENTIAL_LENGTH = 24 };

static enum etl_status temporary(struct random *random, struct arena *mem, struct folder *out, struct err *err)
{
    const char *base = getenv("TMPDIR");
    char       *path =
        arena_cstr(mem, arena_fmt(mem, "%s/subferry-sandbox.XXXXXX", base != NULL && base[0] == '/' ? base : "/tmp"));

    if (files_temporary_folder(path) == NULL)
        return err_set(err, ETL_FAIL, "folder", "cannot make the folder %s: %s", path, strerror(errno));
    *out = (struct folder){ path, true, random };
    return ETL_OK;
}

enum etl_status folder_open(const char *path, struct random *random, struct arena *mem, struct folder *out,
                            struct err *err)
{
    char whole[PATH_MAX];

    if (path == NULL)
        return temporary(random, mem, out, err);
    if (files_make_folder(path) != 0 && errno != EEXIST)
        return err_set(err, ETL_FAIL, "folder", "cannot make the folder %s: %s", path, strerror(errno));
    if (files_real_path(path, whole) == NULL)
        return err_set(err, ETL_FAIL, "folder", "cannot use the folder %s: %s", path, strerror(errno));
    *out = (struct folder){ arena_cstr(mem, str_from(whole)), false, random };
    return ETL_OK;
}

void folder_close(struct folder *f)
{
    if (f->temporary)
        files_remove_tree(f->path);
    f->temporary = false;
}

const char *folder_file(const struct folder *f, const char *name, struct arena *mem)
{
    return arena_cstr(mem, arena_fmt(mem, "%s/%s", f->path, name));
}

enum etl_status folder_write(const char *path, struct str text, struct err *err)
{
    AUTO(atomic_file_drop) struct atomic_file file = { 0 };
    enum etl_status                           st = atomic_file_begin(&file, path, err);

    if (st == ETL_OK)
        st = atomic_file_write(&file, text, err);
    return st == ETL_OK ? atomic_file_commit(&file, err) : st;
}

/* ---- credentials ---- */

/* Letters and digits where they are allowed, so that no shell has to quote them. A short one is made of rare letters: it is redacted
 * wherever it occurs, and one like "ext" occurs in every "text". */
static size_t alphabet(const struct credential *c, size_t len, char out[256])
{
    static const char *const sets[] = { "qxzjvkw", "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz",
                                        NULL };
    size_t                   count = 0;

    for (size_t i = len <= 4 ? 0 : 1; count == 0 && i < 3; i++)
        for (int ch = 1; ch < 256; ch++)
            if (c->chars[ch] && (sets[i] == NULL || strchr(sets[i], ch) != NULL))
                out[count++] = (char)ch;
    return count;
}

static enum etl_status make_up(const struct credential *c, struct random *random, struct arena *mem, struct str *out,
                               struct err *err)
{
    char     letters[256];
    size_t   count, len = CREDENTIAL_LENGTH;
    uint32_t picks[CREDENTIAL_BYTES_MAX];
    char    *text;

    if (c->max < (int64_t)len)
        len = (size_t)c->max;
    if (c->min > (int64_t)len)
        len = (size_t)c->min;
    count = alphabet(c, len, letters);
    if (count == 0 || len > CREDENTIAL_BYTES_MAX)
        return err_set(err, ETL_FAIL, "credential", "no %.*s can be made up by the description", STR_ARG(c->name));
    if (!random_bytes(random, picks, len * sizeof picks[0]))
        return err_set(err, ETL_FAIL, "credential", "no random bytes: %s", strerror(errno));
    text = arena_bytes(mem, len + 1);
    for (size_t i = 0; i < len; i++)
        text[i] = letters[picks[i] % count];
    text[len] = '\0';
    *out = str_of(text, len);
    return ETL_OK;
}

static const char *credential_path(const struct folder *f, const struct provider *p, const struct credential *c,
                                   struct arena *mem)
{
    return arena_cstr(mem, arena_fmt(mem, "%s/%.*s.%.*s", f->path, STR_ARG(p->name), STR_ARG(c->name)));
}

static bool serves(const struct credential *c, struct str text)
{
    for (size_t i = 0; i < text.len; i++)
        if (!c->chars[(unsigned char)text.ptr[i]])
            return false;
    return (int64_t)text.len >= c->min && (int64_t)text.len <= c->max;
}

static enum etl_status credential(const struct folder *f, const struct provider *p, const struct credential *c,
                                  struct arena *mem, struct str *out, struct err *err)
{
    const char     *path = credential_path(f, p, c, mem);
    struct str      text;
    enum etl_status st;

    if (files_exists(path)) {
        st = file_read(path, CREDENTIAL_BYTES_MAX, mem, &text, err);
        if (st != ETL_OK)
            return st;
        text = str_trim(text);
        if (!serves(c, text))
            return err_set(err, ETL_FAIL, "credential", "%s does not hold what the description allows; remove it",
                           path);
        *out = text;
        return ETL_OK;
    }
    st = make_up(c, f->random, mem, &text, err);
    if (st == ETL_OK)
        st = folder_write(path, arena_fmt(mem, "%.*s\n", STR_ARG(text)), err);
    *out = text;
    return st;
}

enum etl_status folder_credentials(const struct folder *f, const struct provider *p, struct arena *mem,
                                   const struct str **out, struct err *err)
{
    struct str     *made = ARENA_ARRAY(mem, struct str, p->credential_count + 1);
    enum etl_status st = ETL_OK;

    for (size_t i = 0; st == ETL_OK && i < p->credential_count && p->credentials[i].made_by == NULL; i++)
        st = credential(f, p, &p->credentials[i], mem, &made[i], err);
    if (st == ETL_OK)
        *out = made;
    return st;
}

/* ---- subferry.yaml ---- */

/* A stock provider is written by its name, any other by the absolute path of its file: the configuration may be written anywhere. */
static struct str provider_place(const struct provider *p, struct arena *mem)
{
    char path[PATH_MAX];

    if (str_eq(p->source_name, p->name) || files_real_path(arena_cstr(mem, p->source_name), path) == NULL)
        return p->name;
    return arena_str(mem, str_from(path));
}

/* "sandbox-simpler", and "sandbox-simpler-soap" for a wire that is not the default. */
static void write_connection(const struct folder *f, const struct provider *p, const struct wire *w,
                             const char *ca_file, uint16_t port, struct arena *mem, struct buf *out)
{
    buf_fmt(out, "  sandbox-%.*s%s%.*s:\n    provider: ", STR_ARG(p->name), w->index == 0 ? "" : "-",
            STR_ARG(w->index == 0 ? STR("") : w->name));
    json_string_add(out, provider_place(p, mem));
    buf_byte(out, '\n');
    if (w->index != 0)
        buf_fmt(out, "    wire: %.*s\n", STR_ARG(w->name));
    buf_fmt(out, "    url: \"%s://127.0.0.1:%u%.*s\"\n", ca_file != NULL ? "https" : "http", port,
            STR_ARG(intake_base(p, w, mem)));
    if (ca_file != NULL) {
        buf_lit(out, "    ca_file: ");
        json_string_add(out, str_from(ca_file));
        buf_byte(out, '\n');
    } else {
        buf_lit(out, "    plain_http: true\n");
    }
    buf_lit(out, "    credentials:\n");
    for (size_t i = 0; i < p->credential_count && p->credentials[i].made_by == NULL; i++) {
        buf_fmt(out, "      %.*s: ", STR_ARG(p->credentials[i].name));
        json_string_add(out, arena_fmt(mem, "file:%s", credential_path(f, p, &p->credentials[i], mem)));
        buf_byte(out, '\n');
    }
    buf_lit(out, "    limits: {concurrency: 32, per_second: 100000}\n");
}

enum etl_status folder_config(const struct folder *f, const char *path, const char *ca_file, uint16_t port,
                              const struct hosted_provider *all_hosted, size_t count, struct arena *mem,
                              struct err *err)
{
    AUTO(buf_release) struct buf out;

    buf_init(&out, 1 << 20, "the sandbox's configuration");
    buf_lit(&out,
            "# Connections to the sandbox that wrote this file; no account anywhere else has these credentials.\n"
            "connections:\n");
    for (size_t i = 0; i < count; i++)
        for (size_t w = 0; w < all_hosted[i].provider->wire_count; w++)
            write_connection(f, all_hosted[i].provider, &all_hosted[i].provider->wires[w], ca_file, port, mem, &out);
    return folder_write(path, buf_str(&out), err);
}
