/* tests/unit/plan/test_plan.c - etl/plan/plan.h: the same bytes whatever the threads, books that balance, and rejects that are mended. */
#include "etl/plan/plan.h"

#include "etl/run/plan_call.h"
#include "tests/unit/plan/plan_bench.h"

static const char two_inputs[] =
    "mapping: 1\nprovider: ispn\n"
    "inputs:\n"
    "  customers: {lane: \"{{ id }}\", unique: [id], secret: [pin]}\n"
    "  boxes: {lane: \"{{ customer }}\", parent: customers, unique: [box]}\n"
    "calls:\n"
    "  - {command: addcust, input: customers, fields: {billid: \"{{ id }}\", hphone: \"{{ phone }}\", title: \"{{ count(boxes) }}\"}}\n"
    "  - command: addmbox\n"
    "    input: boxes\n"
    "    fields: {billid: \"{{ customer }}\", mbox: \"{{ box }}@{{ parent.domain }}\", pass: \"{{ parent.pin }}\", primary: \"{{ nth == 1 }}\"}\n"
    "  - {command: setbus, input: boxes, once_per: \"{{ parent.group }}\", fields: {billid: \"{{ customer }}\"}}\n";

/* ---- threads ---- */

/* Thousands of rows, so that there are many blocks; rejects, doubles, orphans among them. */
static void write_many(struct bench *b)
{
    AUTO(buf_release) struct buf customers = { 0 }, boxes = { 0 };

    buf_init(&customers, 64 << 20, "customers");
    buf_init(&boxes, 64 << 20, "boxes");
    buf_lit(&customers, "id,phone,domain,pin,group\n");
    buf_lit(&boxes, "customer,box\n");
    for (unsigned i = 0; i < 9000; i++) {
        buf_fmt(&customers, "%u,%s,d%u.example,Kite-%u-xq,g%u\n", i % 997 == 3 ? i - 1 : i,
                i % 101 == 7 ? "555" : "9135550147", i % 50, i, i % 700);
        for (unsigned k = 0; k < i % 4; k++)
            buf_fmt(&boxes, "%u,box%u%s\n", i % 1009 == 5 ? i + 100000 : i, i * 4 + (i % 503 == 9 ? 0 : k),
                    k == 2 && i % 211 == 1 ? ",surplus" : "");
    }
    write_file(b, "customers.csv", buf_str(&customers));
    write_file(b, "boxes.csv", buf_str(&boxes));
}

static void threads_make_the_same_bytes(void **state)
{
    static const char *const names[] = { "plan.jsonl", "findings.jsonl", "rejects/customers.csv", "rejects/boxes.csv" };
    static const unsigned    threads[] = { 1, 2, 16 };
    struct bench             b;

    (void)state;
    begin(&b);
    write_file(&b, "m.yaml", str_from(two_inputs));
    write_many(&b);
    for (size_t i = 0; i < COUNT(threads); i++) {
        const char *run = arena_fmt(&b.mem, "run%zu", i).ptr;

        assert_int_equal(plan(&b, run, NULL, threads[i], FILES("customers=customers.csv", "boxes=boxes.csv")),
                         ETL_REJECT);
        assert_int_equal(b.counts.read, b.counts.planned + b.counts.rejected + b.counts.without_calls);
        assert_true(b.counts.rejected > 100);
        assert_true(b.counts.planned > 15000);
        for (size_t k = 0; k < COUNT(names); k++) {
            struct str first = read_file(&b, arena_fmt(&b.mem, "run0/%s", names[k]).ptr);
            struct str got = read_file(&b, arena_fmt(&b.mem, "%s/%s", run, names[k]).ptr);

            assert_true(first.len > 1000);
            if (!str_eq(first, got))
                fail_row(k, "%s differs with %u threads", names[k], threads[i]);
        }
    }
    end(&b);
}

