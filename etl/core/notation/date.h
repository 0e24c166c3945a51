/* etl/core/notation/date.h - how dates are written: YYYY YY MM DD HH mm ss, MMM for Jan, all else stands for itself.
 *
 * 'MM/DD/YYYY|YYYY-MM-DD' names forms that are tried in order. A form of NULL is YYYY-MM-DD.
 * Lifetime  a form lives in the arena it was made in. Read-only, so threads may share it. */
#ifndef ETL_CORE_NOTATION_DATE_H
#define ETL_CORE_NOTATION_DATE_H

#include "etl/core/arena.h"

/* A day of the calendar (Gregorian, years 1 to 9999)? */
bool date_is_real(int year, int month, int day);

struct date_form;
struct moment {
    int year, month, day, hour, minute, second;
};
enum { DATE_FORM_BYTES = 160 };

/* NULL, and *fault says why. */
const struct date_form *date_form_new(struct str text, struct arena *mem, const char **fault);
bool                    date_form_read(const struct date_form *form, struct str text, struct moment *out);
/* By the first of its forms; the bytes written. */
size_t date_form_write(const struct date_form *form, const struct moment *m, char out[DATE_FORM_BYTES]);
/* false: it leaves the calendar. */
bool moment_add_days(struct moment *m, int64_t days);
int  moment_compare(const struct moment *a, const struct moment *b);

#endif
