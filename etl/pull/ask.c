/* etl/pull/ask.c - the questions of a report: which there are, and getting them answered. */
#include <unistd.h>

#include "etl/core/notation/date.h"
#include "etl/core/notation/json_tree.h"
#include "etl/core/system/log.h"
#include "etl/pull/pull.h"
#include "formats/csv_reader.h"
#include "formats/source.h"

enum { PAIRS_MAX = 64, ROW_PAIRS_MAX = 1024 };

/* ---- which there are ---- */

struct asking {
    struct pull          *pull;
    struct pulled_report *report;
    struct arena          mem; /* one question */
};
struct pairs_list {
    struct pair_value items[PAIRS_MAX];
    size_t            count;
};

static void set_pair(struct pairs_list *l, struct str name, struct str value)
{
    for (size_t i = 0; i < l->count; i++)
        if (str_eq(l->items[i].name, name)) {
            l->items[i].value = value;
            return;
        }
    if (l->count < PAIRS_MAX)
        l->items[l->count++] = (struct pair_value){ name, value };
}

static struct str json_of(const struct pair_value *pairs, size_t count, struct arena *mem)
{
    AUTO(buf_release) struct buf text = { 0 };

    buf_init(&text, 16 << 20, "a question");
    buf_byte(&text, '{');
    for (size_t i = 0; i < count; i++) {
        if (i != 0)
            buf_byte(&text, ',');
        buf_json(&text, pairs[i].name);
        buf_byte(&text, ':');
        buf_json(&text, pairs[i].value);
    }
    buf_byte(&text, '}');
    return arena_str(mem, buf_str(&text));
}

static struct str number_text(uint64_t n, struct arena *mem)
{
    return arena_fmt(mem, "%llu", (unsigned long long)n);
}

static enum etl_status add_question(struct asking *a, struct pairs_list *l, struct str row, struct err *err)
{
    const struct report *r = a->report->kind.report;

    if (r->pages.offset.ptr != NULL) {
        if (r->pages.size.ptr != NULL)
            set_pair(l, r->pages.size, number_text(r->pages.rows, &a->mem));
        set_pair(l, r->pages.offset, r->pages.by_page ? STR("1") : STR("0"));
    }
    return request_journal_add(a->pull->questions, r->name, json_of(l->items, l->count, &a->mem), row, err);
}

/* One question, or as many as there are windows. The windows meet in a day: nothing can fall between two. */
static enum etl_status add_windows(struct asking *a, struct pairs_list *l, struct str row, struct err *err)
{
    const struct report    *r = a->report->kind.report;
    const char             *fault = NULL;
    const struct date_form *form;
    struct moment           begin, end, last;
    enum etl_status         st = ETL_OK;

    if (r->window.from.ptr == NULL)
        return add_question(a, l, row, err);
    form = date_form_new(r->window.form, &a->mem, &fault);
    if (fault != NULL)
        return err_set(err, ETL_FAIL, "date-form", "report %.*s: window: %s", STR_ARG(r->name), fault);
    if (!date_form_read(NULL, str_from(a->pull->options->from), &begin) ||
        !date_form_read(NULL, str_from(a->pull->options->to), &last))
        return err_set(err, ETL_FAIL, "pull-dates", "--from and --to are dates, YYYY-MM-DD");
    do {
        char text[DATE_FORM_BYTES];

        end = begin;
        moment_add_days(&end, r->window.days - 1);
        if (moment_compare(&end, &last) > 0)
            end = last;
        set_pair(l, r->window.from, arena_str(&a->mem, str_of(text, date_form_write(form, &begin, text))));
        set_pair(l, r->window.to, arena_str(&a->mem, str_of(text, date_form_write(form, &end, text))));
        st = add_question(a, l, row, err);
        begin = end;
        if (r->window.days == 1)
            moment_add_days(&begin, 1);
    } while (st == ETL_OK && moment_compare(&end, &last) < 0);
    return st;
}

/* A row's columns as texts name them: row.login, row.login.local, row.login.domain. */
static size_t row_pairs(const struct str *columns, const struct str *cells, size_t count, struct pair_value *out,
                        struct arena *mem)
{
    size_t n = 0;

