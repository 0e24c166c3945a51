/* providers/sandbox/respond_answer.c - carries out a valid request: finds rows, applies steps, opens sessions. */
#include "providers/sandbox/respond_private.h"

#include "providers/sandbox/store/steps.h"

enum { LISTED_AT_ONCE = 64, REPORT_MAX = 64 << 20 }; /* rows; bytes */

/* ---- reading ---- */

/* Our value for a provider's word, by the report's `values:`. */
static struct str in_our_words(const struct report *report, struct str column, struct str theirs)
{
    for (size_t i = 0; i < report->value_count; i++)
        if (str_eq(report->values[i].column, column) && str_eq(report->values[i].theirs, theirs))
            return report->values[i].ours;
    return theirs;
}

/* The conditions of a search. If a value is not given, a find finds nothing, and a list (with its report) is not narrowed by it. */
static bool look_up(struct served *w, struct str table, const struct pairs *where, const struct report *list,
                    struct state_table **t, struct state_row ***rows, size_t *count)
{
    const struct fill  from = { .values = w->values };
    struct pair_value *keys;
    size_t             key_count = fill_pairs(where, &from, &w->workspace->mem, &keys);

    if (list == NULL && key_count < where->count)
        return false;
    for (size_t i = 0; list != NULL && i < key_count; i++)
        keys[i].value = in_our_words(list, keys[i].name, keys[i].value);
    *t = state_table(w->hosted->state, table);
    *count = state_select(*t, keys, key_count, &w->workspace->mem, rows);
    return *count != 0;
}

/* A long report is rendered while it is sent. */
static void answer_rows(struct served *w, const struct report *report, struct state_table *t, struct state_row **rows,
                        size_t count)
{
    AUTO(buf_release) struct buf out;
    const struct render          render = { report, w->command, w->wire, w->out->fault.kind };

    buf_init(&out, REPORT_MAX, "a report");
    render_sort(&render, t, rows, count);
    if (count > LISTED_AT_ONCE) {
        w->out->listing = listing_new(w->hosted, &render, t, rows, count);
        return;
    }
    listing_whole(&render, t, rows, count, &out);
    w->out->body = arena_str(&w->workspace->mem, buf_str(&out));
}

static bool answer_by_find(struct served *w)
{
    struct state_table *t;
    struct state_row  **rows;
    size_t              count;

    for (size_t i = 0; i < w->command->find_count; i++) {
        const struct find *find = &w->command->finds[i];
        struct fill        from = { .values = w->values };

        if (!condition_holds(find->has_condition, false, &find->condition, w->values) ||
            !look_up(w, find->table, &find->where, NULL, &t, &rows, &count))
            continue;
        from.table = t;
        from.row = rows[0];
        if (find->report != NULL)
            answer_rows(w, find->report, t, rows, 1);
        else
            w->out->body = answer_worded(w, &find->answer, &from);
        return true;
    }
    return false;
}

static bool row_fits(const struct state_table *t, const struct state_row *row, const struct pair_value *keys,
                     size_t count)
{
    for (size_t i = 0; i < count; i++)
        if (!str_eq_nocase(state_cell(t, row, keys[i].name), keys[i].value))
            return false;
    return true;
}

/* The same without regard to case, by comparing every row. */
static bool look_up_any_case(struct served *w, struct state_table **t, struct state_row ***rows, size_t *count)
{
    const struct command *c = w->command;
    const struct fill     from = { .values = w->values };
    struct pair_value    *keys;
    size_t                key_count = fill_pairs(&c->lists_where, &from, &w->workspace->mem, &keys), all;

    for (size_t i = 0; i < key_count; i++)
        keys[i].value = in_our_words(c->lists, keys[i].name, keys[i].value);
    *t = state_table(w->hosted->state, c->lists_table);
    all = state_select(*t, NULL, 0, &w->workspace->mem, rows);
    *count = 0;
    for (size_t i = 0; i < all; i++)
        if (row_fits(*t, (*rows)[i], keys, key_count))
            (*rows)[(*count)++] = (*rows)[i];
    return *count != 0;
}

