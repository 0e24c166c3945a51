/* tests/unit/ledger/test_ledger.c - the ledger: its order, its states, its groups, and what it refuses. */
#include <fcntl.h>
#include <sqlite3.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "etl/core/must.h"
#include "etl/core/system/atomic_file.h"
#include "etl/ledger/ledger.h"
#include "tests/unit/check.h"

static char         folder[64], db_path[96];
static struct arena mem;
static struct err   err;

static int set_up(void **state)
{
    (void)state;
    snprintf(folder, sizeof folder, "/tmp/ledger-XXXXXX");
    if (mkdtemp(folder) == NULL)
        return -1;
    snprintf(db_path, sizeof db_path, "%s/ledger.db", folder);
    arena_init(&mem, 64 << 20, "a test");
    err = (struct err){ 0 };
    return 0;
}

static int tear_down(void **state)
{
    char command[128];

    (void)state;
    arena_release(&mem);
    snprintf(command, sizeof command, "rm -rf %s", folder);
    return system(command);
}

#define TEXT(literal)                                                                                                  \
    {                                                                                                                  \
        literal, sizeof(literal) - 1                                                                                   \
    }

/* Two inputs, so that the calls of a lane stand apart; after: ahead of all. */
static const struct ledger_new_call plan[] = {
    { LEDGER_AFTER, TEXT("id1"), { 0 }, TEXT("last"), TEXT("x.csv:1"), 1, 0, 9, 0 },
    { LEDGER_LANE, TEXT("id2"), TEXT("A"), TEXT("first"), TEXT("x.csv:2"), 10, 10, 9, 0 },
    { LEDGER_LANE, TEXT("id3"), TEXT("B"), TEXT("first"), TEXT("x.csv:3"), 11, 20, 9, 0 },
    { LEDGER_LANE, TEXT("id4"), TEXT("C"), TEXT("first"), TEXT("x.csv:4"), 12, 30, 9, 0 },
    { LEDGER_LANE, TEXT("id5"), TEXT("B"), TEXT("second"), TEXT("x.csv:5"), 20, 40, 9, 0 },
    { LEDGER_LANE, TEXT("id6"), TEXT("A"), TEXT("third"), TEXT("x.csv:6"), 31, 50, 9, 0 },
    { LEDGER_LANE, TEXT("id7"), TEXT("A"), TEXT("second"), TEXT("x.csv:7"), 21, 60, 9, 0 },
    { LEDGER_BEFORE, TEXT("id8"), { 0 }, TEXT("begin"), TEXT("x.csv:8"), 1, 70, 9, 0 },
};

struct feed {
    size_t at, fail_at; /* fail_at 0: never */
};

static enum etl_status next_call(void *context, struct ledger_new_call *out, struct err *fault)
{
    struct feed *f = context;

    if (f->fail_at != 0 && f->at == f->fail_at)
        return err_set(fault, ETL_FAIL, "plan-line", "a wrong line");
    if (f->at == COUNT(plan))
        return ETL_END;
    *out = plan[f->at++];
    return ETL_OK;
}

static bool claim(struct ledger *l, uint64_t number)
{
    struct ledger_claim one = { .number = number };

    assert_int_equal(ledger_claim(l, &one, 1, &err), ETL_OK);
    return one.claimed;
}

/* What breaks an invariant, in a child: it ends with 70 and names the condition. */
static void assert_stops(void (*breaks)(struct ledger *l), struct ledger *l, const char *condition)
{
    char    said[512] = "";
    int     out[2], status;
    ssize_t got;
    pid_t   child;

    assert_int_equal(pipe(out), 0);
    child = fork();
    if (child == 0) {
        dup2(out[1], STDERR_FILENO);
        breaks(l);
        _exit(0);
    }
    close(out[1]);
    got = read(out[0], said, sizeof said - 1);
    close(out[0]);
    assert_true(got > 0);
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_true(WIFEXITED(status));
    assert_int_equal(WEXITSTATUS(status), MUST_EXIT_CODE);
    assert_non_null(strstr(said, condition));
}

static void settle_done(struct ledger *l)
{
    ledger_settle(l, 2, &(struct settlement){ .state = CALL_DONE }, NULL);
}

