/* providers/sandbox/store/seed.c - finds the commands that fill the tables, and carries them out for one invented person after another. */
#include "providers/sandbox/store/seed.h"

#include "etl/core/notation/list.h"
#include "providers/model/example.h"
#include "providers/rules/rules.h"
#include "providers/sandbox/store/person.h"
#include "providers/sandbox/store/steps.h"

enum { FEW = 12 }; /* rows of a table that is not about subscribers */

/* Where a parameter's value comes from: a fixed text, or a column of the person. */
struct seed_source {
    struct str  fixed, table, column; /* all STR_NONE: it is left out */
    struct str  second;               /* a second column, appended after a blank */
    struct str *parts;                /* of a list: a column for each part */
};
struct seed_call {
    const struct command    *command;
    const struct table_step *step; /* the step it was chosen for */
    struct seed_source      *sources;
    bool                     personal,
        numbers;      /* numbers: the provider assigns the customer's number, and the person's own is used for it */
    uint64_t percent; /* of all persons get it */
    unsigned most;    /* at most so many a person */
};
struct state_seeding { /* one provider's state being seeded */
    struct state          *state;
    const struct provider *provider;
    const struct seeding  *seeding;
    struct rule_check     *rules;
    struct arena           run_mem, row_mem;
    struct seed_call      *calls;
    size_t                 call_count, call_cap;
    uint64_t               rows;
};

static const struct share {
    const char *table;
    uint64_t    percent;
    unsigned    most;
} shares[] = {
    { "services", 100, 2 }, { "mailboxes", 80, 3 },    { "aliases", 25, 1 },    { "ftp_accounts", 10, 1 },
    { "equipment", 40, 2 }, { "ip_addresses", 40, 1 }, { "phones", 40, 2 },     { "contacts", 30, 1 },
    { "notes", 30, 2 },     { "tickets", 25, 2 },      { "escalations", 4, 1 }, { "cpni", 20, 1 },
    { "usage", 60, 1 },     { "invoices", 100, 1 },
};

static const struct share *share_of(struct str table)
{
    static const struct share whole = { "", 100, 1 };

    for (size_t n = 0; n < sizeof shares / sizeof shares[0]; n++)
        if (str_is(table, shares[n].table))
            return &shares[n];
    return &whole;
}

bool seed_names(struct str name, const struct provider *p, struct str table)
{
    struct str head, rest = str_cut(name, '/', &head);

    return rest.ptr == NULL ? str_eq(name, table) : str_eq(head, p->name) && str_eq(rest, table);
}

static bool wanted(const struct state_seeding *f, struct str table)
{
    for (size_t i = 0; i < f->seeding->table_count; i++)
        if (seed_names(f->seeding->tables[i], f->provider, table))
            return true;
    return f->seeding->table_count == 0;
}

/* ---- carrying one out for a person ---- */

static struct str parts_value(struct state_seeding *f, const struct seed_source *from, const struct list_form *list,
                              const struct person *p, unsigned nth)
{
    AUTO(buf_release) struct buf out;

    buf_init(&out, 1 << 16, "a list of a made-up person's");
    list_begin(&out);
    for (size_t i = 0; i < list->part_count; i++) {
        struct str text =
            from->parts[i].ptr != NULL ? person_value(p, from->table, from->parts[i], nth, &f->row_mem) : STR("");

        list_text(&out, text.ptr != NULL ? text : STR(""));
    }
    list_end(&out);
    return arena_str(&f->row_mem, buf_str(&out));
}

static struct value *call_values(struct state_seeding *f, const struct seed_call *s, const struct person *p,
                                 unsigned nth)
{
    struct value *values = ARENA_ARRAY(&f->row_mem, struct value, s->command->param_count + 1);

    for (size_t i = 0; i < s->command->param_count; i++) {
        const struct seed_source *from = &s->sources[i];
        struct str                text = from->fixed;

        if (from->parts != NULL)
            text = parts_value(f, from, s->command->params[i].type->list, p, nth);
        else if (from->column.ptr != NULL)
            text = person_value(p, from->table, from->column, nth, &f->row_mem);
        if (from->second.ptr != NULL && text.len != 0)
            text = arena_fmt(&f->row_mem, "%.*s %.*s", STR_ARG(text),
                             STR_ARG(person_value(p, from->table, from->second, nth, &f->row_mem)));
        if (text.len != 0)
            values[i] =
                (struct value){ from->parts != NULL ? VALUE_LIST : VALUE_TEXT, s->command->params[i].secret, text };
    }
    return values;
}

