/* etl/run/run_folder.c - the run folder: made, opened, locked; its seal written and checked. */
#include "etl/run/run_folder.h"

#include <errno.h>
#include <unistd.h>

#include "etl/core/notation/json_tree.h"
#include "etl/core/notation/json_writer.h"
#include "etl/core/system/atomic_file.h"
#include "etl/core/system/files.h"
#include "etl/core/system/sha256.h"
#include "etl/ledger/ledger.h"
#include "providers/description/load.h"

enum { SMALL_FILE = 16 << 20 };

char *run_folder_file(const struct run_folder *r, const char *name, struct arena *mem)
{
    return arena_cstr(mem, arena_fmt(mem, "%s/%s", r->path, name));
}

char *run_folder_rejects(const struct run_folder *r, struct str input, struct arena *mem)
{
    static const char *const endings[] = { "csv", "jsonl", "json" };

    for (size_t i = 0; i < 3; i++) {
        char *path = arena_cstr(mem, arena_fmt(mem, "%s/rejects/%.*s.%s", r->path, STR_ARG(input), endings[i]));

        if (files_exists(path))
            return path;
    }
    return arena_cstr(mem, arena_fmt(mem, "%s/rejects/%.*s.csv", r->path, STR_ARG(input)));
}

static enum etl_status take_lock(struct run_folder *r, struct arena *mem, struct err *err)
{
    char    holder[32] = "";
    ssize_t got;

    r->lock_fd = files_open(run_folder_file(r, "run.lock", mem), O_RDWR | O_CREAT);
    if (r->lock_fd < 0)
        return err_set(err, ETL_FAIL, "run-lock", "cannot lock %s: %s", r->path, strerror(errno));
    if (files_lock(r->lock_fd, true) != 0) {
        got = files_pread(r->lock_fd, holder, sizeof holder - 1, 0);
        holder[got > 0 ? got : 0] = '\0';
        return err_set(err, ETL_AGAIN, "run-lock", "%s is in use by process %s; wait for it to end", r->path,
                       holder[0] != '\0' ? holder : "(unknown)");
    }
    snprintf(holder, sizeof holder, "%ld", (long)getpid());
    if (files_resize(r->lock_fd, 0) != 0 || files_pwrite(r->lock_fd, holder, strlen(holder), 0) < 0)
        return err_set(err, ETL_AGAIN, "run-lock", "cannot write %s/run.lock: %s", r->path, strerror(errno));
    return ETL_OK;
}

/* Removes the run that a new plan replaces. A folder without a run.lock is none of ours and stays. A run from which calls were sent stays
 * too: its ledger is the only record of what the provider has. */
static enum etl_status remove_run(const char *path, struct arena *mem, struct err *err)
{
    struct run_folder old = { .path = path, .dir_fd = -1, .lock_fd = -1 };
    enum etl_status   st;

    if (!files_exists(run_folder_file(&old, "run.lock", mem)))
        return err_set(err, ETL_FAIL, "run-exists", "%s is there and is no run folder; name another with -o", path);
    st = take_lock(&old, mem, err);
    if (st == ETL_OK && ledger_anything_sent(path))
        st = err_set(err, ETL_FAIL, "run-sent",
                     "calls were sent from %s, so it is not replaced; name a new folder with -o", path);
    if (st == ETL_OK && files_remove_tree(path) != 0)
        st = err_set(err, ETL_FAIL, "run-replace", "cannot remove %s: %s", path, strerror(errno));
    run_folder_close(&old);
    return st;
}

static enum etl_status open_folder(struct run_folder *r, struct err *err)
{
    r->dir_fd = files_open(r->path, O_RDONLY | O_DIRECTORY);
    if (r->dir_fd < 0)
        return err_set(err, ETL_FAIL, "run-open", "no run folder %s: %s", r->path, strerror(errno));
    return ETL_OK;
}

enum etl_status run_folder_create(const char *path, bool replace, struct arena *mem, struct run_folder *out,
                                  struct err *err)
{
    struct run_folder r = { .path = arena_cstr(mem, str_from(path)), .dir_fd = -1, .lock_fd = -1 };
    enum etl_status   st;

