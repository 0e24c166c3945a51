/* tests/unit/run/test_plan_history.c - etl/run/plan_history.h: what was recorded is found again, and damage loses one line only. */
#include "etl/run/plan_history.h"

#include <signal.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include "etl/core/limits.h"
#include "etl/core/system/atomic_file.h"
#include "etl/core/system/files.h"
#include "tests/unit/check.h"
#include "tests/unit/skipping_clock.h"

struct world {
    struct arena         mem;
    char                 root[64];
    struct findings      warnings;
    struct history_place place;
    struct plan_history  history;
};

static void begin(struct world *w)
{
    *w = (struct world){ .root = "/tmp/test_history.XXXXXX" };
    arena_init(&w->mem, 1 << 30, "a test");
    assert_non_null(mkdtemp(w->root));
    w->place = (struct history_place){ arena_fmt(&w->mem, "%s/state/plans", w->root).ptr, STR("billing"), &real_clock };
}

static void end(struct world *w)
{
    files_remove_tree(w->root);
    arena_release(&w->mem);
}

static void record(struct world *w, const char *run, const char *input, const char *sha256, uint64_t read)
{
    struct planned_input in = { str_from(input), STR("a.csv"), str_from(sha256), 100, read, read, 0 };
    struct planned       plan = { STR("2026-11-30T02:10:00Z"), str_from(run), read, read, &in, 1 };
    struct err           err = { 0 };

    if (plan_history_add(&w->place, &plan, &w->mem, &err) != ETL_OK) {
        print_error("%s\n", err.text);
        fail();
    }
}

static void open_history(struct world *w)
{
    findings_init(&w->warnings, &w->mem);
    plan_history_open(&w->place, &w->mem, &w->warnings, &w->history);
}

/* The run that it names; "" for none. */
static struct str last(struct world *w, const char *input)
{
    struct planned              plan;
    const struct planned_input *its;

    return plan_history_last(&w->history, str_from(input), &plan, &its) ? plan.run : STR("");
}

static struct str with(struct world *w, const char *input, const char *sha256)
{
    struct planned              plan;
    const struct planned_input *its;

    return plan_history_with(&w->history, str_from(input), str_from(sha256), &plan, &its) ? plan.run : STR("");
}

/* The one file in the folder besides the lock. */
static const char *file_of(struct world *w)
{
    open_history(w);
    return w->history.path;
}

static void write_text(const char *path, struct str text)
{
    struct atomic_file file = { 0 };

    assert_int_equal(atomic_file_begin(&file, path, NULL), ETL_OK);
    assert_int_equal(atomic_file_write(&file, text, NULL), ETL_OK);
    assert_int_equal(atomic_file_commit(&file, NULL), ETL_OK);
}

static struct str read_text(struct world *w, const char *path)
{
    struct str text = STR("");

    assert_int_equal(file_read(path, HISTORY_BYTES_MAX, &w->mem, &text, NULL), ETL_OK);
    return text;
}

static void the_newest_is_found(void **state)
{
    struct world                w;
    struct planned              plan;
    const struct planned_input *its;

    (void)state;
    begin(&w);
    open_history(&w);
    assert_is(last(&w, "people"), ""); /* nothing was planned yet, and there is no folder */
    assert_int_equal(w.warnings.count, 0);
    record(&w, "/r1", "people", "aa", 7);
    record(&w, "/r2", "boxes", "bb", 8);
    record(&w, "/r3", "people", "cc", 9);
    record(&w, "/r4", "people", "aa", 7);
    open_history(&w);
    assert_is(last(&w, "people"), "/r4");
    assert_is(last(&w, "boxes"), "/r2");
    assert_is(last(&w, "others"), "");
    assert_is(with(&w, "people", "aa"), "/r4");
    assert_is(with(&w, "people", "cc"), "/r3");
    assert_is(with(&w, "people", "bb"), ""); /* another input's */
    assert_true(plan_history_with(&w.history, STR("people"), STR("cc"), &plan, &its));
    assert_is(plan.made, "2026-11-30T02:10:00Z");
    assert_is(its->file, "a.csv");
    assert_int_equal(its->read, 9);
    assert_int_equal(its->bytes, 100);
    assert_int_equal(w.warnings.count, 0);
    end(&w);
}