struct first_fault {
    const char *field;
    bool        told;
    char        name[64];
};

static void take_fault(void *context, enum severity severity, const struct err *err)
{
    struct first_fault *first = context;

    if (severity != SEVERITY_ERROR || first->told)
        return;
    first->told = true;
    snprintf(first->name, sizeof first->name, "%s", err->field != NULL ? err->field : "");
}

static struct value *good_values(struct state_seeding *f, const struct seed_call *s, const struct person *p,
                                 unsigned nth)
{
    struct first_fault first = { 0 };
    struct rule_sink   sink = { .add = take_fault, .context = &first };
    struct value      *values = call_values(f, s, p, nth);

    return rules_call(f->rules, s->command, values, &sink, &f->row_mem) == ETL_OK && !first.told ? values : NULL;
}

static uint64_t account_number(const struct person *p, struct arena *mem)
{
    uint64_t n = 0;

    return str_to_u64(person_value(p, STR("customers"), STR("customer_id"), 0, mem), &n) ? n : 0;
}

static void seed_row(struct state_seeding *f, const struct seed_call *s, const struct person *p, unsigned nth)
{
    struct person     plain = *p;
    struct value     *values = good_values(f, s, p, nth);
    struct steps_done done = { .use_id = s->numbers ? account_number(p, &f->row_mem) : 0 };

    plain.plain = true;
    if (values == NULL)
        values = good_values(f, s, &plain, nth);
    if (values != NULL && steps_apply(f->state, s->command, values, true, &f->row_mem, &done, NULL) == ETL_OK)
        f->rows += s->step->kind == STEP_MAKE ? done.count : 0;
}

/* ---- which parameters a command is seeded with ---- */

/* The parameter, if the text is nothing but its place; else -1. */
static int only_param(const struct text *t)
{
    return t->count == 1 && t->parts[0].literal.ptr == NULL ? t->parts[0].param : -1;
}

static bool has_column(const struct pairs *pairs, struct str column)
{
    for (size_t i = 0; i < pairs->count; i++)
        if (str_eq(pairs->items[i].name, column))
            return true;
    return false;
}

/* {name.first_word}, {name.other_words}, {address.town}: one parameter made from several columns. */
static void feed_piece(struct state_seeding *f, struct seed_call *s, struct str table, const struct text_part *part,
                       struct str column)
{
    const struct list_form *list = s->command->params[part->param].type->list;
    struct seed_source     *source = &s->sources[part->param];

    if (part->part != 0 && source->fixed.ptr == NULL) {
        if (source->parts == NULL)
            *source = (struct seed_source){ .table = table,
                                            .parts = ARENA_ARRAY(&f->run_mem, struct str, list->part_count + 1) };
        source->parts[part->part - 1] = column;
    } else if (part->piece == PIECE_FIRST_WORD && source->second.ptr == NULL &&
               source->fixed.ptr == NULL) { /* columns for its words, not for the whole */
        source->table = table;
        source->column = column;
    } else if (part->piece == PIECE_OTHER_WORDS && source->column.ptr != NULL) {
        source->second = column;
    }
}

static void feed(struct state_seeding *f, struct seed_call *s, struct str table, const struct pairs *pairs,
                 const struct pairs *but)
{
    for (size_t i = 0; i < pairs->count; i++) {
        int param = only_param(&pairs->items[i].text);

        if (param >= 0 &&
            (pairs->items[i].text.parts[0].part != 0 || pairs->items[i].text.parts[0].piece != PIECE_WHOLE)) {
            feed_piece(f, s, table, &pairs->items[i].text.parts[0], pairs->items[i].name);
            continue;
        }
        if (param < 0 || (but != NULL && has_column(but, pairs->items[i].name)))
            continue;
        if (s->sources[param].fixed.ptr == NULL && s->sources[param].column.ptr == NULL)
            s->sources[param] = (struct seed_source){ .table = table, .column = pairs->items[i].name };
    }
}

/* A column that is both key and set would rename the row, so the key's column is used. */
static void feed_from_step(struct state_seeding *f, struct seed_call *s, const struct table_step *step)
{
    if (step->within_table.ptr != NULL)
        feed(f, s, step->within_table, &step->within, NULL);
    feed(f, s, step->table, &step->key, NULL);
    feed(f, s, step->table, &step->set, &step->key);
}

