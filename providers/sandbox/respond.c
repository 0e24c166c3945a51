/* providers/sandbox/respond.c - one request: read, checked, carried out, answered, written down. */
#include "providers/sandbox/respond.h"

#include <stdarg.h>

#include "providers/sandbox/as_xml.h"
#include "providers/sandbox/fill.h"
#include "providers/sandbox/form.h"
#include "providers/sandbox/steps.h"
#include "providers/wire.h"
#include "providers/written.h"

enum { LISTED_AT_ONCE = 64, REPORT_MAX = 64 << 20 };    /* rows; bytes */

const char *const outcome_names[] = { "done", "nothing", "refused", "login", "unknown", "malformed", "dropped" };

/* One request being worked on. */
struct work {
    const struct house      *house;
    struct desk             *desk;
    struct bench            *bench;
    const struct wire       *wire;         /* NULL: malformed */
    const struct form_field *fields;
    size_t                   field_count;
    const struct command    *command;      /* NULL: none, or not known */
    const struct login      *login;        /* the command opens a session of this login */
    const struct asked      *asked;
    struct str               command_word;
    struct value            *values;
    bool                     test, executed;
    struct answered         *out;
};

struct bench *bench_new(struct str today)
{
    struct bench *b = calloc(1, sizeof *b);

    if (b == NULL)
        memory_exhausted("the sandbox", sizeof *b);
    snprintf(b->today, sizeof b->today, "%.*s", STR_ARG(today));
    b->rules = rule_check_new(today);
    arena_init(&b->mem, 1U << 30, "one request to the sandbox");
    buf_init(&b->line, 8 << 20, "a line of the journal");
    return b;
}

void bench_free(struct bench *b)
{
    if (b == NULL)
        return;
    rule_check_free(b->rules);
    arena_release(&b->mem);
    buf_wipe(&b->line);
    free(b);
}

static const struct form_field *field_named(const struct work *w, struct str name)
{
    for (size_t i = 0; i < w->field_count; i++)
        if (str_eq(w->fields[i].name, name))
            return &w->fields[i];
    return NULL;
}

static void find_command(struct work *w)
{
    const struct provider *p = w->desk->provider;
    struct str             place, *names;

    w->login = entrance_login(w->desk->entrance, w->command_word);
    w->command = w->login != NULL ? w->login->command : provider_command_on_wire(p, w->command_word, &place);
    if (w->command == NULL)
        return;
    names = ARENA_ARRAY(&w->bench->mem, struct str, w->field_count + 1);
    for (size_t i = 0; i < w->field_count; i++)
        names[i] = w->fields[i].name;
    w->command = command_with_members(w->command, names, w->field_count, true, &w->bench->mem);
    w->values = ARENA_ARRAY(&w->bench->mem, struct value, w->command->param_count + 1);
    if (w->login == NULL && w->command->name_param >= 0 && w->command->params[w->command->name_param].always.ptr == NULL)
        w->values[w->command->name_param] = VALUE_OF(place);
}

/* ---- what the answer says ---- */

static struct str answer_type(const struct work *w)
{
    return w->wire != NULL && w->wire->answer_type.ptr != NULL ? w->wire->answer_type : w->desk->provider->answer_type;
}

static enum fill_as form_of(struct str type)
{
    return str_contains_nocase(type, STR("json")) ? FILL_JSON : str_contains_nocase(type, STR("xml")) ? FILL_XML : FILL_PLAIN;
}

static bool is_json(const struct text *t)
{
    return t->count != 0 && str_starts(t->parts[0].literal, STR("{"));
}

/* What is put into JSON or XML is escaped: by what the answer is written in. Where the wire puts something around an answer, it is
 * escaped there, once. */
static enum fill_as answer_form(const struct work *w, const struct text *answer)
{
    if (w->wire != NULL && w->wire->answer.count != 0)
        return is_json(answer) ? FILL_JSON : FILL_PLAIN;
    return is_json(answer) ? FILL_JSON : form_of(answer_type(w));
}

/* The member that is its object's own text, wherever the provider's answers are trees. */
static struct str text_member(const struct provider *p)
{
    for (size_t i = 0; i < p->reply_count; i++)
        if (p->replies[i].text_member.len != 0)
            return p->replies[i].text_member;
    return STR_NONE;
}

