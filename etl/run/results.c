/* etl/run/results.c - results.csv, lanes.csv and test.csv, from the ledger. */
#include "etl/run/results.h"

#include "etl/core/system/atomic_file.h"
#include "etl/core/system/clock.h"
#include "formats/csv_writer.h"

enum { WRITE_BYTES = 1 << 16, ROW_BYTES = 1 << 20 };

/* A call that a killed command left `sending` may have been carried out: it counts as uncertain. */
const char *outcome_word(enum call_state state)
{
    return state == CALL_PENDING ? "not sent" : state == CALL_SENDING ? "uncertain" : call_state_names[state];
}

struct table {
    struct atomic_file file;
    struct buf         rows;
};

static void table_drop(struct table *t)
{
    atomic_file_drop(&t->file);
    buf_release(&t->rows);
}

static enum etl_status table_begin(struct table *t, const char *path, struct str header, struct err *err)
{
    buf_init(&t->rows, WRITE_BYTES + ROW_BYTES, "a row of results");
    buf_add(&t->rows, header);
    return atomic_file_begin(&t->file, path, err);
}

static enum etl_status table_flush(struct table *t, size_t least, struct err *err)
{
    enum etl_status st;

    if (buf_failed(&t->rows))
        return err_set(err, ETL_FAIL, "results", "%s is longer than %d bytes", t->rows.what, ROW_BYTES);
    if (t->rows.len < least)
        return ETL_OK;
    st = atomic_file_write(&t->file, buf_str(&t->rows), err);
    buf_reset(&t->rows);
    return st;
}

static enum etl_status table_row(struct table *t, const struct str *cells, size_t count, struct err *err)
{
    csv_write_row(&t->rows, cells, count);
    return table_flush(t, WRITE_BYTES, err);
}

static enum etl_status table_end(struct table *t, struct err *err)
{
    enum etl_status st = table_flush(t, 0, err);

    return st == ETL_OK ? atomic_file_commit(&t->file, err) : st;
}

/* ---- results and lanes: one pass over the ledger ---- */

struct lane_sum {
    bool            open; /* a lane is being added up */
    uint64_t        number, calls, by_state[CALL_STATES];
    struct buf      key, command, reason;
    enum call_state first; /* the state of the first call that is not done */
};
struct writing {
    struct table    calls, lanes;
    struct lane_sum lane;
    struct err     *err;
};

static struct str lane_word(const struct ledger_row *row)
{
    return row->lane == LANE_BEFORE ? STR("(before)") : row->lane == LANE_AFTER ? STR("(after)") : row->lane_key;
}

static struct str number_cell(uint64_t n, char *text, size_t size)
{
    int len = snprintf(text, size, "%llu", (unsigned long long)n);

    return str_of(text, (size_t)len);
}

static void keep(struct buf *to, struct str text)
{
    buf_reset(to);
    buf_add(to, text);
}

/* A blocked call has no reason of its own: the call that blocks it has one. */
static struct str reason_of(const struct writing *w, const struct ledger_row *row, char *text, size_t size)
{
    if (row->state != CALL_BLOCKED || row->reason.len != 0 || !w->lane.open)
        return row->reason;
    snprintf(text, size, "behind %.*s, which is %s", STR_ARG(str_head(buf_str(&w->lane.command), 80)),
             outcome_word(w->lane.first));
    return str_from(text);
}

static enum etl_status write_call(struct writing *w, const struct ledger_row *row)
{
    char       http[16], tries[16], at[32] = "", reason[160];
    struct str cells[11];

    if (row->at_ms != 0)
        time_text(row->at_ms, at);
    cells[0] = lane_word(row);
    cells[1] = row->source;
    cells[2] = row->command;
    cells[3] = str_from(outcome_word(row->state));
    cells[4] = reason_of(w, row, reason, sizeof reason);
    cells[5] = row->http != 0 ? number_cell((uint64_t)row->http, http, sizeof http) : STR_NONE;
    cells[6] = number_cell(row->tries, tries, sizeof tries);
    cells[7] = str_from(at);
    cells[8] = row->state != CALL_DONE ? STR_NONE : row->verified ? STR("read back") : STR("answered");
    cells[9] = row->reply;
    cells[10] = row->id;
    return table_row(&w->calls, cells, 11, w->err);
}

static enum etl_status write_lane(struct writing *w)
{
    static const enum call_state columns[] = { CALL_DONE,      CALL_REFUSED, CALL_FAILED,
                                               CALL_UNCERTAIN, CALL_BLOCKED, CALL_PENDING };
    struct lane_sum             *l = &w->lane;
    char                         numbers[7][24];
    struct str                   cells[11];

