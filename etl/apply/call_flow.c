/* etl/apply/call_flow.c - one call on its way: what each end of an exchange proves, and what follows from it. */
#include "etl/apply/call_flow.h"

#include "etl/secrets/redact.h"

enum { SETTLE_SECONDS = 2 }; /* where the description says none */

uint64_t call_flow_settle_ms(const struct command *command)
{
    return 1000 * (uint64_t)(command->verify.settle_seconds != 0 ? command->verify.settle_seconds : SETTLE_SECONDS);
}

void call_flow_leave(struct call_flow *j)
{
    j->step = FLOW_IDLE;
    j->lanes->busy--;
    arena_reset(&j->mem);
}

void call_flow_settle_as(struct call_flow *j, enum call_state state, struct str reason)
{
    j->settlement = (struct settlement){ .state = state,
                                         .at_ms = wall_ms(),
                                         .http = j->x.http,
                                         .reason = reason,
                                         .reply = j->x.reply,
                                         .tries = j->more_tries };
    j->more_tries = 0;
    j->last_word = state != CALL_UNCERTAIN && state != CALL_DONE;
    j->step = FLOW_SETTLING;
    if (j->lanes->settle_since_ms == 0)
        j->lanes->settle_since_ms = now_ms();
}

static void stay_uncertain(struct call_flow *j, struct str why)
{
    call_flow_settle_as(j, CALL_UNCERTAIN, why);
    j->last_word = true;
}

static void begin_exchange(struct call_flow *j, const struct command *command, const struct value *values,
                           bool may_repeat, uint64_t at_ms)
{
    j->x = (struct exchange){ .command = command,
                              .values = values,
                              .may_repeat = may_repeat,
                              .mem = &j->mem,
                              .owner = j,
                              .not_before_ms = at_ms };
    exchange_submit(j->lanes->exchanges, &j->x);
}

static void ask(struct call_flow *j, enum flow_step step, uint64_t at_ms)
{
    const struct lookup_read *v = &j->loaded.command->verify;

    j->step = step;
    begin_exchange(j, v->read, lookup_values(v, j->loaded.values, &j->mem), true, at_ms);
}

/* What the settled call captured, as later calls of the lane name it. */
static void name_captures(struct call_flow *j, const struct pair_value *captures, size_t count)
{
    struct str         as = j->loaded.line.as.len != 0 ? j->loaded.line.as : j->loaded.command->name;
    struct pair_value *list = ARENA_ARRAY(&j->mem, struct pair_value, count + 1);
    size_t             n = 0;

    for (size_t i = 0; i < count; i++) {
        struct str value = captures[i].value;

        /* What holds a secret of this call is left out: the ledger is a file. */
        if (value.ptr != NULL &&
            str_eq(value, redact(value, j->lanes->exchanges->connection, j->loaded.command, j->loaded.values, &j->mem)))
            list[n++] =
                (struct pair_value){ arena_fmt(&j->mem, "%.*s.%.*s", STR_ARG(as), STR_ARG(captures[i].name)), value };
    }
    j->settlement.captures = list;
    j->settlement.capture_count = n;
}

void call_flow_keep_read_back(struct call_flow *j, const struct verdict *read)
{
    const struct command    *c = j->loaded.command;
    const struct pair_value *captures;
    size_t                   count = lookup_captures(&c->verify, c, j->loaded.values, read, &j->mem, &captures);

    name_captures(j, captures, count);
}

/* To be sent once more, when that can still be expected to help. What may still be under way somewhere has wait_ms to arrive. */
static bool ready_again(struct call_flow *j, uint64_t wait_ms)
{
    if (j->rounds++ >= j->lanes->exchanges->connection->limits.tries)
        return false;
    j->old_doubt = false;
    j->send_at_ms = now_ms() + wait_ms;
    j->step = FLOW_READY;
    return true;
}

/* Is sending it again no repetition, or asked for by somebody who looked? */
static bool may_send_again(const struct call_flow *j)
{
    const struct command *c = j->loaded.command;

    return command_repeat_safe(c, j->loaded.values) || c->effect == EFFECT_READ ||
           (j->lanes->resend_uncertain && j->old_doubt);
}

/* One reading of the report settles all of them, behind all other work. */
static void wait_for_report(struct call_flow *j)
{
    j->lanes->waits_for_report++;
    if (j->was_uncertain && j->rounds == 0)
        call_flow_leave(j); /* as it stands in the ledger */
    else
        stay_uncertain(
            j, j->lanes->report_is_read
                   ? STR("its answer got lost; the report that tells was read before that: run the same command again")
                   : j->settlement.reason);
}