static void each_name_has_a_file_of_its_own(void **state)
{
    static const struct str names[] = {
        BYTES("billing"),
        BYTES("Billing"),
        BYTES("../../etc/passwd"),
        BYTES("a/b"),
        BYTES("a-b"),
        BYTES("Stra\xc3\x9f"
              "e\nx"),
        BYTES(".."),
        BYTES("lock"),
        BYTES("a name that is so long that no file of this name could be made in any folder of any file "
              "system, and that differs from the next one in its last letter only: A"),
        BYTES("a name that is so long that no file of this name could be made in any folder of any file "
              "system, and that differs from the next one in its last letter only: B")
    };
    struct world w;

    (void)state;
    begin(&w);
    for (size_t i = 0; i < COUNT(names); i++) {
        w.place.mapping = names[i];
        record(&w, arena_fmt(&w.mem, "/r%zu", i).ptr, "people", "aa", i);
    }
    for (size_t i = 0; i < COUNT(names); i++) {
        struct stat st;

        w.place.mapping = names[i];
        open_history(&w);
        assert_text(last(&w, "people"), arena_fmt(&w.mem, "/r%zu", i));
        assert_true(str_starts(str_from(w.history.path), str_from(w.place.folder)));
        assert_null(strchr(w.history.path + strlen(w.place.folder) + 1, '/'));
        assert_int_equal(files_stat(w.history.path, &st), 0);
        assert_int_equal(st.st_mode & 0777, 0600);
    }
    end(&w);
}

static void a_damaged_line_is_skipped(void **state)
{
    static const struct str tails[] = {
        BYTES("{\"made\":\"2026-11-30T02:10:00Z\",\"run\":\"/cut"), /* the power failed */
        BYTES("\0\0\0\0\0\0\0\0"),
        BYTES("{\"made\":\"2026-11-30T02:10:00Z\",\"inputs\":[]}\n"), /* no plan: it has no run */
        BYTES("[]\n"),
    };
    AUTO(buf_release) struct buf text;

    (void)state;
    buf_init(&text, 1 << 20, "a test");
    for (size_t i = 0; i < COUNT(tails); i++) {
        struct world w;
        const char  *path;

        begin(&w);
        record(&w, "/r1", "people", "aa", 7);
        path = file_of(&w);
        buf_reset(&text);
        buf_add(&text, read_text(&w, path));
        buf_add(&text, tails[i]);
        write_text(path, buf_str(&text));
        open_history(&w);
        assert_is(last(&w, "people"), "/r1");
        assert_is(last(&w, "people"), "/r1");
        assert_int_equal(w.warnings.count, 1); /* told once */
        assert_string_equal(w.warnings.items[0].err.rule, "history-line");
        record(&w, "/r2", "people", "bb", 8); /* begins on a line of its own */
        open_history(&w);
        assert_is(last(&w, "people"), "/r2");
        assert_is(with(&w, "people", "aa"), "/r1");
        end(&w);
    }
}

static void a_strange_file_is_left_alone(void **state)
{
    struct world   w;
    struct planned plan = { .made = STR("x"), .run = STR("/r") };
    struct err     err = { 0 };
    const char    *path;

    (void)state;
    begin(&w);
    record(&w, "/r1", "people", "aa", 7);
    path = file_of(&w);
    write_text(path, STR("{\"format\":\"subferry plan history\",\"version\":2,\"mapping\":\"billing\"}\n"));
    open_history(&w);
    assert_is(last(&w, "people"), "");
    assert_int_equal(w.warnings.count, 1);
    assert_string_equal(w.warnings.items[0].err.rule, "history-format");
    assert_int_equal(plan_history_add(&w.place, &plan, &w.mem, &err), ETL_FAIL);
    assert_string_equal(err.rule, "history-format");
    assert_is(read_text(&w, path), "{\"format\":\"subferry plan history\",\"version\":2,\"mapping\":\"billing\"}\n");
    end(&w);
}

