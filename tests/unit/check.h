/* tests/unit/check.h - what every unit test includes: cmocka, and comparing our own texts. */
#ifndef TESTS_UNIT_CHECK_H
#define TESTS_UNIT_CHECK_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "etl/core/err.h"

#define BYTES(literal)                                                                                                 \
    {                                                                                                                  \
        "" literal, sizeof(literal) - 1                                                                                \
    } /* a str in a static table; may hold NULs */
#define COUNT(array) (sizeof(array) / sizeof(array)[0])

/* Fails telling both texts, where they are no equal bytes. */
#define assert_text(got, want) check_text((got), (want), __FILE__, __LINE__)
static inline void check_text(struct str got, struct str want, const char *file, int line)
{
    if (str_eq(got, want))
        return;
    print_error("got  \"%.*s\"\nwant \"%.*s\"\n", STR_ARG(got), STR_ARG(want));
    _fail(file, line);
}
#define assert_is(got, literal) assert_text((got), STR(literal))

/* A row of a table failed: says which, then fails. */
#define fail_row(index, fmt, ...)                                                                                      \
    do {                                                                                                               \
        print_error("row %zu: " fmt "\n", (size_t)(index), __VA_ARGS__);                                               \
        fail();                                                                                                        \
    } while (0)

#endif
