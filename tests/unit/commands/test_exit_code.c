/* tests/unit/commands/test_exit_code.c - etl/commands/exit_code.h: every status has its code, and which of two codes tells more. */
#include "etl/commands/exit_code.h"

#include <sys/wait.h>
#include <unistd.h>

#include "etl/core/arena.h"

#include "tests/unit/check.h"

static void a_status_has_a_code(void **state)
{
    static const struct {
        enum etl_status status;
        int             code;
    } rows[] = {
        { ETL_OK, 0 },     { ETL_END, 0 },   { ETL_REJECT, 1 }, { ETL_FAIL, 2 },
        { ETL_UNREAD, 3 }, { ETL_AGAIN, 4 }, { ETL_GUARD, 5 },
    };

    (void)state;
    for (size_t i = 0; i < COUNT(rows); i++)
        assert_int_equal(exit_from(rows[i].status), rows[i].code);
}

static void the_more_urgent_code_wins(void **state)
{
    static const int order[] = { 0, 1, 4, 5, 3, 2, 130, 77 }; /* 77: a code that is not ours is taken for a failure */

    (void)state;
    for (size_t i = 0; i < COUNT(order); i++)
        for (size_t k = 0; k < COUNT(order); k++)
            assert_int_equal(exit_worse(order[i], order[k]), order[i > k ? i : k]);
}

/* An arena at its ceiling ends the process with 4 and says what was too large. */
static void out_of_memory_is_a_safe_end(void **state)
{
    int   pipes[2], status;
    char  text[300] = "";
    pid_t child;

    (void)state;
    assert_int_equal(pipe(pipes), 0);
    child = fork();
    if (child == 0) {
        struct arena a;

        dup2(pipes[1], STDERR_FILENO);
        memory_on_exhausted(exit_out_of_memory);
        arena_init(&a, 10000, "one record");
        for (;;)
            arena_alloc(&a, 1000);
    }
    close(pipes[1]);
    assert_true(read(pipes[0], text, sizeof text - 1) > 0);
    close(pipes[0]);
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_true(WIFEXITED(status));
    assert_int_equal(WEXITSTATUS(status), EXIT_STOPPED);
    assert_string_equal(text, "error: out of memory: one record would need more than 10000 bytes\n");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_status_has_a_code),
        cmocka_unit_test(the_more_urgent_code_wins),
        cmocka_unit_test(out_of_memory_is_a_safe_end),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