    for (size_t i = 0; i < count && n + 5 <= ROW_PAIRS_MAX; i++) {
        struct str  cell = cells[i];
        const char *at = cell.len != 0 ? memchr(cell.ptr, '@', cell.len) : NULL;
        size_t      local = at != NULL ? (size_t)(at - cell.ptr) : cell.len;

        if (cell.len == 0)
            continue;
        out[n++] = (struct pair_value){ arena_fmt(mem, "row.%.*s", STR_ARG(columns[i])), cell };
        out[n++] = (struct pair_value){ arena_fmt(mem, "row.%.*s.local", STR_ARG(columns[i])), str_head(cell, local) };
        if (at != NULL)
            out[n++] = (struct pair_value){ arena_fmt(mem, "row.%.*s.domain", STR_ARG(columns[i])),
                                            str_skip(cell, local + 1) };
    }
    return n;
}

/* "2026-11-01", of the day the pull was begun, and of the month before. */
static size_t month_pairs(const struct asking *a, struct pair_value out[2], struct arena *mem)
{
    struct moment m;
    char          text[DATE_FORM_BYTES];

    if (!date_form_read(NULL, str_head(str_from(a->pull->options->made), 10), &m))
        return 0;
    m.day = 1;
    out[0] = (struct pair_value){ STR("asked.month"), arena_str(mem, str_of(text, date_form_write(NULL, &m, text))) };
    moment_add_days(&m, -1);
    m.day = 1;
    out[1] =
        (struct pair_value){ STR("asked.last_month"), arena_str(mem, str_of(text, date_form_write(NULL, &m, text))) };
    return 2;
}

/* Only what `set:` may ask for goes along with a question. */
static struct str row_for_set(const struct report *r, const struct pair_value *row, size_t count, struct arena *mem)
{
    struct pair_value used[PAIRS_MAX];
    size_t            n = 0;

    for (size_t i = 0; i < r->set.count; i++)
        for (size_t k = 0; k < r->set.items[i].text.count; k++)
            for (size_t c = 0; c < count && n < PAIRS_MAX; c++)
                if (r->set.items[i].text.parts[k].literal.ptr == NULL &&
                    str_eq(row[c].name, r->set.items[i].text.parts[k].place))
                    used[n++] = row[c];
    return json_of(used, n, mem);
}

/* Once, or for each value that it is told to ask with: the description's, or the operator's instead. */
static enum etl_status add_asks(struct asking *a, struct pairs_list *l, struct str row, struct err *err)
{
    const struct report       *r = a->report->kind.report;
    const struct pull_options *o = a->pull->options;
    size_t                     told = 0;
    enum etl_status            st = ETL_OK;

    if (r->ask.param.ptr == NULL)
        return add_windows(a, l, row, err);
    for (size_t i = 0; i < o->ask_count && st == ETL_OK; i++)
        if (str_eq(o->ask[i].name, r->ask.param)) {
            told++;
            set_pair(l, r->ask.param, o->ask[i].value);
            st = add_windows(a, l, row, err);
        }
    for (size_t i = 0; told == 0 && i < r->ask.count && st == ETL_OK; i++) {
        set_pair(l, r->ask.param, r->ask.values[i]);
        st = add_windows(a, l, row, err);
    }
    return st;
}

static enum etl_status fill_pairs(const struct pairs *pairs, const struct pair_value *row, size_t row_count,
                                  struct pairs_list *out, bool *absent, struct arena *mem)
{
    for (size_t i = 0; i < pairs->count; i++) {
        struct str text = text_fill(&pairs->items[i].text, NULL, row, row_count, mem);

        if (text.len == 0)
            *absent = true;
        else
            set_pair(out, pairs->items[i].name, text);
    }
    return ETL_OK;
}

