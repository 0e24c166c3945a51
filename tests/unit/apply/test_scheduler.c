/* tests/unit/apply/test_scheduler.c - sending: what became of each call, and that nothing is done twice, whatever breaks. */
#include "tests/unit/apply/toy.h"

static const char fast[] = "concurrency: 4, per_second: 5000, timeout_seconds: 2, tries: 3";

static const char impatient[] = "concurrency: 4, per_second: 5000, timeout_seconds: 1, tries: 3";

struct planned_fault {
    const char    *command, *key;
    unsigned       from, to; /* which of the requests with this command and key */
    enum toy_fault fault;
};

static enum toy_fault as_planned(void *context, const struct toy_asked *asked)
{
    for (const struct planned_fault *f = context; f->command != NULL; f++)
        if (strcmp(f->command, asked->command) == 0 && (f->key == NULL || strcmp(f->key, asked->key) == 0) &&
            asked->nth_of_key >= f->from && asked->nth_of_key <= f->to)
            return f->fault;
    return TOY_NONE;
}

static struct toy *new_toy(bool tls, const char *limits, const struct planned_fault *faults)
{
    struct toy *t = calloc(1, sizeof *t);

    toy_open(t, tls, limits);
    if (faults != NULL) {
        t->fault = as_planned;
        t->context = (void *)(uintptr_t)faults;
    }
    return t;
}

static void free_toy(struct toy *t)
{
    toy_close(t);
    free(t);
}

static void all_is_sent_once_over_tls(void **state)
{
    struct toy          *t = new_toy(true, fast, NULL);
    struct ledger_counts counts;
    struct err           err;
    char                 lane[16], params[64];

    for (int i = 0; i < 300; i++) {
        snprintf(lane, sizeof lane, "l%d", i);
        snprintf(params, sizeof params, "{\"key\":\"k%d\",\"pass\":\"p%d\"}", i, i);
        toy_call(t, lane, "make", params);
    }
    for (int i = 0; i < 300; i++) { /* the second calls of the lanes stand far from the first */
        snprintf(lane, sizeof lane, "l%d", i);
        snprintf(params, sizeof params, "{\"key\":\"k%d\",\"id\":{\"ref\":\"make.id\"}}", i);
        toy_call(t, lane, "note", params);
    }
    assert_int_equal(toy_apply(t, &err), ETL_OK);
    toy_counts(t, &counts);
    assert_int_equal(counts.by_state[CALL_DONE], 600);
    assert_int_equal(t->writes, 600);
    assert_int_equal(t->notes, 300);
    assert_true(little_server_connections(t->server) <= 4);
    assert_int_equal(toy_apply(t, &err), ETL_OK); /* again: nothing */
    assert_int_equal(t->writes, 600);
    assert_int_equal(t->reads, 0);
    free_toy(t);
    (void)state;
}

/* Every way in which an answer can fail to arrive, after and before the request was carried out: in the end exactly once, verified. */
static void lost_answers_are_read_back_in_the_same_run(void **state)
{
    static const enum toy_fault ways[] = { TOY_DROP_BEFORE, TOY_DROP_AFTER, TOY_CUT_OFF, TOY_GARBAGE,
                                           TOY_503,         TOY_503_AFTER,  TOY_HTML,    TOY_SLOW };

    for (size_t i = 0; i < COUNT(ways); i++) {
        const struct planned_fault faults[] = { { "make", "a", 1, 1, ways[i] }, { 0 } };
        struct toy                *t = new_toy(i % 2 != 0, ways[i] == TOY_SLOW ? impatient : fast, faults);
        struct err                 err;

        toy_call(t, "1", "make", "{\"key\":\"a\",\"pass\":\"p\"}");
        toy_call(t, "1", "note",
                 "{\"key\":\"a\",\"id\":{\"ref\":\"make.id\"}}"); /* the read-back yields the capture too */
        toy_call(t, "2", "make", "{\"key\":\"b\",\"pass\":\"p\"}");
        assert_int_equal(toy_apply(t, &err), ETL_OK);
        assert_int_equal(toy_executed(t, "a"), 1);
        assert_int_equal(toy_executed(t, "b"), 1);
        assert_int_equal(t->notes, 1);
        for (uint64_t n = 1; n <= 3; n++)
            assert_int_equal(toy_state(t, n, NULL), CALL_DONE);
        free_toy(t);
    }
    (void)state;
}