/* "result": "{answer}" rather than "result": {answer} */
static bool stands_in_quotes(const struct text *around)
{
    for (size_t i = 1; i < around->count; i++)
        if (around->parts[i].literal.ptr == NULL && str_is(around->parts[i].place, "answer"))
            return str_ends(around->parts[i - 1].literal, STR("\""));
    return false;
}

/* What stands in the wire's {answer}: a value of JSON, or what an element holds; an object there is one here, a text is escaped. */
static struct str inside(struct work *w, struct str text, bool json)
{
    AUTO(buf_release) struct buf out = { 0 };
    enum fill_as                 form = form_of(answer_type(w));
    struct arena                *mem = &w->bench->mem;
    struct str                   xml;

    if (form == FILL_PLAIN || (form == FILL_JSON && json))
        return text;
    if (form == FILL_XML && json) {
        xml = as_xml(text, text_member(w->desk->provider), w->wire->style == &wire_soap, mem);
        return xml.ptr != NULL ? xml : text;
    }
    buf_init(&out, REPORT_MAX, "an answer");
    if (form == FILL_XML)
        fill_xml(&out, text);
    else
        buf_json(&out, text);
    if (form == FILL_JSON && stands_in_quotes(&w->wire->answer))
        return arena_str(mem, str_of(out.ptr + 1, out.len - 2));
    return arena_str(mem, buf_str(&out));
}

/* The answer as the wire has it. */
static struct str worded(struct work *w, const struct text *answer, struct fill *from)
{
    struct arena     *mem = &w->bench->mem;
    struct pair_value extras[] = { { STR("answer"), STR_NONE }, { STR("command"), w->command_word } };
    const struct fill around = { .extras = extras, .extra_count = 2, .as = FILL_PLAIN };
    struct str        text, xml;

    from->as = answer_form(w, answer);
    text = fill_answer(answer, from, mem);
    if (w->wire->answer.count != 0) {
        extras[0].value = inside(w, text, is_json(answer));
        return fill_answer(&w->wire->answer, &around, mem);
    }
    if (form_of(answer_type(w)) != FILL_XML || !is_json(answer))
        return text;
    xml = as_xml(text, text_member(w->desk->provider), w->wire->style == &wire_soap, mem);
    return xml.ptr != NULL ? xml : text;
}

static void answer_with(struct work *w, enum outcome outcome, const struct text *text, struct str reason)
{
    struct pair_value  extra = { STR("reason"), reason };
    struct fill        from = { .extras = &extra, .extra_count = 1 };

    w->out->outcome = outcome;
    w->out->reason = reason;
    w->out->body = worded(w, text, &from);
}

