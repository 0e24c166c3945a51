/* etl/run/seal.c - seal.json: which bytes a run consists of, under the installation's key. */
#include "etl/run/seal.h"

#include <openssl/crypto.h>

#include "etl/core/must.h"
#include "etl/core/notation/json_tree.h"
#include "etl/core/notation/json_writer.h"
#include "etl/core/system/atomic_file.h"
#include "etl/core/system/files.h"

enum { SEAL_BYTES = 512 << 20, MAC_DIGITS = 2 * SEAL_MAC_BYTES };

/* What stands behind the bytes that the MAC covers: its own line and the closing bracket. */
static const char mac_line[] = ",\n\"mac\":\"", mac_end[] = "\"}\n";
enum { TAIL_BYTES = sizeof mac_line - 1 + MAC_DIGITS + sizeof mac_end - 1 };

/* ---- a new one ---- */

enum etl_status seal_begin(struct seal *s, const struct key *key, struct random *random, struct arena *mem,
                           struct err *err)
{
    unsigned char bytes[RUN_ID_DIGITS / 2];

    *s = (struct seal){ .mem = mem, .key_id = key_id(key) };
    if (!random_bytes(random, bytes, sizeof bytes))
        return err_set(err, ETL_FAIL, "random", "the system gives no random bytes");
    for (size_t i = 0; i < sizeof bytes; i++)
        snprintf(s->run_id + 2 * i, 3, "%02x", bytes[i]);
    s->key = run_key_new(key, str_from(s->run_id));
    return ETL_OK;
}

struct sealed_file *seal_add_file(struct seal *s, struct str name, const char *format)
{
    struct sealed_file *f = &s->files[s->file_count];

    MUST(s->file_count < SEALED_FILES_MAX); /* a mapping has fewer lookups */
    *f = (struct sealed_file){ .name = arena_str(s->mem, name),
                               .format = str_from(format),
                               .number = (uint32_t)s->file_count };
    s->file_count++;
    return f;
}

void seal_add_digest(struct seal *s, struct str what, struct str digest)
{
    ARENA_PUSH(s->mem, s->digests, s->digest_count, s->digest_cap) =
        (struct pair_value){ arena_str(s->mem, what), arena_str(s->mem, digest) };
}

static void add_file(struct json_writer *w, const struct sealed_file *f)
{
    json_gap(w, "\n  ");
    json_begin_object(w);
    json_member_text(w, "file", f->name);
    json_member_text(w, "format", f->format);
    json_member_list(w, "blocks");
    for (size_t i = 0; i < f->count; i++) {
        json_begin_list(w);
        json_number(w, f->blocks[i].offset);
        json_number(w, f->blocks[i].length);
        json_begin_text(w);
        buf_hex(w->out, f->blocks[i].tag, sizeof f->blocks[i].tag);
        json_end_text(w);
        json_end_list(w);
    }
    json_end_list(w);
    json_end_object(w);
}

static void add_digests(struct json_writer *w, const struct seal *s)
{
    json_gap(w, "\n");
    json_member_list(w, "digests");
    for (size_t i = 0; i < s->digest_count; i++) {
        json_gap(w, "\n  ");
        json_begin_list(w);
        json_text(w, s->digests[i].name);
        json_text(w, s->digests[i].value);
        json_end_list(w);
    }
    json_end_list(w);
}

/* All that the MAC covers. */
static void add_body(struct buf *out, const struct seal *s)
{
    struct json_writer w = json_writer(out);

    json_begin_object(&w);
    json_member_number(&w, "seal", SEAL_EDITION);
    json_member_text(&w, "run", str_from(s->run_id));
    json_member_text(&w, "key", s->key_id);
    json_member_number(&w, "records", s->records);
    json_member_number(&w, "lanes", s->lanes);
    json_member_number(&w, "calls", s->calls);
    add_digests(&w, s);
    json_gap(&w, "\n");
    json_member_list(&w, "files");
    for (size_t i = 0; i < s->file_count; i++)
        add_file(&w, &s->files[i]);
    json_end_list(&w);
}

static void mac_of(const struct seal *s, struct str body, char hex[MAC_DIGITS + 1])
{
    unsigned char mac[SEAL_MAC_BYTES];

    run_key_mac(s->key, body, mac);
    for (size_t i = 0; i < sizeof mac; i++)
        snprintf(hex + 2 * i, 3, "%02x", mac[i]);
}