/* A quote that is never closed ends the plan far behind thousands of findings: they are the same whatever the threads did, with their cause. */
static void a_stop_finds_the_same_on_any_threads(void **state)
{
    static const unsigned threads[] = { 1, 4, 16 };
    struct bench          b;
    struct str            rows, first;

    (void)state;
    begin(&b);
    write_file(&b, "m.yaml", str_from(two_inputs));
    write_many(&b);
    rows = read_file(&b, "customers.csv");
    write_file(&b, "customers.csv", arena_fmt(&b.mem, "%.*s\"9999,\n%.*s", STR_ARG(rows), STR_ARG(rows)));
    for (size_t i = 0; i < COUNT(threads); i++) {
        const char *run = arena_fmt(&b.mem, "run%zu", i).ptr;

        assert_int_equal(plan(&b, run, NULL, threads[i], FILES("customers=customers.csv", "boxes=boxes.csv")),
                         ETL_UNREAD);
        first = read_file(&b, "run0/findings.jsonl");
        assert_true(count_of(first, "\n") > 50);
        expect_text(first, "\"rule\":\"quote-open\"");
        assert_text(read_file(&b, arena_fmt(&b.mem, "%s/findings.jsonl", run).ptr), first);
    }
    end(&b);
}

/* ---- mending ---- */

static void write_small(struct bench *b)
{
    write_file(b, "m.yaml", str_from(two_inputs));
    write_file(b, "customers.csv",
               STR("id,phone,domain,pin,group\n7,9135550147,example.net,Kite-7-xq,a\n8,555,example.org,Kite-8-xq,b\n"));
    write_file(b, "boxes.csv", STR("customer,box\n7,jdoe\n7,in fo\n8,ann\n9,lost\n"));
}

/* The first mending of a reject file: `from` becomes `to`. */
static void mend(struct bench *b, const char *file, const char *to_file, const char *from, const char *to)
{
    AUTO(buf_release) struct buf out = { 0 };
    struct str                   text = read_file(b, file);
    const char                  *at = memmem(text.ptr, text.len, from, strlen(from));

    if (at == NULL) {
        print_error("no \"%s\" in %s:\n%.*s\n", from, file, STR_ARG(text));
        fail();
        return;
    }
    buf_init(&out, 1 << 20, "a mended file");
    buf_add(&out, str_head(text, (size_t)(at - text.ptr)));
    buf_text(&out, to);
    buf_add(&out, str_skip(text, (size_t)(at - text.ptr) + strlen(from)));
    write_file(b, to_file, buf_str(&out));
}

static void what_is_read_does_not_lie_in_what_is_emptied(void **state)
{
    struct bench b;

    (void)state;
    begin(&b);
    write_small(&b);
    assert_int_equal(plan(&b, "run1", NULL, 1, FILES("customers=customers.csv", "boxes=boxes.csv")), ETL_REJECT);
    b.more.replace = true;
    assert_int_equal(plan(&b, "run1", NULL, 1, FILES("customers=run1/rejects/customers.csv", "boxes=boxes.csv")),
                     ETL_FAIL);
    expect_fault(&b, "run-reads-itself", "which is emptied for the new plan");
    assert_int_equal(plan(&b, "run1", "run1", 1, FILES("boxes=boxes.csv")), ETL_FAIL);
    assert_true(read_file(&b, "run1/plan.jsonl").len != 0 && read_file(&b, "run1/rejects/customers.csv").len != 0);
    end(&b);
}