static bool has_new_id(const struct pairs *key)
{
    for (size_t i = 0; i < key->count; i++)
        for (size_t k = 0; k < key->items[i].text.count; k++)
            if (str_is(key->items[i].text.parts[k].place, "new_id"))
                return true;
    return false;
}

/* Does the step make customers, with a number that the provider assigns? */
static bool makes_up_numbers(const struct table_step *step)
{
    return step->kind == STEP_MAKE && step->key.count == 1 && str_is(step->key.items[0].name, "customer_id") &&
           has_new_id(&step->key);
}

static void set_condition(struct seed_call *s, const struct table_step *step)
{
    if (step->has_condition && !step->unless && step->condition.value.ptr != NULL)
        s->sources[step->condition.param].fixed = step->condition.value;
}

static void drop_unknown_columns(struct state_seeding *f, struct seed_call *s, const struct person *p)
{
    for (size_t i = 0; i < s->command->param_count; i++) {
        struct seed_source *from = &s->sources[i];

        if (from->column.ptr != NULL && person_value(p, from->table, from->column, 0, &f->row_mem).ptr == NULL)
            *from = (struct seed_source){ 0 };
        if (from->column.ptr == NULL && from->parts == NULL && from->fixed.ptr == NULL &&
            s->command->params[i].required)
            from->fixed = s->command->params[i].type->example;
    }
}

/* Leaves out a parameter that breaks a rule, or sets it to its example; false: the call breaks rules all the same. */
static bool make_it_pass(struct state_seeding *f, struct seed_call *s, const struct person *p)
{
    for (size_t tries = 0; tries <= s->command->param_count; tries++) {
        struct first_fault first = { 0 };
        struct rule_sink   sink = { .add = take_fault, .context = &first };
        struct value      *values = call_values(f, s, p, 0);
        int                param;

        if (rules_call(f->rules, s->command, values, &sink, &f->row_mem) == ETL_OK && !first.told)
            return true;
        param = command_param_index(s->command, str_from(first.name));
        if (param < 0)
            return false;
        if (!s->command->params[param].required && s->sources[param].column.ptr != NULL)
            s->sources[param] = (struct seed_source){ 0 };
        else if (s->sources[param].fixed.ptr == NULL && s->command->params[param].type != NULL)
            s->sources[param] = (struct seed_source){ .fixed = s->command->params[param].type->example };
        else
            return false;
    }
    return false;
}

/* Do the step's keys come from the person? They must differ between persons. */
static bool key_is_known(const struct seed_call *s, const struct table_step *step)
{
    if (has_new_id(&step->key))
        return true;
    for (size_t i = 0; i < step->key.count; i++) {
        int param = only_param(&step->key.items[i].text);

        if (param >= 0 && s->sources[param].column.ptr == NULL && s->command->params[param].required)
            return false;
    }
    return true;
}

static bool is_personal(const struct seed_call *s)
{
    for (size_t i = 0; i < s->command->param_count; i++) {
        struct str column = s->sources[i].column;

        if (str_is(column, "customer_id") || str_is(column, "login") || str_is(column, "mailbox") ||
            str_is(column, "parent_id") || str_is(column, "domain"))
            return true;
    }
    return false;
}

/* A step that is done for each member of a family gets the members of the example. */
static const struct command *with_members(struct state_seeding *f, const struct command *c,
                                          const struct table_step *step, struct value **examples)
{
    return step->each >= 0 ? example_call(c, &f->run_mem, examples) : c;
}

static bool make_call(struct state_seeding *f, const struct command *plain, const struct table_step *step,
                      struct seed_call *s)
{
    struct value         *examples = NULL;
    const struct command *c = with_members(f, plain, step, &examples);
    struct person         first;
    bool                  good;

    person_make(&first, f->seeding->seed, 0);
    first.plain = true;
    *s = (struct seed_call){ .command = c, .step = step, .percent = 100, .most = 1 };
    s->sources = ARENA_ARRAY(&f->run_mem, struct seed_source, c->param_count + 1);
    for (size_t i = plain->param_count; i < c->param_count; i++)
        s->sources[i].fixed = examples[i].text;
    set_condition(s, step);
    feed_from_step(f, s, step);
    for (size_t i = 0; i < c->step_count; i++)
        if (c->steps[i].kind == STEP_MAKE && !c->steps[i].has_condition)
            feed_from_step(f, s, &c->steps[i]);
    drop_unknown_columns(f, s, &first);
    good = key_is_known(s, step) && make_it_pass(f, s, &first);
    s->numbers = makes_up_numbers(step);
    s->personal = s->numbers || is_personal(s);
    arena_reset(&f->row_mem);
    return good;
}

