/* etl/apply/loaded_call.c - a call from its line of the plan to values that can be encoded: unsealed, references resolved, rules held. */
#include "etl/apply/loaded_call.h"
#include "etl/run/plan_reader.h"

/* A date that was in the future at planning may be past now, and a value from a reply was never checked. Everything else was: planning ran
 * the same rules over the same bytes, and the seal proves that the bytes are the same. */
static bool has_dates(const struct command *c, const struct value *values)
{
    for (size_t i = 0; i < c->param_count; i++) {
        const struct value_type *type = c->params[i].type;

        if (type == NULL || values[i].kind != VALUE_TEXT)
            continue;
        for (size_t k = 0; k < type->rule_count; k++)
            if (type->rules[k]->check == CHECK_DATE && type->rules[k]->future)
                return true;
    }
    return false;
}

struct first_fault {
    struct err *err;
    bool        found;
};

static void keep_first(void *context, enum severity severity, const struct err *err)
{
    struct first_fault *f = context;

    if (severity != SEVERITY_ERROR || f->found)
        return;
    f->found = true;
    if (f->err != NULL)
        *f->err = *err;
}

static enum etl_status check_rules(const struct call_source *s, const struct loaded_call *call, struct arena *mem,
                                   struct err *err)
{
    struct err         text;
    struct first_fault fault = { err, false };
    struct rule_sink   sink = { .add = keep_first, .context = &fault };
    enum etl_status    st = rules_call(s->rules, call->command, call->values, &sink, mem);

    if (st != ETL_REJECT || err == NULL)
        return st;
    text = *err;
    return err_set(err, ETL_REJECT, "rule-now", "not sent: %s%s%.300s (rule %s)", text.field != NULL ? text.field : "",
                   text.field != NULL ? ": " : "", text.text, text.rule);
}

/* "customer.id": from this lane, or else from the run before, for the same lane key. */
static enum etl_status resolve(const struct call_source *s, const struct ledger_call *at, const struct plan_line *line,
                               struct value *v, struct arena *mem, struct err *err)
{
    struct str      text;
    enum etl_status st = ledger_capture(s->ledger, at, v->text, mem, &text, err);

    if (st == ETL_END && s->after != NULL)
        st = ledger_capture_of_lane(s->after, line->lane, v->text, mem, &text, err);
    if (st == ETL_END)
        return err_set(err, ETL_REJECT, "reference", "not sent: no earlier call of this lane yielded %.*s",
                       STR_ARG(v->text));
    if (st != ETL_OK)
        return st;
    *v = (struct value){ VALUE_TEXT, v->secret, text };
    return ETL_OK;
}

enum etl_status loaded_call_read(const struct call_source *s, const struct ledger_call *at, bool keep_refs,
                                 struct arena *mem, struct loaded_call *out, struct err *err)
{
    struct loaded_call call;
    struct str         text;
    bool               had_refs = false;
    enum etl_status    st = plan_reader_at(s->plan, at->offset, (size_t)at->length, mem, &text, err);

    if (st == ETL_OK)
        st = plan_line_parse(text, mem, &call.line, err);
    if (st != ETL_OK)
        return st;
    call.command = plan_line_command(s->provider, &call.line, mem);
    if (call.command == NULL)
        return err_set(err, ETL_FAIL, "plan-command", "the description no longer has the command %.*s",
                       STR_ARG(call.line.command));
    st = plan_line_values(&call.line, call.command, s->sealer, mem, &call.values, err);
    for (size_t i = 0; st == ETL_OK && !keep_refs && i < call.command->param_count; i++)
        if (call.values[i].kind == VALUE_REF) {
            had_refs = true;
            st = resolve(s, at, &call.line, &call.values[i], mem, err);
        }
    if (st == ETL_OK && (had_refs || has_dates(call.command, call.values)))
        st = check_rules(s, &call, mem, err);
    if (st == ETL_OK || st == ETL_REJECT)
        *out = call;
    return st;
}