static void settle_sending(struct ledger *l)
{
    ledger_settle(l, 2, &(struct settlement){ .state = CALL_SENDING }, NULL);
}

static void claim_two(struct ledger *l)
{
    claim(l, 2);
}

static void commit(struct ledger *l)
{
    ledger_commit(l, NULL);
}

static void begin(struct ledger *l)
{
    ledger_begin(l, NULL);
}

static void block_another_lane(struct ledger *l)
{
    ledger_block_behind(l, 5, 1, NULL);
}

static struct ledger *open_ledger(bool write)
{
    struct ledger *l = NULL;

    assert_int_equal(ledger_open(folder, STR("digest"), write, &l, &err), ETL_OK);
    return l;
}

static struct ledger *loaded(void)
{
    struct ledger *l = open_ledger(true);
    struct feed    feed = { 0 };

    assert_false(ledger_loaded(l));
    assert_int_equal(ledger_load(l, &(struct ledger_source){ next_call, &feed }, &err), ETL_OK);
    assert_true(ledger_loaded(l));
    return l;
}

static enum etl_status show(void *context, const struct ledger_row *row)
{
    struct str lane = row->lane_key.ptr != NULL ? row->lane_key : STR("-");

    buf_fmt(context, "%llu %.*s %.*s %s|", (unsigned long long)row->number, STR_ARG(lane), STR_ARG(row->command),
            call_state_names[row->state]);
    return ETL_OK;
}

static struct str shown_rows(struct ledger *l)
{
    AUTO(buf_release) struct buf out = { 0 };

    buf_init(&out, 1 << 16, "rows");
    assert_int_equal(ledger_each(l, 1, show, &out, &err), ETL_OK);
    return arena_str(&mem, buf_str(&out));
}

static void group(struct ledger *l, uint64_t number, enum call_state state)
{
    struct settlement s = { .state = state, .at_ms = 5000, .reason = STR("so") };

    assert_int_equal(ledger_begin(l, &err), ETL_OK);
    assert_true(claim(l, number));
    assert_int_equal(ledger_commit(l, &err), ETL_OK);
    assert_int_equal(ledger_begin(l, &err), ETL_OK);
    assert_int_equal(ledger_settle(l, number, &s, &err), ETL_OK);
    assert_int_equal(ledger_commit(l, &err), ETL_OK);
}

static void a_lane_is_a_range_of_numbers(void **state)
{
    struct ledger     *l = loaded();
    struct ledger_lane lane;
    struct ledger_call call;

    assert_is(shown_rows(l),
              "1 - begin pending|2 A first pending|3 A second pending|4 A third pending|5 B first pending|"
              "6 B second pending|7 C first pending|8 - last pending|");
    assert_int_equal(ledger_call_count(l), 8);
    assert_int_equal(ledger_lane_count(l), 3);
    assert_int_equal(ledger_lanes_begin(l), 2);
    assert_int_equal(ledger_after_begins(l), 8);
    assert_int_equal(ledger_lane_find(l, STR("B"), &lane, &err), ETL_OK);
    assert_int_equal(lane.first, 5);
    assert_int_equal(lane.count, 2);
    assert_int_equal(ledger_lane_find(l, STR("Z"), &lane, &err), ETL_END);
    assert_int_equal(ledger_call_at(l, 8, &call, &err), ETL_OK);
    assert_true(call.lane == LANE_AFTER);
    assert_int_equal(call.offset, 0); /* its line is the plan's first */
    ledger_close(l);
    (void)state;
}

