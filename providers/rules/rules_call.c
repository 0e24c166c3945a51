/* providers/rules/rules_call.c - is this call what the provider takes? Written forms, required values, types, and rules between them. */
#include <stdarg.h>

#include "etl/core/notation/list.h"
#include "etl/core/utf8.h"
#include "providers/model/quick_check.h"
#include "providers/model/value_form.h"
#include "providers/rules/rules_private.h"

struct call_rules {
    struct rule_check      *check;
    const struct command   *command;
    struct value           *values;
    const struct rule_sink *sink;
    struct arena           *mem;
    bool                    rejected;
};

static const char *field_name(struct call_rules *j, const struct param *p)
{
    return p->name.ptr[p->name.len] == '\0' ? p->name.ptr : arena_cstr(j->mem, p->name);
}

static void report(struct call_rules *j, const struct param *p, struct str rule, enum severity severity,
                   const struct err *err)
{
    if (j->sink != NULL && j->sink->severity != NULL)
        severity = j->sink->severity(j->sink->severity_context, j->command, p, rule, severity);
    if (severity == SEVERITY_ERROR)
        j->rejected = true;
    if (j->sink != NULL && j->sink->add != NULL)
        j->sink->add(j->sink->context, severity, err);
}

static void fault(struct call_rules *j, const struct param *p, const char *rule, enum severity severity,
                  const char *text)
{
    struct err err = { .field = field_name(j, p) };

    err_set(&err, ETL_REJECT, rule, "%s", text);
    report(j, p, str_from(rule), severity, &err);
}

static bool is_given(const struct value *v)
{
    return v->kind != VALUE_ABSENT;
}

/* A family is given if one of its members is. */
static bool member_given(const struct call_rules *j, const struct param *family)
{
    for (size_t i = 0; i < j->command->param_count; i++)
        if (j->command->params[i].family == family && is_given(&j->values[i]))
            return true;
    return false;
}

static bool item_given(const struct call_rules *j, const struct together_item *item)
{
    const struct value *v = &j->values[item->param];

    if (j->command->params[item->param].is_family)
        return member_given(j, &j->command->params[item->param]);
    if (item->value.ptr == NULL)
        return is_given(v);
    return v->kind == VALUE_TEXT && str_eq(v->text, item->value);
}

/* ---- written forms ---- */

/* true, yes, on, Y, 1 or the provider's own word, changed to the provider's word. */
static void write_bool(struct call_rules *j, const struct param *p, struct value *v)
{
    static const struct str  yes[] = { { "true", 4 }, { "yes", 3 }, { "y", 1 }, { "on", 2 }, { "1", 1 }, { "t", 1 } };
    static const struct str  no[] = { { "false", 5 }, { "no", 2 }, { "n", 1 }, { "off", 3 }, { "0", 1 }, { "f", 1 } };
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

        err_set(&err, ETL_REJECT, "bool", "must be true or false (%.*s or %.*s), got %s", STR_ARG(type->yes),
                STR_ARG(type->no), shown(v->text, p->secret).text);
        report(j, p, STR("bool"), SEVERITY_ERROR, &err);
    }
}

/* ---- one value ---- */

static struct str role_in_call(const struct relations *relations, struct str role)
{
    const struct command *c = relations->command;

    for (size_t i = 0; i < c->param_count; i++)
        if (c->params[i].type != NULL && str_eq(c->params[i].type->role, role) &&
            relations->values[i].kind == VALUE_TEXT)
            return relations->values[i].text;
    return STR_NONE;
}

static void fault_at(struct call_rules *j, const struct param *p, const char *field, const char *rule, const char *fmt,
                     ...) __attribute__((format(printf, 5, 6)));
static void fault_at(struct call_rules *j, const struct param *p, const char *field, const char *rule, const char *fmt,
                     ...)
{
    struct err err = { .field = field };
    char       text[sizeof err.text];
    va_list    args;

    va_start(args, fmt);
    vsnprintf(text, sizeof text, fmt, args);
    va_end(args);
    err_set(&err, ETL_REJECT, rule, "%s", text);
    report(j, p, str_from(rule), SEVERITY_ERROR, &err);
}