static void what_was_there_before_or_differs_stays_uncertain(void **state)
{
    static const struct planned_fault faults[] = { { "breed", NULL, 1, 1, TOY_DROP_BEFORE },
                                                   { "make", NULL, 1, 1, TOY_DROP_BEFORE },
                                                   { 0 } };
    struct toy                       *t = new_toy(false, fast, faults);
    struct str                        reason;
    struct err                        err;

    toy_put(t, "a", "p"); /* just as breed would make it */
    toy_put(t, "b", "another");
    toy_call(t, "1", "breed", "{\"key\":\"a\",\"pass\":\"p\"}");
    toy_call(t, "1", "note", "{\"key\":\"a\"}");
    toy_call(t, "2", "make", "{\"key\":\"b\",\"pass\":\"p\"}");
    assert_int_equal(toy_apply(t, &err), ETL_OK);
    assert_int_equal(toy_state(t, 1, &reason), CALL_UNCERTAIN);
    assert_true(str_contains(reason, STR("was there before")));
    assert_int_equal(toy_state(t, 2, NULL), CALL_BLOCKED);
    assert_int_equal(toy_state(t, 3, &reason), CALL_UNCERTAIN);
    assert_true(str_contains(reason, STR("other than we sent it")));
    assert_int_equal(t->writes, 0);
    t->scheduler.shared.resend_uncertain = true; /* is no licence for what reading back shows to be wrong */
    assert_int_equal(toy_apply(t, &err), ETL_OK);
    assert_int_equal(t->writes, 0);
    free_toy(t);
    (void)state;
}

static void a_look_before_the_first_sending_tells_ours_from_theirs(void **state)
{
    static const struct planned_fault faults[] = { { "breed", NULL, 1, 1, TOY_DROP_AFTER }, { 0 } };
    struct toy                       *t = new_toy(false, fast, faults);
    struct err                        err;

    toy_put(t, "b", "older"); /* there, but other than ours */
    toy_call(t, "1", "breed", "{\"key\":\"a\",\"pass\":\"p\"}");
    toy_call(t, "2", "breed", "{\"key\":\"b\",\"pass\":\"older\"}");
    assert_int_equal(toy_apply(t, &err), ETL_OK);
    assert_int_equal(toy_state(t, 1, NULL), CALL_DONE);
    assert_int_equal(toy_state(t, 2, NULL), CALL_UNCERTAIN); /* looks equal before and after: nobody can tell */
    assert_int_equal(toy_executed(t, "a"), 1);
    assert_int_equal(t->doubles, 0);
    free_toy(t);
    (void)state;
}

static void without_reading_back_only_a_person_may_send_again(void **state)
{
    static const struct planned_fault faults[] = { { "note", "a", 1, 1, TOY_DROP_AFTER },
                                                   { "set", "a", 1, 2, TOY_DROP_AFTER },
                                                   { 0 } };
    struct toy                       *t = new_toy(false, fast, faults);
    struct str                        reason;
    struct err                        err;

    toy_put(t, "a", "p");
    toy_call(t, "1", "set", "{\"key\":\"a\",\"pass\":\"q\"}"); /* repeat: safe, so sending it again settles it */
    toy_call(t, "1", "note", "{\"key\":\"a\"}");
    toy_call(t, "1", "set", "{\"key\":\"a\",\"pass\":\"r\"}");
    assert_int_equal(toy_apply(t, &err), ETL_OK);
    assert_int_equal(toy_state(t, 1, NULL), CALL_DONE);
    assert_int_equal(toy_state(t, 2, &reason), CALL_UNCERTAIN);
    assert_true(str_contains(reason, STR("--resend-uncertain")));
    assert_int_equal(toy_state(t, 3, NULL), CALL_BLOCKED);
    assert_int_equal(t->notes, 1);
    assert_int_equal(toy_apply(t, &err), ETL_OK);
    assert_int_equal(t->notes, 1);
    t->scheduler.shared.resend_uncertain = true;
    assert_int_equal(toy_apply(t, &err), ETL_OK);
    assert_int_equal(t->notes, 2);
    assert_int_equal(toy_state(t, 2, NULL), CALL_DONE);
    assert_int_equal(toy_state(t, 3, NULL), CALL_DONE); /* no longer blocked */
    assert_string_equal(t->things[0].pass, "r");
    free_toy(t);
    (void)state;
}

