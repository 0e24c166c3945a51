/* formats/json/json_parser.c - one JSON record: yajl parses it, the wanted places become its cells. */
#include "formats/json/json_parser.h"

#include <yajl/yajl_parse.h>

#include "etl/core/limits.h"
#include "etl/core/notation/list.h"
#include "formats/json/json_check.h"

enum { STEPS = 4 * JSON_RECORD_LEVELS_MAX };

/* A wanted place that the current value is at. */
struct path_step {
    const struct path_node *node;
    uint64_t
        through; /* bit 0: the path from the record to here goes through a list; bit 1 + i: the path from list i's row does */
    bool inner; /* the value is an element of a list at this same place */
};
struct open_bracket { /* an open { or [ with something wanted inside */
    bool     is_array;
    size_t   begin, count; /* its own steps */
    uint64_t number;       /* of an object: its number, by which double members are found; of a list: the next index */
};
struct cell_list { /* the texts of a cell that is a list */
    struct str *items;
    size_t      count, cap;
    int         open; /* inner lists */
};
struct json_parser {
    const struct json_paths *paths;
    yajl_handle              yajl; /* used for record after record; NULL after a record that broke off */
    bool                    *seen;
    uint64_t                *met; /* by node: the number of the object that had it last */
    uint64_t                 objects;
    /* the current record */
    struct arena       *mem;
    struct str          text;
    struct str         *cells;
    struct record_rows *rows;
    struct str        **row_cells; /* by list: rows[i].cells while they grow */
    size_t             *row_caps;
    struct cell_list   *gathers;
    size_t              gather_count, gather_cap;
    struct path_step    steps[STEPS];
    size_t              step_count, pending; /* pending: the steps of the value to come */
    struct open_bracket frames[JSON_RECORD_LEVELS_MAX + 1];
    unsigned depth, skipped; /* open brackets with something wanted inside; open brackets within one that has nothing */
    bool     is_done, is_double; /* a whole value; more than one */
    struct err fault;            /* the first fault of the record */
};

/* Marks in a cell or a cell_list, told apart by their addresses. */
static const char gathered[] = "(list)", opens[] = "[", closes[] = "]";

static void fault(struct json_parser *p, const char *rule, struct str name, const char *what)
{
    if (p->fault.rule[0] == '\0')
        err_set(&p->fault, ETL_REJECT, rule, "%s %s", shown(name, false).text, what);
}

static const char stands_twice[] = "stands twice in the record, and only one can be meant";

/* ---- cells ---- */

static void new_row(struct json_parser *p, int list)
{
    size_t              columns = p->paths->wanted->lists[list].column_count;
    struct record_rows *rows = &p->rows[list];

    if (rows->count == JSON_LIST_ROWS_MAX) { /* the last row takes what follows: the record is rejected anyway */
        err_set(&p->fault, ETL_REJECT, "json-rows", "a list of more than %d elements in one record",
                JSON_LIST_ROWS_MAX);
        return;
    }
    p->row_cells[list] =
        arena_grow(p->mem, p->row_cells[list], rows->count, &p->row_caps[list], (columns + 1) * sizeof(struct str));
    rows->cells = p->row_cells[list];
    memset(p->row_cells[list] + rows->count * columns, 0, columns * sizeof(struct str));
    rows->count++;
}

static struct str *cell_of(struct json_parser *p, struct path_target t)
{
    size_t columns;

    p->seen[path_target_index(p->paths, t)] = true;
    if (t.list < 0)
        return &p->cells[t.column];
    columns = p->paths->wanted->lists[t.list].column_count;
    return &p->row_cells[t.list][(p->rows[t.list].count - 1) * columns + t.column];
}

static struct cell_list *gather_of(struct json_parser *p, struct str *cell, struct str name)
{
    if (cell->ptr == NULL) {
        *cell = str_of(gathered, p->gather_count);
        ARENA_PUSH(p->mem, p->gathers, p->gather_count, p->gather_cap) = (struct cell_list){ 0 };
    } else if (cell->ptr != gathered) {
        fault(p, "json-twice", name, stands_twice);
        return NULL;
    }
    return &p->gathers[cell->len];
}

static void put(struct json_parser *p, const struct path_step *s, struct path_target t, struct str text)
{
    struct str *cell = cell_of(p, t);

    if (s->through >> (t.list + 1) & 1) {
        struct cell_list *g = gather_of(p, cell, s->node->name);

        if (g != NULL)
            ARENA_PUSH(p->mem, g->items, g->count, g->cap) = text;
    } else if (cell->ptr != NULL) {
        fault(p, "json-twice", s->node->name, stands_twice);
    } else {
        *cell = text;
    }
}

/* Is it the element itself, of the list whose rows are being read? */
static bool is_item(const struct path_node *node, struct path_target t)
{
    return t.list >= 0 && t.list == node->list;
}