static void add_call(struct state_seeding *f, const struct seed_call *s)
{
    ARENA_PUSH(&f->run_mem, f->calls, f->call_count, f->call_cap) = *s;
}

/* ---- which commands: the makers ---- */

static bool has_maker(const struct state_seeding *f, struct str table)
{
    for (size_t i = 0; i < f->call_count; i++)
        if (str_eq(f->calls[i].step->table, table))
            return true;
    return false;
}

/* Does an earlier maker fill this table as well? (The first login also makes the account.) */
static bool made_along(const struct state_seeding *f, struct str table)
{
    for (size_t i = 0; i < f->call_count; i++)
        for (size_t k = 0; k < f->calls[i].command->step_count; k++) {
            const struct table_step *step = &f->calls[i].command->steps[k];

            if (step->kind == STEP_MAKE && !step->has_condition && str_eq(step->table, table))
                return true;
        }
    return false;
}

static void find_makers(struct state_seeding *f)
{
    for (size_t i = 0; i < f->provider->command_count; i++)
        for (size_t k = 0; k < f->provider->commands[i].step_count; k++) {
            const struct command    *c = &f->provider->commands[i];
            const struct table_step *step = &c->steps[k];
            struct seed_call         s;

            if (step->kind != STEP_MAKE || !wanted(f, step->table) || has_maker(f, step->table) ||
                made_along(f, step->table) || !make_call(f, c, step, &s))
                continue;
            s.percent = share_of(step->table)->percent;
            s.most = share_of(step->table)->most;
            add_call(f, &s);
        }
}

/* ---- changes: what fills columns that the makers leave empty, and what disables ---- */

static size_t columns_added(const struct state_seeding *f, const struct seed_call *maker, const struct table_step *step)
{
    struct person p;
    struct arena  mem;
    size_t        count = 0;

    person_make(&p, f->seeding->seed, 0);
    arena_init(&mem, 1 << 20, "a made-up person");
    for (size_t i = 0; i < step->set.count; i++)
        if (only_param(&step->set.items[i].text) >= 0 && !has_column(&maker->step->set, step->set.items[i].name) &&
            !has_column(&step->key, step->set.items[i].name) &&
            person_value(&p, step->table, step->set.items[i].name, 0, &mem).ptr != NULL)
            count++;
    arena_release(&mem);
    return count;
}

static bool disables(const struct table_step *step)
{
    for (size_t i = 0; i < step->set.count; i++) {
        const struct text *t = &step->set.items[i].text;

        if (str_is(step->set.items[i].name, "status") && t->count == 1 && str_is(t->parts[0].literal, "disabled"))
            return true;
    }
    return false;
}

/* Of the commands that change a maker's table: the one that fills most columns, if it fills enough, and the first one that disables. */
static void find_changers_of(struct state_seeding *f, size_t maker)
{
    size_t           best = 2, added;
    struct seed_call filler, disabler, s;
    bool             has_filler = false, has_disabler = false;

    for (size_t i = 0; i < f->provider->command_count; i++)
        for (size_t k = 0; k < f->provider->commands[i].step_count; k++) {
            const struct command    *c = &f->provider->commands[i];
            const struct table_step *step = &c->steps[k];

            if (step->kind != STEP_CHANGE || c->effect != EFFECT_CHANGE ||
                !str_eq(step->table, f->calls[maker].step->table))
                continue;
            added = columns_added(f, &f->calls[maker], step);
            if (added > best && make_call(f, c, step, &s)) {
                best = added;
                filler = s;
                has_filler = true;
            }
            if (!has_disabler && disables(step) && make_call(f, c, step, &s)) {
                disabler = s;
                disabler.percent = 5;
                has_disabler = true;
            }
        }
    if (has_filler)
        add_call(f, &filler);
    if (has_disabler)
        add_call(f, &disabler);
}

/* ---- tables that no command fills, only reports list ---- */

static bool is_made_by_a_command(const struct provider *p, struct str table)
{
    return steps_identity(p, table) != NULL;
}