static enum etl_status refuse(struct work *w, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
static enum etl_status refuse(struct work *w, const char *fmt, ...)
{
    char    text[480];
    va_list list;

    va_start(list, fmt);
    vsnprintf(text, sizeof text, fmt, list);
    va_end(list);
    answer_with(w, OUTCOME_REFUSED, &w->desk->provider->answer_refused,
                arena_str(&w->bench->mem, str_from(text)));
    return ETL_REJECT;
}

/* ---- parameters ---- */

static const struct pair *test_field(const struct provider *p, struct str name)
{
    for (size_t i = 0; i < p->test_send.count; i++)
        if (str_eq(p->test_send.items[i].name, name))
            return &p->test_send.items[i];
    return NULL;
}

static int param_on_wire(const struct command *c, struct str name)
{
    for (size_t i = 0; i < c->param_count; i++)
        if (str_eq(c->params[i].wire, name) && !c->params[i].in_name && !c->params[i].is_family)
            return (int)i;
    return -1;
}

/* A field by which rows are found cannot be emptied, so the clear word means nothing there. */
static bool finds_rows(const struct command *c, int param)
{
    for (size_t i = 0; i < c->step_count; i++) {
        const struct pairs *both[] = { &c->steps[i].key, &c->steps[i].within };

        for (size_t k = 0; k < 2; k++)
            for (size_t n = 0; n < both[k]->count; n++)
                for (size_t m = 0; m < both[k]->items[n].text.count; m++)
                    if (both[k]->items[n].text.parts[m].param == param)
                        return true;
    }
    return false;
}

static enum etl_status value_read(struct work *w, int at, const struct form_field *field)
{
    const struct command *c = w->command;
    const struct param   *p = &c->params[at];
    struct value         *v = &w->values[at];
    struct str            clear = p->clear.ptr != NULL ? p->clear : c->clear;

    *v = (struct value){ field->is_list ? VALUE_LIST : VALUE_TEXT, p->secret, field->value };
    if (clear.ptr != NULL && str_eq(field->value, clear) && !finds_rows(c, at))
        v->kind = VALUE_CLEAR;
    else if (field->value.len == 0)   /* a blank field is one that is not given */
        v->kind = VALUE_ABSENT;
    else if (written_differs(p->type) && !written_read(p->type, field->value, &w->bench->mem, v))
        return refuse(w, "%.*s: is not written as documented", STR_ARG(p->wire));
    v->secret = p->secret;
    return ETL_OK;
}

static bool wire_field(const struct wire *wire, struct str name)
{
    for (size_t i = 0; i < wire->field_count; i++)
        if (str_eq(wire->fields[i].name, name))
            return true;
    return false;
}

static enum etl_status read_field(struct work *w, const struct form_field *field, bool *given)
{
    const struct provider *p = w->desk->provider;
    int                    at = param_on_wire(w->command, field->name);

    if (at >= 0) {
        if (given[at])
            return refuse(w, "%.*s: is given twice", STR_ARG(field->name));
        given[at] = true;
        return value_read(w, at, field);
    }
    if (test_field(p, field->name) != NULL || str_eq(field->name, p->command_field) || wire_field(w->wire, field->name) ||
        (entrance_is_proof(w->desk->entrance, field->name) && w->login == NULL)) {
        if (field_named(w, field->name) != field)
            return refuse(w, "%.*s: is given twice", STR_ARG(field->name));
        return ETL_OK;
    }
    return refuse(w, "unknown parameter %s", shown(field->name, false).text);
}

static enum etl_status read_test_mode(struct work *w)
{
    const struct provider *p = w->desk->provider;
    const struct fill      from = { 0 };
    size_t                 equal = 0, given = 0;

    for (size_t i = 0; i < p->test_send.count; i++) {
        const struct form_field *field = field_named(w, p->test_send.items[i].name);

        if (field == NULL || param_on_wire(w->command, field->name) >= 0)
            continue;
        given++;
        if (str_eq(field->value, fill_answer(&p->test_send.items[i].text, &from, &w->bench->mem)))
            equal++;
        else
            return refuse(w, "%.*s: must be as documented for test mode, or not be sent at all",
                          STR_ARG(field->name));
    }
    w->test = given != 0 && equal == p->test_send.count;
    return ETL_OK;
}

static enum etl_status read_always(struct work *w)
{
    const struct command *c = w->command;

    for (size_t i = 0; i < c->param_count; i++) {
        const struct param *p = &c->params[i];

        if (p->omit.ptr != NULL && w->values[i].kind == VALUE_ABSENT)   /* said by sending nothing */
            w->values[i] = (struct value){ VALUE_TEXT, p->secret, p->omit };
        if (p->always.ptr == NULL || p->in_name)
            continue;
        if (p->live_only && w->values[i].kind == VALUE_ABSENT)
            w->test = true;
        else if (w->values[i].kind != VALUE_TEXT || !str_eq(w->values[i].text, p->always))
            return refuse(w, "%.*s: must be %.*s", STR_ARG(p->wire), STR_ARG(p->always));
        /* The rules speak of what a mapping may set. */
        w->values[i] = VALUE_NONE;
    }
    return ETL_OK;
}

/* Value and header together, or neither. */
static enum etl_status check_headers(struct work *w)
{
    for (size_t i = 0; i < w->command->param_count; i++)
        for (size_t k = 0; k < w->command->params[i].header_count; k++) {
            const struct header_value *h = &w->command->params[i].headers[k];
            bool given = w->values[i].kind == VALUE_TEXT && str_eq(w->values[i].text, h->value);

            if (given != str_eq(intake_header(w->asked, arena_cstr(&w->bench->mem, h->name)), h->text))
                return refuse(w, "%.*s=%.*s and the header %.*s: %.*s go together", STR_ARG(w->command->params[i].wire),
                              STR_ARG(h->value), STR_ARG(h->name), STR_ARG(h->text));
        }
    return ETL_OK;
}

static enum etl_status read_params(struct work *w)
{
    const struct command *c = w->command;
    bool                 *given = ARENA_ARRAY(&w->bench->mem, bool, c->param_count + 1);
    enum etl_status       st = read_test_mode(w);

    for (size_t i = 0; st == ETL_OK && i < w->field_count; i++)
        st = read_field(w, &w->fields[i], given);
    if (st == ETL_OK)
        st = read_always(w);
    return st == ETL_OK ? check_headers(w) : st;
}

struct first_error {
    struct work *work;
    bool         told;
};

static void take_error(void *context, enum severity severity, const struct err *err)
{
    struct first_error *first = context;

    if (severity != SEVERITY_ERROR || first->told)
        return;
    first->told = true;
    if (err->field != NULL)
        refuse(first->work, "%s: %s", err->field, err->text);
    else
        refuse(first->work, "%s", err->text);
}

/* The rules also bring values into their written form. On the wire they have to be in it already. */
static enum etl_status check_values(struct work *w)
{
    const struct command *c = w->command;
    struct first_error    first = { w, false };
    struct rule_sink      sink = { .add = take_error, .context = &first };
    struct value         *sent = ARENA_ARRAY(&w->bench->mem, struct value, c->param_count + 1);

    memcpy(sent, w->values, c->param_count * sizeof *sent);
    if (rules_call(w->bench->rules, c, w->values, &sink, &w->bench->mem) != ETL_OK && !first.told)
        return refuse(w, "a rule is broken");
    if (first.told)
        return ETL_REJECT;
    for (size_t i = 0; i < c->param_count; i++)
        if (sent[i].kind != w->values[i].kind ||
            (sent[i].kind == VALUE_TEXT && !str_eq(sent[i].text, w->values[i].text)))
            return refuse(w, "%.*s: is not written as documented", STR_ARG(c->params[i].wire));
    return ETL_OK;
}

/* ---- reading ---- */

/* What is asked for in the provider's own words, as the tables have it. */
static struct str in_our_words(const struct report *report, struct str column, struct str theirs)
{
    for (size_t i = 0; i < report->value_count; i++)
        if (str_eq(report->values[i].column, column) && str_eq(report->values[i].theirs, theirs))
            return report->values[i].ours;
    return theirs;
}

/* Conditions of a search. One that is not given finds nothing (a find), or does not narrow it (a list, which has its report). */
static bool look_up(struct work *w, struct str table, const struct pairs *where, const struct report *list, struct state_table **t,
                    struct state_row ***rows, size_t *count)
{
    const struct fill  from = { .values = w->values };
    struct pair_value *keys;
    size_t             key_count = fill_pairs(where, &from, &w->bench->mem, &keys);

    if (list == NULL && key_count < where->count)
        return false;
    for (size_t i = 0; list != NULL && i < key_count; i++)
        keys[i].value = in_our_words(list, keys[i].name, keys[i].value);
    *t = state_table(w->desk->state, table);
    *count = state_select(*t, keys, key_count, &w->bench->mem, rows);
    return *count != 0;
}

/* A long report is rendered as it goes out. */
static void answer_rows(struct work *w, const struct report *report, struct state_table *t, struct state_row **rows, size_t count)
{
    AUTO(buf_release) struct buf out;
    const struct render render = { report, w->command, w->wire, w->out->fault.kind };

    buf_init(&out, REPORT_MAX, "a report");
    render_sort(&render, t, rows, count);
    if (count > LISTED_AT_ONCE) {
        w->out->listing = listing_new(w->desk, &render, t, rows, count);
        return;
    }
    listing_whole(&render, t, rows, count, &out);
    w->out->body = arena_str(&w->bench->mem, buf_str(&out));
}

static bool answer_by_find(struct work *w)
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
            w->out->body = worded(w, &find->answer, &from);
        return true;
    }
    return false;
}

