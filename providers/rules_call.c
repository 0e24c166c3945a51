/* providers/rules_call.c - is this call what the provider takes? Written forms, required values, types, and rules between them. */
#include "etl/base/utf8.h"
#include "providers/rules_private.h"

struct judging {
    struct rule_check      *check;
    const struct command   *command;
    struct value           *values;
    const struct rule_sink *sink;
    struct arena           *mem;
    bool                    rejected;
};

static const char *field_name(struct judging *j, const struct param *p)
{
    return p->name.ptr[p->name.len] == '\0' ? p->name.ptr : arena_cstr(j->mem, p->name);
}

static void report(struct judging *j, const struct param *p, struct str rule, enum severity severity, const struct err *err)
{
    if (j->sink != NULL && j->sink->severity != NULL)
        severity = j->sink->severity(j->sink->severity_context, j->command, p, rule, severity);
    if (severity == SEVERITY_ERROR)
        j->rejected = true;
    if (j->sink != NULL && j->sink->add != NULL)
        j->sink->add(j->sink->context, severity, err);
}

static void fault(struct judging *j, const struct param *p, const char *rule, enum severity severity, const char *text)
{
    struct err err = { .field = field_name(j, p) };

    err_set(&err, ETL_REJECT, rule, "%s", text);
    report(j, p, str_from(rule), severity, &err);
}

static bool is_given(const struct value *v)
{
    return v->kind != VALUE_ABSENT;
}

/* A family is given when one of its members is. */
static bool member_given(const struct judging *j, const struct param *family)
{
    for (size_t i = 0; i < j->command->param_count; i++)
        if (j->command->params[i].family == family && is_given(&j->values[i]))
            return true;
    return false;
}

static bool item_given(const struct judging *j, const struct together_item *item)
{
    const struct value *v = &j->values[item->param];

    if (j->command->params[item->param].is_family)
        return member_given(j, &j->command->params[item->param]);
    if (item->value.ptr == NULL)
        return is_given(v);
    return v->kind == VALUE_TEXT && str_eq(v->text, item->value);
}

/* ---- written forms ---- */

/* true, yes, on, Y, 1 or the written word itself → as the provider writes it. */
static void write_bool(struct judging *j, const struct param *p, struct value *v)
{
    static const struct str yes[] = { { "true", 4 }, { "yes", 3 }, { "y", 1 }, { "on", 2 }, { "1", 1 }, { "t", 1 } };
    static const struct str no[] = { { "false", 5 }, { "no", 2 }, { "n", 1 }, { "off", 3 }, { "0", 1 }, { "f", 1 } };
    const struct value_type *type = p->type;
    bool is_yes = str_eq(v->text, type->yes), is_no = !type->no_is_absent && str_eq(v->text, type->no);

    for (size_t i = 0; i < sizeof yes / sizeof yes[0] && !is_yes && !is_no; i++) {
        is_yes = str_eq_nocase(v->text, yes[i]);
        is_no = str_eq_nocase(v->text, no[i]);
    }
    if (is_yes)
        v->text = type->yes;
    else if (is_no && type->no_is_absent)
        v->kind = VALUE_ABSENT;
    else if (is_no)
        v->text = type->no;
    else {
        struct err err = { .field = field_name(j, p) };

        err_set(&err, ETL_REJECT, "bool", "must be true or false (%.*s or %.*s), got %s", STR_ARG(type->yes), STR_ARG(type->no),
                shown(v->text, p->secret).text);
        report(j, p, STR("bool"), SEVERITY_ERROR, &err);
    }
}

/* ---- one value ---- */

static struct str role_in_call(const struct relations *relations, struct str role)
{
    const struct command *c = relations->command;

    for (size_t i = 0; i < c->param_count; i++)
        if (c->params[i].type != NULL && str_eq(c->params[i].type->role, role) && relations->values[i].kind == VALUE_TEXT)
            return relations->values[i].text;
    return STR_NONE;
}

static void check_type(struct judging *j, const struct param *p, const struct value_type *type, struct str value)
{
    struct relations relations = { .role = role_in_call, .command = j->command, .values = j->values,
                                   .clear = p->clear.ptr != NULL ? p->clear : j->command->clear };

    for (size_t i = 0; i < type->rule_count; i++) {
        struct err err = { 0 };

        if (rule_judge(j->check, type->rules[i], NULL, p->secret, value, &relations, &err) == ETL_OK)
            continue;
        err.field = field_name(j, p);
        report(j, p, type->rules[i]->id, type->rules[i]->severity, &err);
    }
}

static void check_one(struct judging *j, size_t i)
{
    const struct param *p = &j->command->params[i];
    struct value       *v = &j->values[i];

    if (p->always.ptr != NULL) {
        if (is_given(v))
            fault(j, p, "always", SEVERITY_ERROR, "cannot be set; the provider gets its one value always");
        return;
    }
    v->secret = v->secret || p->secret;
    if (v->kind == VALUE_TEXT && v->text.len == 0)
        v->kind = VALUE_ABSENT;
    if (p->is_family) {
        if (is_given(v))
            fault(j, p, "family", SEVERITY_ERROR, "is a family of parameters: name the ones that are meant");
        return;
    }
    if (v->kind == VALUE_CLEAR && j->command->clear.ptr == NULL && p->clear.ptr == NULL)
        fault(j, p, "clear", SEVERITY_ERROR, "cannot be cleared: this command has no word for it");
    if (v->kind == VALUE_TEXT && p->type->is_bool)
        write_bool(j, p, v);
    if (p->required && v->kind == VALUE_CLEAR)
        fault(j, p, "required", SEVERITY_ERROR, "is required and cannot be cleared");
    if (p->required && !is_given(v))
        fault(j, p, "required", SEVERITY_ERROR, "is required and has no value");
    if (v->kind != VALUE_TEXT)
        return;
    if (!utf8_valid(v->text)) {
        fault(j, p, "utf8", SEVERITY_ERROR, "holds bytes that are no UTF-8");
        return;
    }
    check_type(j, p, p->type, v->text);
}

