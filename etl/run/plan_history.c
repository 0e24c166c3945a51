/* etl/run/plan_history.c - which plans of a mapping were finished before. */
#include "etl/run/plan_history.h"

#include <libgen.h>

#include "etl/core/limits.h"
#include "etl/core/notation/json_tree.h"
#include "etl/core/notation/json_writer.h"
#include "etl/core/system/atomic_file.h"
#include "etl/core/system/files.h"
#include "etl/core/system/sha256.h"

enum { ASKED_EVERY_MS = 20, SLACK_PLANS = 400 }; /* so many more before the file is written anew */

#define FIRST_LINE "{\"format\":\"subferry plan history\",\"version\":1,"

/* ---- where ---- */

/* "FOLDER/my-mapping-0a1b2c3d4e5f6071.jsonl": any name becomes a file's name, and two names never the same. */
static const char *path_of(const struct history_place *place, struct arena *mem)
{
    char          readable[41];
    size_t        len = 0;
    struct hex256 digest = sha256_of(place->mapping);

    for (size_t i = 0; i < place->mapping.len && len + 1 < sizeof readable; i++) {
        char c = place->mapping.ptr[i];
        bool plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');

        readable[len++] = plain ? c : '-';
    }
    readable[len] = '\0';
    return arena_fmt(mem, "%s/%s-%.16s.jsonl", place->folder, readable, digest.text).ptr;
}

/* Every reader and writer holds it: a line is never seen half written. files_close(*fd) lets go of it. */
static enum etl_status take_lock(const struct history_place *place, struct arena *mem, int *fd, struct err *err)
{
    const char *path = arena_fmt(mem, "%s/lock", place->folder).ptr;

    *fd = files_open(path, O_RDWR | O_CREAT);
    if (*fd < 0)
        return files_fault(err, "open", path);
    for (unsigned waited_ms = 0; files_lock(*fd, true) != 0; waited_ms += ASKED_EVERY_MS) {
        if (waited_ms >= HISTORY_WAIT_MS) {
            files_close(*fd);
            return err_set(err, ETL_AGAIN, "history", "another plan holds %s", path);
        }
        clock_sleep_ms(place->clock, ASKED_EVERY_MS);
    }
    return ETL_OK;
}

/* ---- reading ---- */

static enum etl_status read_locked(const struct history_place *place, struct plan_history *h, struct err *err)
{
    int             lock;
    enum etl_status st = take_lock(place, h->mem, &lock, err);

    if (st != ETL_OK)
        return st;
    st = file_read(h->path, HISTORY_BYTES_MAX, h->mem, &h->lines, err);
    files_close(lock);
    return st;
}

void plan_history_open(const struct history_place *place, struct arena *mem, struct findings *warnings,
                       struct plan_history *out)
{
    struct err err = { 0 };
    struct str first;

    *out = (struct plan_history){ .mem = mem, .warnings = warnings, .path = path_of(place, mem) };
    if (!files_exists(out->path))
        return;
    if (read_locked(place, out, &err) != ETL_OK) {
        findings_say(warnings, SEVERITY_WARNING, NULL, 0, 0, "history", "what was planned last time is not known: %s",
                     err.text);
        out->lines = STR("");
        return;
    }
    out->lines = str_cut(out->lines, '\n', &first);
    if (str_starts(first, STR(FIRST_LINE)))
        return;
    out->lines = STR("");
    findings_say(warnings, SEVERITY_WARNING, out->path, 0, 0, "history-format",
                 "what was planned last time is not known: this is no history of plans that this program knows");
}

static struct planned_input input_of(yajl_val v, struct arena *mem)
{
    return (struct planned_input){ .name = json_tree_text(v, "name", mem),
                                   .file = json_tree_text(v, "file", mem),
                                   .sha256 = json_tree_text(v, "sha256", mem),
                                   .bytes = json_tree_u64(v, "bytes"),
                                   .read = json_tree_u64(v, "read"),
                                   .planned = json_tree_u64(v, "planned"),
                                   .rejected = json_tree_u64(v, "rejected") };
}