static uint64_t page_number(const struct served *w, int param, uint64_t deflt)
{
    uint64_t n;

    return param >= 0 && w->values[param].kind == VALUE_TEXT && str_to_u64(w->values[param].text, &n) ? n : deflt;
}

/* Narrows the rows to the page that the request names. */
static void cut_page(const struct served *w, struct state_row ***rows, size_t *count)
{
    const struct listed *l = &w->command->listed;
    uint64_t offset = page_number(w, l->offset, 0), size = page_number(w, l->size, l->rows != 0 ? l->rows : UINT64_MAX);

    offset = offset < *count ? offset : *count;
    *rows += offset;
    *count -= offset;
    *count = *count < size ? *count : (size_t)size;
}

static bool answer_by_list(struct served *w)
{
    const struct command *c = w->command;
    struct state_table   *t;
    struct state_row    **rows;
    size_t                count;
    bool                  any_case = c->listed.any_case &&
                    condition_holds(c->listed.has_condition, c->listed.unless, &c->listed.condition, w->values);

    if (c->lists == NULL || !(any_case ? look_up_any_case(w, &t, &rows, &count)
                                       : look_up(w, c->lists_table, &c->lists_where, c->lists, &t, &rows, &count)))
        return false;
    cut_page(w, &rows, &count);
    if (count == 0)
        return false;
    answer_rows(w, w->command->lists, t, rows, count);
    return true;
}

void answer_read(struct served *w)
{
    struct fill from = { .values = w->values };

    counts_add(w->hosted->counts, w->command, COUNT_ANSWERED);
    w->out->outcome = OUTCOME_DONE;
    if (answer_by_find(w) || answer_by_list(w))
        return;
    if (w->command->find_count == 0 && w->command->lists == NULL) {
        w->out->body = answer_worded(w, &w->command->answer, &from);
        return;
    }
    w->out->outcome = OUTCOME_NOTHING;
    w->out->body = answer_worded(w, &w->command->nothing, &from);
}

/* ---- writing ---- */

void answer_write(struct served *w, struct str params)
{
    struct arena     *mem = &w->workspace->mem;
    struct steps_done done = { 0 };
    struct err        err = { 0 };
    struct pair_value extras[2];
    struct fill       from = { .values = w->values, .extras = extras, .extra_count = 2 };

    if (steps_apply(w->hosted->state, w->command, w->values, !w->test, mem, &done, &err) != ETL_OK) {
        answer_refusal(w, "%s", err.text);
        return;
    }
    extras[0] = (struct pair_value){ STR("new_id"), arena_fmt(mem, "%llu", (unsigned long long)done.new_id) };
    extras[1] = (struct pair_value){ STR("count"), arena_fmt(mem, "%llu", (unsigned long long)done.count) };
    w->out->outcome = OUTCOME_DONE;
    w->out->body =
        answer_worded(w,
                      w->test && w->hosted->provider->answer_test.count != 0 ? &w->hosted->provider->answer_test
                                                                             : &w->command->answer,
                      &from);
    if (w->test) {
        counts_add(w->hosted->counts, w->command, COUNT_TESTED);
        return;
    }
    w->executed = true;
    counts_executed(w->hosted->counts, w->command, w->values, params);
}

void answer_login(struct served *w)
{
    struct pair_value token = { STR("token"), STR_NONE };
    struct fill       from = { .values = w->values, .extras = &token, .extra_count = 1 };

    token.value = entrance_open(w->hosted->entrance, w->login, w->values, &w->workspace->mem);
    if (token.value.ptr == NULL) {
        answer_with(w, OUTCOME_LOGIN, &w->hosted->provider->answer_login, STR("credentials are wrong or missing"));
        return;
    }
    w->out->outcome = OUTCOME_DONE;
    w->out->body = answer_worded(w, &w->command->answer, &from);
}
