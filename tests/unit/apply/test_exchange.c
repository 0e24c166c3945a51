/* tests/unit/apply/test_exchange.c - one request until it has an answer: paced, and sent again exactly where that is no repetition. */
#include <unistd.h>

#include "tests/unit/apply/toy.h"

struct scene {
    struct toy    *toy;
    enum toy_fault fault;
    unsigned       times; /* the first so many requests */
};

static enum toy_fault first_ones(void *context, const struct toy_asked *asked)
{
    struct scene *s = context;

    return asked->nth_of_key <= s->times ? s->fault : TOY_NONE;
}

static void open_scene(struct scene *s, const char *limits)
{
    struct err err = { 0 };

    s->toy = calloc(1, sizeof *s->toy);
    toy_open(s->toy, false, limits);
    s->toy->fault = first_ones;
    s->toy->context = s;
    assert_int_equal(exchanges_open(&s->toy->connection, &s->toy->mem, &s->toy->exchanges, &err), ETL_OK);
    s->toy->exchanges.stop_asked = &s->toy->stop;
}

static void close_scene(struct scene *s)
{
    exchanges_close(&s->toy->exchanges);
    toy_close(s->toy);
    free(s->toy);
}

static struct exchange *asking(struct scene *s, const char *command, const char *key)
{
    const struct command *c = toy_command(s->toy, command);
    struct exchange      *x = ARENA_NEW(&s->toy->mem, struct exchange);
    struct value         *values = ARENA_ARRAY(&s->toy->mem, struct value, c->param_count + 1);

    if (c->param_count != 0)
        values[0] = VALUE_OF(arena_str(&s->toy->mem, str_from(key)));
    *x = (struct exchange){
        .command = c, .values = values, .may_repeat = c->effect == EFFECT_READ, .mem = &s->toy->mem
    };
    return x;
}

static void what_is_sent_again_and_what_is_not(void **state)
{
    static const struct {
        const char       *command;
        enum toy_fault    fault;
        unsigned          times;
        enum exchange_end end;
        enum reply_is     is;
        unsigned          requests;
    } cases[] = {
        { "find", TOY_NONE, 0, EXCHANGE_ANSWERED, REPLY_NOTHING, 1 },
        { "find", TOY_503, 2, EXCHANGE_ANSWERED, REPLY_NOTHING, 3 }, /* a read may be asked again */
        { "find", TOY_DROP_AFTER, 2, EXCHANGE_ANSWERED, REPLY_NOTHING, 3 },
        { "find", TOY_GARBAGE, 1, EXCHANGE_ANSWERED, REPLY_NOTHING, 2 },
        { "find", TOY_DROP_BEFORE, 99, EXCHANGE_LOST, REPLY_DONE, 3 }, /* tries: 3 */
        { "note", TOY_503, 1, EXCHANGE_ANSWERED, REPLY_OUTAGE, 1 },    /* a write never */
        { "note", TOY_503_AFTER, 1, EXCHANGE_ANSWERED, REPLY_UNCERTAIN, 1 },
        { "note", TOY_DROP_AFTER, 1, EXCHANGE_LOST, REPLY_DONE, 1 },
        { "note", TOY_DROP_BEFORE, 1, EXCHANGE_LOST, REPLY_DONE, 1 },
        { "note", TOY_CUT_OFF, 1, EXCHANGE_LOST, REPLY_DONE, 1 },
        { "note", TOY_GARBAGE, 1, EXCHANGE_ANSWERED, REPLY_UNCERTAIN, 1 },
        { "note", TOY_429, 1, EXCHANGE_ANSWERED, REPLY_DONE, 2 }, /* but what was not even looked at */
        { "make", TOY_NONE, 0, EXCHANGE_ANSWERED, REPLY_DONE, 1 },
    };

    for (size_t i = 0; i < COUNT(cases); i++) {
        struct scene     s = { .fault = cases[i].fault, .times = cases[i].times };
        struct exchange *x;

        open_scene(&s, "concurrency: 2, per_second: 5000, timeout_seconds: 5, tries: 3");
        x = asking(&s, cases[i].command, "k");
        exchanges_run(&s.toy->exchanges, x);
        assert_int_equal(x->end, cases[i].end);
        if (x->end == EXCHANGE_ANSWERED)
            assert_int_equal(x->verdict.is, cases[i].is);
        else
            assert_true(x->why.len != 0);
        assert_int_equal(little_server_requests(s.toy->server), cases[i].requests);
        assert_int_equal(x->tries, cases[i].requests);
        close_scene(&s);
    }
    (void)state;
}

static void nobody_there_stops_it_all(void **state)
{
    struct scene     s = { 0 };
    struct exchange *x, *behind;

    open_scene(&s, "concurrency: 1, per_second: 5000, timeout_seconds: 5, tries: 2");
    s.toy->connection.url = STR("http://127.0.0.1:1/");
    x = asking(&s, "note", "k");
    exchanges_run(&s.toy->exchanges, x);
    assert_int_equal(x->end, EXCHANGE_NOT_SENT);
    assert_int_equal(s.toy->exchanges.stop, ETL_AGAIN);
    assert_string_equal(s.toy->exchanges.stop_err.rule, "outage");
    behind = asking(&s, "note", "l");
    exchanges_run(&s.toy->exchanges, behind); /* begins nothing more */
    assert_int_equal(behind->end, EXCHANGE_NOT_SENT);
    assert_int_equal(behind->tries, 0);
    close_scene(&s);
    (void)state;
}