static void the_oldest_are_dropped(void **state)
{
    enum { MORE = 500 };
    AUTO(buf_release) struct buf text;
    struct world                 w;
    const char                  *path;
    size_t                       lines = 0;

    (void)state;
    begin(&w);
    record(&w, "/first", "people", "first", 7);
    path = file_of(&w);
    buf_init(&text, 64 << 20, "a test");
    buf_add(&text, read_text(&w, path));
    for (unsigned i = 0; i < HISTORY_PLANS_MAX + MORE; i++)
        buf_fmt(
            &text,
            "{\"made\":\"2026-11-30T02:10:00Z\",\"run\":\"/r%u\",\"inputs\":[{\"name\":\"people\",\"sha256\":\"<%u>\"}]}\n",
            i, i);
    write_text(path, buf_str(&text));
    record(&w, "/last", "people", "zz", 7);
    open_history(&w);
    assert_is(last(&w, "people"), "/last");
    assert_is(with(&w, "people", "first"), "");
    assert_is(with(&w, "people", "<500>"), ""); /* 4,499 to 501 and the last one: 4,000 */
    assert_is(with(&w, "people", "<501>"), "/r501");
    for (size_t i = 0; i < w.history.lines.len; i++)
        lines += w.history.lines.ptr[i] == '\n';
    assert_int_equal(lines, HISTORY_PLANS_MAX);
    assert_int_equal(w.warnings.count, 0);
    end(&w);
}

static void nobody_waits_for_ever(void **state)
{
    struct world          w;
    struct planned        plan = { .made = STR("x"), .run = STR("/r") };
    struct err            err = { 0 };
    struct skipping_clock clock;
    int                   lock;

    (void)state;
    begin(&w);
    record(&w, "/r1", "people", "aa", 7);
    lock = files_open(arena_fmt(&w.mem, "%s/lock", w.place.folder).ptr, O_RDWR);
    assert_int_equal(files_lock(lock, true), 0);
    skipping_clock_init(&clock);
    w.place.clock = &clock.clock;
    assert_int_equal(plan_history_add(&w.place, &plan, &w.mem, &err), ETL_AGAIN);
    open_history(&w);
    assert_is(last(&w, "people"), "");
    assert_int_equal(w.warnings.count, 1);
    files_close(lock);
    open_history(&w);
    assert_is(last(&w, "people"), "/r1");
    end(&w);
}

/* No file may grow any more, as on a full disk: half a line must not stay. */
static void what_a_full_disk_leaves_is_taken_away(void **state)
{
    struct world         w;
    struct planned_input in = { STR("people"), STR("a.csv"), STR("bb"), 100, 7, 7, 0 };
    struct planned       plan = { STR("2026-11-30T02:10:00Z"), STR("/r2"), 7, 7, &in, 1 };
    struct rlimit        before, tight;
    struct err           err = { 0 };
    struct str           text;
    const char          *path;

    (void)state;
    begin(&w);
    record(&w, "/r1", "people", "aa", 7);
    path = file_of(&w);
    text = read_text(&w, path);
    signal(SIGXFSZ, SIG_IGN);
    assert_int_equal(getrlimit(RLIMIT_FSIZE, &before), 0);
    tight = (struct rlimit){ text.len + 20, before.rlim_max };
    assert_int_equal(setrlimit(RLIMIT_FSIZE, &tight), 0);
    assert_int_not_equal(plan_history_add(&w.place, &plan, &w.mem, &err), ETL_OK);
    assert_int_equal(setrlimit(RLIMIT_FSIZE, &before), 0);
    assert_text(read_text(&w, path), text);
    record(&w, "/r3", "people", "cc", 7);
    open_history(&w);
    assert_is(last(&w, "people"), "/r3");
    assert_int_equal(w.warnings.count, 0);
    end(&w);
}

static void a_folder_that_cannot_be_written_is_told(void **state)
{
    struct world   w;
    struct planned plan = { .made = STR("x"), .run = STR("/r") };
    struct err     err = { 0 };

    (void)state;
    begin(&w);
    write_text(arena_fmt(&w.mem, "%s/state", w.root).ptr, STR("a file where the folder should be"));
    assert_int_equal(plan_history_add(&w.place, &plan, &w.mem, &err), ETL_FAIL);
    assert_non_null(strstr(err.text, "state/plans/lock"));
    open_history(&w);
    assert_is(last(&w, "people"), "");
    end(&w);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_newest_is_found),
        cmocka_unit_test(each_name_has_a_file_of_its_own),
        cmocka_unit_test(a_damaged_line_is_skipped),
        cmocka_unit_test(a_strange_file_is_left_alone),
        cmocka_unit_test(the_oldest_are_dropped),
        cmocka_unit_test(nobody_waits_for_ever),
        cmocka_unit_test(what_a_full_disk_leaves_is_taken_away),
        cmocka_unit_test(a_folder_that_cannot_be_written_is_told),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
