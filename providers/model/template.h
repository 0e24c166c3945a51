/* providers/model/template.h - a text with {places}: parameter values, captures, columns of a row. Compiled when the description is loaded.
 *
 * Lifetime  the parts live as long as the provider; a filled text lives in the arena that is given, or is a slice of what it was filled from. */
#ifndef PROVIDERS_MODEL_TEMPLATE_H
#define PROVIDERS_MODEL_TEMPLATE_H

#include "etl/core/arena.h"
#include "etl/core/value.h"

struct text_part {
    struct str literal; /* ptr NULL when this is a place */
    struct str place;   /* "mbox", "row.status", "new_id" */
    int        param;   /* index in the command's params, or -1 */
    unsigned   part;    /* {address.town}: which part of its list, from 1; 0: the whole value */
    enum piece {
        PIECE_WHOLE,
        PIECE_LOCAL,
        PIECE_DOMAIN,
        PIECE_FIRST_WORD,
        PIECE_OTHER_WORDS
    } piece; /* {name.first_word} */
};
struct text {
    const struct text_part *parts;
    size_t                  count;
};
struct pair { /* "name: text" of a YAML map */
    struct str  name;
    struct text text;
};
struct pairs {
    const struct pair *items;
    size_t             count;
};

/* The value of one place that is a parameter. STR_NONE: it is absent, or its list has no such part. */
struct str text_place(const struct text_part *part, const struct value *v, struct arena *mem);
/* Fills the places from a call's values (by parameter index) and from extras by name. One absent place makes the whole text absent: STR_NONE. */
struct str text_fill(const struct text *t, const struct value *params, const struct pair_value *extras,
                     size_t extra_count, struct arena *mem);

#endif