static enum toy_fault lose_it_then_take_it_away(void *context, const struct toy_asked *asked)
{
    struct toy *t = context;

    if (strcmp(asked->command, "set") != 0)
        return TOY_NONE;
    if (asked->nth_of_key == 1)
        return TOY_DROP_AFTER;
    t->things[0].key[0] = '\0';
    return TOY_NONE;
}

/* The first sending was carried out, and nobody was told. */
static void a_repeat_that_is_refused_proves_nothing(void **state)
{
    struct toy *t = new_toy(false, fast, NULL);
    struct str  reason;
    struct err  err;

    t->fault = lose_it_then_take_it_away;
    t->context = t;
    toy_put(t, "a", "p");
    toy_call(t, "1", "set", "{\"key\":\"a\",\"pass\":\"q\"}");
    toy_call(t, "1", "note", "{\"key\":\"a\"}");
    assert_int_equal(toy_apply(t, &err), ETL_OK);
    assert_int_equal(toy_state(t, 1, &reason), CALL_UNCERTAIN);
    assert_true(str_contains(reason, STR("sent again it was not carried out: no a")));
    assert_int_equal(toy_state(t, 2, NULL), CALL_BLOCKED);
    free_toy(t);
    (void)state;
}

/* Asks for a stop when the call that was uncertain has been claimed again and waits for its time. */
static void stop_before_the_repeat(void *context, const uint64_t by_state[CALL_STATES])
{
    struct toy *t = context;

    t->running += by_state[CALL_UNCERTAIN] != 0;
    if (t->running != 0 && by_state[CALL_SENDING] != 0)
        t->stop = 1;
}

static void a_repeat_that_is_stopped_proves_nothing(void **state)
{
    static const struct planned_fault faults[] = { { "set", "a", 1, 1, TOY_DROP_AFTER }, { 0 } };
    struct toy                       *t = new_toy(false, fast, faults);
    struct str                        reason;
    struct err                        err;

    toy_put(t, "a", "p");
    toy_call(t, "1", "set", "{\"key\":\"a\",\"pass\":\"q\"}");
    t->scheduler.progress = stop_before_the_repeat;
    t->scheduler.progress_context = t;
    assert_int_equal(toy_apply(t, &err), ETL_OK);
    assert_int_equal(t->stop, 1);
    assert_int_equal(t->writes, 1);
    assert_int_equal(toy_state(t, 1, &reason), CALL_UNCERTAIN);
    assert_true(str_contains(reason, STR("stopped before it was sent")));
    t->stop = 0;
    assert_int_equal(toy_apply(t, &err), ETL_OK);
    assert_int_equal(toy_state(t, 1, NULL), CALL_DONE);
    free_toy(t);
    (void)state;
}

static void a_removal_is_done_when_it_is_gone(void **state)
{
    static const struct planned_fault faults[] = { { "drop", "a", 1, 1, TOY_DROP_AFTER },
                                                   { "drop", "b", 1, 1, TOY_DROP_BEFORE },
                                                   { 0 } };
    struct toy                       *t = new_toy(false, fast, faults);
    struct err                        err;

    toy_put(t, "a", "p");
    toy_put(t, "b", "p");
    toy_call(t, "1", "drop", "{\"key\":\"a\"}");
    toy_call(t, "2", "drop", "{\"key\":\"b\"}");
    assert_int_equal(toy_apply(t, &err), ETL_OK);
    assert_int_equal(toy_state(t, 1, NULL), CALL_DONE);
    assert_int_equal(toy_state(t, 2, NULL), CALL_DONE);
    assert_int_equal(t->writes, 2);
    assert_int_equal(toy_has(t, "b"), 0);
    free_toy(t);
    (void)state;
}

