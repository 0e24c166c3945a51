/* tests/unit/apply/test_sending_parts.c - the small parts around sending: plan lines, chosen lanes, needs, masks, results. */
#include <unistd.h>

#include "etl/apply/delivery.h"
#include "etl/apply/dependencies.h"
#include "etl/apply/lane_selection.h"
#include "etl/core/system/atomic_file.h"
#include "etl/run/plan_reader.h"
#include "etl/run/results.h"
#include "etl/secrets/redact.h"
#include "tests/unit/apply/toy.h"

static struct arena mem;
static struct err   err;

static int set_up(void **state)
{
    (void)state;
    arena_init(&mem, 64 << 20, "a test");
    err = (struct err){ 0 };
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    arena_release(&mem);
    return 0;
}

/* ---- chosen lanes ---- */

static const char *file_of(struct toy *t, const char *name, const char *text)
{
    char  path[128];
    FILE *f;

    snprintf(path, sizeof path, "%s/%s", t->folder, name);
    f = fopen(path, "w");
    fputs(text, f);
    fclose(f);
    return arena_cstr(&t->mem, str_from(path));
}

static struct str chosen(struct toy *t, struct ledger *l, const struct lane_selection_options *o,
                         struct findings *faults)
{
    AUTO(buf_release) struct buf out = { 0 };
    struct lane_selection        c;
    enum etl_status              st;

    buf_init(&out, 1 << 16, "lanes");
    st = lane_selection_make(l, o, &t->mem, &c, faults, &err);
    if (st != ETL_OK)
        return str_from(err.rule);
    for (uint64_t n = 1; n <= ledger_lane_count(l); n++)
        if (lane_selection_has(&c, n))
            buf_fmt(&out, "%llu ", (unsigned long long)n);
    assert_true(lane_selection_has(&c, LANE_BEFORE) && lane_selection_has(&c, LANE_AFTER));
    return arena_str(&t->mem, buf_str(&out));
}

static void lanes_are_chosen(void **state)
{
    struct toy                   *t = calloc(1, sizeof *t);
    struct ledger                *l;
    struct findings               faults;
    struct lane_selection_options o = { 0 };

    toy_open(t, false, "concurrency: 1");
    for (const char *k = "a\0b\0c\0d\0e\0"; *k != '\0'; k += 2)
        toy_call(t, k, "make", "{\"key\":\"x\"}");
    toy_counts(t, &(struct ledger_counts){ 0 }); /* loads it */
    assert_int_equal(ledger_open(t->folder, STR("00"), true, &l, &err), ETL_OK);
    findings_init(&faults, &t->mem);
    assert_is(chosen(t, l, &o, &faults), "1 2 3 4 5 ");
    o.limit = 2;
    assert_is(chosen(t, l, &o, &faults), "1 2 ");
    o.only = file_of(t, "only", "d\r\nb\n\nnobody\ne\n");
    assert_is(chosen(t, l, &o, &faults), "2 4 ");
    assert_int_equal(faults.count, 1);
    assert_int_equal(faults.items[0].err.line, 4);
    assert_int_equal(faults.errors, 0);
    o.skip = file_of(t, "skip", "b");
    assert_is(chosen(t, l, &o, &faults), "4 5 ");
    o.limit = 0;
    o.only = file_of(t, "only", "b\n");
    assert_is(chosen(t, l, &o, &faults), "lane-none");
    o.only = "/nowhere/at/all";
    assert_is(chosen(t, l, &o, &faults), "lane-file");
    ledger_close(l);
    toy_close(t);
    free(t);
    (void)state;
}

/* ---- needs ---- */

static struct loaded_call loaded(const struct toy *t, const char *command, const char *key, struct value id)
{
    const struct command  *c = toy_command(t, command);
    struct plan_call_head *head = ARENA_NEW(&mem, struct plan_call_head);
    struct plan_call      *planned = ARENA_NEW(&mem, struct plan_call);
    struct loaded_call     call = { .call = planned,
                                    .command = c,
                                    .values = ARENA_ARRAY(&mem, struct value, c->param_count + 1) };
    int                    at = command_param_index(c, STR("id"));

    head->as = c->name;
    planned->head = head;
    call.values[0] = VALUE_OF(str_from(key));
    if (at >= 0)
        call.values[at] = id;
    return call;
}

static void an_earlier_call_of_the_lane_is_needed(void **state)
{
    struct toy          *t = calloc(1, sizeof *t);
    struct dependencies *n = dependencies_new();
    struct value         none = VALUE_NONE, ref = { VALUE_REF, false, STR("make.id") };
    struct loaded_call   make, note;
    struct str           name;

    toy_open(t, false, "concurrency: 1");
    make = loaded(t, "make", "a", none);
    note = loaded(t, "note", "a", none);
    assert_int_equal(dependencies_find(n, &note, &name), 0); /* nothing of its lane makes it: it was there before */
    dependencies_add(n, &make, 3);
    assert_int_equal(dependencies_find(n, &note, &name), 3);
    assert_is(name, "make");
    note = loaded(t, "note", "b", none);
    assert_int_equal(dependencies_find(n, &note, &name), 0); /* another thing */
    note = loaded(t, "note", "b", ref);
    assert_int_equal(dependencies_find(n, &note, &name), 3); /* but what the first yields */
    dependencies_reset(n);
    assert_int_equal(dependencies_find(n, &note, &name), 0);
    dependencies_free(n);
    toy_close(t);
    free(t);
    (void)state;
}

