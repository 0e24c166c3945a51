/* formats/archive_manifest.c - manifest.json, written and read. */
#include "formats/archive_manifest.h"

#include "etl/core/limits.h"
#include "etl/core/notation/json_tree.h"
#include "etl/core/notation/json_writer.h"
#include "formats/source.h"

/* ---- writing ---- */

static void write_report(const struct archive_manifest_report *r, struct json_writer *w)
{
    json_gap(w, "\n  ");
    json_begin_object(w);
    json_member_text(w, "name", r->name);
    json_member_text(w, "table", r->table);
    json_member_text(w, "proof", r->proof);
    json_member_number(w, "asked", r->asked);
    json_member_number(w, "records", r->records);
    json_member_number(w, "repaired_bytes", r->repairs);
    json_member_number(w, "odd_values", r->odd);
    if (r->odd != 0)
        json_member_text(w, "first_odd_value", r->odd_value);
    if (r->why.len != 0)
        json_member_text(w, "why", r->why);
    json_end_object(w);
}

static void write_member(const struct archive_manifest_member *m, struct json_writer *w)
{
    json_gap(w, "\n  ");
    json_begin_object(w);
    json_member_text(w, "name", m->name);
    if (m->table.ptr != NULL) {
        json_member_text(w, "table", m->table);
        json_member_number(w, "rows", m->rows);
    }
    json_member_bool(w, "encrypted", m->encrypted);
    json_member_list(w, "stored");
    for (size_t i = 0; i < m->part_count; i++) {
        json_begin_object(w);
        json_member_text(w, "name", m->parts[i].name);
        json_member_number(w, "bytes", m->parts[i].bytes);
        json_member_text(w, "sha256", m->parts[i].sha256);
        json_end_object(w);
    }
    json_end_list(w);
    json_end_object(w);
}

/* The closing bracket of a list is on a line of its own, even if the list is empty. */
static void end_list(struct json_writer *w)
{
    json_gap(w, "\n ");
    json_end_list(w);
}

void archive_manifest_write(const struct archive_manifest *m, struct buf *out)
{
    const struct {
        const char *name;
        struct str  value;
    } head[] = {
        { "version", m->version }, { "provider", m->provider }, { "connection", m->connection },
        { "made", m->made },       { "from", m->from },         { "to", m->to },
        { "secrets", m->secrets }, { "key", m->key },
    };
    struct json_writer w = json_writer(out);

    json_begin_object(&w);
    json_member_number(&w, "archive", 1);
    for (size_t i = 0; i < sizeof head / sizeof head[0]; i++) {
        json_gap(&w, "\n ");
        json_member_text(&w, head[i].name, head[i].value);
    }
    json_gap(&w, "\n ");
    json_member_list(&w, "reports");
    for (size_t i = 0; i < m->report_count; i++)
        write_report(&m->reports[i], &w);
    end_list(&w);
    json_gap(&w, "\n ");
    json_member_list(&w, "members");
    for (size_t i = 0; i < m->member_count; i++)
        write_member(&m->members[i], &w);
    end_list(&w);
    json_end_object(&w);
    buf_byte(out, '\n');
}

/* ---- reading ---- */

static enum etl_status read_text(const char *archive, struct buf *out, struct err *err)
{
    char            path[4200], piece[8192];
    struct source  *s = NULL;
    size_t          got;
    enum etl_status st;

    snprintf(path, sizeof path, "%s:%s", archive, MANIFEST_NAME);
    st = source_open(path, NULL, &s, err);
    while (st == ETL_OK && (st = source_read(s, piece, sizeof piece, &got, err)) == ETL_OK)
        buf_add(out, str_of(piece, got));
    source_close(s);
    if (st != ETL_END)
        return st;
    buf_cstr(out);
    return buf_failed(out) ? err_set(err, ETL_FAIL, "manifest", "%s: its manifest is larger than %d bytes", archive,
                                     MANIFEST_BYTES_MAX)
                           : ETL_OK;
}

