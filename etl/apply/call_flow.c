/* etl/apply/call_flow.c - one call on its way: what each end of an exchange proves, and what follows from it. */
#include "etl/apply/call_flow.h"

#include "etl/core/must.h"
#include "providers/replies/lookup_read.h"

enum { SETTLE_SECONDS = 2 }; /* where the description says none */

uint64_t call_flow_settle_ms(const struct command *command)
{
    return 1000 * (uint64_t)(command->verify.settle_seconds != 0 ? command->verify.settle_seconds : SETTLE_SECONDS);
}

void call_flow_leave(struct call_flow *flow)
{
    flow->step = FLOW_IDLE;
    flow->shared->busy--;
    arena_reset(&flow->mem);
}

void call_flow_settle_as(struct call_flow *flow, enum call_state state, struct str reason)
{
    MUST(state != CALL_SENDING && state != CALL_BLOCKED); /* a settlement is an outcome */
    MUST(flow->claim == CLAIM_NONE);                      /* it is not being claimed in the same group */
    flow->settlement = (struct settlement){ .state = state,
                                            .at_ms = clock_wall_ms(flow->shared->exchanges->clock),
                                            .http = flow->exchange.http,
                                            .reason = reason,
                                            .reply = flow->exchange.reply,
                                            .tries = flow->more_tries };
    flow->more_tries = 0;
    flow->final_for_run = state != CALL_UNCERTAIN && state != CALL_DONE;
    flow->step = FLOW_SETTLING;
    if (flow->shared->settle_since_ms == 0)
        flow->shared->settle_since_ms = clock_monotonic_ms(flow->shared->exchanges->clock);
}

static void stay_uncertain(struct call_flow *flow, struct str why)
{
    call_flow_settle_as(flow, CALL_UNCERTAIN, why);
    flow->final_for_run = true;
}

static void begin_exchange(struct call_flow *flow, const struct command *command, const struct value *values,
                           bool may_repeat, uint64_t at_ms)
{
    flow->exchange = (struct exchange){ .command = command,
                                        .values = values,
                                        .may_repeat = may_repeat,
                                        .mem = &flow->mem,
                                        .owner = flow,
                                        .not_before_ms = at_ms };
    exchanges_submit(flow->shared->exchanges, &flow->exchange);
}

static void ask(struct call_flow *flow, enum flow_step step, uint64_t at_ms)
{
    const struct lookup_read *v = &flow->loaded.command->verify;

    flow->step = step;
    begin_exchange(flow, v->read, readback_values(v, flow->loaded.values, &flow->mem), true, at_ms);
}

/* Keeps what the call captured, under the names that later calls of the lane use. */
static void name_captures(struct call_flow *flow, const struct pair_value *captures, size_t count)
{
    struct str         as = flow->loaded.call->head->as;
    struct pair_value *list = ARENA_ARRAY(&flow->mem, struct pair_value, count + 1);
    size_t             n = 0;

    for (size_t i = 0; i < count; i++) {
        struct str value = captures[i].value;

        /* A value that holds a secret of this call is left out: the ledger is a file. */
        if (value.ptr != NULL &&
            str_eq(value, connection_redact(flow->shared->exchanges->connection, value, flow->loaded.command,
                                            flow->loaded.values, &flow->mem)))
            list[n++] = (struct pair_value){ arena_fmt(&flow->mem, "%.*s.%.*s", STR_ARG(as), STR_ARG(captures[i].name)),
                                             value };
    }
    flow->settlement.captures = list;
    flow->settlement.capture_count = n;
}

void call_flow_keep_read_back(struct call_flow *flow, const struct verdict *read)
{
    const struct command    *c = flow->loaded.command;
    const struct pair_value *captures;
    size_t                   count = lookup_captures(&c->verify, c, flow->loaded.values, read, &flow->mem, &captures);

    name_captures(flow, captures, count);
}

/* Makes it ready to be sent once more, as often as the connection allows. A request that may still be under way has wait_ms to arrive. */
static bool ready_again(struct call_flow *flow, uint64_t wait_ms)
{
    if (flow->rounds++ >= flow->shared->exchanges->connection->limits.tries)
        return false;
    flow->uncertain_at_start = false;
    flow->send_at_ms = clock_monotonic_ms(flow->shared->exchanges->clock) + wait_ms;
    flow->step = FLOW_READY;
    return true;
}