    if (files_make_folder(r.path) != 0) {
        if (errno != EEXIST)
            return err_set(err, errno == ENOSPC ? ETL_AGAIN : ETL_FAIL, "run-create", "cannot make %s: %s", path,
                           strerror(errno));
        if (!replace)
            return err_set(
                err, ETL_FAIL, "run-exists",
                "%s exists; name a new folder with -o, or --replace it (only while nothing was sent from it)", path);
        st = remove_run(path, mem, err);
        if (st != ETL_OK)
            return st;
        if (files_make_folder(r.path) != 0)
            return err_set(err, ETL_FAIL, "run-create", "cannot make %s: %s", path, strerror(errno));
    }
    st = open_folder(&r, err);
    if (st == ETL_OK)
        st = take_lock(&r, mem, err);
    if (st == ETL_OK && files_make_folder(run_folder_file(&r, "rejects", mem)) != 0)
        st = err_set(err, ETL_AGAIN, "run-create", "cannot make %s/rejects: %s", path, strerror(errno));
    if (st != ETL_OK) {
        run_folder_close(&r);
        return st;
    }
    *out = r;
    return ETL_OK;
}

enum etl_status run_folder_open(const char *path, bool write, struct arena *mem, struct run_folder *out,
                                struct err *err)
{
    struct run_folder r = { .path = arena_cstr(mem, str_from(path)), .dir_fd = -1, .lock_fd = -1 };
    enum etl_status   st = open_folder(&r, err);

    if (st == ETL_OK && write)
        st = take_lock(&r, mem, err);
    if (st == ETL_OK && !files_readable(run_folder_file(&r, "plan.jsonl", mem)))
        st = err_set(err, ETL_FAIL, "run-no-plan",
                     "%s holds no plan: planning it failed or was cut short (see %s/findings.jsonl); plan it again",
                     path, path);
    if (st != ETL_OK) {
        run_folder_close(&r);
        return st;
    }
    *out = r;
    return ETL_OK;
}

void run_folder_close(struct run_folder *r)
{
    if (r->dir_fd >= 0)
        files_close(r->dir_fd);
    if (r->lock_fd >= 0)
        files_close(r->lock_fd);
    r->dir_fd = r->lock_fd = -1;
}

/* ---- the seal ---- */

/* What the HMAC is taken over: one line a thing, so that nothing can be moved or left out. */
static void canonical(struct buf *out, const struct sealed_thing *things, size_t count)
{
    for (size_t i = 0; i < count; i++)
        buf_fmt(out, "%.*s\t%.*s\t%.*s\t%.*s\n", STR_ARG(things[i].what), STR_ARG(things[i].name),
                STR_ARG(things[i].path), STR_ARG(things[i].digest));
}

static void mac_of(const struct key *key, const struct sealed_thing *things, size_t count, struct buf *hex)
{
    AUTO(buf_release) struct buf message;
    unsigned char                mac[32];

    buf_init(&message, 1 << 20, "the seal");
    canonical(&message, things, count);
    key_mac(key, buf_str(&message), mac);
    buf_hex(hex, mac, sizeof mac);
}

enum etl_status run_folder_seal(const struct run_folder *r, const struct key *key, const struct sealed_thing *things,
                                size_t count, struct err *err)
{
    AUTO(arena_release) struct arena          mem;
    AUTO(buf_release) struct buf              out, mac;
    AUTO(atomic_file_drop) struct atomic_file file = { 0 };
    struct json_writer                        w = json_writer(&out);
    enum etl_status                           st;

    arena_init(&mem, 1 << 20, "the seal");
    buf_init(&out, 1 << 20, "the seal");
    buf_init(&mac, 1 << 10, "the seal");
    json_begin_object(&w);
    json_member_text(&w, "key", key_id(key));
    json_member_list(&w, "digests");
    for (size_t i = 0; i < count; i++) {
        json_gap(&w, "\n  ");
        json_begin_object(&w);
        json_member_text(&w, "what", things[i].what);
        json_member_text(&w, "name", things[i].name);
        json_member_text(&w, "path", things[i].path);
        json_member_text(&w, "sha256", things[i].digest);
        json_end_object(&w);
    }
    json_end_list(&w);
    mac_of(key, things, count, &mac);
    json_gap(&w, "\n");
    json_member_text(&w, "mac", buf_str(&mac));
    json_end_object(&w);
    buf_byte(&out, '\n');
    st = atomic_file_begin(&file, run_folder_file(r, "seal.json", &mem), err);
    if (st == ETL_OK)
        st = atomic_file_write(&file, buf_str(&out), err);
    return st == ETL_OK ? atomic_file_commit(&file, err) : st;
}

static enum etl_status changed(struct err *err, const struct sealed_thing *t, const char *what)
{
    return err_set(
        err, ETL_FAIL, "seal",
        "%.*s %.*s %s since the plan was sealed; plan again (the plan stays valid only for what it was made from)",
        STR_ARG(t->what), STR_ARG(t->name), what);
}