static bool row_fits(const struct state_table *t, const struct state_row *row, const struct pair_value *keys, size_t count)
{
    for (size_t i = 0; i < count; i++)
        if (!str_eq_nocase(state_cell(t, row, keys[i].name), keys[i].value))
            return false;
    return true;
}

/* The same without regard to case: by looking at every row. */
static bool look_up_any_case(struct work *w, struct state_table **t, struct state_row ***rows, size_t *count)
{
    const struct command *c = w->command;
    const struct fill     from = { .values = w->values };
    struct pair_value    *keys;
    size_t                key_count = fill_pairs(&c->lists_where, &from, &w->bench->mem, &keys), all;

    for (size_t i = 0; i < key_count; i++)
        keys[i].value = in_our_words(c->lists, keys[i].name, keys[i].value);
    *t = state_table(w->desk->state, c->lists_table);
    all = state_select(*t, NULL, 0, &w->bench->mem, rows);
    *count = 0;
    for (size_t i = 0; i < all; i++)
        if (row_fits(*t, (*rows)[i], keys, key_count))
            (*rows)[(*count)++] = (*rows)[i];
    return *count != 0;
}

static uint64_t page_number(const struct work *w, int param, uint64_t deflt)
{
    uint64_t n;

    return param >= 0 && w->values[param].kind == VALUE_TEXT && str_to_u64(w->values[param].text, &n) ? n : deflt;
}