static struct str clear_word(const struct call_rules *j, const struct param *p)
{
    return p->clear.ptr != NULL ? p->clear : j->command->clear;
}

static void judge(struct call_rules *j, const struct param *p, const char *field, const struct rule *const *rules,
                  size_t count, struct str value)
{
    struct relations relations = {
        .role = role_in_call, .command = j->command, .values = j->values, .clear = clear_word(j, p)
    };

    for (size_t i = 0; i < count; i++) {
        if (rule_judge(j->check, rules[i], NULL, p->secret, value, &relations, NULL) == ETL_OK)
            continue;
        /* Checked again to get the message: an err is half a kilobyte, and nearly all values pass, so the first check has none (a quarter of
         * check_call's time). */
        struct err err = { .field = field };

        rule_judge(j->check, rules[i], field, p->secret, value, &relations, &err);
        report(j, p, rules[i]->id, rules[i]->severity, &err);
    }
}

/* `field` is the parameter's name, or that of a part: address.town */
static void check_type(struct call_rules *j, const struct param *p, const char *field, const struct value_type *type,
                       struct str value)
{
    if (type->date.len != 0 && !date_is_iso(value)) {
        fault_at(j, p, field, "date", "must be a date, YYYY-MM-DD (it is sent as %.*s), got %s", STR_ARG(type->date),
                 shown(value, p->secret).text);
        return;
    }
    judge(j, p, field, type->rules, type->rule_count, value);
}

/* ---- lists ---- */

/* ["street","street2",…], for a message. */
static struct str parts_shown(struct call_rules *j, const struct list_form *list)
{
    AUTO(buf_release) struct buf out;

    buf_init(&out, 4096, "names of parts");
    for (size_t i = 0; i < list->part_count; i++)
        buf_fmt(&out, "%s%.*s", i != 0 ? ", " : "", STR_ARG(list->parts[i].name));
    return arena_str(j->mem, buf_str(&out));
}

/* `lists` is the list and, if that is the part of another, the outer one: the part may contain the separator of neither. */
static void check_part(struct call_rules *j, const struct param *p, const char *field,
                       const struct list_form *const lists[2], const struct value_type *type, struct str text)
{
    if (text.len == 0)
        return;
    if (!utf8_valid(text)) {
        fault_at(j, p, field, "utf8", "holds bytes that are no UTF-8");
        return;
    }
    for (size_t i = 0; i < 2; i++)
        if (lists[i] != NULL && !list_part_fits(lists[i], text)) {
            fault_at(j, p, field, "list-part", "holds or touches \"%.*s\", which stands between the parts, got %s",
                     STR_ARG(lists[i]->join), shown(text, p->secret).text);
            return;
        }
    check_type(j, p, field, type, text);
}

static const char *part_field(struct call_rules *j, const char *field, const struct list_form *list, size_t at)
{
    struct str name = list->each != NULL ? arena_fmt(j->mem, "%s[%zu]", field, at + 1)
                                         : arena_fmt(j->mem, "%s.%.*s", field, STR_ARG(list->parts[at].name));

    return name.ptr;
}

