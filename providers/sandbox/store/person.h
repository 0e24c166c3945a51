/* providers/sandbox/store/person.h - a subscriber who never was: what he is called, where he lives, what he has; the same for the same number.
 *
 * His values are asked for by the normalized tables' columns, so they suit any provider whose commands say what they make. */
#ifndef PROVIDERS_SANDBOX_STORE_PERSON_H
#define PROVIDERS_SANDBOX_STORE_PERSON_H

#include "etl/core/arena.h"

struct name {
    const char *text, *plain; /* plain: in ASCII; NULL: it is */
};
struct place {
    const char *city, *state, *zip, *area;
};
struct person {
    uint64_t            number, chance; /* from 0; what all draws start from */
    const struct name  *first, *last;
    const char         *street;
    const struct place *place;
    bool                plain; /* values in ASCII, on one line: for those who take no others */
};
void person_make(struct person *p, uint64_t seed, uint64_t number);
/* The value of a column in his `nth` row of a table, from 0. STR_NONE: nothing is known of such a column. */
struct str person_value(const struct person *p, struct str table, struct str column, unsigned nth, struct arena *mem);
/* One of `count`, by what is asked and who asks. */
uint64_t person_draw(const struct person *p, const char *what, unsigned nth, uint64_t count);

#endif