static void one_that_throttles_and_never_serves_stops_it(void **state)
{
    struct scene     s = { .fault = TOY_429, .times = 999 };
    struct exchange *x;

    open_scene(&s, "concurrency: 1, per_second: 5000, timeout_seconds: 5, tries: 1");
    x = asking(&s, "note", "k");
    exchanges_run(&s.toy->exchanges, x);
    assert_string_equal(s.toy->exchanges.stop_err.rule, "throttled");
    assert_int_equal(s.toy->notes, 0);
    close_scene(&s);
    (void)state;
}

/* Lower bounds only: a slow machine keeps them too. */
static void the_pace_is_kept(void **state)
{
    struct scene     s = { 0 };
    struct exchange *x[12];
    uint64_t         began;

    open_scene(&s, "concurrency: 8, per_second: 20, timeout_seconds: 5, tries: 3");
    began = clock_monotonic_ms(&s.toy->time.clock);
    for (size_t i = 0; i < COUNT(x); i++) {
        x[i] = asking(&s, "find", "k");
        exchanges_submit(&s.toy->exchanges, x[i]);
    }
    for (size_t back = 0; back < COUNT(x);)
        back += exchanges_next(&s.toy->exchanges, 100) != NULL;
    assert_true(clock_monotonic_ms(&s.toy->time.clock) - began >= 450); /* 12 at 20/s, two of them at once */
    close_scene(&s);
    (void)state;
}

static void no_more_at_once_than_allowed(void **state)
{
    struct scene s = { 0 };

    open_scene(&s, "concurrency: 3, per_second: 5000, timeout_seconds: 5, tries: 3");
    s.toy->delay_ms = 20;
    for (size_t i = 0; i < 30; i++)
        exchanges_submit(&s.toy->exchanges, asking(&s, "find", "k"));
    for (size_t back = 0; back < 30;) {
        back += exchanges_next(&s.toy->exchanges, 100) != NULL;
        assert_true(s.toy->exchanges.in_flight <= 3);
    }
    assert_true(little_server_connections(s.toy->server) <= 3);
    close_scene(&s);
    (void)state;
}

static void a_stop_is_obeyed_before_anything_begins(void **state)
{
    struct scene     s = { 0 };
    struct exchange *x;

    open_scene(&s, "concurrency: 3, per_second: 5000, timeout_seconds: 5, tries: 3");
    s.toy->stop = 1;
    x = asking(&s, "note", "k");
    exchanges_run(&s.toy->exchanges, x);
    assert_int_equal(x->end, EXCHANGE_NOT_SENT);
    assert_int_equal(little_server_requests(s.toy->server), 0);
    close_scene(&s);
    (void)state;
}

static void new_credentials_are_taken_once(void **state)
{
    struct scene     s = { 0 };
    struct exchange *x;
    char             path[128];
    FILE            *f;

    open_scene(&s, "concurrency: 3, per_second: 5000, timeout_seconds: 5, tries: 3");
    s.toy->password = "fresh-one";
    snprintf(path, sizeof path, "%s/auth", s.toy->folder);
    f = fopen(path, "w");
    fputs("fresh-one", f);
    fclose(f);
    x = asking(&s, "note", "k");
    exchanges_run(&s.toy->exchanges, x);
    assert_int_equal(x->verdict.is, REPLY_DONE);
    assert_int_equal(s.toy->refused_logins, 1);
    s.toy->password = "and-another";
    x = asking(&s, "note", "l");
    exchanges_run(&s.toy->exchanges, x);
    assert_int_equal(x->verdict.is, REPLY_LOGIN);
    assert_string_equal(s.toy->exchanges.stop_err.rule, "login");
    assert_null(strstr(s.toy->exchanges.stop_err.text, "fresh-one"));
    close_scene(&s);
    (void)state;
}

/* What a provider quotes back is masked: the credential, and the call's own secrets. */
static void answers_are_masked(void **state)
{
    struct scene     s = { 0 };
    struct exchange *x;
    struct value    *values;

    open_scene(&s, "concurrency: 3, per_second: 5000, timeout_seconds: 5, tries: 3");
    toy_put(s.toy, "k", "Str0ng-secret");
    x = asking(&s, "make", "k");
    values = (struct value *)(uintptr_t)x->values;
    values[1] = (struct value){ VALUE_TEXT, true, STR("Str0ng-secret") };
    exchanges_run(&s.toy->exchanges, x);
    assert_int_equal(x->verdict.is, REPLY_REFUSED);
    assert_is(x->verdict.reason, "k is there already, with ***");
    assert_is(x->reply, "0; k is there already, with ***");
    close_scene(&s);
    (void)state;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_is_sent_again_and_what_is_not),
        cmocka_unit_test(nobody_there_stops_it_all),
        cmocka_unit_test(one_that_throttles_and_never_serves_stops_it),
        cmocka_unit_test(the_pace_is_kept),
        cmocka_unit_test(no_more_at_once_than_allowed),
        cmocka_unit_test(a_stop_is_obeyed_before_anything_begins),
        cmocka_unit_test(new_credentials_are_taken_once),
        cmocka_unit_test(answers_are_masked),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
