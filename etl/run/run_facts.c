/* etl/run/run_facts.c - what summary.json says of a run, and whether the run is still what was sealed. */
#include "etl/run/run_facts.h"

#include "etl/core/notation/json_tree.h"
#include "etl/core/system/atomic_file.h"
#include "providers/description/load.h"

enum { SMALL_FILE = 16 << 20, SUMMARY_EDITION = 2 };

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
    out->description_name = json_tree_text(v, "description", mem);
    out->version = json_tree_text(v, "version", mem);
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
    out->held = json_tree_u64(records, "held");
    out->held_lanes = json_tree_u64(v, "held_lanes");
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

/* A folder of the first edition says "plan":1 here. */
static enum etl_status check_edition(yajl_val summary, const char *folder, struct err *err)
{
    uint64_t edition = json_tree_u64(summary, "summary");

    if (edition == SUMMARY_EDITION)
        return ETL_OK;
    if (edition == 0)
        return err_set(err, ETL_FAIL, "edition", SEAL_OF_OLD_EDITION, folder);
    return err_set(err, ETL_FAIL, "edition", "%s was planned by a newer version of subferry; use that one", folder);
}

static enum etl_status read_summary(struct str text, const char *folder, struct arena *mem, struct run_facts *out,
                                    struct err *err)
{
    yajl_val        tree;
    enum etl_status st = json_tree_parse(str_of(arena_cstr(mem, text), text.len), SUMMARY_FILE, &tree, err);

    if (st != ETL_OK)
        return st;
    st = check_edition(tree, folder, err);
    if (st == ETL_OK)
        read_facts(tree, mem, out);
    json_tree_free(tree);
    return st;
}

/* The root as seal.json has it, to find the ledger's plan by; whether it holds is run_facts_check()'s question. */
static struct str unchecked_root(const struct run_folder *r, struct arena *mem)
{
    struct str text, root;
    yajl_val   tree;

    if (file_read(run_folder_file(r, "seal.json", mem), SMALL_FILE, mem, &text, NULL) != ETL_OK ||
        json_tree_parse(text, "seal.json", &tree, NULL) != ETL_OK)
        return STR_NONE;
    root = json_tree_text(tree, "mac", mem);
    json_tree_free(tree);
    return root;
}

enum etl_status run_facts_read(const struct run_folder *r, struct arena *mem, struct run_facts *out, struct err *err)
{
    struct run_facts facts = { 0 };
    struct str       text;
    enum etl_status  st = file_read(run_folder_file(r, SUMMARY_FILE, mem), SMALL_FILE, mem, &text, err);

    if (st == ETL_OK)
        st = read_summary(text, r->path, mem, &facts, err);
    if (st != ETL_OK)
        return st;
    facts.root = unchecked_root(r, mem);
    *out = facts;
    return ETL_OK;
}

static enum etl_status sealed_text(const struct seal *s, const char *name, const char *folder, struct arena *mem,
                                   struct str *out, struct err *err)
{
    const struct sealed_file *f = seal_file(s, name);

    if (f == NULL)
        return err_set(err, ETL_FAIL, "seal", "the seal of %s does not cover %s; plan anew", folder, name);
    return sealed_file_read(f, folder, s->key, SMALL_FILE, mem, out, err);
}

/* The run's own copy, so that a description that was mended since does not strand a run that is half sent. */
static enum etl_status load_description(const struct run_folder *r, struct arena *mem, struct run_facts *f,
                                        struct err *err)
{
    struct yaml_source source = { run_folder_file(r, DESCRIPTION_FILE, mem), STR_NONE };
    struct findings    faults;
    enum etl_status    st = sealed_text(f->seal, DESCRIPTION_FILE, r->path, mem, &source.text, err);

    if (st != ETL_OK)
        return st;
    findings_init(&faults, mem);
    st = provider_load_text(&source, mem, &f->description, &faults);
    if (st == ETL_OK)
        return ETL_OK;
    f->description = NULL;
    return err_set(
        err, ETL_FAIL, "description-old",
        "%s was planned by subferry %.*s with a description that this version does not read any more (%.300s): finish it with that version",
        r->path, STR_ARG(f->version), faults.count != 0 ? faults.items[0].err.text : "no reason");
}

enum etl_status run_facts_check(const struct run_folder *r, const struct key *key, struct arena *mem,
                                struct run_facts *out, struct err *err)
{
    struct run_facts facts = { 0 };
    struct seal     *seal = ARENA_NEW(mem, struct seal);
    struct str       text = STR_NONE;
    enum etl_status  st = seal_read(r->path, key, mem, seal, err);

    if (st != ETL_OK)
        return st;
    facts.seal = seal;
    st = seal_verify(seal, r->path, err);
    if (st == ETL_OK)
        st = sealed_text(seal, SUMMARY_FILE, r->path, mem, &text, err);
    if (st == ETL_OK)
        st = read_summary(text, r->path, mem, &facts, err);
    if (st == ETL_OK)
        st = load_description(r, mem, &facts, err);
    if (st != ETL_OK) {
        run_facts_release(&facts);
        return st;
    }
    facts.root = str_from(seal->root);
    *out = facts;
    return ETL_OK;
}

void run_facts_release(struct run_facts *f)
{
    if (f->seal != NULL)
        seal_release(f->seal);
    provider_free(f->description);
    f->description = NULL;
}