static void a_full_report_settles_all_at_once(void **state)
{
    static const struct planned_fault faults[] = { { "list", "a", 1, 1, TOY_DROP_AFTER },
                                                   { "list", "b", 1, 1, TOY_DROP_AFTER },
                                                   { "list", "c", 1, 1, TOY_DROP_BEFORE },
                                                   { 0 } };
    struct toy                       *t = new_toy(false, fast, faults);
    struct str                        reason;
    struct err                        err;

    for (const char *k = "a\0b\0c\0d\0"; *k != '\0'; k += 2) {
        char params[64];

        snprintf(params, sizeof params, "{\"key\":\"%s\",\"pass\":\"p\"}", k);
        toy_call(t, k, "list", params);
        toy_call(t, k, "note",
                 params[0] == '{' ? (snprintf(params, sizeof params, "{\"key\":\"%s\"}", k), params) : "");
    }
    assert_int_equal(toy_apply(t, &err), ETL_OK);
    assert_int_equal(t->reports, 1);
    assert_int_equal(toy_state(t, 1, NULL), CALL_DONE);
    assert_int_equal(toy_state(t, 2, NULL), CALL_DONE);         /* and its lane went on */
    assert_int_equal(toy_state(t, 5, &reason), CALL_UNCERTAIN); /* not there: seen once */
    assert_int_equal(toy_state(t, 6, NULL), CALL_BLOCKED);
    assert_true(str_contains(reason, STR("looks once more")));
    assert_int_equal(toy_apply(t, &err), ETL_OK); /* at once: it waits settle_seconds by itself */
    assert_int_equal(t->reports, 2);
    assert_int_equal(toy_state(t, 5, NULL), CALL_DONE);
    assert_int_equal(toy_state(t, 6, NULL), CALL_DONE);
    assert_int_equal(toy_executed(t, "c"), 1);
    assert_int_equal(t->writes, 8);
    free_toy(t);
    (void)state;
}

/* As a killed command leaves it: these calls are claimed, and those behind them are pending. */
static void claim_and_die(struct toy *t, struct ledger_claim *claims, size_t count)
{
    struct ledger *ledger;
    struct err     err;

    t->stop = 1;
    assert_int_equal(toy_apply(t, &err), ETL_OK);
    t->stop = 0;
    assert_int_equal(ledger_open(t->folder, STR("00"), true, &ledger, &err), ETL_OK);
    assert_int_equal(ledger_begin(ledger, &err), ETL_OK);
    assert_int_equal(ledger_claim(ledger, claims, count, &err), ETL_OK);
    assert_int_equal(ledger_commit(ledger, &err), ETL_OK);
    ledger_close(ledger);
}

static void what_a_full_report_leaves_uncertain_blocks_its_lane(void **state)
{
    struct toy *t = new_toy(false, fast, NULL);
    struct err  err;

    toy_put(t, "a", "another");
    toy_call(t, "1", "list", "{\"key\":\"a\",\"pass\":\"p\"}");
    toy_call(t, "1", "note", "{\"key\":\"a\"}");
    claim_and_die(t, &(struct ledger_claim){ .number = 1 }, 1);
    assert_int_equal(toy_state(t, 2, NULL), CALL_PENDING);
    assert_int_equal(toy_apply(t, &err), ETL_OK);
    assert_int_equal(toy_state(t, 1, NULL), CALL_UNCERTAIN); /* it is there, other than we sent it */
    assert_int_equal(toy_state(t, 2, NULL), CALL_BLOCKED);
    assert_int_equal(t->notes, 0);
    free_toy(t);
    (void)state;
}