void call_flow_resolve_doubt(struct call_flow *j)
{
    const struct command *c = j->loaded.command;

    if (c->verify.read != NULL && lookup_is_shared(&c->verify) && !command_repeat_safe(c, j->loaded.values))
        wait_for_report(j);
    else if (c->verify.read != NULL && !lookup_is_shared(&c->verify))
        ask(j, FLOW_READING_BACK, 0);
    else if (!may_send_again(j))
        stay_uncertain(
            j,
            STR("its answer got lost, and this command cannot be read back: look at the provider; --resend-uncertain sends it again"));
    else if (!ready_again(j, c->effect == EFFECT_READ ? 0 : call_flow_settle_ms(c)))
        stay_uncertain(j, STR("no answer, however often it was sent"));
}

enum etl_status call_flow_take(struct call_flow *j, const struct ledger_call *call, struct err *err)
{
    struct scheduler         *w = j->lanes;
    struct err                fault = { 0 };
    const struct lookup_read *v;
    enum etl_status           st;

    arena_reset(&j->mem);
    *j = (struct call_flow){ .lanes = w,
                             .mem = j->mem,
                             .call = *call,
                             .was_uncertain = call->state == CALL_UNCERTAIN,
                             .old_doubt = call->state == CALL_UNCERTAIN };
    st = call_load(&w->source, call, false, &j->mem, &j->loaded, &fault);
    if (st == ETL_REJECT) { /* one in doubt cannot be rebuilt to be compared, then */
        struct str why = arena_str(&j->mem, str_from(fault.text));

        if (call->state == CALL_UNCERTAIN)
            stay_uncertain(j, why);
        else
            call_flow_settle_as(j, CALL_FAILED, why);
        return ETL_OK;
    }
    if (st != ETL_OK) {
        if (err != NULL)
            *err = fault;
        return st;
    }
    v = &j->loaded.command->verify;
    if (call->state == CALL_UNCERTAIN)
        call_flow_resolve_doubt(j);
    else if (v->read == NULL || !v->baseline || call->has_baseline)
        j->step = FLOW_READY;
    else if (lookup_is_shared(v))
        reconcile_look(w, j);
    else
        ask(j, FLOW_LOOKING, 0);
    return ETL_OK;
}

void call_flow_looked(struct call_flow *j, const struct verdict *read, uint64_t fingerprint)
{
    bool there = false;

    if (read != NULL && baseline_judge(j->loaded.command, j->loaded.values, read, &j->mem, &there) != READBACK_UNREAD) {
        if (there && j->loaded.command->verify.there_is_refused) {
            call_flow_settle_as(j, CALL_REFUSED,
                                arena_fmt(&j->mem,
                                          "not sent: %.*s finds it there already, and it would be made a second time",
                                          STR_ARG(j->loaded.command->verify.read->name)));
            return;
        }
        j->call.has_baseline = j->note_baseline = true;
        j->call.there_before = there;
        j->call.baseline_print = fingerprint;
        j->step = FLOW_READY;
        return;
    }
    if (read != NULL && read->is == REPLY_REFUSED && j->loaded.command->verify.baseline_when_told) {
        j->step = FLOW_READY; /* nobody looked, then: what is found after a lost answer stays unsure */
        return;
    }
    /* Without that look a lost answer could never be settled: it is not sent. Another day it may be. */
    call_flow_settle_as(j, CALL_PENDING,
                        arena_fmt(&j->mem, "not sent: looking before the first sending failed: %.*s",
                                  STR_ARG(read != NULL ? read->reason : j->x.why)));
}

void call_flow_send(struct call_flow *j)
{
    const struct command *c = j->loaded.command;

    j->call.state = CALL_SENDING;
    j->call.absent_at_ms = 0;
    j->step = FLOW_SENDING;
    begin_exchange(j, c, j->loaded.values, c->effect == EFFECT_READ, j->send_at_ms);
}

/* A read may find several: what differs among them is yielded to no call. */
static void read_done(struct call_flow *j)
{
    const struct verdict *v = &j->x.verdict;
    struct pair_value    *sure = ARENA_ARRAY(&j->mem, struct pair_value, v->capture_count + 1);
    size_t                n = 0;

    for (size_t i = 0; i < v->capture_count; i++)
        if (!capture_is_ambiguous(j->loaded.command, v, i))
            sure[n++] = v->captures[i];
    call_flow_settle_as(
        j, CALL_DONE,
        n == v->capture_count
            ? STR_NONE
            : arena_fmt(&j->mem, "found %zu; what differs among them is yielded to no later call", v->record_count));
    name_captures(j, sure, n);
}

