/* etl/pages/explanation.c - gathers what a run knows of one subscriber. */
#include "etl/pages/explanation.h"

#include "etl/core/notation/json_tree.h"
#include "etl/core/notation/json_writer.h"
#include "etl/mapping/mapping.h"
#include "providers/description/load.h"

/* ---- which lines may have the key: a text search, because parsing every line of a plan takes long ---- */

struct key_needles {
    struct buf lane, place; /* "lane":"KEY"  and  "from":"KEY" or "where":"KEY" */
};

static void needle(struct buf *out, const char *name, struct str value)
{
    struct json_writer w = json_writer(out);

    buf_init(out, 4 << 20, "a key");
    json_member_text(&w, name, value);
}

static bool names(struct str line, const struct buf *needle)
{
    return str_contains(line, buf_str(needle));
}

/* ---- the plan ---- */

static bool is_meant(const struct explanation *x, const struct plan_record *r)
{
    bool is_lane = r->calls[0].head->stage == STAGE_LANE;

    return x->lane.ptr != NULL ? is_lane && str_eq(r->lane, x->lane) : str_eq(r->from, x->key);
}

/* The values of a planned call; sealed ones stay sealed. */
static struct value *values_of(const struct plan_call *call, const struct command *command, struct arena *mem)
{
    struct value *values = ARENA_ARRAY(mem, struct value, command->param_count + 1);

    for (size_t i = 0; i < call->param_count; i++) {
        int at = command_param_index(command, call->params[i].name);

        if (at < 0)
            continue;
        values[at] = call->params[i].value;
        values[at].secret = call->params[i].sealed || command->params[at].secret;
    }
    return values;
}

static enum etl_status take_call(struct explanation *x, const struct plan_record *r, size_t i, struct arena *mem,
                                 struct err *err)
{
    struct explained_call call = { .call = r->calls[i], .from = r->from, .found = x->call_count };

    call.command = plan_call_command(x->provider, &call.call, mem);
    if (call.command == NULL)
        return err_set(err, ETL_FAIL, "plan-line", "the description has no command %.*s",
                       STR_ARG(call.call.head->command));
    plan_call_id(r, i, call.id);
    call.values = values_of(&call.call, call.command, mem);
    if (x->call_count < EXPLAIN_CALLS_MAX)
        ARENA_PUSH(mem, x->calls, x->call_count, x->call_cap) = call;
    else
        x->calls_left_out++;
    return ETL_OK;
}

/* first: finds the lane's name by the key. Otherwise: takes every call of the lane. */
static enum etl_status see_record(struct explanation *x, bool first, struct str text, struct arena *mem,
                                  struct err *err)
{
    struct plan_wanted wanted = { &x->head, PLAN_ALL_CALLS };
    struct plan_record r;
    enum etl_status    st = plan_record_parse(&wanted, text, mem, &r, err);

    if (st != ETL_OK)
        return st;
    if (first && r.calls[0].head->stage == STAGE_LANE && (str_eq(r.lane, x->key) || str_eq(r.from, x->key)))
        x->lane = r.lane;
    for (size_t i = 0; i < r.call_count && st == ETL_OK && !first && is_meant(x, &r); i++)
        st = take_call(x, &r, i, mem, err);
    return st;
}

static enum etl_status open_lines(const struct explanation *x, const char *name, struct arena *mem,
                                  struct plan_reader **out, struct err *err)
{
    const struct seal *seal = x->facts.seal;

    return plan_reader_open(run_folder_file(x->run, name, mem), seal != NULL ? seal_file(seal, name) : NULL,
                            seal != NULL ? seal->key : NULL, out, err);
}

static enum etl_status read_plan(struct explanation *x, bool first, struct arena *mem, struct err *err)
{
    struct plan_reader *reader;
    struct key_needles  n;
    struct str          text;
    uint64_t            offset;
    enum etl_status     st = open_lines(x, PLAN_FILE, mem, &reader, err);