/* Checks each part and writes the list again: parts that are missing at the end become empty, inner lists without parts are dropped. */
static void check_list(struct call_rules *j, const struct param *p, const char *field,
                       const struct list_form *const lists[2], struct str text, struct buf *out)
{
    const struct list_form *list = lists[0];
    struct list_reader      r = list_open(text);
    struct list_item        item;
    size_t                  n = 0;

    list_begin(out);
    while (list_next(&r, j->mem, &item)) {
        const struct value_type *type = list->each != NULL     ? list->each
                                        : n < list->part_count ? list->parts[n].type
                                                               : NULL;

        if (type == NULL) {
            fault_at(j, p, field, "list", "has more than its %zu parts: %.*s", list->part_count,
                     STR_ARG(parts_shown(j, list)));
            break;
        }
        if (item.is_list ? list_is_empty(item.text) : list->each != NULL && item.text.len == 0)
            continue;
        const char *name = part_field(j, field, list, n++);

        if (item.is_list != (type->list != NULL))
            fault_at(j, p, name, "list",
                     type->list != NULL ? "must be a list: %.*s" : "must be one text, not a list%.*s",
                     STR_ARG(type->list != NULL ? parts_shown(j, type->list) : STR("")));
        else if (item.is_list)
            check_list(j, p, name, (const struct list_form *const[2]){ type->list, list }, item.text, out);
        else
            check_part(j, p, name, lists, type, item.text);
        if (!item.is_list)
            list_text(out, item.text);
    }
    for (; n < list->part_count; n++)
        list_text(out, STR(""));
    list_end(out);
    if (list->each != NULL && ((int64_t)n < list->min || (int64_t)n > list->max))
        fault_at(j, p, field, "list", "has %zu entries; %lld to %lld are taken", n, (long long)list->min,
                 (long long)list->max);
}

static void check_list_value(struct call_rules *j, const struct param *p, struct value *v)
{
    AUTO(buf_wipe) struct buf out = { 0 };

    if (p->type->list == NULL) {
        fault(j, p, "list", SEVERITY_ERROR, "takes one text, not a list");
        return;
    }
    buf_init(&out, 16 << 20, "a list");
    check_list(j, p, field_name(j, p), (const struct list_form *const[2]){ p->type->list, NULL }, v->text, &out);
    v->text = arena_str(j->mem, buf_str(&out));
}

/* A text that is written as a list becomes a list if the type is one; a list without parts is absent. */
static void tell_list(const struct param *p, struct value *v)
{
    if (v->kind == VALUE_TEXT && p->type->list != NULL && list_is_valid(v->text))
        v->kind = VALUE_LIST;
    if (v->kind == VALUE_LIST && list_is_empty(v->text))
        v->kind = VALUE_ABSENT;
}

/* ---- one parameter ---- */

/* Nearly every value passes here, which halved the time of the rules (callgrind, 50,000 rows). */
static bool check_quickly(struct call_rules *j, const struct param *p, const struct value *v)
{
    const struct quick_check *quick = p->type->quick;

    if (v->kind != VALUE_TEXT || quick == NULL || p->omit.ptr != NULL ||
        !quick_check_passes(quick, v->text, clear_word(j, p)))
        return false;
    if (quick->other_count != 0)
        judge(j, p, field_name(j, p), quick->others, quick->other_count, v->text);
    return true;
}

static void check_given(struct call_rules *j, const struct param *p, struct value *v)
{
    if (check_quickly(j, p, v))
        return;
    if (v->kind == VALUE_LIST)
        check_list_value(j, p, v);
    else if (!utf8_valid(v->text))
        fault(j, p, "utf8", SEVERITY_ERROR, "holds bytes that are no UTF-8");
    else if (p->omit.ptr != NULL && str_eq(v->text, p->omit))
        return;
    else if (p->type->list != NULL)
        fault_at(j, p, field_name(j, p), "list", "must be a list%s%.*s, got %s",
                 p->type->list->part_count != 0 ? ": " : "", STR_ARG(parts_shown(j, p->type->list)),
                 shown(v->text, p->secret).text);
    else
        check_type(j, p, field_name(j, p), p->type, v->text);
}

static void check_one(struct call_rules *j, size_t i)
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
    tell_list(p, v);
    if (v->kind == VALUE_TEXT && p->type->is_bool && (p->omit.ptr == NULL || !str_eq(v->text, p->omit)))
        write_bool(j, p, v);
    if (p->required && v->kind == VALUE_CLEAR &&
        p->clear.ptr == NULL) /* a parameter with a clear word of its own may be cleared although it is required */
        fault(j, p, "required", SEVERITY_ERROR, "is required and cannot be cleared");
    if (p->required && !is_given(v))
        fault(j, p, "required", SEVERITY_ERROR, "is required and has no value");
    if (v->kind == VALUE_TEXT || v->kind == VALUE_LIST)
        check_given(j, p, v);
}