/* Sending it again is harmless, or the operator asked for it and could check at the provider first. */
static bool may_send_again(const struct call_flow *flow)
{
    const struct command *c = flow->loaded.command;

    return command_repeat_safe(c, flow->loaded.values) || c->effect == EFFECT_READ ||
           (flow->shared->resend_uncertain && flow->uncertain_at_start);
}

/* Makes it ready to be sent once more, though nothing proves that it was not carried out. Only the operator may have found that out. */
static bool repeat(struct call_flow *flow, uint64_t wait_ms)
{
    flow->in_doubt =
        flow->loaded.command->effect != EFFECT_READ && !(flow->shared->resend_uncertain && flow->uncertain_at_start);
    return ready_again(flow, wait_ms);
}

/* What the provider says of a repetition says nothing of the sending before it: unless the repetition is carried out, that stays unknown. */
static void settle_sent(struct call_flow *flow, enum call_state state, struct str reason)
{
    if (!flow->in_doubt || state == CALL_DONE || state == CALL_UNCERTAIN)
        call_flow_settle_as(flow, state, reason);
    else
        stay_uncertain(flow, arena_fmt(&flow->mem, "its answer got lost, and sent again it was not carried out: %.*s",
                                       STR_ARG(reason)));
}

/* Left to reconcile.c: behind all lanes one read of the report settles all such calls. */
static void wait_for_report(struct call_flow *flow)
{
    flow->shared->waits_for_report++;
    if (flow->was_uncertain && flow->rounds == 0)
        call_flow_leave(flow); /* the ledger has it as uncertain already */
    else
        stay_uncertain(
            flow,
            flow->shared->report_is_read
                ? STR("its answer got lost; the report that tells was read before that: run the same command again")
                : flow->settlement.reason);
}

void call_flow_resolve(struct call_flow *flow)
{
    const struct command *c = flow->loaded.command;

    if (c->verify.read != NULL && readback_is_shared(&c->verify) && !command_repeat_safe(c, flow->loaded.values))
        wait_for_report(flow);
    else if (c->verify.read != NULL && !readback_is_shared(&c->verify))
        ask(flow, FLOW_READING_BACK, 0);
    else if (!may_send_again(flow))
        stay_uncertain(
            flow,
            STR("its answer got lost, and this command cannot be read back: look at the provider; --resend-uncertain sends it again"));
    else if (!repeat(flow, c->effect == EFFECT_READ ? 0 : call_flow_settle_ms(c)))
        stay_uncertain(flow, STR("no answer, however often it was sent"));
}

/* What the read before the first sending answered; NULL: nothing. */
static void looked(struct call_flow *flow, const struct verdict *read, uint64_t fingerprint)
{
    bool          there = false;
    enum readback says = READBACK_UNREAD;

    if (read != NULL)
        says = readback_judge_baseline(flow->loaded.command, flow->loaded.values, read, &flow->mem, &there);
    if (says == READBACK_NO_PROOF) { /* a lost answer will stay uncertain */
        flow->step = FLOW_READY;
        return;
    }
    if (says != READBACK_UNREAD) {
        if (there && flow->loaded.command->verify.there_is_refused) {
            call_flow_settle_as(flow, CALL_REFUSED,
                                arena_fmt(&flow->mem,
                                          "not sent: %.*s finds it there already, and it would be made a second time",
                                          STR_ARG(flow->loaded.command->verify.read->name)));
            return;
        }
        flow->call.has_baseline = flow->note_baseline = true;
        flow->call.there_before = there;
        flow->call.baseline_print = fingerprint;
        flow->step = FLOW_READY;
        return;
    }
    if (read != NULL && read->is == REPLY_REFUSED && flow->loaded.command->verify.baseline_when_told) {
        /* If the baseline read is refused, the call is sent all the same, but a later read can no longer prove that this call made the
         * record. */
        flow->step = FLOW_READY;
        return;
    }
    /* Without a baseline a lost answer could never be settled, so it is not sent in this run. */
    call_flow_settle_as(flow, CALL_PENDING,
                        arena_fmt(&flow->mem, "not sent: looking before the first sending failed: %.*s",
                                  STR_ARG(read != NULL ? read->reason : flow->exchange.why)));
}