    if (st != ETL_OK)
        return st;
    needle(&n.lane, "lane", first ? x->key : x->lane);
    needle(&n.place, "from", x->key);
    st = plan_head_read(reader, mem, &x->head, err);
    while (st == ETL_OK && (st = plan_reader_next(reader, &text, &offset, err)) == ETL_OK) {
        if (!names(text, first ? &n.place : &n.lane) && !(first && names(text, &n.lane)))
            continue;
        st = see_record(x, first, text, mem, err);
        if (first && x->lane.ptr != NULL)
            break;
    }
    plan_reader_close(reader);
    buf_release(&n.lane);
    buf_release(&n.place);
    return st == ETL_END ? ETL_OK : st;
}

/* As a lane's calls are sent: by their position in the mapping, then by record. */
static int by_position(const void *a, const void *b)
{
    const struct explained_call *x = a, *y = b;

    if (x->call.position != y->call.position)
        return x->call.position < y->call.position ? -1 : 1;
    return x->found < y->found ? -1 : x->found > y->found;
}

/* ---- findings ---- */

static enum etl_status take_finding(struct explanation *x, struct str text, bool first, struct arena *mem,
                                    struct err *err)
{
    struct explained_finding f;
    yajl_val                 tree;
    struct str               severity;
    enum etl_status          st =
        json_tree_parse(str_of(arena_cstr(mem, text), text.len), "a line of findings.jsonl", &tree, err);

    if (st != ETL_OK)
        return st;
    f = (struct explained_finding){ .where = json_tree_text(tree, "where", mem),
                                    .input = json_tree_text(tree, "input", mem),
                                    .lane = json_tree_text(tree, "lane", mem),
                                    .field = json_tree_text(tree, "field", mem),
                                    .rule = json_tree_text(tree, "rule", mem),
                                    .message = json_tree_text(tree, "message", mem) };
    severity = json_tree_text(tree, "severity", mem);
    json_tree_free(tree);
    f.severity = str_is(severity, "error")     ? SEVERITY_ERROR
                 : str_is(severity, "warning") ? SEVERITY_WARNING
                                               : SEVERITY_INFO;
    if (first) {
        if (f.lane.ptr != NULL && (str_eq(f.where, x->key) || str_eq(f.lane, x->key)))
            x->lane = f.lane;
        return ETL_OK;
    }
    if (!str_eq(f.where, x->key) && (x->lane.ptr == NULL || f.lane.ptr == NULL || !str_eq(f.lane, x->lane)))
        return ETL_OK;
    if (x->finding_count < EXPLAIN_FINDINGS_MAX)
        ARENA_PUSH(mem, x->findings, x->finding_count, x->finding_cap) = f;
    else
        x->findings_left_out++;
    return ETL_OK;
}

static enum etl_status read_findings(struct explanation *x, bool first, struct arena *mem, struct err *err)
{
    struct plan_reader *reader;
    struct key_needles  n;
    struct str          text;
    uint64_t            offset;
    enum etl_status     st = open_lines(x, FINDINGS_FILE, mem, &reader, err);

    if (st != ETL_OK)
        return st;
    needle(&n.lane, "lane", x->lane.ptr != NULL ? x->lane : x->key);
    needle(&n.place, "where", x->key);
    while ((st = plan_reader_next(reader, &text, &offset, err)) == ETL_OK) {
        if (!names(text, &n.lane) && !names(text, &n.place))
            continue;
        st = take_finding(x, text, first, mem, err);
        if (st != ETL_OK || (first && x->lane.ptr != NULL))
            break;
    }
    plan_reader_close(reader);
    buf_release(&n.lane);
    buf_release(&n.place);
    return st == ETL_END ? ETL_OK : st;
}

/* ---- the extracts ---- */

static bool is_reject(void *context, struct str where)
{
    const struct explanation *x = context;

    for (size_t i = 0; i < x->finding_count; i++)
        if (x->findings[i].severity == SEVERITY_ERROR && str_eq(x->findings[i].where, where))
            return true;
    return false;
}