static void rejects_are_mended(void **state)
{
    struct bench b;
    struct str   first, second, third;

    (void)state;
    begin(&b);
    write_small(&b);
    assert_int_equal(plan(&b, "run1", NULL, 1, FILES("customers=customers.csv", "boxes=boxes.csv")), ETL_REJECT);
    assert_int_equal(b.counts.rejected, 4);
    first = read_file(&b, "run1/plan.jsonl");
    assert_int_equal(count_of(first, "[\"addmbox\","), 1);
    expect_text(first, "jdoe@example.net");
    assert_false(str_contains(first, STR("Kite")));
    assert_false(str_contains(read_file(&b, "run1/rejects/customers.csv"), STR("Kite")));
    expect_text(read_file(&b, "run1/rejects/customers.csv"), "sealed:");

    /* The second run: customer 8 and a box of customer 7, whose row only the first run's extract has. */
    mend(&b, "run1/rejects/customers.csv", "customers2.csv", "555,", "9135550148,");
    mend(&b, "run1/rejects/boxes.csv", "boxes2.csv", "in fo", "info");
    assert_int_equal(plan(&b, "run2", "run1", 1, FILES("customers=customers2.csv", "boxes=boxes2.csv")), ETL_REJECT);
    second = read_file(&b, "run2/plan.jsonl");
    expect_text(second, "info@example.net");
    expect_text(second, "ann@example.org");
    assert_int_equal(b.counts.rejected, 1);
    assert_int_equal(count_of(second, "\"primary\":\"0\""), 1); /* info is the second of its lane still */
    assert_int_equal(count_of(second, "[\"setbus\","), 1);      /* group a was claimed in the first run */

    /* The third: a box whose parent stands in the first run's extract, two runs ago, and no customers at all. */
    mend(&b, "run2/rejects/boxes.csv", "boxes3.csv", "9,lost", "7,found");
    assert_int_equal(plan(&b, "run3", "run2", 1, FILES("boxes=boxes3.csv")), ETL_OK);
    third = read_file(&b, "run3/plan.jsonl");
    expect_text(third, "found@example.net");
    /* The same password as the first mailbox of that customer had, sealed for another call. */
    assert_int_equal(count_of(third, "\"sealed\""), 1);
    end(&b);
}

/* The ids of all calls of a run, a line each. */
static struct str ids_of(struct bench *b, const char *run)
{
    AUTO(buf_release) struct buf out;
    struct str                   rest = read_file(b, arena_fmt(&b->mem, "%s/plan.jsonl", run).ptr), line;
    struct plan_head             head;
    struct plan_record           r;
    char                         id[CALL_ID_DIGITS + 1];

    buf_init(&out, 1 << 20, "ids");
    rest = str_cut(rest, '\n', &line);
    assert_int_equal(plan_head_parse(line, &b->mem, &head, NULL), ETL_OK);
    for (rest = str_cut(rest, '\n', &line); line.len != 0; rest = str_cut(rest, '\n', &line)) {
        assert_int_equal(plan_record_parse(&(struct plan_wanted){ &head, PLAN_ALL_CALLS }, line, &b->mem, &r, NULL),
                         ETL_OK);
        for (size_t i = 0; i < r.call_count; i++) {
            plan_call_id(&r, i, id);
            buf_fmt(&out, "%s\n", id);
        }
        if (rest.ptr == NULL)
            break;
    }
    return arena_str(&b->mem, buf_str(&out));
}

static const char services[] =
    "mapping: 1\nprovider: ispn\nlane: \"{{ id }}\"\ncalls:\n"
    "  - {command: addsvc, fields: {billid: \"{{ id }}\", sid: \"{{ sid }}\", phone: \"{{ phone }}\"}}\n";

/* A record that says what one of the first run's says is its second copy: its calls are no calls of the first run. */
static void a_mended_record_makes_calls_of_its_own(void **state)
{
    struct bench b;
    struct str   first, second, id;

    (void)state;
    begin(&b);
    write_file(&b, "m.yaml", str_from(services));
    write_file(&b, "r.csv", STR("id,sid,phone\n7,dsl,\n7,web,555\n7,mail,\n7,dsl,\n"));
    assert_int_equal(plan(&b, "run1", NULL, 1, FILES("records=r.csv")), ETL_REJECT);
    assert_int_equal(b.counts.calls, 1);
    assert_int_equal(b.counts.rejected, 3);
    first = ids_of(&b, "run1");
    mend(&b, "run1/rejects/records.csv", "r2.csv", "555,", ",");
    assert_int_equal(plan(&b, "run2", "run1", 1, FILES("records=r2.csv")), ETL_OK);
    assert_int_equal(b.counts.calls, 3);
    for (second = ids_of(&b, "run2"); (second = str_cut(second, '\n', &id)).ptr != NULL;)
        assert_false(str_contains(first, id));
    expect_text(read_file(&b, "run2/plan.jsonl"), "\"copy\":2");
    end(&b);
}