static void a_clock_that_is_set_back_begins_the_looks_anew(void **state)
{
    struct toy    *t = new_toy(false, fast, NULL);
    uint64_t       hours_ahead = clock_wall_ms(&t->time.clock) + 10000000;
    struct ledger *ledger;
    struct err     err;

    toy_call(t, "1", "list", "{\"key\":\"a\",\"pass\":\"p\"}");
    claim_and_die(t, &(struct ledger_claim){ .number = 1 }, 1);
    assert_int_equal(ledger_open(t->folder, STR("00"), true, &ledger, &err), ETL_OK);
    assert_int_equal(ledger_begin(ledger, &err), ETL_OK);
    assert_int_equal(ledger_absent(ledger, 1, hours_ahead, &err), ETL_OK);
    assert_int_equal(ledger_commit(ledger, &err), ETL_OK);
    ledger_close(ledger);
    assert_int_equal(toy_apply(t, &err), ETL_OK); /* the first look, by today's clock */
    assert_int_equal(toy_state(t, 1, NULL), CALL_UNCERTAIN);
    assert_int_equal(t->writes, 0);
    assert_int_equal(toy_apply(t, &err), ETL_OK); /* the second */
    assert_int_equal(toy_state(t, 1, NULL), CALL_DONE);
    assert_int_equal(t->writes, 1);
    free_toy(t);
    (void)state;
}

/* More of them than there are flows: a flow that leaves its call to the report takes the next lane. */
static void lanes_behind_many_that_wait_for_a_report_are_taken(void **state)
{
    enum { LANES = 8 }; /* five flows a connection */
    struct toy         *t = new_toy(false, "concurrency: 1, per_second: 5000, timeout_seconds: 2", NULL);
    struct ledger_claim claims[LANES];
    struct err          err;
    char                key[8], params[64];

    for (uint64_t n = 1; n <= LANES; n++) {
        snprintf(key, sizeof key, "k%u", (unsigned)n);
        snprintf(params, sizeof params, "{\"key\":\"%s\",\"pass\":\"p\"}", key);
        toy_put(t, key, "p");
        toy_call(t, key, n < LANES ? "list" : "make", params);
        claims[n - 1] = (struct ledger_claim){ .number = n };
    }
    toy_call(t, key, "note", "{\"key\":\"k8\"}");
    claim_and_die(t, claims, LANES);
    assert_int_equal(toy_apply(t, &err), ETL_OK);
    for (uint64_t n = 1; n <= LANES + 1; n++)
        assert_int_equal(toy_state(t, n, NULL), CALL_DONE);
    assert_int_equal(t->notes, 1);
    free_toy(t);
    (void)state;
}

static void a_full_report_may_be_the_look_before(void **state)
{
    static const struct planned_fault faults[] = { { "recount", "a", 1, 1, TOY_DROP_AFTER },
                                                   { "recount", "b", 1, 1, TOY_DROP_AFTER },
                                                   { 0 } };
    struct toy                       *t = new_toy(false, fast, faults);
    struct err                        err;

    toy_put(t, "b", "p");
    toy_call(t, "1", "recount", "{\"key\":\"a\",\"pass\":\"p\"}");
    toy_call(t, "2", "recount", "{\"key\":\"b\",\"pass\":\"p\"}");
    toy_call(t, "3", "recount", "{\"key\":\"c\",\"pass\":\"p\"}");
    assert_int_equal(toy_apply(t, &err), ETL_OK);
    assert_int_equal(t->reports, 2); /* one before, one behind */
    assert_int_equal(toy_state(t, 1, NULL), CALL_DONE);
    assert_int_equal(toy_state(t, 2, NULL), CALL_UNCERTAIN);
    assert_int_equal(toy_state(t, 3, NULL), CALL_DONE);
    free_toy(t);
    (void)state;
}