/* ---- rules between values ---- */

static const char *kind_text(const struct together *t, size_t given)
{
    switch (t->kind) {
    case TOGETHER_EXACTLY_ONE:
        return given == 0 ? "one of these must be given" : "only one of these may be given";
    case TOGETHER_AT_LEAST_ONE:
        return "at least one of these must be given";
    case TOGETHER_AT_MOST_ONE:
        return "only one of these may be given";
    case TOGETHER_REQUIRED:
        return "is required here";
    case TOGETHER_ABSENT:
        return "may not be given here";
    case TOGETHER_TYPE_OF:
        break;
    }
    return "";
}

static void tell_together(struct judging *j, const struct together *t, const struct param *p, size_t given)
{
    struct err                   err = { .field = field_name(j, p) };
    AUTO(buf_release) struct buf names;

    buf_init(&names, 4096, "names");
    for (size_t i = 0; i < t->item_count; i++)
        buf_fmt(&names, "%s%.*s", i != 0 ? ", " : "", STR_ARG(j->command->params[t->items[i].param].name));
    snprintf(j->check->name, sizeof j->check->name, "%.*s", STR_ARG(t->rule));
    if (t->message.len != 0)
        err_set(&err, ETL_REJECT, j->check->name, "%.*s", STR_ARG(t->message));
    else if (t->item_count > 1)
        err_set(&err, ETL_REJECT, j->check->name, "%s: %s", kind_text(t, given), buf_cstr(&names));
    else
        err_set(&err, ETL_REJECT, j->check->name, "%s", kind_text(t, given));
    report(j, p, t->rule, t->severity, &err);
}

static void check_type_of(struct judging *j, const struct together *t)
{
    const struct value *by = &j->values[t->by], *subject = &j->values[t->subject];

    if (by->kind != VALUE_TEXT || subject->kind != VALUE_TEXT)
        return;
    for (size_t i = 0; i < t->case_count; i++)
        if (str_eq(t->cases[i].value, by->text))
            check_type(j, &j->command->params[t->subject], t->cases[i].type, subject->text);
}

static void check_together(struct judging *j, const struct together *t)
{
    size_t given = 0;

    if (t->has_condition && item_given(j, &t->condition) == t->unless)
        return;
    if (t->kind == TOGETHER_TYPE_OF) {
        check_type_of(j, t);
        return;
    }
    for (size_t i = 0; i < t->item_count; i++) {
        const struct param *p = &j->command->params[t->items[i].param];
        bool                is = item_given(j, &t->items[i]);

        given += is;
        if ((t->kind == TOGETHER_REQUIRED && !is) || (t->kind == TOGETHER_ABSENT && is))
            tell_together(j, t, p, given);
    }
    if ((t->kind == TOGETHER_EXACTLY_ONE && given != 1) || (t->kind == TOGETHER_AT_LEAST_ONE && given == 0) ||
        (t->kind == TOGETHER_AT_MOST_ONE && given > 1))
        tell_together(j, t, &j->command->params[t->items[0].param], given);
}

enum etl_status rules_call(struct rule_check *c, const struct command *command, struct value *values,
                           const struct rule_sink *sink, struct arena *record_mem)
{
    struct judging j = { .check = c, .command = command, .values = values, .sink = sink, .mem = record_mem };

    for (size_t i = 0; i < command->param_count; i++)
        check_one(&j, i);
    for (size_t i = 0; i < command->together_count; i++)
        check_together(&j, &command->together[i]);
    return j.rejected ? ETL_REJECT : ETL_OK;
}

bool rules_would_take(struct rule_check *c, const struct command *command, size_t param, struct value *values, struct str value,
                      const struct rule_sink *sink)
{
    struct rule_sink    quiet = { .severity = sink->severity, .severity_context = sink->severity_context };
    struct judging      j = { .check = c, .command = command, .values = values, .sink = &quiet };
    const struct param *p = &command->params[param];
    struct value        v = VALUE_OF(value);

    if (p->type == NULL || !utf8_valid(value))
        return false;
    if (p->type->is_bool)
        write_bool(&j, p, &v);
    if (v.kind == VALUE_TEXT)
        check_type(&j, p, p->type, v.text);
    for (size_t i = 0; i < command->together_count; i++) {
        const struct together *t = &command->together[i];

        if (t->kind != TOGETHER_TYPE_OF || (size_t)t->subject != param || values[t->by].kind != VALUE_TEXT)
            continue;
        for (size_t k = 0; k < t->case_count; k++)
            if (str_eq(t->cases[k].value, values[t->by].text))
                check_type(&j, p, t->cases[k].type, v.text);
    }
    return !j.rejected;
}

unsigned rules_dangers(const struct command *command, const struct value *values)
{
    unsigned dangers = command->dangers;

    for (size_t i = 0; i < command->param_count; i++) {
        const struct param *p = &command->params[i];

        for (size_t k = 0; k < p->danger_value_count; k++)
            if (values[i].kind == VALUE_TEXT && str_eq(values[i].text, p->danger_values[k].value))
                dangers |= p->danger_values[k].dangers;
    }
    return dangers;
}