static void states_change_as_they_may_and_no_other_way(void **state)
{
    static const struct {
        enum call_state from;
        bool            may_claim, may_settle;
    } cases[] = {
        { CALL_PENDING, true, true },   { CALL_SENDING, false, true }, { CALL_DONE, false, false },
        { CALL_REFUSED, false, false }, { CALL_FAILED, false, false }, { CALL_UNCERTAIN, true, true },
    };
    struct settlement done = { .state = CALL_DONE };

    for (size_t i = 0; i < COUNT(cases); i++) {
        struct ledger *l = loaded();

        if (cases[i].from == CALL_SENDING) {
            assert_int_equal(ledger_begin(l, &err), ETL_OK);
            assert_true(claim(l, 2));
            assert_int_equal(ledger_commit(l, &err), ETL_OK);
        } else if (cases[i].from != CALL_PENDING) {
            group(l, 2, cases[i].from);
        }
        assert_int_equal(ledger_begin(l, &err), ETL_OK);
        assert_int_equal(claim(l, 2), cases[i].may_claim);
        ledger_rollback(l);
        assert_int_equal(ledger_begin(l, &err), ETL_OK);
        if (cases[i].may_settle)
            assert_int_equal(ledger_settle(l, 2, &done, &err), ETL_OK);
        else
            assert_stops(settle_done, l, "sqlite3_changes(l->db) == 1");
        ledger_rollback(l);
        ledger_close(l);
        unlink(db_path);
    }
    (void)state;
}

static void a_group_is_durable_whole_or_not_there(void **state)
{
    struct ledger     *l = loaded(), *other = open_ledger(false);
    struct ledger_call call;

    assert_int_equal(ledger_call_at(l, 3, &call, &err), ETL_OK); /* a read that is held does not keep others out */
    assert_int_equal(ledger_begin(l, &err), ETL_OK);
    assert_true(claim(l, 2));
    assert_int_equal(ledger_call_at(other, 2, &call, &err), ETL_OK);
    assert_int_equal(call.state, CALL_PENDING);
    assert_int_equal(ledger_commit(l, &err), ETL_OK);
    assert_int_equal(ledger_call_at(other, 2, &call, &err), ETL_OK);
    assert_int_equal(call.state, CALL_SENDING);
    assert_int_equal(call.tries, 1);
    assert_int_equal(ledger_begin(l, &err), ETL_OK);
    assert_int_equal(ledger_settle(l, 2, &(struct settlement){ .state = CALL_DONE }, &err), ETL_OK);
    ledger_rollback(l);
    assert_int_equal(ledger_call_at(l, 2, &call, &err), ETL_OK);
    assert_int_equal(call.state, CALL_SENDING);
    ledger_close(l);
    ledger_close(other);
    (void)state;
}

static void what_was_under_way_is_uncertain_afterwards(void **state)
{
    struct ledger     *l = loaded();
    struct ledger_call call;
    uint64_t           calls;

    assert_int_equal(ledger_anything_sent(folder), LEDGER_UNSENT);
    assert_int_equal(ledger_begin(l, &err), ETL_OK);
    assert_true(claim(l, 2));
    assert_true(claim(l, 5));
    assert_int_equal(ledger_commit(l, &err), ETL_OK);
    ledger_close(l);
    assert_int_equal(ledger_anything_sent(folder), LEDGER_SENT);
    l = open_ledger(true);
    assert_true(ledger_loaded(l));
    assert_int_equal(ledger_recover(l, &calls, &err), ETL_OK);
    assert_int_equal(calls, 2);
    assert_int_equal(ledger_next_open(l, 2, &call, &err), ETL_OK);
    assert_int_equal(call.number, 2);
    assert_int_equal(call.state, CALL_UNCERTAIN);
    ledger_close(l);
    (void)state;
}

static void behind_a_call_is_its_lane_only(void **state)
{
    struct ledger *l = loaded();

    assert_int_equal(ledger_begin(l, &err), ETL_OK);
    assert_int_equal(ledger_block_behind(l, 2, 1, &err), ETL_OK);
    assert_int_equal(ledger_block_behind(l, 1, LANE_BEFORE, &err), ETL_OK);
    assert_int_equal(ledger_block_behind(l, 8, LANE_AFTER, &err), ETL_OK);
    assert_int_equal(ledger_commit(l, &err), ETL_OK);
    assert_is(shown_rows(l),
              "1 - begin pending|2 A first pending|3 A second blocked|4 A third blocked|5 B first pending|"
              "6 B second pending|7 C first pending|8 - last pending|");
    assert_int_equal(ledger_begin(l, &err), ETL_OK);
    assert_int_equal(ledger_release_behind(l, 2, 1, &err), ETL_OK);
    assert_int_equal(ledger_commit(l, &err), ETL_OK);
    assert_true(str_contains(shown_rows(l), STR("4 A third pending")));
    ledger_close(l);
    (void)state;
}