static void a_refusal_stops_its_lane_only(void **state)
{
    struct toy          *t = new_toy(false, fast, NULL);
    struct ledger_counts counts;
    struct str           reason;
    struct err           err;

    toy_put(t, "a", "Zaphod-77");
    toy_call(t, "1", "make", "{\"key\":\"a\",\"pass\":\"Zaphod-77\"}");
    toy_call(t, "1", "note", "{\"key\":\"a\"}");
    toy_call(t, "2", "make", "{\"key\":\"b\",\"pass\":\"p\"}");
    toy_call(t, "3", "make", "{\"key\":\"c\",\"day\":\"2026-01-01\"}");       /* past by now */
    toy_call(t, "4", "note", "{\"key\":\"b\",\"id\":{\"ref\":\"make.id\"}}"); /* nothing yielded it */
    assert_int_equal(toy_apply(t, &err), ETL_OK);
    assert_int_equal(toy_state(t, 1, &reason), CALL_REFUSED);
    assert_true(str_contains(reason, STR("there already")));
    assert_false(str_contains(reason, STR("Zaphod"))); /* the call's own secret, in the provider's words */
    assert_int_equal(toy_state(t, 2, NULL), CALL_BLOCKED);
    assert_int_equal(toy_state(t, 3, NULL), CALL_DONE);
    assert_int_equal(toy_state(t, 4, &reason), CALL_FAILED);
    assert_true(str_contains(reason, STR("later")));
    assert_int_equal(toy_state(t, 5, &reason), CALL_FAILED);
    assert_true(str_contains(reason, STR("make.id")));
    toy_counts(t, &counts);
    assert_int_equal(counts.calls, 5);
    free_toy(t);
    (void)state;
}

static void an_outage_stops_it_all_and_the_same_again_goes_on(void **state)
{
    static struct planned_fault faults[] = { { "make", NULL, 1, 99, TOY_503 },
                                             { "find", NULL, 1, 99, TOY_503 },
                                             { 0 } };
    struct toy          *t = new_toy(false, "concurrency: 2, per_second: 5000, timeout_seconds: 2, tries: 2", faults);
    struct ledger_counts counts;
    struct err           err;
    char                 lane[16], params[64];

    for (int i = 0; i < 50; i++) {
        snprintf(lane, sizeof lane, "l%d", i);
        snprintf(params, sizeof params, "{\"key\":\"k%d\",\"pass\":\"p\"}", i);
        toy_call(t, lane, "make", params);
    }
    assert_int_equal(toy_apply(t, &err), ETL_AGAIN);
    assert_string_equal(err.rule, "outage");
    toy_counts(t, &counts);
    assert_true(counts.by_state[CALL_PENDING] > 40);
    assert_int_equal(counts.by_state[CALL_SENDING], 0);
    faults[0].to = faults[1].to = 0;
    assert_int_equal(toy_apply(t, &err), ETL_OK);
    toy_counts(t, &counts);
    assert_int_equal(counts.by_state[CALL_DONE], 50);
    for (int i = 0; i < 50; i++) {
        snprintf(params, sizeof params, "k%d", i);
        assert_int_equal(toy_executed(t, params), 1);
    }
    free_toy(t);
    (void)state;
}

static void slow_down_is_obeyed(void **state)
{
    static const struct planned_fault faults[] = { { "make", "a", 1, 1, TOY_429 }, { 0 } };
    struct toy                       *t = new_toy(false, fast, faults);
    uint64_t                          began = clock_monotonic_ms(&t->time.clock);
    struct err                        err;

    toy_call(t, "1", "make", "{\"key\":\"a\",\"pass\":\"p\"}");
    assert_int_equal(toy_apply(t, &err), ETL_OK);
    assert_true(clock_monotonic_ms(&t->time.clock) - began >= 1000); /* Retry-After: 1 */
    assert_int_equal(toy_state(t, 1, NULL), CALL_DONE);
    assert_int_equal(t->throttled, 1);
    assert_int_equal(t->reads, 0); /* nothing was in doubt */
    free_toy(t);
    (void)state;
}

static void credentials_are_read_again_once(void **state)
{
    struct toy *t = new_toy(false, fast, NULL);
    struct err  err;
    char        path[128], lane[16], params[64];
    FILE       *f;

    for (int i = 0; i < 20; i++) {
        snprintf(lane, sizeof lane, "l%d", i);
        snprintf(params, sizeof params, "{\"key\":\"k%d\",\"pass\":\"p\"}", i);
        toy_call(t, lane, "make", params);
    }
    t->password = "renewed-yesterday";
    assert_int_equal(toy_apply(t, &err), ETL_AGAIN);
    assert_string_equal(err.rule, "login");
    assert_true(t->refused_logins <= 4);
    assert_int_equal(t->writes, 0);
    snprintf(path, sizeof path, "%s/auth", t->folder);
    f = fopen(path, "w");
    fputs("renewed-yesterday\n", f);
    fclose(f);
    assert_int_equal(toy_apply(t, &err), ETL_OK);
    assert_int_equal(t->writes, 20);
    free_toy(t);
    (void)state;
}