enum etl_status seal_write(struct seal *s, const char *folder, struct err *err)
{
    AUTO(buf_release) struct buf              out;
    AUTO(atomic_file_drop) struct atomic_file file = { 0 };
    enum etl_status                           st;

    buf_init(&out, SEAL_BYTES, "the seal");
    add_body(&out, s);
    mac_of(s, buf_str(&out), s->root);
    buf_fmt(&out, "%s%s%s", mac_line, s->root, mac_end);
    if (buf_failed(&out))
        return err_set(err, ETL_FAIL, "seal", "%s is longer than %d MiB", out.what, SEAL_BYTES >> 20);
    st = atomic_file_begin(&file, arena_cstr(s->mem, arena_fmt(s->mem, "%s/seal.json", folder)), err);
    if (st == ETL_OK)
        st = atomic_file_write(&file, buf_str(&out), err);
    return st == ETL_OK ? atomic_file_commit(&file, err) : st;
}

/* ---- one that is there ---- */

static enum etl_status not_ours(const char *folder, struct err *err)
{
    return err_set(err, ETL_FAIL, "seal", "%s/seal.json was changed since the plan was sealed; plan anew", folder);
}

static bool read_tag(const char *hex, unsigned char tag[BLOCK_TAG_BYTES])
{
    if (hex == NULL || strlen(hex) != 2 * BLOCK_TAG_BYTES)
        return false;
    for (size_t i = 0; i < BLOCK_TAG_BYTES; i++) {
        int high = OPENSSL_hexchar2int((unsigned char)hex[2 * i]),
            low = OPENSSL_hexchar2int((unsigned char)hex[2 * i + 1]);

        if (high < 0 || low < 0)
            return false;
        tag[i] = (unsigned char)(high << 4 | low);
    }
    return true;
}

/* Blocks follow each other without a gap: what stands in the file is what stands in them. */
static bool read_file(struct seal *s, yajl_val v)
{
    struct str          name = json_tree_text(v, "file", s->mem), format = json_tree_text(v, "format", s->mem);
    yajl_val            blocks = json_tree_member(v, "blocks");
    struct sealed_file *f;

    if (s->file_count == SEALED_FILES_MAX || name.len == 0 || format.ptr == NULL || !YAJL_IS_ARRAY(blocks))
        return false;
    f = seal_add_file(s, name, format.ptr);
    f->cap = blocks->u.array.len;
    f->blocks = ARENA_ARRAY(s->mem, struct sealed_block, f->cap + 1);
    for (size_t i = 0; i < blocks->u.array.len; i++) {
        yajl_val      b = blocks->u.array.values[i];
        unsigned char tag[BLOCK_TAG_BYTES];

        if (!YAJL_IS_ARRAY(b) || b->u.array.len != 3 || !YAJL_IS_INTEGER(b->u.array.values[0]) ||
            !YAJL_IS_INTEGER(b->u.array.values[1]) || YAJL_GET_INTEGER(b->u.array.values[0]) != (long long)f->bytes ||
            YAJL_GET_INTEGER(b->u.array.values[1]) <= 0 || !read_tag(YAJL_GET_STRING(b->u.array.values[2]), tag))
            return false;
        sealed_file_add(f, s->mem, (uint64_t)YAJL_GET_INTEGER(b->u.array.values[1]), tag);
    }
    return true;
}

static bool read_digests(struct seal *s, yajl_val list)
{
    if (!YAJL_IS_ARRAY(list))
        return false;
    for (size_t i = 0; i < list->u.array.len; i++) {
        yajl_val    pair = list->u.array.values[i];
        const char *what, *digest;

        if (!YAJL_IS_ARRAY(pair) || pair->u.array.len != 2)
            return false;
        what = YAJL_GET_STRING(pair->u.array.values[0]);
        digest = YAJL_GET_STRING(pair->u.array.values[1]);
        if (what == NULL || digest == NULL)
            return false;
        seal_add_digest(s, str_from(what), str_from(digest));
    }
    return true;
}