/* A list begins or ends. A list inside a list keeps its brackets in the text. */
static void put_bracket(struct json_parser *p, const struct path_step *s, const char *which)
{
    for (size_t i = 0; i < s->node->target_count; i++) {
        struct cell_list *g;

        if (is_item(s->node, s->node->targets[i]))
            continue;
        g = gather_of(p, cell_of(p, s->node->targets[i]), s->node->name);
        if (g == NULL || !s->inner)
            continue;
        ARENA_PUSH(p->mem, g->items, g->count, g->cap) = str_of(which, 1);
        g->open += which == opens ? 1 : -1;
        if (g->open > 1)
            fault(p, "json-list", s->node->name, "is a list of lists of lists; two levels are read");
    }
}

static struct str join(struct json_parser *p, const struct cell_list *g)
{
    AUTO(buf_release) struct buf out;

    buf_init(&out, SIZE_MAX / 2, "a list in a record");
    if (g->count == 0)
        return STR("");
    list_begin(&out);
    for (size_t i = 0; i < g->count; i++) {
        if (g->items[i].ptr == opens)
            list_begin(&out);
        else if (g->items[i].ptr == closes)
            list_end(&out);
        else
            list_text(&out, g->items[i]);
    }
    list_end(&out);
    return arena_str(p->mem, buf_str(&out));
}

/* Gives the cells that are lists their text. Returns which cells those are; NULL: none. */
static const bool *join_all(struct json_parser *p, struct str *cells, size_t count)
{
    bool *is_list = NULL;

    for (size_t i = 0; i < count && p->gather_count != 0; i++) {
        if (cells[i].ptr != gathered)
            continue;
        if (is_list == NULL)
            is_list = ARENA_ARRAY(p->mem, bool, count);
        cells[i] = join(p, &p->gathers[cells[i].len]);
        is_list[i] = cells[i].len != 0;
    }
    return is_list;
}

/* ---- walking ---- */

static void push_step(struct json_parser *p, const struct path_node *node, uint64_t through, bool inner)
{
    if (p->step_count == STEPS) {
        fault(p, "json-wide", node->name, "is reached by too many wanted places at once");
        return;
    }
    p->steps[p->step_count++] = (struct path_step){ node, through, inner };
    if (node->list >= 0)
        p->seen[p->paths->target_count + (size_t)node->list] = true;
}

/* The steps of a list's next element: the list's own places, now within a list, and those that name its number. */
static void enter_element(struct json_parser *p, struct open_bracket *f)
{
    char       digits[24];
    struct str number;

    p->pending = p->step_count;
    for (size_t i = f->begin; i < f->begin + f->count; i++) {
        push_step(p, p->steps[i].node, UINT64_MAX, true);
        if (!p->steps[i].node->has_numbers)
            continue;
        number = str_of(digits, (size_t)snprintf(digits, sizeof digits, "%llu", (unsigned long long)f->number));
        const struct path_node *child = path_child(p->steps[i].node, number);

        if (child != NULL)
            push_step(p, child, p->steps[i].through, false);
    }
    f->number++;
}

/* A value begins: finds its steps. */
static void begin_value(struct json_parser *p)
{
    if (p->depth == 0) {
        p->is_double = p->is_double || p->is_done;
        p->step_count = p->pending = 0;
        push_step(p, &p->paths->root, 0, false);
    } else if (p->frames[p->depth].is_array) {
        enter_element(p, &p->frames[p->depth]);
    }
}

/* Where a path expects a list, another value counts as a list of one: phones.0 of {"phones": "555-0147"}. An object might itself have a
 * member named "0", so it counts only for paths that go on below it: services.0.name of {"services": {"name": …}}. */
static void begin_list_of_one(struct json_parser *p, bool is_object)
{
    size_t count = p->step_count;

    for (size_t i = p->pending; i < count; i++) {
        const struct path_node *first =
            p->steps[i].node->has_numbers && !p->steps[i].inner ? path_child(p->steps[i].node, STR("0")) : NULL;

        if (first != NULL && (!is_object || first->target_count == 0))
            push_step(p, first, p->steps[i].through, false);
    }
}

/* At the place of a list with rows, a value that is not a list is one row. */
static void begin_rows(struct json_parser *p)
{
    for (size_t i = p->pending; i < p->step_count; i++) {
        int list = p->steps[i].node->list;

        if (list < 0)
            continue;
        new_row(p, list);
        p->steps[i].through &= ~(UINT64_C(2) << list);
    }
}