/* A value that the report can translate if it has `values:` for the column, else the person's. */
static struct str report_cell(struct state_seeding *f, const struct report *r, const struct report_column *column,
                              const struct person *p, unsigned nth)
{
    size_t first = r->value_count, count = 0;

    for (size_t i = 0; i < r->value_count; i++)
        if (str_eq(r->values[i].column, column->column)) {
            first = count == 0 ? i : first;
            count++;
        }
    if (count != 0)
        return r->values[first + person_draw(p, "value", nth, count)].ours;
    return person_value(p, r->table, column->column, nth, &f->row_mem);
}

static void set_cell(struct state_seeding *f, struct state_table *t, struct state_row *row, struct str column,
                     struct str value)
{
    if (value.ptr != NULL)
        state_set(f->state, t, row, column, value);
}

/* Columns that come from the request, not from the answer: whom it asked about. */
static bool is_asked_for(const struct pair *set)
{
    return set->text.count == 1 && set->text.parts[0].literal.ptr == NULL && set->text.parts[0].param >= 0;
}

static void report_row(struct state_seeding *f, const struct report *r, const struct person *p, unsigned nth)
{
    struct state_table *t = state_table(f->state, r->table);
    struct state_row   *row = state_insert(f->state, t);

    for (size_t i = 0; i < r->column_count; i++)
        set_cell(f, t, row, r->columns[i].column, report_cell(f, r, &r->columns[i], p, nth));
    for (size_t i = 0; i < r->set.count; i++)
        if (is_asked_for(&r->set.items[i]))
            set_cell(f, t, row, r->set.items[i].name,
                     person_value(p, r->table, r->set.items[i].name, nth, &f->row_mem));
    if (r->body != REPORT_RECORDS)
        set_cell(f, t, row, r->body_column, person_value(p, r->table, r->body_column, nth, &f->row_mem));
    state_commit(f->state);
    f->rows++;
}

static bool report_is_personal(const struct report *r)
{
    for (size_t i = 0; i < r->column_count; i++)
        if (str_is(r->columns[i].column, "customer_id") || str_is(r->columns[i].column, "login"))
            return true;
    for (size_t i = 0; i < r->set.count; i++)
        if (is_asked_for(&r->set.items[i]) &&
            (str_is(r->set.items[i].name, "customer_id") || str_is(r->set.items[i].name, "login")))
            return true;
    return false;
}

static bool reported_before(const struct provider *p, size_t report)
{
    for (size_t i = 0; i < report; i++)
        if (str_eq(p->reports[i].table, p->reports[report].table))
            return true;
    return false;
}

static void seed_reports(struct state_seeding *f, const struct person *p)
{
    for (size_t i = 0; i < f->provider->report_count; i++) {
        const struct report *r = &f->provider->reports[i];

        if (reported_before(f->provider, i) || is_made_by_a_command(f->provider, r->table) || !wanted(f, r->table))
            continue;
        if (report_is_personal(r) ? person_draw(p, "report", (unsigned)i, 100) < share_of(r->table)->percent
                                  : p->number < FEW)
            report_row(f, r, p, 0);
    }
}

/* ---- all of it ---- */

static void seed_person(struct state_seeding *f, const struct person *p)
{
    for (size_t i = 0; i < f->call_count; i++) {
        const struct seed_call *s = &f->calls[i];
        unsigned                count = 1 + (unsigned)person_draw(p, "count", (unsigned)i, s->most);

        if (!s->personal && p->number >= FEW)
            continue;
        if (person_draw(p, "has", (unsigned)i, 100) >= s->percent)
            continue;
        for (unsigned nth = 0; nth < count; nth++)
            seed_row(f, s, p, nth);
    }
    seed_reports(f, p);
    arena_reset(&f->row_mem);
}

uint64_t seed_state(struct state *state, const struct provider *p, const struct seeding *s)
{
    struct state_seeding f = { .state = state, .provider = p, .seeding = s, .rules = rule_check_new(s->today) };
    size_t               makers;

    arena_init(&f.run_mem, 1 << 26, "what the sandbox is seeded by");
    arena_init(&f.row_mem, 1 << 26, "a made-up subscriber");
    find_makers(&f);
    makers = f.call_count;
    for (size_t i = 0; i < makers; i++)
        find_changers_of(&f, i);
    for (uint64_t n = 0; n < s->subscribers; n++) {
        struct person person;

        person_make(&person, s->seed, n);
        seed_person(&f, &person);
    }
    rule_check_free(f.rules);
    arena_release(&f.run_mem);
    arena_release(&f.row_mem);
    return f.rows;
}