static bool read_body(struct seal *s, yajl_val tree)
{
    yajl_val files = json_tree_member(tree, "files");

    s->records = json_tree_u64(tree, "records");
    s->lanes = json_tree_u64(tree, "lanes");
    s->calls = json_tree_u64(tree, "calls");
    if (!YAJL_IS_ARRAY(files) || !read_digests(s, json_tree_member(tree, "digests")))
        return false;
    for (size_t i = 0; i < files->u.array.len; i++)
        if (!read_file(s, files->u.array.values[i]))
            return false;
    return true;
}

static enum etl_status check_mac(struct seal *s, const char *folder, struct str text, struct err *err)
{
    struct str  body = str_head(text, text.len - TAIL_BYTES), tail = str_skip(text, body.len);
    char        mac[MAC_DIGITS + 1];
    const char *found = tail.ptr + sizeof mac_line - 1;

    mac_of(s, body, mac);
    if (!str_starts(tail, str_from(mac_line)) || !str_ends(tail, str_from(mac_end)) ||
        CRYPTO_memcmp(found, mac, MAC_DIGITS) != 0)
        return not_ours(folder, err);
    memcpy(s->root, mac, sizeof mac);
    return ETL_OK;
}

static enum etl_status check_head(struct seal *s, const char *folder, const struct key *key, yajl_val tree,
                                  struct err *err)
{
    uint64_t   edition = json_tree_u64(tree, "seal");
    struct str run_id = json_tree_text(tree, "run", s->mem);

    s->key_id = json_tree_text(tree, "key", s->mem);
    if (edition > SEAL_EDITION)
        return err_set(err, ETL_FAIL, "edition", "%s was planned by a newer version of subferry; use that one", folder);
    if (edition == 0 && run_id.ptr == NULL && json_tree_text(tree, "mac", s->mem).ptr != NULL)
        return err_set(err, ETL_FAIL, "edition", SEAL_OF_OLD_EDITION, folder);
    if (run_id.len != RUN_ID_DIGITS || edition != SEAL_EDITION)
        return not_ours(folder, err);
    if (!str_eq(s->key_id, key_id(key)))
        return err_set(
            err, ETL_FAIL, "seal-key",
            "%s was sealed with key %.*s, this installation has key %.*s; name the right one with key: in the configuration",
            folder, STR_ARG(s->key_id), STR_ARG(key_id(key)));
    memcpy(s->run_id, run_id.ptr, RUN_ID_DIGITS);
    s->key = run_key_new(key, run_id);
    return ETL_OK;
}

enum etl_status seal_read(const char *folder, const struct key *key, struct arena *mem, struct seal *out,
                          struct err *err)
{
    struct seal     s = { .mem = mem };
    struct str      text;
    struct stat     now;
    yajl_val        tree;
    const char     *path = arena_cstr(mem, arena_fmt(mem, "%s/seal.json", folder));
    enum etl_status st;

    if (files_stat(path, &now) == 0 && !S_ISREG(now.st_mode)) /* opening a pipe would wait for its other end */
        return not_ours(folder, err);
    st = file_read(path, SEAL_BYTES, mem, &text, err);
    if (st != ETL_OK)
        return st;
    if (text.len < TAIL_BYTES || json_tree_parse(text, "seal.json", &tree, NULL) != ETL_OK)
        return not_ours(folder, err);
    st = check_head(&s, folder, key, tree, err);
    if (st == ETL_OK)
        st = check_mac(&s, folder, text, err);
    if (st == ETL_OK && !read_body(&s, tree))
        st = not_ours(folder, err);
    json_tree_free(tree);
    if (st == ETL_OK)
        *out = s;
    else
        seal_release(&s);
    return st;
}

enum etl_status seal_verify(const struct seal *s, const char *folder, struct err *err)
{
    enum etl_status st = ETL_OK;

    for (size_t i = 0; i < s->file_count && st == ETL_OK; i++)
        st = sealed_file_verify(&s->files[i], folder, s->key, err);
    return st;
}

const struct sealed_file *seal_file(const struct seal *s, const char *name)
{
    for (size_t i = 0; i < s->file_count; i++)
        if (str_is(s->files[i].name, name))
            return &s->files[i];
    return NULL;
}

void seal_release(struct seal *s)
{
    run_key_free(s->key);
    s->key = NULL;
}