/* ---- masks ---- */

static void every_form_of_a_secret_is_masked(void **state)
{
    struct toy           *t = calloc(1, sizeof *t);
    struct value          values[3] = { VALUE_OF(STR("key")), { VALUE_TEXT, true, STR("a\"<b&c d") }, VALUE_NONE };
    const struct command *c;
    struct str            text;

    toy_open(t, false, "concurrency: 1");
    c = toy_command(t, "make");
    text = connection_redact(
        &t->connection,
        STR("auth open-sesame-42 key; a\"<b&c d; a%22%3Cb%26c%20d; a&quot;&lt;b&amp;c d; a\\\"<b&c d; YSI8YiZjIGQ="), c,
        values, &mem);
    assert_is(text, "auth *** key; ***; ***; ***; ***; ***");
    text = STR("nothing in here");
    assert_ptr_equal(connection_redact(&t->connection, text, c, values, &mem).ptr, text.ptr);
    toy_close(t);
    free(t);
    (void)state;
}

/* ---- results ---- */

static struct str whole_file(struct toy *t, const char *name)
{
    char       path[128];
    struct str text;

    snprintf(path, sizeof path, "%s/%s", t->folder, name);
    assert_int_equal(file_read(path, 1 << 20, &t->mem, &text, &err), ETL_OK);
    return text;
}

static void results_tell_what_became_of_it(void **state)
{
    struct toy       *t = calloc(1, sizeof *t);
    struct ledger    *l;
    struct run_folder run;
    struct settlement done = { .state = CALL_DONE,
                               .at_ms = 1700000000000,
                               .http = 200,
                               .reply = STR("1; OK, \"fine\""),
                               .verified = true },
                      refused = { .state = CALL_REFUSED,
                                  .at_ms = 1700000000000,
                                  .http = 200,
                                  .reason = STR("=cmd|' /C calc'!A0") };
    struct ledger_claim claims[] = { { .number = 1 }, { .number = 3 } };

    toy_open(t, false, "concurrency: 1");
    toy_call(t, "-1", "make", "{\"key\":\"x\"}");
    toy_call(t, "-1", "note", "{\"key\":\"x\"}");
    toy_call(t, "b,c", "make", "{\"key\":\"y\"}");
    toy_call(t, "b,c", "note", "{\"key\":\"y\"}");
    toy_call(t, "@after", "set", "{\"key\":\"y\"}");
    toy_counts(t, &(struct ledger_counts){ 0 });
    assert_int_equal(ledger_open(t->folder, STR("00"), true, &l, &err), ETL_OK);
    assert_int_equal(ledger_begin(l, &err), ETL_OK);
    assert_int_equal(ledger_claim(l, claims, COUNT(claims), &err), ETL_OK);
    assert_int_equal(ledger_settle(l, 1, &done, &err), ETL_OK);
    assert_int_equal(ledger_settle(l, 3, &refused, &err), ETL_OK);
    assert_int_equal(ledger_block_behind(l, 3, 2, &err), ETL_OK);
    assert_int_equal(ledger_test_outcome(l, 2, STR("untestable"), STR("needs call 1 (make)"), 0, &err), ETL_OK);
    assert_int_equal(ledger_commit(l, &err), ETL_OK);
    run = (struct run_folder){ .path = t->folder };
    assert_int_equal(results_write(&run, l, &err), ETL_OK);
    assert_int_equal(results_write_test(&run, l, &err), ETL_OK);
    assert_is(
        whole_file(t, "results.csv"),
        "lane,from,command,outcome,reason,http,tries,at,how,reply,id\n"
        "'-1,x.csv:2,make,done,,200,1,2023-11-14T22:13:20Z,read back,\"1; OK, \"\"fine\"\"\",23363e14b5b63d65b50f0610e090fb75\n"
        "'-1,x.csv:3,note,not sent,,,0,,,,737dc49dc2371bf0347cb692edfba99c\n"
        "\"b,c\",x.csv:4,make,refused,'=cmd|' /C calc'!A0,200,1,2023-11-14T22:13:20Z,,,05a9de8b34bf3bf70c889935c52246d4\n"
        "\"b,c\",x.csv:5,note,blocked,\"behind make, which is refused\",,0,,,,5717950c533cae4fbcbec19179f5f8b5\n"
        "(after),x.csv:6,set,not sent,,,0,,,,566dc45c825a7dfaffe852e6a26554f8\n");
    assert_is(whole_file(t, "lanes.csv"),
              "lane,outcome,calls,done,refused,failed,uncertain,blocked,not_sent,command,reason\n"
              "'-1,not sent,2,1,0,0,0,0,1,note,\n"
              "\"b,c\",refused,2,0,1,0,0,1,0,make,'=cmd|' /C calc'!A0\n"
              "(after),not sent,1,0,0,0,0,0,1,set,\n");
    assert_is(whole_file(t, "test.csv"),
              "lane,from,command,outcome,reason,http,id\n"
              "'-1,x.csv:3,note,untestable,needs call 1 (make),,737dc49dc2371bf0347cb692edfba99c\n");
    ledger_close(l);
    toy_close(t);
    free(t);
    (void)state;
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(lanes_are_chosen),
        TEST(an_earlier_call_of_the_lane_is_needed),
        TEST(every_form_of_a_secret_is_masked),
        TEST(results_tell_what_became_of_it),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