static enum etl_status check_thing(const struct run_folder *r, const struct sealed_thing *t,
                                   const struct run_facts *facts, struct arena *mem, struct err *err)
{
    struct hex256 now;
    uint64_t      bytes;
    struct str    stock;
    const char   *path = arena_cstr(mem, t->path);

    if (str_is(t->what, "description")) {
        if (facts->description == NULL)
            return changed(err, t, "can no longer be read");
        now = sha256_of(facts->description->source);
    } else if (str_starts(t->path, STR("stock:"))) {
        stock = embedded_find(stock_mapping_files, str_skip(t->path, 6));
        if (stock.ptr == NULL)
            return changed(err, t, "is not in this version of subferry: it was changed");
        now = sha256_of(stock);
    } else {
        if (path[0] != '/')
            path = run_folder_file(r, path, mem);
        if (sha256_of_file(path, &now, &bytes, NULL) != ETL_OK)
            return changed(err, t, "is gone");
    }
    return str_is(t->digest, now.text) ? ETL_OK : changed(err, t, "was changed");
}

static enum etl_status read_things(yajl_val tree, struct arena *mem, struct sealed_thing *things, size_t *count,
                                   struct err *err)
{
    yajl_val list = json_tree_member(tree, "digests");

    if (!YAJL_IS_ARRAY(list) || list->u.array.len > SEALED_THINGS_MAX)
        return err_set(err, ETL_FAIL, "seal", "seal.json is not one of ours");
    for (size_t i = 0; i < list->u.array.len; i++) {
        yajl_val v = list->u.array.values[i];

        things[i] = (struct sealed_thing){ json_tree_text(v, "what", mem), json_tree_text(v, "name", mem),
                                           json_tree_text(v, "path", mem), json_tree_text(v, "sha256", mem) };
    }
    *count = list->u.array.len;
    return ETL_OK;
}

static enum etl_status load_json(const struct run_folder *r, const char *name, struct arena *mem, yajl_val *tree,
                                 struct err *err)
{
    struct str      text;
    enum etl_status st = file_read(run_folder_file(r, name, mem), SMALL_FILE, mem, &text, err);

    if (st != ETL_OK)
        return st;
    return json_tree_parse(str_of(arena_cstr(mem, text), text.len), name, tree, err);
}

static struct pair_value *read_set(yajl_val set, struct arena *mem, size_t *count)
{
    struct pair_value *pairs;

    *count = 0;
    if (!YAJL_IS_OBJECT(set))
        return NULL;
    pairs = ARENA_ARRAY(mem, struct pair_value, set->u.object.len + 1);
    for (size_t i = 0; i < set->u.object.len; i++) {
        const char *value = YAJL_GET_STRING(set->u.object.values[i]);

        pairs[(*count)++] = (struct pair_value){ arena_str(mem, str_from(set->u.object.keys[i])),
                                                 arena_str(mem, str_from(value != NULL ? value : "")) };
    }
    return pairs;
}

static void read_facts(yajl_val v, struct arena *mem, struct run_facts *out)
{
    static const char *const danger_keys[4] = { "cuts", "destroys", "spends", "notifies" };
    yajl_val                 records = json_tree_member(v, "records"), dangers = json_tree_member(v, "dangers"),
             inputs = json_tree_member(v, "inputs");
    yajl_val findings = json_tree_member(v, "findings");

    out->provider = json_tree_text(v, "provider", mem);
    out->mapping = json_tree_text(v, "mapping", mem);
    out->mapping_path = json_tree_text(v, "mapping_file", mem);
    out->after = json_tree_text(v, "after", mem);
    out->key_id = json_tree_text(v, "key", mem);
    out->today = json_tree_text(v, "today", mem);
    out->made = json_tree_text(v, "made", mem);
    out->calls = json_tree_u64(v, "calls");
    out->lanes = json_tree_u64(v, "lanes");
    out->records = json_tree_u64(records, "read");
    out->planned = json_tree_u64(records, "planned");
    out->rejected = json_tree_u64(records, "rejected");
    out->without_calls = json_tree_u64(records, "without_calls");
    out->errors = json_tree_u64(findings, "errors");
    out->warnings = json_tree_u64(findings, "warnings");
    for (size_t i = 0; i < 4; i++)
        out->dangers[i] = json_tree_u64(dangers, danger_keys[i]);
    out->set = read_set(json_tree_member(v, "set"), mem, &out->set_count);
    out->inputs = ARENA_ARRAY(mem, struct run_input, YAJL_IS_ARRAY(inputs) ? inputs->u.array.len + 1 : 1);
    for (size_t i = 0; YAJL_IS_ARRAY(inputs) && i < inputs->u.array.len; i++) {
        yajl_val in = inputs->u.array.values[i];

        out->inputs[out->input_count++] = (struct run_input){
            json_tree_text(in, "name", mem),   json_tree_text(in, "file", mem),    json_tree_text(in, "path", mem),
            json_tree_text(in, "sha256", mem), json_tree_u64(in, "read"),          json_tree_u64(in, "planned"),
            json_tree_u64(in, "rejected"),     json_tree_u64(in, "without_calls"), json_tree_u64(in, "damaged")
        };
    }
}