/* A line that cannot be read is warned of once, however often it is come by. */
static void warn_of_line(struct plan_history *h)
{
    if (!h->has_warned)
        findings_say(h->warnings, SEVERITY_WARNING, h->path, 0, 0, "history-line",
                     "a line cannot be read and is skipped: the plan that it told of counts as never made");
    h->has_warned = true;
}

static bool plan_of(struct plan_history *h, struct str line, struct planned *out)
{
    yajl_val              tree, inputs;
    struct planned_input *list;

    if (json_tree_parse(arena_str(h->mem, line), "a plan", &tree, NULL) != ETL_OK)
        return false;
    inputs = json_tree_member(tree, "inputs");
    *out = (struct planned){ .made = json_tree_text(tree, "made", h->mem),
                             .run = json_tree_text(tree, "run", h->mem),
                             .calls = json_tree_u64(tree, "calls"),
                             .lanes = json_tree_u64(tree, "lanes"),
                             .input_count = YAJL_IS_ARRAY(inputs) ? inputs->u.array.len : 0 };
    list = ARENA_ARRAY(h->mem, struct planned_input, out->input_count + 1);
    for (size_t i = 0; i < out->input_count; i++)
        list[i] = input_of(inputs->u.array.values[i], h->mem);
    out->inputs = list;
    json_tree_free(tree);
    return out->made.ptr != NULL && out->run.ptr != NULL;
}

/* The newest plan that has the input; with these bytes, unless sha256 is STR_NONE. Two years of plans are not parsed for it: a line without the
 * words is passed over. */
static bool find(struct plan_history *h, struct str input, struct str sha256, struct planned *out,
                 const struct planned_input **its)
{
    struct str rest = h->lines;

    while (rest.len != 0) {
        const char *end = memrchr(rest.ptr, '\n', rest.len - 1);
        struct str  line = end != NULL ? str_skip(rest, (size_t)(end + 1 - rest.ptr)) : rest;

        rest = str_head(rest, rest.len - line.len);
        line = str_trim(line);
        if (line.len == 0 || (sha256.ptr != NULL && !str_contains(line, sha256)))
            continue;
        if (!plan_of(h, line, out)) {
            warn_of_line(h);
            continue;
        }
        for (size_t i = 0; i < out->input_count; i++)
            if (str_eq(out->inputs[i].name, input) && (sha256.ptr == NULL || str_eq(out->inputs[i].sha256, sha256))) {
                *its = &out->inputs[i];
                return true;
            }
    }
    return false;
}

bool plan_history_last(struct plan_history *h, struct str input, struct planned *out, const struct planned_input **its)
{
    return find(h, input, STR_NONE, out, its);
}

bool plan_history_with(struct plan_history *h, struct str input, struct str sha256, struct planned *out,
                       const struct planned_input **its)
{
    return find(h, input, sha256, out, its);
}

/* ---- adding ---- */

static void add_line(struct buf *out, const struct planned *plan)
{
    struct json_writer w = json_writer(out);

    json_begin_object(&w);
    json_member_text(&w, "made", plan->made);
    json_member_text(&w, "run", plan->run);
    json_member_number(&w, "calls", plan->calls);
    json_member_number(&w, "lanes", plan->lanes);
    json_member_list(&w, "inputs");
    for (size_t i = 0; i < plan->input_count; i++) {
        const struct planned_input *in = &plan->inputs[i];

        json_begin_object(&w);
        json_member_text(&w, "name", in->name);
        json_member_text(&w, "file", in->file);
        json_member_text(&w, "sha256", in->sha256);
        json_member_number(&w, "bytes", in->bytes);
        json_member_number(&w, "read", in->read);
        json_member_number(&w, "planned", in->planned);
        json_member_number(&w, "rejected", in->rejected);
        json_end_object(&w);
    }
    json_end_list(&w);
    json_end_object(&w);
    buf_byte(out, '\n');
}

static void add_first_line(struct buf *out, struct str mapping)
{
    struct json_writer w = json_writer(out);

    buf_lit(out, FIRST_LINE "\"mapping\":");
    json_text(&w, mapping);
    buf_lit(out, "}\n");
}