static int take_scalar(struct json_parser *p, struct str text, bool is_null)
{
    if (p->skipped != 0)
        return 1;
    begin_value(p);
    begin_list_of_one(p, false);
    if (!is_null)
        begin_rows(p);
    for (size_t i = p->pending; i < p->step_count; i++) {
        const struct path_node *node = p->steps[i].node;

        if (is_null && node->list >= 0)
            continue; /* null is not an element, so it makes no row */
        for (size_t k = 0; k < node->target_count; k++)
            put(p, &p->steps[i], node->targets[k], text);
    }
    p->step_count = p->pending;
    p->is_done = p->is_done || p->depth == 0;
    return 1;
}

static int open_bracket(struct json_parser *p, bool is_array)
{
    struct open_bracket *f;

    if (p->depth + p->skipped == JSON_RECORD_LEVELS_MAX) {
        err_set(&p->fault, ETL_REJECT, "damaged-depth", "nested deeper than %d levels", JSON_RECORD_LEVELS_MAX);
        return 0;
    }
    if (p->skipped != 0) {
        p->skipped++;
        return 1;
    }
    begin_value(p);
    if (p->step_count == p->pending) {
        p->skipped = 1;
        return 1;
    }
    if (!is_array) {
        begin_list_of_one(p, true);
        begin_rows(p);
    }
    f = &p->frames[++p->depth];
    *f = (struct open_bracket){ is_array, p->pending, p->step_count - p->pending, is_array ? 0 : ++p->objects };
    for (size_t i = f->begin; is_array && i < f->begin + f->count; i++)
        put_bracket(p, &p->steps[i], opens);
    return 1;
}

static int close_bracket(struct json_parser *p)
{
    struct open_bracket *f;

    if (p->skipped != 0) {
        p->skipped--;
        return 1;
    }
    f = &p->frames[p->depth--];
    for (size_t i = f->begin; f->is_array && i < f->begin + f->count; i++)
        put_bracket(p, &p->steps[i], closes);
    p->step_count = f->begin;
    p->is_done = p->is_done || p->depth == 0;
    return 1;
}

static int take_key(struct json_parser *p, struct str key)
{
    struct open_bracket *f = &p->frames[p->depth];

    if (p->skipped != 0)
        return 1;
    p->pending = p->step_count;
    for (size_t i = f->begin; i < f->begin + f->count; i++) {
        const struct path_step *s = &p->steps[i];
        const struct path_node *child = path_child(s->node, key);

        for (size_t k = 0; k < s->node->target_count; k++)
            if (!is_item(s->node, s->node->targets[k]))
                fault(p, "json-object", s->node->name,
                      "is an object, and a text is wanted: name a member of it, with a dot between");
        if (child == NULL)
            continue;
        if (p->met[child->id] == f->number)
            fault(p, "json-twice", key, stands_twice);
        p->met[child->id] = f->number;
        push_step(p, child, s->through, false);
    }
    return 1;
}

/* ---- what yajl calls ---- */

/* A text that points into the record stays there; one that yajl had to decode is copied. */
static struct str keep(struct json_parser *p, const unsigned char *bytes, size_t len)
{
    struct str s = str_of((const char *)bytes, len);

    if (p->skipped != 0 || (s.ptr >= p->text.ptr && s.ptr < p->text.ptr + p->text.len))
        return s;
    return len != 0 ? arena_str(p->mem, s) : STR("");
}

static int on_null(void *p)
{
    return take_scalar(p, STR(""), true);
}
static int on_boolean(void *p, int yes)
{
    return take_scalar(p, yes ? STR("true") : STR("false"), false);
}
static int on_number(void *p, const char *digits, size_t len)
{
    return take_scalar(p, keep(p, (const unsigned char *)digits, len), false);
}
static int on_string(void *p, const unsigned char *text, size_t len)
{
    return take_scalar(p, keep(p, text, len), false);
}
static int on_start_map(void *p)
{
    return open_bracket(p, false);
}
static int on_key(void *p, const unsigned char *key, size_t len)
{
    return take_key(p, str_of((const char *)key, len));
}
static int on_end(void *p)
{
    return close_bracket(p);
}
static int on_start_array(void *p)
{
    return open_bracket(p, true);
}
static const yajl_callbacks callbacks = { on_null,      on_boolean, NULL,   NULL,           on_number, on_string,
                                          on_start_map, on_key,     on_end, on_start_array, on_end };

/* ---- one record ---- */

struct json_parser *json_parser_new(const struct json_paths *paths)
{
    struct json_parser *p = calloc(1, sizeof *p);
    size_t              lists = paths->wanted->list_count;