static void before_comes_first_and_after_last(void **state)
{
    struct toy *t = new_toy(false, fast, NULL);
    struct err  err;

    toy_call(t, "1", "make", "{\"key\":\"a\",\"pass\":\"p\"}");
    toy_call(t, "@after", "set", "{\"key\":\"a\",\"pass\":\"z\"}");
    toy_call(t, "@before", "make", "{\"key\":\"first\",\"pass\":\"p\"}");
    toy_call(t, "2", "note", "{\"key\":\"first\",\"id\":{\"ref\":\"make.id\"}}");
    assert_int_equal(toy_apply(t, &err), ETL_OK);
    for (uint64_t n = 1; n <= 4; n++)
        assert_int_equal(toy_state(t, n, NULL), CALL_DONE);
    assert_string_equal(t->things[0].key, "first");
    assert_string_equal(t->things[1].pass, "z");
    free_toy(t);
    (void)state;
}

static void nothing_begins_behind_a_before_that_failed(void **state)
{
    struct toy *t = new_toy(false, fast, NULL);
    struct err  err;

    toy_put(t, "first", "x");
    toy_call(t, "@before", "make", "{\"key\":\"first\",\"pass\":\"p\"}");
    toy_call(t, "@before", "make", "{\"key\":\"second\",\"pass\":\"p\"}");
    toy_call(t, "1", "make", "{\"key\":\"a\",\"pass\":\"p\"}");
    toy_call(t, "@after", "set", "{\"key\":\"a\",\"pass\":\"z\"}");
    assert_int_equal(toy_apply(t, &err), ETL_REJECT);
    assert_int_equal(toy_state(t, 1, NULL), CALL_REFUSED);
    assert_int_equal(toy_state(t, 2, NULL), CALL_BLOCKED);
    assert_int_equal(toy_state(t, 3, NULL), CALL_PENDING);
    assert_int_equal(toy_state(t, 4, NULL), CALL_PENDING);
    assert_int_equal(t->writes, 1);
    free_toy(t);
    (void)state;
}

static void only_chosen_lanes_are_sent(void **state)
{
    struct toy   *t = new_toy(false, fast, NULL);
    unsigned char bits[2] = { 1 << 2, 0 }; /* lane 2 */
    struct err    err;

    toy_call(t, "x", "make", "{\"key\":\"a\",\"pass\":\"p\"}");
    toy_call(t, "y", "make", "{\"key\":\"b\",\"pass\":\"p\"}");
    toy_call(t, "@after", "set", "{\"key\":\"b\",\"pass\":\"z\"}");
    t->scheduler.selection = (struct lane_selection){ bits, 2 };
    assert_int_equal(toy_apply(t, &err), ETL_OK);
    assert_int_equal(toy_state(t, 1, NULL), CALL_PENDING);
    assert_int_equal(toy_state(t, 2, NULL), CALL_DONE);
    assert_int_equal(toy_state(t, 3, NULL), CALL_PENDING); /* after: comes behind all lanes */
    free_toy(t);
    (void)state;
}

/* Runs in the scheduler's thread, between two groups: another owner gets the second call first. */
static void claim_for_another(void *context, const uint64_t by_state[CALL_STATES])
{
    struct toy         *t = context;
    struct ledger_claim claim = { .number = 2 };
    struct err          err;

    (void)by_state;
    if (t->running++ != 0)
        return;
    assert_int_equal(ledger_begin(t->ledger, &err), ETL_OK);
    assert_int_equal(ledger_claim(t->ledger, &claim, 1, &err), ETL_OK);
    assert_int_equal(ledger_commit(t->ledger, &err), ETL_OK);
    assert_true(claim.claimed);
}