static size_t count_lines(struct str text)
{
    size_t n = 0;

    for (size_t i = 0; i < text.len; i++)
        n += text.ptr[i] == '\n';
    return n;
}

/* The file anew: its first line, the newest of the old plans, the new one. */
static enum etl_status write_anew(const char *path, struct str old, struct str first, struct str line, struct err *err)
{
    AUTO(atomic_file_drop) struct atomic_file file = { 0 };
    size_t                                    lines = count_lines(old);
    struct str                                unused;
    enum etl_status                           st = atomic_file_begin(&file, path, err);

    for (; lines + 1 > HISTORY_PLANS_MAX; lines--)
        old = str_cut(old, '\n', &unused);
    if (st == ETL_OK)
        st = atomic_file_write(&file, first, err);
    if (st == ETL_OK)
        st = atomic_file_write(&file, old, err);
    if (st == ETL_OK)
        st = atomic_file_write(&file, line, err);
    return st == ETL_OK ? atomic_file_commit(&file, err) : st;
}

/* What a full disk left of the line is taken away again. */
static enum etl_status append(const char *path, struct str line, struct err *err)
{
    int             fd = files_open(path, O_WRONLY | O_APPEND);
    off_t           before = fd >= 0 ? files_seek(fd, 0, SEEK_END) : -1;
    enum etl_status st;

    if (before < 0) {
        st = files_fault(err, "open", path);
        files_close(fd);
        return st;
    }
    st = fd_write_all(fd, line, path, err);
    if (st == ETL_OK && files_sync(fd) != 0)
        st = files_fault(err, "write", path);
    if (st != ETL_OK)
        files_resize(fd, before);
    files_close(fd);
    return st;
}

static enum etl_status add_locked(const struct history_place *place, const struct planned *plan, struct arena *mem,
                                  struct err *err)
{
    AUTO(buf_release) struct buf line;
    AUTO(buf_release) struct buf first;
    const char                  *path = path_of(place, mem);
    struct str                   old = STR(""), old_first, old_plans;
    enum etl_status              st = ETL_OK;

    buf_init(&line, 1 << 20, "a line of the plans' history");
    buf_init(&first, 1 << 20, "the first line of the plans' history");
    add_first_line(&first, place->mapping);
    if (files_exists(path))
        st = file_read(path, HISTORY_BYTES_MAX, mem, &old, err);
    if (st != ETL_OK)
        return st;
    if (old.len != 0 && !str_starts(old, STR(FIRST_LINE)))
        return err_set(err, ETL_FAIL, "history-format",
                       "%s is no history of plans that this program knows; move it away", path);
    if (old.len != 0 && old.ptr[old.len - 1] != '\n') /* the power failed in its last line */
        buf_byte(&line, '\n');
    add_line(&line, plan);
    old_plans = str_cut(old, '\n', &old_first);
    if (buf_failed(&line))
        return err_set(err, ETL_FAIL, "history", "a line of the plans' history grows past %zu bytes", line.max);
    if (old_plans.ptr == NULL || count_lines(old_plans) > HISTORY_PLANS_MAX + SLACK_PLANS)
        return write_anew(path, old_plans.ptr != NULL ? old_plans : STR(""), buf_str(&first), buf_str(&line), err);
    return append(path, buf_str(&line), err);
}

enum etl_status plan_history_add(const struct history_place *place, const struct planned *plan, struct arena *mem,
                                 struct err *err)
{
    char           *folder = arena_cstr(mem, str_from(place->folder));
    enum etl_status st;
    int             lock;

    if (!files_exists(folder)) {
        files_make_folders(folder);
        files_sync_folder(
            dirname(arena_cstr(mem, str_from(folder)))); /* the file's folder must outlive a power failure too */
    }
    st = take_lock(place, mem, &lock, err);
    if (st != ETL_OK)
        return st;
    st = add_locked(place, plan, mem, err);
    files_close(lock);
    return st;
}
