/* etl/language/expression_place.h - where an expression stands in a mapping file, so that its faults name line and column.
 *
 * A mapping compiles one text several times (a let for each input that asks it), so a fault that was reported for the same place and with
 * the same words is not reported again. */
#ifndef ETL_LANGUAGE_EXPRESSION_PLACE_H
#define ETL_LANGUAGE_EXPRESSION_PLACE_H

#include <stdarg.h>

#include "etl/core/notation/yaml.h"

struct expression_place {
    const struct yaml_source *source;
    struct findings          *faults;
    const struct yaml        *yaml; /* the scalar that holds the expression */
    struct arena             *mem;
};

/* `at` is a byte of the scalar. */
void expression_fault(const struct expression_place *place, uint32_t at, const char *rule, const char *fmt, ...)
    __attribute__((format(printf, 4, 5)));
void expression_fault_v(const struct expression_place *place, uint32_t at, const char *rule, const char *fmt,
                        va_list args) __attribute__((format(printf, 4, 0)));
void expression_warning(const struct expression_place *place, uint32_t at, const char *rule, const char *fmt, ...)
    __attribute__((format(printf, 4, 5)));
/* ", did you mean "digits"?", or nothing if no name is near. */
struct str did_you_mean(struct str typed, const struct str *names, size_t count, struct arena *mem);

#endif