    if (p == NULL)
        memory_exhausted("a JSON parser", sizeof *p);
    if (lists > JSON_LISTS_MAX)
        memory_exhausted("a JSON parser", sizeof *p);
    p->paths = paths;
    p->seen = calloc(paths->target_count + lists + 1, sizeof *p->seen);
    p->met = calloc(paths->node_count + 1, sizeof *p->met);
    p->row_cells = calloc(lists + 1, sizeof *p->row_cells);
    p->row_caps = calloc(lists + 1, sizeof *p->row_caps);
    if (p->seen == NULL || p->met == NULL || p->row_cells == NULL || p->row_caps == NULL)
        memory_exhausted("a JSON parser", paths->node_count * sizeof *p->met);
    return p;
}

void json_parser_free(struct json_parser *p)
{
    if (p == NULL)
        return;
    if (p->yajl != NULL)
        yajl_free(p->yajl);
    free(p->seen);
    free(p->met);
    free(p->row_cells);
    free(p->row_caps);
    free(p);
}

const bool *json_parser_seen(const struct json_parser *p)
{
    return p->seen;
}

/* One handle serves all records: making one takes as long as parsing a short record. */
static yajl_handle handle(struct json_parser *p)
{
    if (p->yajl == NULL) {
        p->yajl = yajl_alloc(&callbacks, NULL, p);
        if (p->yajl == NULL)
            memory_exhausted("yajl", 0);
        yajl_config(p->yajl, yajl_allow_multiple_values, 1);
        yajl_config(p->yajl, yajl_dont_validate_strings,
                    1); /* json_check() has checked the whole record, more strictly */
    }
    return p->yajl;
}

static void begin_record(struct json_parser *p, struct str text, struct arena *mem)
{
    size_t lists = p->paths->wanted->list_count;

    p->mem = mem;
    p->text = text;
    p->cells = ARENA_ARRAY(mem, struct str, p->paths->wanted->column_count + 1);
    p->rows = lists != 0 ? ARENA_ARRAY(mem, struct record_rows, lists) : NULL;
    for (size_t i = 0; i < lists; i++) {
        p->row_cells[i] = NULL;
        p->row_caps[i] = 0;
    }
    p->gathers = NULL;
    p->gather_count = p->gather_cap = 0;
    p->step_count = p->pending = 0;
    p->depth = p->skipped = 0;
    p->is_done = p->is_double = false;
    p->fault.rule[0] = '\0';
}

static enum etl_status broken(struct json_parser *p, struct str text, struct err *err)
{
    unsigned char *message = yajl_get_error(p->yajl, 0, (const unsigned char *)text.ptr, text.len);
    struct str     what = str_trim(str_from((const char *)message));
    size_t         at = yajl_get_bytes_consumed(p->yajl);
    char           copy[200];

    if (what.len != 0 && what.ptr[what.len - 1] == '.')
        what.len--;
    snprintf(copy, sizeof copy, "no JSON: %.*s", STR_ARG(what));
    yajl_free_error(p->yajl, message);
    return json_damaged(err, "damaged-json", text, at != 0 ? at - 1 : 0, copy);
}

/* ETL_REJECT: the text is not a record. */
static enum etl_status parse(struct json_parser *p, struct str text, struct err *err)
{
    enum etl_status st = json_check(text, err);

    if (st != ETL_OK)
        return st;
    switch (yajl_parse(handle(p), (const unsigned char *)text.ptr, text.len)) {
    case yajl_status_ok: break;
    case yajl_status_client_canceled: *err = p->fault; return ETL_REJECT;
    case yajl_status_error: return broken(p, text, err);
    }
    if (!p->is_done)
        return err_set(err, ETL_REJECT, "damaged-json", "no JSON: the record ends too early");
    if (p->is_double || p->depth != 0)
        return err_set(err, ETL_REJECT, "damaged-json", "no JSON: something stands behind the record");
    return ETL_OK;
}

enum etl_status json_parser_record(struct json_parser *p, struct str text, struct arena *mem, struct record *out,
                                   bool *is_damaged, struct err *err)
{
    const struct json_wanted *wanted = p->paths->wanted;
    enum etl_status           st;

    begin_record(p, text, mem);
    st = parse(p, text, err);
    *is_damaged = st != ETL_OK;
    if (st != ETL_OK) {
        if (p->yajl != NULL)
            yajl_free(p->yajl); /* its state is that of an unfinished value */
        p->yajl = NULL;
        return st;
    }
    if (p->fault.rule[0] != '\0') {
        snprintf(err->rule, sizeof err->rule, "%s", p->fault.rule);
        snprintf(err->text, sizeof err->text, "%s", p->fault.text);
        return ETL_REJECT;
    }
    out->is_list = join_all(p, p->cells, wanted->column_count);
    for (size_t i = 0; i < wanted->list_count; i++)
        p->rows[i].is_list = join_all(p, p->row_cells[i], p->rows[i].count * wanted->lists[i].column_count);
    out->cells = p->cells;
    out->count = wanted->column_count;
    out->lists = p->rows;
    return ETL_OK;
}