    if (!l->open)
        return ETL_OK;
    l->open = false;
    cells[0] = buf_str(&l->key);
    cells[1] = str_from(outcome_word(l->first));
    cells[2] = number_cell(l->calls, numbers[0], sizeof numbers[0]);
    for (size_t i = 0; i < 6; i++)
        cells[3 + i] = number_cell(l->by_state[columns[i]], numbers[i + 1], sizeof numbers[i + 1]);
    cells[9] = buf_str(&l->command);
    cells[10] = buf_str(&l->reason);
    return table_row(&w->lanes, cells, 11, w->err);
}

static void add_to_lane(struct writing *w, const struct ledger_row *row)
{
    struct lane_sum *l = &w->lane;

    if (!l->open) {
        *l = (struct lane_sum){ .open = true,
                                .number = row->lane,
                                .key = l->key,
                                .command = l->command,
                                .reason = l->reason,
                                .first = CALL_DONE };
        keep(&l->key, lane_word(row));
        keep(&l->command, STR(""));
        keep(&l->reason, STR(""));
    }
    l->calls++;
    l->by_state[row->state == CALL_SENDING ? CALL_UNCERTAIN : row->state]++;
    if (l->first == CALL_DONE && row->state != CALL_DONE) {
        l->first = row->state;
        keep(&l->command, row->command);
        keep(&l->reason, row->reason);
    }
}

static enum etl_status visit(void *context, const struct ledger_row *row)
{
    struct writing *w = context;
    enum etl_status st = ETL_OK;

    if (w->lane.open && w->lane.number != row->lane)
        st = write_lane(w);
    if (st == ETL_OK)
        st = write_call(w, row);
    add_to_lane(w, row);
    return st;
}

static enum etl_status write_both(struct writing *w, const struct run_folder *run, struct ledger *l, struct arena *mem)
{
    enum etl_status st = table_begin(&w->calls, run_folder_file(run, "results.csv", mem),
                                     STR("lane,from,command,outcome,reason,http,tries,at,how,reply,id\n"), w->err);

    if (st == ETL_OK)
        st = table_begin(&w->lanes, run_folder_file(run, "lanes.csv", mem),
                         STR("lane,outcome,calls,done,refused,failed,uncertain,blocked,not_sent,command,reason\n"),
                         w->err);
    if (st == ETL_OK)
        st = ledger_each(l, 1, visit, w, w->err);
    if (st == ETL_OK)
        st = write_lane(w);
    if (st == ETL_OK)
        st = table_end(&w->calls, w->err);
    return st == ETL_OK ? table_end(&w->lanes, w->err) : st;
}

enum etl_status results_write(const struct run_folder *run, struct ledger *l, struct err *err)
{
    AUTO(arena_release) struct arena mem;
    struct writing                   w = { .err = err };
    enum etl_status                  st;

    arena_init(&mem, 1 << 20, "the names of results");
    buf_init(&w.lane.key, 2 << 20, "a lane's key");
    buf_init(&w.lane.command, 1 << 16, "a command's name");
    buf_init(&w.lane.reason, 1 << 16, "a reason");
    st = write_both(&w, run, l, &mem);
    table_drop(&w.calls);
    table_drop(&w.lanes);
    buf_release(&w.lane.key);
    buf_release(&w.lane.command);
    buf_release(&w.lane.reason);
    return st;
}

/* ---- test ---- */

static enum etl_status visit_test(void *context, const struct ledger_row *row)
{
    struct writing *w = context;
    char            http[16];
    struct str      cells[7];

    if (row->test_outcome.len == 0)
        return ETL_OK;
    cells[0] = lane_word(row);
    cells[1] = row->source;
    cells[2] = row->command;
    cells[3] = row->test_outcome;
    cells[4] = row->test_reason;
    cells[5] = row->test_http != 0 ? number_cell((uint64_t)row->test_http, http, sizeof http) : STR_NONE;
    cells[6] = row->id;
    return table_row(&w->calls, cells, 7, w->err);
}

enum etl_status results_write_test(const struct run_folder *run, struct ledger *l, struct err *err)
{
    AUTO(arena_release) struct arena mem;
    struct writing                   w = { .err = err };
    enum etl_status                  st;

    arena_init(&mem, 1 << 20, "the names of results");
    st = table_begin(&w.calls, run_folder_file(run, "test.csv", &mem),
                     STR("lane,from,command,outcome,reason,http,id\n"), err);
    if (st == ETL_OK)
        st = ledger_each(l, 1, visit_test, &w, err);
    if (st == ETL_OK)
        st = table_end(&w.calls, err);
    table_drop(&w.calls);
    return st;
}
