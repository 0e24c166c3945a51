/* tests/unit/providers/test_every_command.c - every command of every stock provider: its example can be planned and encoded; it is refused when a
 * required parameter is missing, when a value breaks a rule of its type, and when a rule between parameters does not hold.
 *
 * Generated from the descriptions: it proves that they say what they mean to. That they are right is for the wire cases. */
#include "providers/description/load.h"
#include "tests/unit/check.h"

#include "providers/model/example.h"
#include "providers/rules/rules.h"
#include "providers/wires/wire.h"

struct tried {
    const struct provider *provider;
    const struct command  *command; /* with the members its example names */
    struct value          *example, *values;
    struct rule_check     *check;
    struct arena           mem;
    struct findings        found;
    size_t                 asked, wrong;
};

static void note(void *context, enum severity severity, const struct err *err)
{
    struct tried *t = context;

    findings_add(&t->found, severity, err, NULL);
}

/* The example, which the caller then changes. */
static void anew(struct tried *t)
{
    memcpy(t->values, t->example, t->command->param_count * sizeof *t->values);
    findings_init(&t->found, &t->mem);
}

static enum etl_status judge(struct tried *t)
{
    struct value    *checked = ARENA_ARRAY(&t->mem, struct value, t->command->param_count + 1);
    struct rule_sink sink = { .add = note, .context = t };

    memcpy(checked, t->values, t->command->param_count * sizeof *checked);
    t->asked++;
    return rules_call(t->check, t->command, checked, &sink, &t->mem);
}

static bool told(const struct tried *t, struct str field, struct str rule, enum severity severity)
{
    for (size_t i = 0; i < t->found.count; i++) {
        const struct finding *f = &t->found.items[i];

        if (str_is(rule, f->err.rule) && f->severity == severity && (field.ptr == NULL || str_is(field, f->err.field)))
            return true;
    }
    return false;
}

static void complain(struct tried *t, const char *what, struct str param, struct str rule, struct str value)
{
    print_error("%.*s %.*s: %s: %.*s by %.*s, value %s\n", STR_ARG(t->provider->name), STR_ARG(t->command->name), what,
                STR_ARG(param), STR_ARG(rule), shown(value, false).text);
    for (size_t i = 0; i < t->found.count; i++)
        print_error("    %s: %s (%s)\n", t->found.items[i].err.field, t->found.items[i].err.text,
                    t->found.items[i].err.rule);
    t->wrong++;
}

/* A value that passes for the parameter. */
static struct str good_value(const struct param *p)
{
    if (p->type->example.ptr != NULL)
        return p->type->example;
    if (p->type->is_bool)
        return p->type->yes;
    for (size_t i = 0; i < p->type->rule_count; i++)
        if (p->type->rules[i]->good_count != 0)
            return p->type->rules[i]->good[0];
    return STR("x");
}

static void set(struct tried *t, int param, struct str value)
{
    const struct param *p = &t->command->params[param];

    t->values[param] = VALUE_OF(value.ptr != NULL ? value : good_value(p));
    t->values[param].secret = p->secret;
}

/* ---- the example itself ---- */

static void try_example(struct tried *t)
{
    struct credential_value *credentials =
        ARENA_ARRAY(&t->mem, struct credential_value, t->provider->credential_count + 1);
    struct value  *checked = ARENA_ARRAY(&t->mem, struct value, t->command->param_count + 1);
    struct request request;
    struct err     err = { 0 };

    anew(t);
    if (judge(t) != ETL_OK)
        complain(t, "the example cannot be planned", STR(""), STR(""), STR(""));
    for (size_t i = 0; i < t->provider->credential_count; i++)
        credentials[i].value = STR("k1te-credential");
    memcpy(checked, t->example, t->command->param_count * sizeof *checked);
    rules_call(t->check, t->command, checked, NULL, &t->mem);
    request_init(&request, 1 << 20);
    if (wire_encode(&(struct wire_call){ .command = t->command,
                                         .url = STR("https://x.example/"),
                                         .values = checked,
                                         .credentials = credentials,
                                         .how = ENCODE_MASKED },
                    &request, &err) != ETL_OK ||
        request.body.len == 0)
        complain(t, err.text, STR(""), STR("encode"), STR(""));
    for (size_t i = 0; i < t->command->param_count; i++)
        if (checked[i].kind == VALUE_TEXT && checked[i].secret && checked[i].text.len > 3 &&
            str_contains(buf_str(&request.body), checked[i].text))
            complain(t, "the masked request shows a secret", t->command->params[i].name, STR("secret"),
                     checked[i].text);
    if (str_contains(buf_str(&request.body), STR("k1te-credential")))
        complain(t, "the masked request shows a credential", STR(""), STR("secret"), STR(""));
    request_release(&request);
}