/* The page that is asked for. */
static void cut_page(const struct work *w, struct state_row ***rows, size_t *count)
{
    const struct listed *l = &w->command->listed;
    uint64_t             offset = page_number(w, l->offset, 0), size = page_number(w, l->size, l->rows != 0 ? l->rows : UINT64_MAX);

    offset = offset < *count ? offset : *count;
    *rows += offset;
    *count -= offset;
    *count = *count < size ? *count : (size_t)size;
}

static bool answer_by_list(struct work *w)
{
    const struct command *c = w->command;
    struct state_table   *t;
    struct state_row    **rows;
    size_t                count;
    bool any_case = c->listed.any_case && condition_holds(c->listed.has_condition, c->listed.unless, &c->listed.condition, w->values);

    if (c->lists == NULL || !(any_case ? look_up_any_case(w, &t, &rows, &count)
                                       : look_up(w, c->lists_table, &c->lists_where, c->lists, &t, &rows, &count)))
        return false;
    cut_page(w, &rows, &count);
    if (count == 0)
        return false;
    answer_rows(w, w->command->lists, t, rows, count);
    return true;
}

static void answer_read(struct work *w)
{
    struct fill from = { .values = w->values };

    counts_add(w->desk->counts, w->command, COUNT_ANSWERED);
    w->out->outcome = OUTCOME_DONE;
    if (answer_by_find(w) || answer_by_list(w))
        return;
    if (w->command->find_count == 0 && w->command->lists == NULL) {
        w->out->body = worded(w, &w->command->answer, &from);
        return;
    }
    w->out->outcome = OUTCOME_NOTHING;
    w->out->body = worded(w, &w->command->nothing, &from);
}

/* ---- writing ---- */

/* {"billid":"999","pass":"***"}. Of a field that is not known nobody knows whether it is a secret. */
static struct str params_json(struct work *w)
{
    struct buf *out = &w->bench->line;
    const struct provider *p = w->desk->provider;
    bool        first = true;

    buf_reset(out);
    buf_byte(out, '{');
    if (w->command != NULL && w->command->name_param >= 0 && w->values[w->command->name_param].kind == VALUE_TEXT) {
        buf_json(out, w->command->params[w->command->name_param].name);
        buf_byte(out, ':');
        buf_json(out, w->values[w->command->name_param].text);
        first = false;
    }
    for (size_t i = 0; i < w->field_count; i++) {
        const struct form_field *field = &w->fields[i];
        int at = w->command != NULL ? param_on_wire(w->command, field->name) : -1;
        bool open = at >= 0 && !w->command->params[at].secret;

        if (str_eq(field->name, p->command_field) || (w->login == NULL && entrance_is_proof(w->desk->entrance, field->name)))
            continue;
        if (!first)
            buf_byte(out, ',');
        buf_json(out, field->name);
        buf_byte(out, ':');
        buf_json(out, open || test_field(p, field->name) != NULL || field->value.len == 0 ? field->value : STR("***"));
        first = false;
    }
    buf_byte(out, '}');
    return arena_str(&w->bench->mem, buf_str(out));
}