static void a_call_of_another_owner_is_left_to_it(void **state)
{
    struct toy *t = new_toy(false, "concurrency: 1, per_second: 5000, timeout_seconds: 2", NULL);
    struct err  err;

    toy_call(t, "x", "note", "{\"key\":\"a\"}");
    toy_call(t, "y", "note", "{\"key\":\"b\"}");
    toy_call(t, "y", "note", "{\"key\":\"b\"}");
    toy_call(t, "z", "note", "{\"key\":\"c\"}");
    t->scheduler.progress = claim_for_another;
    t->scheduler.progress_context = t;
    assert_int_equal(toy_apply(t, &err), ETL_OK);
    assert_int_equal(toy_state(t, 1, NULL), CALL_DONE);
    assert_int_equal(toy_state(t, 2, NULL), CALL_SENDING);
    assert_int_equal(toy_state(t, 3, NULL), CALL_PENDING); /* behind a call whose end is not known yet */
    assert_int_equal(toy_state(t, 4, NULL), CALL_DONE);
    assert_int_equal(t->notes, 2);
    free_toy(t);
    (void)state;
}

static enum toy_fault stop_at_ten(void *context, const struct toy_asked *asked)
{
    struct toy *t = context;

    if (asked->number == 10)
        t->stop = 1;
    return TOY_NONE;
}

static void a_stop_waits_for_answers_and_begins_nothing(void **state)
{
    struct toy          *t = new_toy(false, fast, NULL);
    struct ledger_counts counts;
    struct err           err;
    char                 lane[16], params[64];

    t->fault = stop_at_ten;
    t->context = t;
    for (int i = 0; i < 100; i++) {
        snprintf(lane, sizeof lane, "l%d", i);
        snprintf(params, sizeof params, "{\"key\":\"k%d\",\"pass\":\"p\"}", i);
        toy_call(t, lane, "make", params);
    }
    assert_int_equal(toy_apply(t, &err), ETL_OK);
    toy_counts(t, &counts);
    assert_int_equal(counts.by_state[CALL_SENDING] + counts.by_state[CALL_UNCERTAIN], 0);
    assert_int_equal(counts.by_state[CALL_DONE], t->writes);
    assert_in_range(t->writes, 10, 20);
    t->stop = 0;
    t->fault = NULL;
    assert_int_equal(toy_apply(t, &err), ETL_OK);
    assert_int_equal(t->writes, 100);
    assert_int_equal(t->reads, 0);
    free_toy(t);
    (void)state;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(all_is_sent_once_over_tls),
        cmocka_unit_test(lost_answers_are_read_back_in_the_same_run),
        cmocka_unit_test(what_was_there_before_or_differs_stays_uncertain),
        cmocka_unit_test(a_look_before_the_first_sending_tells_ours_from_theirs),
        cmocka_unit_test(without_reading_back_only_a_person_may_send_again),
        cmocka_unit_test(a_repeat_that_is_refused_proves_nothing),
        cmocka_unit_test(a_repeat_that_is_stopped_proves_nothing),
        cmocka_unit_test(a_removal_is_done_when_it_is_gone),
        cmocka_unit_test(a_full_report_settles_all_at_once),
        cmocka_unit_test(what_a_full_report_leaves_uncertain_blocks_its_lane),
        cmocka_unit_test(a_clock_that_is_set_back_begins_the_looks_anew),
        cmocka_unit_test(lanes_behind_many_that_wait_for_a_report_are_taken),
        cmocka_unit_test(a_full_report_may_be_the_look_before),
        cmocka_unit_test(a_refusal_stops_its_lane_only),
        cmocka_unit_test(an_outage_stops_it_all_and_the_same_again_goes_on),
        cmocka_unit_test(slow_down_is_obeyed),
        cmocka_unit_test(credentials_are_read_again_once),
        cmocka_unit_test(before_comes_first_and_after_last),
        cmocka_unit_test(nothing_begins_behind_a_before_that_failed),
        cmocka_unit_test(only_chosen_lanes_are_sent),
        cmocka_unit_test(a_call_of_another_owner_is_left_to_it),
        cmocka_unit_test(a_stop_waits_for_answers_and_begins_nothing),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