static void try_without(struct tried *t, size_t param)
{
    const struct param *p = &t->command->params[param];

    if (!p->required)
        return;
    anew(t);
    t->values[param] = VALUE_NONE;
    if (judge(t) != ETL_REJECT || !told(t, p->name, STR("required"), SEVERITY_ERROR))
        complain(t, "it passes without", p->name, STR("required"), STR(""));
    anew(t);
    t->values[param] = VALUE_OF(STR("")); /* an empty value is none */
    if (judge(t) != ETL_REJECT || !told(t, p->name, STR("required"), SEVERITY_ERROR))
        complain(t, "it passes with nothing in", p->name, STR("required"), STR(""));
}

/* ---- values ---- */

/* What a relation's example stands beside; false where this command has no such parameter, so the rule cannot speak. */
static bool set_relations(struct tried *t, const struct rule *r, size_t param)
{
    bool any = r->with.count == 0;

    if (r->check == CHECK_NOT_CLEAR)
        return t->command->clear.ptr != NULL;
    for (size_t i = 0; i < r->with.count; i++)
        for (size_t k = 0; k < t->command->param_count; k++) {
            const struct param *other = &t->command->params[k];

            if (k == param || other->type == NULL || !str_eq(other->type->role, r->with.items[i].name))
                continue;
            set(t, (int)k, text_fill(&r->with.items[i].text, NULL, NULL, 0, &t->mem));
            any = true;
        }
    return any;
}

static void try_bad_values(struct tried *t, size_t param, const struct value_type *type, int by, struct str by_value)
{
    const struct param *p = &t->command->params[param];

    for (size_t i = 0; i < type->rule_count; i++)
        for (size_t k = 0; k < type->rules[i]->bad_count; k++) {
            const struct rule *r = type->rules[i];
            enum etl_status    st;

            anew(t);
            if (r->bad[k].len == 0 || !set_relations(t, r, param))
                continue;
            if (by >= 0)
                set(t, by, by_value);
            set(t, (int)param, r->bad[k]);
            st = judge(t);
            if (!told(t, p->name, r->id, r->severity) || (r->severity == SEVERITY_ERROR && st != ETL_REJECT))
                complain(t, "it passes with a bad value", p->name, r->id, r->bad[k]);
        }
}

static void try_bool(struct tried *t, size_t param)
{
    const struct param *p = &t->command->params[param];

    anew(t);
    set(t, (int)param, STR("perhaps"));
    if (judge(t) != ETL_REJECT || !told(t, p->name, STR("bool"), SEVERITY_ERROR))
        complain(t, "it passes with neither yes nor no", p->name, STR("bool"), STR("perhaps"));
}

static void try_always(struct tried *t, size_t param)
{
    const struct param *p = &t->command->params[param];

    anew(t);
    t->values[param] = VALUE_OF(STR("x"));
    if (judge(t) != ETL_REJECT || !told(t, p->name, STR("always"), SEVERITY_ERROR))
        complain(t, "what is always sent can be set", p->name, STR("always"), STR("x"));
}

static void try_clear(struct tried *t, size_t param)
{
    const struct param *p = &t->command->params[param];
    bool                can = p->clear.ptr != NULL || (!p->required && t->command->clear.ptr != NULL);

    anew(t);
    t->values[param].kind = VALUE_CLEAR;
    judge(t);
    if (can == (told(t, p->name, STR("clear"), SEVERITY_ERROR) || told(t, p->name, STR("required"), SEVERITY_ERROR)))
        complain(t, can ? "it cannot be cleared" : "it can be cleared", p->name, STR("clear"), STR(""));
}

/* ---- rules between values ---- */

static void set_condition(struct tried *t, const struct together *rule)
{
    if (!rule->has_condition)
        return;
    if (rule->unless)
        t->values[rule->condition.param] = VALUE_NONE;
    else
        set(t, rule->condition.param, rule->condition.value);
}