static enum etl_status add_for_row(struct asking *a, const struct str *columns, const struct record *record,
                                   size_t count, struct err *err)
{
    const struct report *r = a->report->kind.report;
    struct pair_value    row[ROW_PAIRS_MAX];
    struct pairs_list    list = { .count = 0 };
    bool                 absent = false;
    size_t               n = month_pairs(a, row, &a->mem);

    n += row_pairs(columns, record->cells, count < record->count ? count : record->count, row + n, &a->mem);
    fill_pairs(&r->with, NULL, 0, &list, &absent, &a->mem);
    absent = false;
    fill_pairs(&r->each.with, row, n, &list, &absent, &a->mem);
    return absent ? ETL_OK : add_asks(a, &list, row_for_set(r, row, n, &a->mem), err);
}

static enum etl_status add_for_rows(struct asking *a, struct record_reader *reader, struct err *err)
{
    size_t               count;
    const struct str    *columns = csv_reader_columns(reader, &count);
    struct record_block *block;
    enum etl_status      st;

    while ((st = record_reader_block(reader, &block, err)) == ETL_OK) {
        struct record record;
        bool          damaged;

        while (st == ETL_OK && (st = record_block_next(block, &record, &damaged, err)) == ETL_OK) {
            arena_reset(&a->mem);
            st = add_for_row(a, columns, &record, count, err);
        }
        record_block_release(block);
        if (st != ETL_END)
            return st == ETL_REJECT ? ETL_FAIL : st;
    }
    return st == ETL_END ? ETL_OK : st;
}

static enum etl_status add_each(struct asking *a, struct str table, struct err *err)
{
    struct pull          *p = a->pull;
    const struct table   *t = table_named(&p->tables, table);
    struct csv_options    form = { .delimiter = ',', .quote = '"', .has_header = true };
    struct source        *source = NULL;
    struct record_reader *reader = NULL;
    enum etl_status       st;

    if (t == NULL)
        return err_set(err, ETL_FAIL, "table-unknown", "report %.*s: each: there is no table \"%.*s\"",
                       STR_ARG(a->report->name), STR_ARG(table));
    st = pull_build(p, (size_t)(t - p->tables.items), err);
    if (st == ETL_OK)
        st = source_open(pull_table_path(p, t, p->mem), NULL, &source, err);
    if (st == ETL_OK)
        st = csv_reader_open(source, &form, &reader, err);
    if (st == ETL_OK)
        st = add_for_rows(a, reader, err);
    record_reader_close(reader);
    source_close(source);
    return st;
}

static enum etl_status add_questions(struct asking *a, struct err *err)
{
    const struct report *r = a->report->kind.report;
    struct pairs_list    list = { .count = 0 };
    struct pair_value    months[2];
    bool                 absent = false;
    enum etl_status      st = ETL_OK;

    for (size_t i = 0; i < r->each.table_count && st == ETL_OK; i++)
        st = add_each(a, r->each.tables[i], err);
    if (r->each.table_count != 0)
        return st;
    fill_pairs(&r->with, NULL, 0, &list, &absent, &a->mem);
    return add_asks(a, &list, row_for_set(r, months, month_pairs(a, months, &a->mem), &a->mem), err);
}

/* ---- getting them answered ---- */

struct slot {
    struct answer  *answer;
    struct exchange x;
    struct arena    mem;
    struct asked    asked;
    struct question question;
    bool            busy;
};
struct answering {
    struct pull          *pull;
    struct pulled_report *report;
    struct slot          *slots;
    size_t                slot_count, busy;
    enum question_state   state; /* of the questions that are asked now */
    uint64_t              after, done;
};

enum etl_status question_load(const struct report *report, const struct asked *a, struct arena *mem,
                              struct question *out, struct err *err)
{
    const struct command *c = report->command;
    struct value         *values = ARENA_ARRAY(mem, struct value, c->param_count + 1);
    struct pair_value    *row;
    yajl_val              params = NULL, pairs = NULL;
    enum etl_status       st = json_tree_parse(a->params, "a question", &params, err);