static void what_was_seen_stays(void **state)
{
    struct ledger     *l = loaded();
    struct ledger_call call;

    assert_int_equal(ledger_begin(l, &err), ETL_OK);
    assert_int_equal(ledger_absent(l, 2, 777, &err), ETL_OK);
    assert_int_equal(ledger_baseline(l, 5, true, UINT64_MAX - 3, &err), ETL_OK);
    assert_int_equal(ledger_absent(l, 5, 888, &err), ETL_OK);
    assert_int_equal(ledger_commit(l, &err), ETL_OK);
    assert_int_equal(ledger_call_at(l, 2, &call, &err), ETL_OK);
    assert_false(call.has_baseline);
    assert_int_equal(call.absent_at_ms, 777);
    assert_int_equal(ledger_call_at(l, 5, &call, &err), ETL_OK);
    assert_true(call.has_baseline && call.there_before);
    assert_true(call.baseline_print == UINT64_MAX - 3);
    assert_int_equal(call.absent_at_ms, 888);
    assert_int_equal(ledger_begin(l, &err), ETL_OK);
    assert_int_equal(ledger_absent(l, 5, 0, &err), ETL_OK);
    assert_int_equal(ledger_commit(l, &err), ETL_OK);
    assert_int_equal(ledger_call_at(l, 5, &call, &err), ETL_OK);
    assert_true(call.has_baseline && call.absent_at_ms == 0);
    ledger_close(l);
    (void)state;
}

static void captures_are_of_the_lane_or_of_before(void **state)
{
    struct ledger    *l = loaded();
    struct pair_value a = { STR("first.id"), STR("41") }, b = { STR("first.id"), STR("42") },
                      all = { STR("begin.site"), STR("7") };
    struct settlement  s = { .state = CALL_DONE, .captures = &all, .capture_count = 1 };
    struct ledger_call call;
    struct str         value;

    assert_int_equal(ledger_begin(l, &err), ETL_OK);
    assert_int_equal(ledger_settle(l, 1, &s, &err), ETL_OK);
    s.captures = &a;
    assert_int_equal(ledger_settle(l, 2, &s, &err), ETL_OK);
    s.captures = &b;
    assert_int_equal(ledger_settle(l, 5, &s, &err), ETL_OK);
    assert_int_equal(ledger_commit(l, &err), ETL_OK);
    assert_int_equal(ledger_call_at(l, 3, &call, &err), ETL_OK);
    assert_int_equal(ledger_capture(l, &call, STR("first.id"), &mem, &value, &err), ETL_OK);
    assert_is(value, "41");
    assert_int_equal(ledger_capture(l, &call, STR("begin.site"), &mem, &value, &err), ETL_OK);
    assert_is(value, "7");
    assert_int_equal(ledger_capture(l, &call, STR("begin.other"), &mem, &value, &err), ETL_END);
    assert_int_equal(ledger_call_at(l, 2, &call, &err), ETL_OK);
    assert_int_equal(ledger_capture(l, &call, STR("first.id"), &mem, &value, &err), ETL_END); /* not its own */
    assert_int_equal(ledger_capture_of_lane(l, STR("B"), STR("first.id"), &mem, &value, &err), ETL_OK);
    assert_is(value, "42");
    ledger_close(l);
    (void)state;
}