static void find_records(struct explanation *x, const struct key *key, struct arena *mem, struct findings *faults)
{
    struct lane_records *l = &x->records;

    *l = (struct lane_records){ .mapping = x->mapping,
                                .key = key,
                                .today = x->facts.today,
                                .wanted = x->key,
                                .lane = x->lane,
                                .is_reject = is_reject,
                                .context = x,
                                .mem = mem };
    l->files = ARENA_ARRAY(mem, struct lane_file, x->mapping->input_count + 1);
    for (size_t i = 0; i < x->mapping->input_count; i++)
        for (size_t k = 0; k < x->facts.input_count; k++) {
            const struct run_input *in = &x->facts.inputs[k];

            if (!str_eq(in->name, x->mapping->inputs[i].name))
                continue;
            l->files[i].has_reasons = x->facts.after.ptr != NULL && !x->mapping->inputs[i].csv.has_header;
            if (str_is(in->path, "-"))
                err_set(&l->files[i].problem, ETL_FAIL, "stdin", "it came from a pipe and is not kept");
            l->files[i].path = arena_cstr(mem, in->path);
        }
    if (x->facts.after.ptr != NULL)
        l->after = arena_cstr(mem, x->facts.after);
    lane_records_find(l, faults);
    if (x->lane.ptr == NULL)
        x->lane = l->lane;
}

/* ---- the ledger ---- */

struct lane_rows {
    struct explanation *x;
    struct arena       *mem;
    uint64_t            lane;
};

static enum etl_status take_row(void *context, const struct ledger_row *row)
{
    struct lane_rows *r = context;

    if (row->lane != r->lane)
        return ETL_END;
    for (size_t i = 0; i < r->x->call_count; i++) {
        struct explained_call *call = &r->x->calls[i];

        if (!str_is(row->id, call->id))
            continue;
        call->has_row = true;
        call->row = *row;
        call->row.reason = row->reason.ptr != NULL ? arena_str(r->mem, row->reason) : STR_NONE;
        call->row.reply = row->reply.ptr != NULL ? arena_str(r->mem, row->reply) : STR_NONE;
        call->row.test_outcome = row->test_outcome.ptr != NULL ? arena_str(r->mem, row->test_outcome) : STR_NONE;
        call->row.test_reason = row->test_reason.ptr != NULL ? arena_str(r->mem, row->test_reason) : STR_NONE;
    }
    return ETL_OK;
}

/* What a done call captured, by the names that later calls use. The ledger is asked as if for the call behind it. */
static enum etl_status read_captures(struct ledger *l, struct explained_call *call, struct arena *mem, struct err *err)
{
    struct ledger_call behind = { .number = call->row.number + 1, .lane = call->row.lane };
    struct pair_value *pairs = ARENA_ARRAY(mem, struct pair_value, call->command->capture_count + 1);

    for (size_t i = 0; i < call->command->capture_count; i++) {
        struct str name = arena_fmt(mem, "%.*s.%.*s", STR_ARG(call->call.head->as),
                                    STR_ARG(call->command->captures[i].name)),
                   value;
        enum etl_status st = ledger_capture(l, &behind, name, mem, &value, err);

        if (st == ETL_OK)
            pairs[call->capture_count++] = (struct pair_value){ name, value };
        else if (st != ETL_END)
            return st;
    }
    call->captures = pairs;
    return ETL_OK;
}

static enum etl_status read_ledger(struct explanation *x, struct arena *mem, struct err *err)
{
    struct ledger     *l;
    struct ledger_lane lane;
    struct lane_rows   rows = { x, mem, 0 };
    enum etl_status    st = ledger_open(x->run->path, x->facts.root, false, &l, err);