static void drop_members(struct tried *t, const struct param *family)
{
    for (size_t i = 0; i < t->command->param_count; i++)
        if (t->command->params[i].family == family)
            t->values[i] = VALUE_NONE;
}

static void set_items(struct tried *t, const struct together *rule, bool given)
{
    for (size_t i = 0; i < rule->item_count; i++) {
        const struct together_item *item = &rule->items[i];

        if (rule->has_condition && item->param == rule->condition.param)
            continue;
        if (given)
            set(t, item->param, item->value);
        else
            t->values[item->param] = VALUE_NONE;
        if (!given && t->command->params[item->param].is_family)
            drop_members(t, &t->command->params[item->param]);
    }
}

static void try_broken(struct tried *t, const struct together *rule, bool given, const char *what)
{
    anew(t);
    set_items(t, rule, given);
    set_condition(t, rule);
    judge(t);
    if (!told(t, STR_NONE, rule->rule, rule->severity))
        complain(t, what, STR(""), rule->rule, STR(""));
}

static bool has_family(const struct tried *t, const struct together *rule)
{
    for (size_t i = 0; i < rule->item_count; i++)
        if (t->command->params[rule->items[i].param].is_family)
            return true;
    return false;
}

static void try_together(struct tried *t, const struct together *rule)
{
    switch (rule->kind) {
    case TOGETHER_EXACTLY_ONE:
        try_broken(t, rule, false, "it passes with none of the choice");
        if (!has_family(t, rule))
            try_broken(t, rule, true, "it passes with all of the choice");
        break;
    case TOGETHER_AT_LEAST_ONE:
    case TOGETHER_REQUIRED: try_broken(t, rule, false, "it passes without what is needed"); break;
    case TOGETHER_AT_MOST_ONE:
    case TOGETHER_ABSENT:
        if (!has_family(t, rule))
            try_broken(t, rule, true, "it passes with what may not be there");
        break;
    case TOGETHER_TYPE_OF:
        for (size_t i = 0; i < rule->case_count; i++)
            try_bad_values(t, (size_t)rule->subject, rule->cases[i].type, rule->by, rule->cases[i].value);
        break;
    }
}

static void try_command(struct tried *t, const struct command *c)
{
    arena_reset(&t->mem);
    t->command = example_call(c, &t->mem, &t->example);
    t->values = ARENA_ARRAY(&t->mem, struct value, t->command->param_count + 1);
    try_example(t);
    for (size_t i = 0; i < t->command->param_count; i++) {
        const struct param *p = &t->command->params[i];

        if (p->always.ptr != NULL) {
            try_always(t, i);
            continue;
        }
        if (p->is_family)
            continue;
        try_without(t, i);
        try_clear(t, i);
        if (p->type->is_bool)
            try_bool(t, i);
        else
            try_bad_values(t, i, p->type, -1, STR_NONE);
    }
    for (size_t i = 0; i < t->command->together_count; i++)
        try_together(t, &t->command->together[i]);
}

static void test_every_command(void **state)
{
    size_t wrong = 0, asked = 0, commands = 0;

    (void)state;
    for (size_t i = 0; stock_providers[i].name != NULL; i++) {
        struct tried    t = { .check = rule_check_new(STR("2026-11-24")) };
        struct arena    mem;
        struct findings faults;
        struct str      name = str_from(stock_providers[i].name);

        arena_init(&mem, 256U << 20, "a description");
        arena_init(&t.mem, 256U << 20, "a command");
        findings_init(&faults, &mem);
        assert_int_equal(provider_load(str_head(name, name.len - strlen(".yaml")), &mem, &t.provider, &faults), ETL_OK);
        for (size_t k = 0; k < t.provider->command_count; k++)
            try_command(&t, &t.provider->commands[k]);
        commands += t.provider->command_count;
        wrong += t.wrong;
        asked += t.asked;
        provider_free(t.provider);
        rule_check_free(t.check);
        arena_release(&t.mem);
        arena_release(&mem);
    }
    print_message("%zu commands, %zu calls tried\n", commands, asked);
    assert_true(commands >= 121 && asked > 10 * commands);
    assert_int_equal(wrong, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = { cmocka_unit_test(test_every_command) };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