static void the_runs_own_facts(void **state)
{
    struct ledger        *l = loaded();
    struct ledger_binding bound;
    struct ledger_rung   *rungs;
    struct ledger_counts  counts;
    struct ledger_call    call;
    size_t                count;

    assert_int_equal(ledger_bound(l, &mem, &bound, &err), ETL_OK);
    assert_null(bound.account.ptr);
    assert_int_equal(ledger_call_at(l, 2, &call, &err),
                     ETL_OK); /* a transaction is held; what follows is durable all the same */
    assert_int_equal(
        ledger_rung_add(l, &(struct ledger_rung){ STR("test"), STR("acc"), STR("here"), STR("2026-01-01T00:00:00Z") },
                        &err),
        ETL_OK);
    assert_int_equal(
        ledger_bind(l, &(struct ledger_binding){ STR("here"), STR("toy"), STR("https://x"), STR("acc") }, &err),
        ETL_OK);
    ledger_close(l);
    l = open_ledger(true);
    assert_int_equal(ledger_bound(l, &mem, &bound, &err), ETL_OK);
    assert_is(bound.url, "https://x");
    assert_int_equal(ledger_rungs(l, &mem, &rungs, &count, &err), ETL_OK);
    assert_int_equal(count, 1);
    assert_is(rungs[0].name, "test");
    group(l, 2, CALL_REFUSED);
    assert_int_equal(ledger_count(l, &counts, &err), ETL_OK);
    assert_int_equal(counts.calls, 8);
    assert_int_equal(counts.by_state[CALL_REFUSED], 1);
    assert_int_equal(counts.by_state[CALL_PENDING], 7);
    ledger_close(l);
    (void)state;
}

static void another_plans_ledger_is_refused(void **state)
{
    struct ledger *l = loaded();

    ledger_close(l);
    assert_int_equal(ledger_open(folder, STR("another"), true, &l, &err), ETL_FAIL);
    assert_string_equal(err.rule, "ledger-plan");
    assert_int_equal(ledger_open(folder, STR_NONE, false, &l, &err), ETL_OK); /* whichever, for what it captured */
    ledger_close(l);
    (void)state;
}

static void nothing_is_loaded_when_a_call_cannot_be_had(void **state)
{
    struct feed    feed = { .fail_at = 5 };
    struct ledger *l = open_ledger(true);

    assert_int_equal(ledger_load(l, &(struct ledger_source){ next_call, &feed }, &err), ETL_FAIL);
    assert_string_equal(err.text, "a wrong line");
    assert_false(ledger_loaded(l));
    assert_int_equal(ledger_call_count(l), 0);
    ledger_close(l);
    unlink(db_path);
    l = loaded();
    ledger_close(l);
    (void)state;
}

static void a_call_that_is_claimed_is_not_claimed_again(void **state)
{
    struct ledger      *l = loaded();
    struct ledger_claim claims[] = { { .number = 2 }, { .number = 5 }, { .number = 7 } };
    struct ledger_call  call;

    assert_int_equal(ledger_begin(l, &err), ETL_OK);
    assert_true(claim(l, 5));
    assert_int_equal(ledger_commit(l, &err), ETL_OK);
    assert_int_equal(ledger_begin(l, &err), ETL_OK);
    assert_int_equal(ledger_claim(l, claims, COUNT(claims), &err), ETL_OK);
    assert_int_equal(ledger_commit(l, &err), ETL_OK);
    assert_true(claims[0].claimed && !claims[1].claimed && claims[2].claimed);
    assert_int_equal(ledger_call_at(l, 5, &call, &err), ETL_OK);
    assert_int_equal(call.tries, 1);
    ledger_close(l);
    (void)state;
}

static void a_broken_invariant_stops_with_its_name(void **state)
{
    struct ledger *l = loaded();

    assert_stops(claim_two, l, "l->in_group");
    assert_stops(settle_done, l, "l->in_group");
    assert_stops(commit, l, "l->in_group");
    assert_int_equal(ledger_begin(l, &err), ETL_OK);
    assert_stops(begin, l, "!l->in_group");
    assert_stops(settle_sending, l, "s->state != CALL_SENDING");
    assert_stops(block_another_lane, l, "number >= at.first");
    ledger_rollback(l);
    ledger_close(l);
    (void)state;
}

/* A ledger of the first edition has no call of a record, only lines: it is refused, not read wrong. */
static void another_edition_is_refused(void **state)
{
    static const char *const rows[][2] = { { "PRAGMA user_version = 1", "older" },
                                           { "PRAGMA user_version = 3", "newer" } };

    for (size_t i = 0; i < COUNT(rows); i++) {
        struct ledger *l = i == 0 ? loaded() : NULL;
        sqlite3       *db;

        ledger_close(l);
        assert_int_equal(sqlite3_open(db_path, &db), SQLITE_OK);
        assert_int_equal(sqlite3_exec(db, rows[i][0], NULL, NULL, NULL), SQLITE_OK);
        sqlite3_close(db);
        assert_int_equal(ledger_open(folder, STR("digest"), true, &l, &err), ETL_FAIL);
        assert_string_equal(err.rule, "edition");
        assert_non_null(strstr(err.text, rows[i][1]));
    }
    (void)state;
}