static void read_reports(yajl_val list, struct archive_manifest *m, struct arena *mem)
{
    struct archive_manifest_report *out;

    if (!YAJL_IS_ARRAY(list))
        return;
    out = ARENA_ARRAY(mem, struct archive_manifest_report, list->u.array.len + 1);
    for (size_t i = 0; i < list->u.array.len; i++) {
        yajl_val v = list->u.array.values[i];

        out[i] = (struct archive_manifest_report){ json_tree_text(v, "name", mem),
                                                   json_tree_text(v, "table", mem),
                                                   json_tree_text(v, "proof", mem),
                                                   json_tree_text(v, "why", mem),
                                                   json_tree_u64(v, "asked"),
                                                   json_tree_u64(v, "records"),
                                                   json_tree_u64(v, "repaired_bytes"),
                                                   json_tree_u64(v, "odd_values"),
                                                   json_tree_text(v, "first_odd_value", mem) };
    }
    m->reports = out;
    m->report_count = list->u.array.len;
}

static void read_parts(yajl_val list, struct archive_manifest_member *m, struct arena *mem)
{
    struct archive_manifest_part *out;

    if (!YAJL_IS_ARRAY(list))
        return;
    out = ARENA_ARRAY(mem, struct archive_manifest_part, list->u.array.len + 1);
    for (size_t i = 0; i < list->u.array.len; i++) {
        yajl_val v = list->u.array.values[i];

        out[i] = (struct archive_manifest_part){ json_tree_text(v, "name", mem), json_tree_text(v, "sha256", mem),
                                                 json_tree_u64(v, "bytes") };
    }
    m->parts = out;
    m->part_count = list->u.array.len;
}

static void read_members(yajl_val list, struct archive_manifest *m, struct arena *mem)
{
    struct archive_manifest_member *out;

    if (!YAJL_IS_ARRAY(list))
        return;
    out = ARENA_ARRAY(mem, struct archive_manifest_member, list->u.array.len + 1);
    for (size_t i = 0; i < list->u.array.len; i++) {
        yajl_val v = list->u.array.values[i];

        out[i] = (struct archive_manifest_member){ .name = json_tree_text(v, "name", mem),
                                                   .table = json_tree_text(v, "table", mem),
                                                   .rows = json_tree_u64(v, "rows"),
                                                   .encrypted = YAJL_IS_TRUE(json_tree_member(v, "encrypted")) };
        read_parts(json_tree_member(v, "stored"), &out[i], mem);
    }
    m->members = out;
    m->member_count = list->u.array.len;
}

enum etl_status archive_manifest_read(const char *archive, struct arena *mem, struct archive_manifest *out,
                                      struct err *err)
{
    AUTO(buf_release) struct buf content = { 0 };
    struct archive_manifest      m = { 0 };
    yajl_val                     root = NULL;
    enum etl_status              st;

    buf_init(&content, MANIFEST_BYTES_MAX, "a manifest");
    st = read_text(archive, &content, err);
    if (st == ETL_OK)
        st = json_tree_parse(buf_str(&content), "manifest.json", &root, err);
    if (st == ETL_OK && json_tree_u64(root, "archive") != 1)
        st =
            err_set(err, ETL_FAIL, "manifest", "%s: its manifest.json is of another version, or none of ours", archive);
    if (st == ETL_OK) {
        m.version = json_tree_text(root, "version", mem);
        m.provider = json_tree_text(root, "provider", mem);
        m.connection = json_tree_text(root, "connection", mem);
        m.made = json_tree_text(root, "made", mem);
        m.from = json_tree_text(root, "from", mem);
        m.to = json_tree_text(root, "to", mem);
        m.secrets = json_tree_text(root, "secrets", mem);
        m.key = json_tree_text(root, "key", mem);
        read_reports(json_tree_member(root, "reports"), &m, mem);
        read_members(json_tree_member(root, "members"), &m, mem);
        *out = m;
    }
    json_tree_free(root);
    return st;
}

const struct archive_manifest_member *archive_manifest_table(const struct archive_manifest *m, struct str table)
{
    for (size_t i = 0; i < m->member_count; i++)
        if (str_eq(m->members[i].table, table))
            return &m->members[i];
    return NULL;
}
