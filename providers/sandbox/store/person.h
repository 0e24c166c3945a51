/* providers/sandbox/store/person.h - an invented subscriber: names, address, logins, equipment. The same number gives the same subscriber.
 *
 * Values are asked for by column of a normalized table, so they suit any provider whose commands say what they make. */
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
    uint64_t            number, chance; /* number: from 0; chance: the start of all draws */
    const struct name  *first, *last;
    const char         *street;
    const struct place *place;
    bool                plain; /* values in ASCII on one line, for providers that take no others */
};
void person_make(struct person *p, uint64_t seed, uint64_t number);
/* The value of a column in the person's `nth` row of a table, from 0. STR_NONE: there is no value for such a column. */
struct str person_value(const struct person *p, struct str table, struct str column, unsigned nth, struct arena *mem);
/* A number below `count`, the same for the same person, `what` and `nth`. */
uint64_t person_draw(const struct person *p, const char *what, unsigned nth, uint64_t count);

#endif
