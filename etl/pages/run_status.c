/* etl/pages/run_status.c - gathers where a run stands, from summary, seal and ledger. */
#include "etl/pages/run_status.h"

#include "etl/core/system/atomic_file.h"
#include "etl/mapping/mapping.h"

enum { MAPPING_BYTES = 16 << 20 };

static enum etl_status read_ledger(struct run_status *s, struct ledger *l, struct arena *mem, struct err *err)
{
    static const enum call_state troubled[] = { CALL_REFUSED, CALL_FAILED, CALL_UNCERTAIN };
    enum etl_status              st = ledger_count(l, &s->counts, err);

    if (st == ETL_OK)
        st = ledger_bound(l, mem, &s->bound, err);
    if (st == ETL_OK)
        st = ledger_rungs(l, mem, &s->rungs, &s->rung_count, err);
    if (st == ETL_OK)
        st = ledger_tested(l, mem, &s->tested, &s->tested_count, err);
    for (size_t i = 0; i < 3 && st == ETL_OK; i++) {
        if (s->counts.by_state[troubled[i]] == 0)
            continue;
        st = ledger_first_lane(l, troubled[i], mem, &s->first_lane[troubled[i]], err);
        st = st == ETL_END ? ETL_OK : st; /* calls of before: and after: have no lane */
    }
    if (st == ETL_OK)
        st = ledger_first_tested(l, "refused", mem, &s->first_refused_in_test, err);
    return st == ETL_END ? ETL_OK : st;
}

static enum etl_status open_ledger(struct run_status *s, struct arena *mem, struct err *err)
{
    struct ledger  *l = NULL;
    enum etl_status st = ledger_open(s->run->path, s->facts.root, false, &l, err);

    if (st == ETL_END) {
        s->counts = (struct ledger_counts){ .calls = s->facts.calls, .lanes = s->facts.lanes };
        s->counts.by_state[CALL_PENDING] = s->facts.calls;
        return ETL_OK;
    }
    if (st != ETL_OK)
        return st;
    s->has_ledger = true;
    st = read_ledger(s, l, mem, err);
    ledger_close(l);
    return st;
}

static void check_seal(struct run_status *s, const struct config *config, struct arena *mem)
{
    struct key      *key = NULL;
    struct run_facts checked = { 0 };
    struct err       err = { 0 };
    enum etl_status  st = config_key_at_hand(config, &key, &err);

    if (st == ETL_OK)
        st = run_facts_check(s->run, key, mem, &checked, &err);
    if (st != ETL_OK)
        s->seal_fault = arena_str(mem, str_from(err.text));
    run_facts_release(&checked);
    key_free(key);
}

/* The run goes on with its own copy; whoever mended the file has to know that it changes nothing here. */
static bool mapping_differs(const struct run_status *s, struct arena *mem)
{
    struct str kept, now, path = s->facts.mapping_path;

    if (path.ptr == NULL ||
        file_read(run_folder_file(s->run, MAPPING_FILE, mem), MAPPING_BYTES, mem, &kept, NULL) != ETL_OK)
        return false;
    if (str_starts(path, STR("stock:")))
        now = embedded_find(stock_mapping_files, str_skip(path, 6));
    else if (file_read(arena_cstr(mem, path), MAPPING_BYTES, mem, &now, NULL) != ETL_OK)
        now = STR_NONE;
    return !str_eq(kept, now);
}

const struct ledger_rung *run_status_rung(const struct run_status *s, const char *name, struct str connection)
{
    for (size_t i = 0; i < s->rung_count; i++)
        if (str_is(s->rungs[i].name, name) && (connection.ptr == NULL || str_eq(s->rungs[i].connection, connection)))
            return &s->rungs[i];
    return NULL;
}

enum etl_status run_status_read(const struct run_folder *run, const struct config *config, struct arena *mem,
                                struct run_status *out, struct err *err)
{
    struct run_status s = { .run = run, .holder = run_folder_holder(run, mem) };
    enum etl_status   st = run_facts_read(run, mem, &s.facts, err);

    if (st == ETL_OK)
        st = open_ledger(&s, mem, err);
    if (st != ETL_OK)
        return st;
    s.rejects = ARENA_ARRAY(mem, char *, s.facts.input_count + 1);
    for (size_t i = 0; i < s.facts.input_count; i++)
        s.rejects[i] = run_folder_rejects(run, s.facts.inputs[i].name, mem);
    check_seal(&s, config, mem);
    s.mapping_differs = mapping_differs(&s, mem);
    *out = s;
    return ETL_OK;
}
