/* etl/apply/loaded_call.c - a call from its line of the plan to values that can be encoded: unsealed, references resolved, rules held. */
#include "etl/apply/loaded_call.h"

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
static enum etl_status resolve(const struct call_source *s, const struct ledger_call *at, struct str lane,
                               struct value *v, struct arena *mem, struct err *err)
{
    struct str      text;
    enum etl_status st = ledger_capture(s->ledger, at, v->text, mem, &text, err);

    if (st == ETL_END && s->after != NULL)
        st = ledger_capture_of_lane(s->after, lane, v->text, mem, &text, err);
    if (st == ETL_END)
        return err_set(err, ETL_REJECT, "reference", "not sent: no earlier call of this lane yielded %.*s",
                       STR_ARG(v->text));
    if (st != ETL_OK)
        return st;
    *v = (struct value){ VALUE_TEXT, v->secret, text };
    return ETL_OK;
}

/* The record's line, with the values of this one of its calls. */
static enum etl_status read_line(const struct call_source *s, const struct ledger_call *at, struct arena *mem,
                                 struct loaded_call *out, struct err *err)
{
    struct plan_wanted wanted = { s->head, (size_t)at->nth };
    struct str         text;
    enum etl_status    st = plan_reader_at(s->plan, at->offset, (size_t)at->length, mem, &text, err);

    if (st == ETL_OK)
        st = plan_record_parse(&wanted, text, mem, &out->record, err);
    if (st == ETL_OK && at->nth >= out->record.call_count)
        st = err_set(err, ETL_FAIL, "plan-line", "plan.jsonl has no call %llu in its line at byte %llu",
                     (unsigned long long)at->nth + 1, (unsigned long long)at->offset);
    if (st != ETL_OK)
        return st;
    out->call = &out->record.calls[at->nth];
    out->command = plan_call_command(s->provider, out->call, mem);
    if (out->command == NULL)
        return err_set(err, ETL_FAIL, "plan-command", "the description has no command %.*s",
                       STR_ARG(out->call->head->command));
    return ETL_OK;
}

enum etl_status loaded_call_read(const struct call_source *s, const struct ledger_call *at, bool keep_refs,
                                 struct arena *mem, struct loaded_call *out, struct err *err)
{
    struct loaded_call call = { 0 };
    bool               had_refs = false;
    enum etl_status    st = read_line(s, at, mem, &call, err);

    if (st != ETL_OK)
        return st;
    st = plan_call_values(call.call, &(struct plan_values){ call.command, call.record.lane, s->sealer }, mem,
                          &call.values, err);
    for (size_t i = 0; st == ETL_OK && !keep_refs && i < call.command->param_count; i++)
        if (call.values[i].kind == VALUE_REF) {
            had_refs = true;
            st = resolve(s, at, call.record.lane, &call.values[i], mem, err);
        }
    if (st == ETL_OK && (had_refs || has_dates(call.command, call.values)))
        st = check_rules(s, &call, mem, err);
    if (st == ETL_OK || st == ETL_REJECT)
        *out = call;
    return st;
}
