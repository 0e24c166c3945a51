/* etl/core/must.h - what must hold where a wrong state would send twice, lose or lie. A broken one is our mistake, never bad input.
 *
 * MUST() is checked in release builds too. It names the condition and its place on stderr and ends the process at once with exit code 70
 * (EX_SOFTWARE of sysexits.h): nothing that is buffered goes out, no group is committed. assert() stays in tests. */
#ifndef ETL_CORE_MUST_H
#define ETL_CORE_MUST_H

enum { MUST_EXIT_CODE = 70 };

#define MUST(condition)                                                                                                \
    do {                                                                                                               \
        if (__builtin_expect(!(condition), 0))                                                                         \
            must_fail(#condition, __FILE__, __LINE__);                                                                 \
    } while (0)

_Noreturn void must_fail(const char *condition, const char *file, int line);

#endif