/* The read before the first sending, where one full report answers for all calls. */
static void look_in_report(struct call_flow *flow)
{
    const struct lookup_read *v = &flow->loaded.command->verify;
    struct full_report       *r = full_report_find(flow->shared->reports, v->read);
    struct verdict            verdict;

    if (r == NULL || full_report_failed(r).ptr != NULL) {
        flow->exchange.why = r != NULL ? full_report_failed(r) : STR("the report was not read");
        looked(flow, NULL, 0);
        return;
    }
    full_report_about(r, v, flow->loaded.values, &flow->mem, &verdict);
    looked(flow, &verdict, 0);
}

enum etl_status call_flow_take(struct call_flow *flow, const struct ledger_call *call, struct err *err)
{
    struct flow_shared       *shared = flow->shared;
    struct err                fault = { 0 };
    const struct lookup_read *v;
    enum etl_status           st;

    arena_reset(&flow->mem);
    *flow = (struct call_flow){ .shared = shared,
                                .mem = flow->mem,
                                .call = *call,
                                .was_uncertain = call->state == CALL_UNCERTAIN,
                                .uncertain_at_start = call->state == CALL_UNCERTAIN };
    st = loaded_call_read(&shared->source, call, false, &flow->mem, &flow->loaded, &fault);
    if (st == ETL_REJECT) { /* an uncertain one cannot be compared with what a read finds, then */
        struct str why = arena_str(&flow->mem, str_from(fault.text));

        if (call->state == CALL_UNCERTAIN)
            stay_uncertain(flow, why);
        else
            call_flow_settle_as(flow, CALL_FAILED, why);
        return ETL_OK;
    }
    if (st != ETL_OK) {
        if (err != NULL)
            *err = fault;
        return st;
    }
    v = &flow->loaded.command->verify;
    if (call->state == CALL_UNCERTAIN)
        call_flow_resolve(flow);
    else if (v->read == NULL || !v->baseline || call->has_baseline)
        flow->step = FLOW_READY;
    else if (readback_is_shared(v))
        look_in_report(flow);
    else
        ask(flow, FLOW_LOOKING, 0);
    return ETL_OK;
}

void call_flow_send(struct call_flow *flow)
{
    const struct command *c = flow->loaded.command;

    MUST(flow->step == FLOW_READY);
    MUST(flow->claim == CLAIM_OURS); /* no byte of a call leaves that the ledger does not have as claimed */
    flow->claim = CLAIM_NONE;
    flow->call.state = CALL_SENDING;
    flow->call.absent_at_ms = 0;
    flow->step = FLOW_SENDING;
    begin_exchange(flow, c, flow->loaded.values, c->effect == EFFECT_READ, flow->send_at_ms);
}

/* A read may find several records. A capture in which they differ is passed to no later call. */
static void read_done(struct call_flow *flow)
{
    const struct verdict *v = &flow->exchange.verdict;
    struct pair_value    *sure = ARENA_ARRAY(&flow->mem, struct pair_value, v->capture_count + 1);
    size_t                n = 0;

    for (size_t i = 0; i < v->capture_count; i++)
        if (!capture_is_ambiguous(flow->loaded.command, v, i))
            sure[n++] = v->captures[i];
    call_flow_settle_as(
        flow, CALL_DONE,
        n == v->capture_count
            ? STR_NONE
            : arena_fmt(&flow->mem, "found %zu; what differs among them is yielded to no later call", v->record_count));
    name_captures(flow, sure, n);
}

/* A whole answer came to the call itself. */
static void answered(struct call_flow *flow)
{
    const struct verdict *v = &flow->exchange.verdict;
    bool                  reads = flow->loaded.command->effect == EFFECT_READ;

    switch (v->is) {
    case REPLY_DONE:
        if (reads) {
            read_done(flow);
            return;
        }
        call_flow_settle_as(flow, CALL_DONE, STR_NONE);
        name_captures(flow, v->captures, v->capture_count);
        return;
    case REPLY_NOTHING:
        settle_sent(flow, CALL_REFUSED, v->reason.len != 0 ? v->reason : STR("nothing was found"));
        return;
    case REPLY_REFUSED: settle_sent(flow, CALL_REFUSED, v->reason); return;
    case REPLY_THROTTLED:
    case REPLY_LOGIN: /* the provider did nothing */ settle_sent(flow, CALL_PENDING, v->reason); return;
    case REPLY_FAILED:
        /* The description does not know this answer. Of a write it proves only that something answered: unless the request itself was at
         * fault (4xx, RFC 9110 15.5), or the description says so, it may have been carried out. */
        settle_sent(flow,
                    reads || v->by_description || (flow->exchange.http >= 400 && flow->exchange.http < 500)
                        ? CALL_FAILED
                        : CALL_UNCERTAIN,
                    v->reason);
        return;
    case REPLY_OUTAGE:
    case REPLY_UNCERTAIN: call_flow_settle_as(flow, reads ? CALL_PENDING : CALL_UNCERTAIN, v->reason); return;
    }
}