/* Ids mean the same in the next plan: rows that moved, columns that moved, a row more before them, and another file's name change none. */
static void ids_mean_the_same_in_the_next_plan(void **state)
{
    struct bench b;
    struct str   first;

    (void)state;
    begin(&b);
    write_file(&b, "m.yaml", str_from(services));
    write_file(&b, "r.csv", STR("id,sid,phone\n7,dsl,9135550147\n7,web,\n8,dsl,\n8,dsl,\n"));
    write_file(&b, "next.csv",
               STR("phone,note,sid,id\n9135550199,,dsl,6\n9135550147,,dsl,7\n,,web,7\n,,dsl,8\n,,dsl,8\n"));
    assert_int_equal(plan(&b, "run1", NULL, 1, FILES("records=r.csv")), ETL_OK);
    assert_int_equal(plan(&b, "run2", NULL, 2, FILES("records=next.csv")), ETL_OK);
    first = ids_of(&b, "run1");
    assert_int_equal(first.len, 4 * 33);
    assert_int_equal(ids_of(&b, "run2").len, 5 * 33);
    expect_text(ids_of(&b, "run2"), arena_cstr(&b.mem, first));
    end(&b);
}

static void parents_that_are_gone_are_told(void **state)
{
    struct bench b;

    (void)state;
    begin(&b);
    write_small(&b);
    assert_int_equal(plan(&b, "run1", NULL, 1, FILES("customers=customers.csv", "boxes=boxes.csv")), ETL_REJECT);
    write_file(&b, "more.csv", STR("customer,box,_errors\n7,info,\n"));
    unlink(path_of(&b, "customers.csv"));
    assert_int_equal(plan(&b, "run2", "run1", 1, FILES("boxes=more.csv")), ETL_REJECT);
    expect_fault(&b, "parent-gone", "cannot be read again");
    expect_text(read_file(&b, "run2/findings.jsonl"), "is not at hand");
    write_file(&b, "customers.csv", STR("id,phone,domain,pin,group\n7,9135550147,example.com,Kite-7-xq,a\n"));
    assert_int_equal(plan(&b, "run3", "run1", 1, FILES("boxes=more.csv")), ETL_FAIL);
    expect_fault(&b, "parent-changed", "was changed since it was planned");
    end(&b);
}

/* What the mapping says differently stands in the plan's summary. */
static void the_plan_says_what_was_eased(void **state)
{
    struct bench b;

    (void)state;
    begin(&b);
    write_file(&b, "p.csv", STR("id,phone\n7,555\n"));
    write_file(&b, "m.yaml",
               STR("mapping: 1\nprovider: ispn\nvars: {x: y}\nrules: {hphone.phone10: warn}\ncalls:\n"
                   "  - {command: addcust, fields: {billid: \"{{ id }}\", hphone: \"{{ phone }}\"}}\n"));
    assert_int_equal(plan(&b, "run1", NULL, 1, FILES("records=p.csv")), ETL_OK);
    assert_int_equal(b.counts.warnings, 1);
    expect_text(read_file(&b, "run1/summary.json"), "\"rules\":{\"hphone.phone10\":\"warn\"}");
    expect_text(read_file(&b, "run1/summary.json"), "\"set\":{\"x\":\"y\"}");
    end(&b);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(threads_make_the_same_bytes),
        cmocka_unit_test(a_stop_finds_the_same_on_any_threads),
        cmocka_unit_test(what_is_read_does_not_lie_in_what_is_emptied),
        cmocka_unit_test(rejects_are_mended),
        cmocka_unit_test(a_mended_record_makes_calls_of_its_own),
        cmocka_unit_test(ids_mean_the_same_in_the_next_plan),
        cmocka_unit_test(parents_that_are_gone_are_told),
        cmocka_unit_test(the_plan_says_what_was_eased),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
