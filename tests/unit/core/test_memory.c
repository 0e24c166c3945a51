/* tests/unit/core/test_memory.c - the way out when memory is exhausted is the one that was set, and without one the process aborts. */
#include "etl/core/arena.h"

#include <setjmp.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include "tests/unit/check.h"

static jmp_buf     out;
static const char *told_what;
static size_t      told_limit;

static void leave(const char *what, size_t limit_bytes)
{
    told_what = what;
    told_limit = limit_bytes;
    longjmp(out, 1);
}

static void an_allowance_that_is_used_up_takes_the_way_out(void **state)
{
    struct arena mem;

    (void)state;
    memory_on_exhausted(leave);
    arena_init(&mem, 1000, "a record");
    if (setjmp(out) == 0) {
        arena_alloc(&mem, 2000);
        fail_msg("2000 bytes of 1000");
    }
    memory_on_exhausted(NULL);
    arena_release(&mem);
    assert_string_equal(told_what, "a record");
    assert_int_equal(told_limit, 1000);
}

static void without_a_way_out_the_process_aborts(void **state)
{
    pid_t child = fork();
    int   status = 0;

    (void)state;
    if (child == 0) {
        signal(SIGABRT, SIG_DFL);
        close(STDERR_FILENO);
        memory_exhausted("a test", 1);
    }
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_true(WIFSIGNALED(status) && WTERMSIG(status) == SIGABRT);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_allowance_that_is_used_up_takes_the_way_out),
        cmocka_unit_test(without_a_way_out_the_process_aborts),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