/* The plan's digest as seal.json has it; whether that is right is run_folder_check's question. */
static struct str sealed_plan(const struct run_folder *r, struct arena *mem)
{
    struct sealed_thing *things = ARENA_ARRAY(mem, struct sealed_thing, SEALED_THINGS_MAX);
    size_t               count = 0;
    yajl_val             tree;
    enum etl_status      st;

    if (load_json(r, "seal.json", mem, &tree, NULL) != ETL_OK)
        return STR_NONE;
    st = read_things(tree, mem, things, &count, NULL);
    json_tree_free(tree);
    for (size_t i = 0; st == ETL_OK && i < count; i++)
        if (str_is(things[i].what, "plan"))
            return things[i].digest;
    return STR_NONE;
}

enum etl_status run_folder_read(const struct run_folder *r, struct arena *mem, struct run_facts *out, struct err *err)
{
    struct run_facts facts = { 0 };
    yajl_val         tree;
    enum etl_status  st = load_json(r, "summary.json", mem, &tree, err);

    if (st != ETL_OK)
        return st;
    read_facts(tree, mem, &facts);
    json_tree_free(tree);
    facts.plan_digest = sealed_plan(r, mem);
    *out = facts;
    return ETL_OK;
}

long run_folder_holder(const struct run_folder *r, struct arena *mem)
{
    char    text[32] = "";
    int     fd = files_open(run_folder_file(r, "run.lock", mem), O_RDONLY);
    bool    held = fd >= 0 && files_lock(fd, false) != 0;
    ssize_t got = held ? files_pread(fd, text, sizeof text - 1, 0) : 0;

    if (fd >= 0)
        files_close(fd);
    text[got > 0 ? got : 0] = '\0';
    return held ? strtol(text, NULL, 10) : 0;
}

enum etl_status run_folder_check(const struct run_folder *r, const struct key *key, struct arena *mem,
                                 struct run_facts *out, struct err *err)
{
    struct sealed_thing         *things = ARENA_ARRAY(mem, struct sealed_thing, SEALED_THINGS_MAX);
    size_t                       count = 0;
    AUTO(buf_release) struct buf mac = { 0 };
    struct run_facts             facts = { 0 };
    struct findings              faults;
    struct str                   sealed_mac, sealed_key, provider_file = STR_NONE;
    yajl_val                     tree;
    enum etl_status              st = load_json(r, "seal.json", mem, &tree, err);

    if (st != ETL_OK)
        return st;
    buf_init(&mac, 1 << 10, "the seal");
    st = read_things(tree, mem, things, &count, err);
    sealed_mac = json_tree_text(tree, "mac", mem);
    sealed_key = json_tree_text(tree, "key", mem);
    json_tree_free(tree);
    if (st != ETL_OK)
        return st;
    if (!str_eq(sealed_key, key_id(key)))
        return err_set(
            err, ETL_FAIL, "seal-key",
            "%s was sealed with key %.*s, this installation has key %.*s; name the right one with key: in the configuration",
            r->path, STR_ARG(sealed_key), STR_ARG(key_id(key)));
    mac_of(key, things, count, &mac);
    if (!str_eq(sealed_mac, buf_str(&mac)))
        return err_set(err, ETL_FAIL, "seal", "%s/seal.json was changed; plan again", r->path);
    st = run_folder_read(r, mem, &facts, err);
    if (st != ETL_OK)
        return st;
    for (size_t i = 0; i < count; i++) {
        if (str_is(things[i].what, "description"))
            provider_file = things[i].path;
        if (str_is(things[i].what, "plan"))
            facts.plan_digest = things[i].digest;
    }
    findings_init(&faults, mem);
    if (provider_load(provider_file, mem, &facts.description, &faults) != ETL_OK)
        facts.description = NULL;
    for (size_t i = 0; i < count; i++) {
        st = check_thing(r, &things[i], &facts, mem, err);
        if (st != ETL_OK) {
            provider_free(facts.description);
            return st;
        }
    }
    *out = facts;
    return ETL_OK;
}