    if (st != ETL_OK)
        return st == ETL_END ? ETL_OK : st;
    x->has_ledger = true;
    st = x->lane.ptr != NULL ? ledger_lane_find(l, x->lane, &lane, err) : ETL_END;
    if (st == ETL_OK) {
        rows.lane = lane.number;
        st = ledger_each(l, lane.first, take_row, &rows, err);
    }
    for (size_t i = 0; i < x->call_count && (st == ETL_OK || st == ETL_END); i++)
        if (x->calls[i].has_row && x->calls[i].row.state == CALL_DONE)
            st = read_captures(l, &x->calls[i], mem, err);
    ledger_close(l);
    return st == ETL_END ? ETL_OK : st;
}

/* ---- the whole ---- */

/* The run carries its mapping, with lookups and description. */
/* The run carries its mapping, with lookups and description. Where its seal is broken that is what is told, and not what the copies say now:
 * nobody shall mend those. */
static enum etl_status load_mapping(struct explanation *x, struct arena *mem, struct findings *faults)
{
    struct findings       unseen;
    struct mapping_source source = { .name = x->facts.mapping_path,
                                     .set = x->facts.set,
                                     .set_count = x->facts.set_count,
                                     .kept_in = run_folder_file(x->run, INPUTS_FOLDER, mem) };

    findings_init(&unseen, mem);
    return mapping_load(&source, mem, &x->mapping, x->seal_fault.ptr != NULL ? &unseen : faults);
}

static enum etl_status read_facts(struct explanation *x, const struct key *key, struct arena *mem,
                                  struct findings *faults, struct err *err)
{
    struct err      seal = { 0 };
    enum etl_status st = ETL_OK;

    if (key == NULL || run_facts_check(x->run, key, mem, &x->facts, &seal) != ETL_OK) {
        x->seal_fault = key == NULL ? STR("the installation's key is not at hand, so the seal cannot be checked")
                                    : arena_str(mem, str_from(seal.text));
        st = run_facts_read(x->run, mem, &x->facts, err);
    }
    if (st != ETL_OK)
        return st;
    st = load_mapping(x, mem, faults);
    if (st == ETL_OK)
        x->provider = x->mapping->provider;
    else if (x->facts.description != NULL)
        x->provider = x->facts.description;
    else
        st =
            provider_load(str_from(run_folder_file(x->run, DESCRIPTION_FILE, mem)), mem, &x->facts.description, faults);
    if (x->provider == NULL)
        x->provider = x->facts.description;
    return x->provider != NULL ? ETL_OK : st;
}

enum etl_status explanation_read(const struct run_folder *run, const struct key *key, struct str wanted,
                                 struct arena *mem, struct explanation *out, struct findings *faults, struct err *err)
{
    struct explanation *x = out;
    enum etl_status     st;

    *x = (struct explanation){ .run = run, .key = wanted };
    st = read_facts(x, key, mem, faults, err);
    if (st == ETL_OK)
        st = read_plan(x, true, mem, err);
    if (st == ETL_OK && x->lane.ptr == NULL)
        st = read_findings(x, true, mem, err);
    if (st == ETL_OK)
        st = read_findings(x, false, mem, err);
    if (st != ETL_OK)
        return st;
    if (x->mapping != NULL)
        find_records(x, key, mem, faults);
    if (x->lane.ptr != NULL)
        st = read_plan(x, false, mem, err);
    if (st == ETL_OK && x->call_count != 0)
        qsort(x->calls, x->call_count, sizeof *x->calls, by_position);
    if (st == ETL_OK)
        st = read_ledger(x, mem, err);
    if (st == ETL_OK && x->call_count + x->finding_count + x->records.count == 0)
        return err_set(
            err, ETL_FAIL, "key-unknown",
            "%s knows nothing of %s; a key is what lane: makes of a record, or a place like \"%.*s:17\"%s%.*s",
            run->path, shown(wanted, false).text,
            STR_ARG(x->facts.input_count != 0 ? x->facts.inputs[0].file : STR("extract.csv")),
            x->facts.after.ptr != NULL ? "; this run comes after " : "", STR_ARG(x->facts.after));
    return st;
}

void explanation_release(struct explanation *x)
{
    mapper_free(x->records.mapper);
    mapping_free(x->mapping);
    run_facts_release(&x->facts);
}