static void answer_write(struct work *w, struct str params)
{
    struct arena     *mem = &w->bench->mem;
    struct steps_done done = { 0 };
    struct err        err = { 0 };
    struct pair_value extras[2];
    struct fill       from = { .values = w->values, .extras = extras, .extra_count = 2 };

    if (steps_apply(w->desk->state, w->command, w->values, !w->test, mem, &done, &err) != ETL_OK) {
        refuse(w, "%s", err.text);
        return;
    }
    extras[0] = (struct pair_value){ STR("new_id"), arena_fmt(mem, "%llu", (unsigned long long)done.new_id) };
    extras[1] = (struct pair_value){ STR("count"), arena_fmt(mem, "%llu", (unsigned long long)done.count) };
    w->out->outcome = OUTCOME_DONE;
    w->out->body = worded(w, w->test && w->desk->provider->answer_test.count != 0 ? &w->desk->provider->answer_test : &w->command->answer,
                          &from);
    if (w->test) {
        counts_add(w->desk->counts, w->command, COUNT_TESTED);
        return;
    }
    w->executed = true;
    counts_executed(w->desk->counts, w->command, w->values, params);
}

static void answer_login(struct work *w)
{
    struct pair_value token = { STR("token"), STR_NONE };
    struct fill       from = { .values = w->values, .extras = &token, .extra_count = 1 };

    token.value = entrance_open(w->desk->entrance, w->login, w->values, &w->bench->mem);
    if (token.value.ptr == NULL) {
        answer_with(w, OUTCOME_LOGIN, &w->desk->provider->answer_login, STR("credentials are wrong or missing"));
        return;
    }
    w->out->outcome = OUTCOME_DONE;
    w->out->body = worded(w, &w->command->answer, &from);
}

static void process(struct work *w, struct str params)
{
    const struct provider *p = w->desk->provider;

    w->out->status = 200;
    w->out->type = answer_type(w);
    if (w->login == NULL && !entrance_admits(w->desk->entrance, w->fields, w->field_count, &w->bench->mem)) {
        answer_with(w, OUTCOME_LOGIN, &p->answer_login, STR("credentials are wrong or missing"));
        return;
    }
    if (w->command == NULL) {
        answer_with(w, OUTCOME_UNKNOWN, &p->answer_unknown, STR("unknown command"));
        return;
    }
    if (read_params(w) != ETL_OK || check_values(w) != ETL_OK)
        return;
    if (w->login != NULL) {
        answer_login(w);
        return;
    }
    pthread_mutex_lock(&w->desk->mutex);
    if (w->command->effect == EFFECT_READ)
        answer_read(w);
    else
        answer_write(w, params);
    pthread_mutex_unlock(&w->desk->mutex);
}

/* ---- faults ---- */

static void answer_unprocessed(struct work *w)
{
    static const struct str page =
        { "<!DOCTYPE html>\n<html><head><title>Maintenance</title></head>\n<body><h1>We are down for maintenance</h1>\n"
          "<p>The service is temporarily unavailable. Please try again later.</p></body></html>\n", 0 };
    struct answered *out = w->out;

    out->outcome = OUTCOME_DROPPED;
    out->status = 200;
    out->type = STR("text/html");
    switch (out->fault.kind) {
    case FAULT_STATUS:
        out->status = (int)out->fault.number;
        out->body = STR("<html><body><h1>Error</h1></body></html>\n");
        break;
    case FAULT_THROTTLE:
        out->status = 429;
        out->retry_after = true;
        out->body = STR("slow down\n");
        break;
    case FAULT_HTML:
        out->body = str_from(page.ptr);
        break;
    case FAULT_LOGIN:
        out->type = answer_type(w);
        answer_with(w, OUTCOME_LOGIN, &w->desk->provider->answer_login, STR("a fault"));
        break;
    default:   /* drop-before, empty: not a byte */
        out->type = w->desk->provider->answer_type;
        out->body = STR("");
        break;
    }
}

/* What a fault makes of an answer that was truly given. Where the reply is cut or swallowed is the server's work. */
static void spoil_answer(struct work *w)
{
    struct answered *out = w->out;
    unsigned char   *noise;

    if (out->fault.kind == FAULT_STATUS_AFTER) {
        out->status = (int)out->fault.number;
        out->type = STR("text/html");
        out->body = STR("<html><body><h1>Internal Server Error</h1></body></html>\n");
    } else if (out->fault.kind == FAULT_GARBAGE) {
        noise = arena_alloc(&w->bench->mem, 64);
        faults_noise(w->house->faults, noise, 64);
        out->body = str_of((const char *)noise, 64);
    } else {
        return;
    }
    listing_free(out->listing);
    out->listing = NULL;
}