/* ---- rules between values ---- */

static const char *kind_text(const struct together *t, size_t given)
{
    switch (t->kind) {
    case TOGETHER_EXACTLY_ONE: return given == 0 ? "one of these must be given" : "only one of these may be given";
    case TOGETHER_AT_LEAST_ONE: return "at least one of these must be given";
    case TOGETHER_AT_MOST_ONE: return "only one of these may be given";
    case TOGETHER_REQUIRED: return "is required here";
    case TOGETHER_ABSENT: return "may not be given here";
    case TOGETHER_TYPE_OF: break;
    }
    return "";
}

static void tell_together(struct call_rules *j, const struct together *t, const struct param *p, size_t given)
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

static void check_type_of(struct call_rules *j, const struct together *t)
{
    const struct value *by = &j->values[t->by], *subject = &j->values[t->subject];

    if (by->kind != VALUE_TEXT || subject->kind != VALUE_TEXT)
        return;
    for (size_t i = 0; i < t->case_count; i++)
        if (str_eq(t->cases[i].value, by->text))
            check_type(j, &j->command->params[t->subject], field_name(j, &j->command->params[t->subject]),
                       t->cases[i].type, subject->text);
}

static void check_together(struct call_rules *j, const struct together *t)
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
    struct call_rules j = { .check = c, .command = command, .values = values, .sink = sink, .mem = record_mem };

    for (size_t i = 0; i < command->param_count; i++)
        if (is_given(&values[i]) || command->required[i])
            check_one(&j, i);
    for (size_t i = 0; i < command->together_count; i++)
        check_together(&j, &command->together[i]);
    return j.rejected ? ETL_REJECT : ETL_OK;
}

bool rules_would_take(struct rule_check *c, const struct command *command, size_t param, struct value *values,
                      struct str value, const struct rule_sink *sink)
{
    struct rule_sink    quiet = { .severity = sink->severity, .severity_context = sink->severity_context };
    struct call_rules   j = { .check = c, .command = command, .values = values, .sink = &quiet };
    const struct param *p = &command->params[param];
    struct value        v = VALUE_OF(value);

    if (p->type == NULL || !utf8_valid(value))
        return false;
    if (p->type->is_bool)
        write_bool(&j, p, &v);
    if (p->type->list != NULL)
        return list_is_valid(value);
    if (v.kind == VALUE_TEXT)
        check_type(&j, p, field_name(&j, p), p->type, v.text);
    for (size_t i = 0; i < command->together_count; i++) {
        const struct together *t = &command->together[i];

        if (t->kind != TOGETHER_TYPE_OF || (size_t)t->subject != param || values[t->by].kind != VALUE_TEXT)
            continue;
        for (size_t k = 0; k < t->case_count; k++)
            if (str_eq(t->cases[k].value, values[t->by].text))
                check_type(&j, p, field_name(&j, p), t->cases[k].type, v.text);
    }
    return !j.rejected;
}

unsigned rules_dangers(const struct command *command, const struct value *values)
{
    unsigned dangers = command->dangers;

    if (!command->has_danger_values)
        return dangers;
    for (size_t i = 0; i < command->param_count; i++) {
        const struct param *p = &command->params[i];

        if (!is_given(&values[i]))
            continue;
        for (size_t k = 0; k < p->danger_value_count; k++)
            if (str_is(p->danger_values[k].value, "*") ||
                (values[i].kind == VALUE_TEXT && str_eq(values[i].text, p->danger_values[k].value)))
                dangers |= p->danger_values[k].dangers;
    }
    return dangers;
}