/* An answer came whole: what it says of a call that was sent. */
static void answered(struct call_flow *j)
{
    const struct verdict *v = &j->x.verdict;
    bool                  reads = j->loaded.command->effect == EFFECT_READ;

    switch (v->is) {
    case REPLY_DONE:
        if (reads) {
            read_done(j);
            return;
        }
        call_flow_settle_as(j, CALL_DONE, STR_NONE);
        name_captures(j, v->captures, v->capture_count);
        return;
    case REPLY_NOTHING:
        call_flow_settle_as(j, CALL_REFUSED, v->reason.len != 0 ? v->reason : STR("nothing was found"));
        return;
    case REPLY_REFUSED: call_flow_settle_as(j, CALL_REFUSED, v->reason); return;
    case REPLY_THROTTLED:
    case REPLY_LOGIN: /* neither was acted upon */ call_flow_settle_as(j, CALL_PENDING, v->reason); return;
    case REPLY_FAILED:
        /* An answer that nobody knows, to a write, proves nothing but that something answered: unless the request itself was at
         * fault (4xx, RFC 9110 15.5), or the description says so, it may have been carried out. */
        call_flow_settle_as(
            j, reads || v->by_description || (j->x.http >= 400 && j->x.http < 500) ? CALL_FAILED : CALL_UNCERTAIN,
            v->reason);
        return;
    case REPLY_OUTAGE:
    case REPLY_UNCERTAIN: call_flow_settle_as(j, reads ? CALL_PENDING : CALL_UNCERTAIN, v->reason); return;
    }
}

static void sent(struct call_flow *j)
{
    j->more_tries = (int32_t)j->x.tries - 1;
    switch (j->x.end) {
    case EXCHANGE_ANSWERED: answered(j); break;
    case EXCHANGE_LOST:
        call_flow_settle_as(j, j->loaded.command->effect == EFFECT_READ ? CALL_PENDING : CALL_UNCERTAIN, j->x.why);
        break;
    case EXCHANGE_NOT_SENT: call_flow_settle_as(j, CALL_PENDING, j->x.why); break;
    case EXCHANGE_UNSENDABLE: call_flow_settle_as(j, CALL_FAILED, j->x.why); break;
    }
}

/* Not there: seen once, it is looked for again later; seen twice, far enough apart, it is sent again. */
static void not_there(struct call_flow *j)
{
    uint64_t settle_ms = call_flow_settle_ms(j->loaded.command), now = wall_ms(), seen = j->call.absent_at_ms;

    if (seen == 0 || seen > now) {
        j->call.absent_at_ms = now;
        j->note_absence = true;
        ask(j, FLOW_READING_BACK, now_ms() + settle_ms);
    } else if (now < seen + settle_ms) {
        ask(j, FLOW_READING_BACK, now_ms() + (seen + settle_ms - now));
    } else if (!ready_again(j, 0)) {
        stay_uncertain(j, STR("no answer, however often it was sent"));
    }
}

static void read_back(struct call_flow *j)
{
    const struct command *c = j->loaded.command;
    struct before         before = { .looked = j->call.has_baseline,
                                     .there = j->call.there_before,
                                     .same_answer = j->call.baseline_print != 0 && j->call.baseline_print == j->x.fingerprint };
    const char           *why = "reading back gave no answer";

    if (j->x.end != EXCHANGE_ANSWERED) {
        stay_uncertain(j, arena_fmt(&j->mem, "its answer got lost, and reading back failed: %.*s", STR_ARG(j->x.why)));
        return;
    }
    switch (readback_judge(c, j->loaded.values, &before, &j->x.verdict, &j->mem, &why)) {
    case READBACK_DONE:
        call_flow_settle_as(j, CALL_DONE, STR_NONE);
        j->settlement.verified = true;
        call_flow_keep_read_back(j, &j->x.verdict);
        return;
    case READBACK_ABSENT: not_there(j); return;
    case READBACK_NO_PROOF:
        if (may_send_again(j) && ready_again(j, call_flow_settle_ms(c)))
            return;
        break;
    case READBACK_UNSURE:
        if (command_repeat_safe(c, j->loaded.values) && ready_again(j, call_flow_settle_ms(c)))
            return;
        break;
    case READBACK_UNREAD:
        why = arena_cstr(&j->mem, arena_fmt(&j->mem, "%s: %.*s", why, STR_ARG(j->x.verdict.reason)));
        break;
    }
    stay_uncertain(j, arena_fmt(&j->mem, "its answer got lost; %s", why));
}

void call_flow_came_back(struct call_flow *j)
{
    switch (j->step) {
    case FLOW_LOOKING:
        call_flow_looked(j, j->x.end == EXCHANGE_ANSWERED ? &j->x.verdict : NULL, j->x.fingerprint);
        break;
    case FLOW_SENDING: sent(j); break;
    case FLOW_READING_BACK: read_back(j); break;
    case FLOW_IDLE:
    case FLOW_READY:
    case FLOW_SETTLING: break;
    }
}