    if (st == ETL_OK)
        st = json_tree_parse(a->row, "a question's row", &pairs, err);
    if (st == ETL_OK) {
        for (size_t i = 0; i < params->u.object.len; i++) {
            int at = command_param_index(c, str_from(params->u.object.keys[i]));

            if (at >= 0 && YAJL_IS_STRING(params->u.object.values[i]))
                values[at] = VALUE_OF(arena_str(mem, str_from(YAJL_GET_STRING(params->u.object.values[i]))));
        }
        row = ARENA_ARRAY(mem, struct pair_value, pairs->u.object.len + 1);
        for (size_t i = 0; i < pairs->u.object.len; i++)
            row[i] = (struct pair_value){ arena_str(mem, str_from(pairs->u.object.keys[i])),
                                          arena_str(mem, str_from(YAJL_GET_STRING(pairs->u.object.values[i]))) };
        *out = (struct question){ values, row, pairs->u.object.len };
    }
    json_tree_free(params);
    json_tree_free(pairs);
    return st;
}

static enum etl_status begin_slot(struct answering *w, struct slot *s, struct err *err)
{
    enum etl_status st;

    arena_reset(&s->mem);
    st = request_journal_next(w->pull->questions, w->report->name, w->state, w->after, &s->mem, &s->asked, err);
    if (st != ETL_OK)
        return st;
    w->after = s->asked.number;
    st = question_load(w->report->kind.report, &s->asked, &s->mem, &s->question, err);
    if (st != ETL_OK)
        return st;
    answer_begin_question(s->answer, &s->question);
    s->x = (struct exchange){ .command = w->report->kind.report->command,
                              .values = s->question.values,
                              .may_repeat = true,
                              .mem = &s->mem,
                              .owner = s,
                              .stream = answer_stream(s->answer) };
    s->busy = true;
    w->busy++;
    exchange_submit(&w->pull->exchanges, &s->x);
    return ETL_OK;
}

/* What an answer proves. Nothing here takes an unknown answer for an empty one. */
static enum question_state judge(const struct slot *s, struct str *why)
{
    const struct verdict *v = &s->x.verdict;

    if (s->x.end != EXCHANGE_ANSWERED) {
        *why = s->x.why;
        return QUESTION_INCOMPLETE;
    }
    *why = v->reason;
    if (v->is != REPLY_DONE && v->is != REPLY_NOTHING)
        return QUESTION_INCOMPLETE;
    if (!s->x.unproven || answer_proven(s->answer))
        return QUESTION_COMPLETE;
    *why = STR("nothing said where the answer ends: no length, and the document has no end of its own");
    return QUESTION_UNPROVEN;
}

/* A full page has a next one. */
static enum etl_status add_next_page(struct answering *w, const struct slot *s, struct err *err)
{
    const struct report *r = w->report->kind.report;
    struct asking        a = { .pull = w->pull, .report = w->report };
    struct pairs_list    list = { .count = 0 };
    int                  at;
    uint64_t             offset = 0;
    enum etl_status      st;

    if (r->pages.offset.ptr == NULL || s->asked.state != QUESTION_COMPLETE || s->asked.records < r->pages.rows)
        return ETL_OK;
    arena_init(&a.mem, 16 << 20, "a question");
    for (size_t i = 0; i < r->command->param_count; i++)
        if (s->question.values[i].kind == VALUE_TEXT)
            set_pair(&list, r->command->params[i].name, s->question.values[i].text);
    at = command_param_index(r->command, r->pages.offset);
    if (at >= 0 && s->question.values[at].kind == VALUE_TEXT)
        str_to_u64(s->question.values[at].text, &offset);
    set_pair(&list, r->pages.offset, number_text(offset + (r->pages.by_page ? 1 : r->pages.rows), &a.mem));
    st = request_journal_add(w->pull->questions, r->name, json_of(list.items, list.count, &a.mem), s->asked.row, err);
    arena_release(&a.mem);
    return st;
}

static enum etl_status end_slot(struct answering *w, struct slot *s, struct err *err)
{
    struct str      why = STR_NONE, print = s->asked.print;
    enum etl_status st = answer_fault(s->answer, err);
    bool            again = w->state == QUESTION_UNPROVEN;