/* As a file, left by a command that was killed while it had a claim. It is resumed. */
static void an_older_ledger_goes_on(void **state)
{
    struct ledger     *l;
    struct ledger_call call;
    struct str         sql;
    sqlite3           *db;
    uint64_t           calls;

    assert_int_equal(file_read("ledger/half_sent.sql", 1 << 20, &mem, &sql, &err), ETL_OK);
    assert_int_equal(sqlite3_open(db_path, &db), SQLITE_OK);
    assert_int_equal(sqlite3_exec(db, arena_cstr(&mem, sql), NULL, NULL, NULL), SQLITE_OK);
    sqlite3_close(db);
    l = open_ledger(true);
    assert_true(ledger_loaded(l));
    assert_int_equal(ledger_recover(l, &calls, &err), ETL_OK);
    assert_int_equal(calls, 1);
    assert_is(shown_rows(l),
              "1 - begin done|2 A first done|3 A second uncertain|4 A third pending|5 B first refused|"
              "6 B second blocked|7 C first pending|8 - last pending|");
    assert_int_equal(ledger_call_at(l, 3, &call, &err), ETL_OK);
    assert_true(call.has_baseline && call.tries == 1);
    ledger_close(l);
    (void)state;
}

static void damage_is_noticed(void **state)
{
    struct ledger *l = loaded();
    char           noise[8192];
    int            fd;

    ledger_close(l);
    memset(noise, 0x5a, sizeof noise);
    fd = open(db_path, O_RDWR);
    assert_int_equal(pwrite(fd, noise, sizeof noise, 4096), sizeof noise);
    close(fd);
    assert_int_equal(ledger_open(folder, STR("digest"), true, &l, &err), ETL_FAIL);
    assert_string_equal(err.rule, "ledger-damaged");
    fd = open(db_path, O_RDWR | O_TRUNC);
    assert_int_equal(write(fd, noise, sizeof noise), sizeof noise);
    close(fd);
    assert_int_equal(ledger_open(folder, STR("digest"), true, &l, &err), ETL_FAIL);
    (void)state;
}

static void there_is_none_to_read(void **state)
{
    struct ledger *l;

    assert_int_equal(ledger_open(folder, STR("digest"), false, &l, &err), ETL_END);
    assert_int_equal(ledger_anything_sent(folder), LEDGER_NONE);
    (void)state;
}

static void space_is_kept_and_given_back(void **state)
{
    struct ledger *l = loaded();
    struct stat    st;
    char           path[128];

    snprintf(path, sizeof path, "%s.reserve", db_path);
    assert_int_equal(ledger_reserve(l, &err), ETL_OK);
    assert_int_equal(stat(path, &st), 0);
    assert_true(st.st_blocks * 512 >= 4 << 20);
    ledger_use_reserve(l);
    assert_int_not_equal(stat(path, &st), 0);
    assert_int_equal(ledger_reserve(l, &err), ETL_OK);
    ledger_close(l);
    assert_int_not_equal(stat(path, &st), 0);
    (void)state;
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(a_lane_is_a_range_of_numbers),
        TEST(states_change_as_they_may_and_no_other_way),
        TEST(a_group_is_durable_whole_or_not_there),
        TEST(what_was_under_way_is_uncertain_afterwards),
        TEST(behind_a_call_is_its_lane_only),
        TEST(what_was_seen_stays),
        TEST(captures_are_of_the_lane_or_of_before),
        TEST(the_runs_own_facts),
        TEST(another_plans_ledger_is_refused),
        TEST(nothing_is_loaded_when_a_call_cannot_be_had),
        TEST(a_call_that_is_claimed_is_not_claimed_again),
        TEST(a_broken_invariant_stops_with_its_name),
        TEST(an_older_ledger_goes_on),
        TEST(another_edition_is_refused),
        TEST(damage_is_noticed),
        TEST(there_is_none_to_read),
        TEST(space_is_kept_and_given_back),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