static void sent(struct call_flow *flow)
{
    flow->more_tries = (int32_t)flow->exchange.tries - 1;
    switch (flow->exchange.end) {
    case EXCHANGE_ANSWERED: answered(flow); break;
    case EXCHANGE_LOST:
        call_flow_settle_as(flow, flow->loaded.command->effect == EFFECT_READ ? CALL_PENDING : CALL_UNCERTAIN,
                            flow->exchange.why);
        break;
    case EXCHANGE_NOT_SENT: settle_sent(flow, CALL_PENDING, flow->exchange.why); break;
    case EXCHANGE_UNSENDABLE: settle_sent(flow, CALL_FAILED, flow->exchange.why); break;
    }
}

/* A read-back did not find it. The first time it is read back again after settle_ms; the second time it is sent again. */
static void not_there(struct call_flow *flow)
{
    uint64_t settle_ms = call_flow_settle_ms(flow->loaded.command), now = clock_wall_ms(flow->shared->exchanges->clock),
             seen = flow->call.absent_at_ms;

    if (seen == 0 || seen > now) {
        flow->call.absent_at_ms = now;
        flow->note_absence = true;
        ask(flow, FLOW_READING_BACK, clock_monotonic_ms(flow->shared->exchanges->clock) + settle_ms);
    } else if (now < seen + settle_ms) {
        ask(flow, FLOW_READING_BACK, clock_monotonic_ms(flow->shared->exchanges->clock) + (seen + settle_ms - now));
    } else if (!ready_again(flow, 0)) {
        stay_uncertain(flow, STR("no answer, however often it was sent"));
    }
}

static void read_back(struct call_flow *flow)
{
    const struct command    *c = flow->loaded.command;
    struct readback_baseline before = { .looked = flow->call.has_baseline,
                                        .there = flow->call.there_before,
                                        .same_answer = flow->call.baseline_print != 0 &&
                                                       flow->call.baseline_print == flow->exchange.fingerprint };
    const char              *why = "reading back gave no answer";

    if (flow->exchange.end != EXCHANGE_ANSWERED) {
        stay_uncertain(flow, arena_fmt(&flow->mem, "its answer got lost, and reading back failed: %.*s",
                                       STR_ARG(flow->exchange.why)));
        return;
    }
    switch (readback_judge(c, flow->loaded.values, &before, &flow->exchange.verdict, &flow->mem, &why)) {
    case READBACK_DONE:
        call_flow_settle_as(flow, CALL_DONE, STR_NONE);
        flow->settlement.verified = true;
        call_flow_keep_read_back(flow, &flow->exchange.verdict);
        return;
    case READBACK_ABSENT: not_there(flow); return;
    case READBACK_NO_PROOF:
        if (may_send_again(flow) && repeat(flow, call_flow_settle_ms(c)))
            return;
        break;
    case READBACK_UNSURE:
        if (command_repeat_safe(c, flow->loaded.values) && repeat(flow, call_flow_settle_ms(c)))
            return;
        break;
    case READBACK_UNREAD:
        why = arena_cstr(&flow->mem, arena_fmt(&flow->mem, "%s: %.*s", why, STR_ARG(flow->exchange.verdict.reason)));
        break;
    }
    stay_uncertain(flow, arena_fmt(&flow->mem, "its answer got lost; %s", why));
}

void call_flow_came_back(struct call_flow *flow)
{
    switch (flow->step) {
    case FLOW_LOOKING:
        looked(flow, flow->exchange.end == EXCHANGE_ANSWERED ? &flow->exchange.verdict : NULL,
               flow->exchange.fingerprint);
        break;
    case FLOW_SENDING: sent(flow); break;
    case FLOW_READING_BACK: read_back(flow); break;
    case FLOW_IDLE:
    case FLOW_READY:
    case FLOW_SETTLING: break;
    }
}