    s->busy = false;
    w->busy--;
    w->done++;
    if (st != ETL_OK)
        return st;
    if (s->x.end == EXCHANGE_NOT_SENT)
        return ETL_OK; /* it stays as it was; why nothing is sent any more is told by exchanges->stop */
    s->asked.state = judge(s, &why);
    if (again && s->asked.state != QUESTION_COMPLETE && s->asked.state != QUESTION_UNPROVEN)
        return ETL_OK; /* the first answer stands */
    st = answer_settle(s->answer, &s->asked, err);
    if (st == ETL_OK && again && s->asked.state == QUESTION_UNPROVEN && str_eq(print, s->asked.print) &&
        s->asked.bytes != 0)
        s->asked.state = QUESTION_COMPLETE; /* twice the same, to the byte; nothing, twice, is no proof of anything */
    else if (again && s->asked.state == QUESTION_UNPROVEN)
        why = STR("two answers differ, and nothing said where either ends");
    s->asked.why = s->asked.state != QUESTION_COMPLETE ? why : STR_NONE;
    if (st == ETL_OK)
        st = request_journal_settle(w->pull->questions, &s->asked, err);
    return st == ETL_OK ? add_next_page(w, s, err) : st;
}

static enum etl_status begin_all(struct answering *w, struct err *err)
{
    enum etl_status st = ETL_OK;

    for (size_t i = 0; i < w->slot_count && st == ETL_OK && !w->pull->exchanges.drain; i++)
        if (!w->slots[i].busy)
            st = begin_slot(w, &w->slots[i], err);
    return st == ETL_END ? ETL_OK : st;
}

static enum etl_status run(struct answering *w, struct err *err)
{
    struct exchanges *e = &w->pull->exchanges;
    enum etl_status   st = begin_all(w, err);

    while (st == ETL_OK && w->busy != 0) {
        struct exchange *x = exchanges_next(e, 1000);

        progress("%.*s: %llu answered", STR_ARG(w->report->name), (unsigned long long)w->done);
        if (x == NULL)
            continue;
        st = end_slot(w, x->owner, err);
        w->pull->asked++;
        if (st == ETL_OK)
            st = begin_all(w, err);
    }
    if (st != ETL_OK) { /* a full disk: let what is in flight end, keep nothing of it */
        e->drain = true;
        while (w->busy != 0) {
            struct exchange *x = exchanges_next(e, 1000);

            if (x != NULL)
                w->busy--;
        }
        return st;
    }
    if (e->stop != ETL_OK) {
        *err = e->stop_err;
        return e->stop;
    }
    if (e->drain)
        return err_set(err, ETL_AGAIN, "interrupted", "interrupted; the same command goes on where it stopped");
    return ETL_OK;
}

static void open_slots(struct answering *w)
{
    w->slot_count = w->pull->options->connection->limits.concurrency;
    w->slots = calloc(w->slot_count, sizeof *w->slots);
    if (w->slots == NULL)
        memory_exhausted("the questions in flight", w->slot_count * sizeof *w->slots);
    for (size_t i = 0; i < w->slot_count; i++) {
        w->slots[i].answer = answer_new(&w->report->kind);
        arena_init(&w->slots[i].mem, 64 << 20, "a question");
    }
}

static void close_slots(struct answering *w)
{
    for (size_t i = 0; i < w->slot_count; i++) {
        answer_free(w->slots[i].answer);
        arena_release(&w->slots[i].mem);
    }
    free(w->slots);
}

enum etl_status pull_ask(struct pull *p, size_t report, struct err *err)
{
    struct asking    a = { .pull = p, .report = &p->reports[report] };
    struct answering w = { .pull = p, .report = &p->reports[report], .state = QUESTION_OPEN };
    enum etl_status  st;

    arena_init(&a.mem, 64 << 20, "a question");
    st = add_questions(&a, err);
    arena_release(&a.mem);
    if (st != ETL_OK)
        return st;
    open_slots(&w);
    st = run(&w, err);
    if (st == ETL_OK) { /* what nothing could prove is asked once more */
        w.state = QUESTION_UNPROVEN;
        w.after = 0;
        st = run(&w, err);
    }
    close_slots(&w);
    return st;
}