/* ---- the journal ---- */

static void write_down(struct work *w, struct str params, const struct asked *asked)
{
    struct buf            *line = &w->bench->line;
    const struct answered *out = w->out;

    buf_reset(line);
    buf_lit(line, "\"provider\":");
    buf_json(line, w->desk->provider->name);
    buf_lit(line, ",\"command\":");
    buf_json(line, w->command != NULL ? w->command->name : w->command_word);
    buf_lit(line, ",\"params\":");
    buf_add(line, params);
    buf_fmt(line, ",\"mode\":\"%s\",\"outcome\":\"%s\",\"reason\":", w->test ? "test" : "live",
            outcome_names[out->outcome]);
    buf_json(line, out->reason);
    buf_fmt(line, ",\"fault\":\"%s\",\"executed\":%s,\"connection\":%llu", fault_name(out->fault.kind),
            w->executed ? "true" : "false", (unsigned long long)asked->connection);
    journal_add(w->house->journal, buf_str(line));
}

static const enum count_kind outcome_counts[] = {
    [OUTCOME_REFUSED] = COUNT_REFUSED,     [OUTCOME_LOGIN] = COUNT_REFUSED,   [OUTCOME_UNKNOWN] = COUNT_REFUSED,
    [OUTCOME_MALFORMED] = COUNT_REFUSED,   [OUTCOME_DROPPED] = COUNT_DROPPED,
};

static void count(struct work *w)
{
    pthread_mutex_lock(&w->desk->mutex);
    counts_add(w->desk->counts, w->command, COUNT_RECEIVED);
    if (w->out->outcome != OUTCOME_DONE && w->out->outcome != OUTCOME_NOTHING)   /* those count themselves */
        counts_add(w->desk->counts, w->command, outcome_counts[w->out->outcome]);
    pthread_mutex_unlock(&w->desk->mutex);
}

static bool over_limit(const struct house *house, struct desk *desk, uint64_t now)
{
    bool over;

    if (house->rate_limit == 0)
        return false;
    pthread_mutex_lock(&desk->mutex);
    if (desk->second != now) {
        desk->second = now;
        desk->in_second = 0;
    }
    over = ++desk->in_second > house->rate_limit;
    pthread_mutex_unlock(&desk->mutex);
    return over;
}

static void pick_fault(struct work *w, const struct asked *asked)
{
    struct fault_request request = { w->desk->provider->name,
                                     w->command != NULL ? w->command->name : w->command_word, asked->reused };

    w->out->fault = faults_pick(w->house->faults, &request);
    if (over_limit(w->house, w->desk, asked->now_seconds) && fault_processes(w->out->fault.kind))
        w->out->fault.kind = FAULT_THROTTLE;
}

static void malformed(struct work *w, int status, const char *reason)
{
    w->field_count = 0;
    w->out->outcome = OUTCOME_MALFORMED;
    w->out->status = status;
    w->out->type = STR("text/plain");
    w->out->reason = arena_str(&w->bench->mem, str_from(reason));
    w->out->body = arena_fmt(&w->bench->mem, "%s\n", reason);
}

void respond(const struct house *house, struct desk *desk, struct bench *bench, const struct asked *asked,
             struct answered *out)
{
    struct work   w = { .house = house, .desk = desk, .bench = bench, .command_word = STR(""), .asked = asked, .out = out };
    struct err    err = { 0 };
    struct intake taken;
    struct str    params;

    arena_reset(&bench->mem);
    *out = (struct answered){ .reason = STR("") };
    if (intake_read(desk->provider, asked, &bench->mem, &taken, &err) != ETL_OK) {
        malformed(&w, taken.status, err.text);
    } else {
        w.wire = taken.wire;
        w.command_word = taken.command_word;
        w.fields = taken.fields;
        w.field_count = taken.field_count;
        find_command(&w);
    }
    params = params_json(&w);
    if (out->status == 0) {
        pick_fault(&w, asked);
        if (!fault_processes(out->fault.kind)) {
            answer_unprocessed(&w);
        } else {
            if (out->fault.kind == FAULT_LAPSE)
                entrance_lapse(desk->entrance);
            process(&w, params);
            spoil_answer(&w);
        }
    }
    count(&w);
    write_down(&w, params, asked);
}
