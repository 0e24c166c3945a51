/* providers/sandbox/respond_params.c - a request's fields become the command's values, as strictly as the document says. */
#include "providers/sandbox/respond_private.h"

#include "providers/model/value_form.h"

static const struct wire_field *field_named(const struct served *w, struct str name)
{
    for (size_t i = 0; i < w->field_count; i++)
        if (str_eq(w->fields[i].name, name))
            return &w->fields[i];
    return NULL;
}

const struct pair *request_test_field(const struct provider *p, struct str name)
{
    for (size_t i = 0; i < p->test_send.count; i++)
        if (str_eq(p->test_send.items[i].name, name))
            return &p->test_send.items[i];
    return NULL;
}

int request_param(const struct command *c, struct str name)
{
    for (size_t i = 0; i < c->param_count; i++)
        if (str_eq(c->params[i].wire, name) && !c->params[i].in_name && !c->params[i].is_family)
            return (int)i;
    return -1;
}

/* Does the parameter select rows? Such a field cannot be cleared, so the clear word is an ordinary value there. */
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

static enum etl_status value_read(struct served *w, int at, const struct wire_field *field)
{
    const struct command *c = w->command;
    const struct param   *p = &c->params[at];
    struct value         *v = &w->values[at];
    struct str            clear = p->clear.ptr != NULL ? p->clear : c->clear;

    *v = (struct value){ field->is_array ? VALUE_LIST : VALUE_TEXT, p->secret, field->value };
    if (clear.ptr != NULL && str_eq(field->value, clear) && !finds_rows(c, at))
        v->kind = VALUE_CLEAR;
    else if (field->value.len == 0) /* an empty field counts as not given */
        v->kind = VALUE_ABSENT;
    else if (value_form_differs(p->type) && !value_form_read(p->type, field->value, &w->workspace->mem, v))
        return answer_refusal(w, "%.*s: is not written as documented", STR_ARG(p->wire));
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

static enum etl_status read_field(struct served *w, const struct wire_field *field, bool *given)
{
    const struct provider *p = w->hosted->provider;
    int                    at = request_param(w->command, field->name);

    if (at >= 0) {
        if (given[at])
            return answer_refusal(w, "%.*s: is given twice", STR_ARG(field->name));
        given[at] = true;
        return value_read(w, at, field);
    }
    if (request_test_field(p, field->name) != NULL || str_eq(field->name, p->command_field) ||
        wire_field(w->wire, field->name) || (entrance_is_proof(w->hosted->entrance, field->name) && w->login == NULL)) {
        if (field_named(w, field->name) != field)
            return answer_refusal(w, "%.*s: is given twice", STR_ARG(field->name));
        return ETL_OK;
    }
    return answer_refusal(w, "unknown parameter %s", shown(field->name, false).text);
}

static enum etl_status read_test_mode(struct served *w)
{
    const struct provider *p = w->hosted->provider;
    const struct fill      from = { 0 };
    size_t                 equal = 0, given = 0;

    for (size_t i = 0; i < p->test_send.count; i++) {
        const struct wire_field *field = field_named(w, p->test_send.items[i].name);

        if (field == NULL || request_param(w->command, field->name) >= 0)
            continue;
        given++;
        if (str_eq(field->value, fill_answer(&p->test_send.items[i].text, &from, &w->workspace->mem)))
            equal++;
        else
            return answer_refusal(w, "%.*s: must be as documented for test mode, or not be sent at all",
                                  STR_ARG(field->name));
    }
    w->test = given != 0 && equal == p->test_send.count;
    return ETL_OK;
}

static enum etl_status read_always(struct served *w)
{
    const struct command *c = w->command;

    for (size_t i = 0; i < c->param_count; i++) {
        const struct param *p = &c->params[i];

        if (p->omit.ptr != NULL && w->values[i].kind == VALUE_ABSENT) /* its `omit` value is given by sending nothing */
            w->values[i] = (struct value){ VALUE_TEXT, p->secret, p->omit };
        if (p->always.ptr == NULL || p->in_name)
            continue;
        if (p->live_only && w->values[i].kind == VALUE_ABSENT)
            w->test = true;
        else if (w->values[i].kind != VALUE_TEXT || !str_eq(w->values[i].text, p->always))
            return answer_refusal(w, "%.*s: must be %.*s", STR_ARG(p->wire), STR_ARG(p->always));
        /* The rules are about parameters that a mapping may set, so fixed ones are left out. */
        w->values[i] = VALUE_NONE;
    }
    return ETL_OK;
}

/* A value that has a header must come with it, and the header must not come without the value. */
static enum etl_status check_headers(struct served *w)
{
    for (size_t i = 0; i < w->command->param_count; i++)
        for (size_t k = 0; k < w->command->params[i].header_count; k++) {
            const struct header_value *h = &w->command->params[i].headers[k];
            bool                       given = w->values[i].kind == VALUE_TEXT && str_eq(w->values[i].text, h->value);

            if (given != str_eq(wire_header(w->asked->headers, arena_cstr(&w->workspace->mem, h->name)), h->text))
                return answer_refusal(w, "%.*s=%.*s and the header %.*s: %.*s go together",
                                      STR_ARG(w->command->params[i].wire), STR_ARG(h->value), STR_ARG(h->name),
                                      STR_ARG(h->text));
        }
    return ETL_OK;
}

static enum etl_status read_params(struct served *w)
{
    const struct command *c = w->command;
    bool                 *given = ARENA_ARRAY(&w->workspace->mem, bool, c->param_count + 1);
    enum etl_status       st = read_test_mode(w);

    for (size_t i = 0; st == ETL_OK && i < w->field_count; i++)
        st = read_field(w, &w->fields[i], given);
    if (st == ETL_OK)
        st = read_always(w);
    return st == ETL_OK ? check_headers(w) : st;
}

struct first_error {
    struct served *work;
    bool           told;
};

static void take_error(void *context, enum severity severity, const struct err *err)
{
    struct first_error *first = context;

    if (severity != SEVERITY_ERROR || first->told)
        return;
    first->told = true;
    if (err->field != NULL)
        answer_refusal(first->work, "%s: %s", err->field, err->text);
    else
        answer_refusal(first->work, "%s", err->text);
}

/* rules_call() also changes values to the provider's form. On the wire they must have that form already, so a changed value is refused. */
static enum etl_status check_values(struct served *w)
{
    const struct command *c = w->command;
    struct first_error    first = { w, false };
    struct rule_sink      sink = { .add = take_error, .context = &first };
    struct value         *sent = ARENA_ARRAY(&w->workspace->mem, struct value, c->param_count + 1);

    memcpy(sent, w->values, c->param_count * sizeof *sent);
    if (rules_call(w->workspace->rules, c, w->values, &sink, &w->workspace->mem) != ETL_OK && !first.told)
        return answer_refusal(w, "a rule is broken");
    if (first.told)
        return ETL_REJECT;
    for (size_t i = 0; i < c->param_count; i++)
        if (sent[i].kind != w->values[i].kind ||
            (sent[i].kind == VALUE_TEXT && !str_eq(sent[i].text, w->values[i].text)))
            return answer_refusal(w, "%.*s: is not written as documented", STR_ARG(c->params[i].wire));
    return ETL_OK;
}

enum etl_status request_read(struct served *w)
{
    enum etl_status st = read_params(w);

    return st == ETL_OK ? check_values(w) : st;
}
