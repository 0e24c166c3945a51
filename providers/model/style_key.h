/* providers/model/style_key.h - keys of a description that belong to one wire or reply style: a row says the key, its kind, and where its value goes.
 *
 * A style has a table of them and a struct of its own; the loader fills one such struct for each wire or reply of that style, and only the style
 * looks into it. So a style with keys of its own is one file and one row, like any other.
 *
 * Lifetime  the struct lives in the provider's arena. */
#ifndef PROVIDERS_MODEL_STYLE_KEY_H
#define PROVIDERS_MODEL_STYLE_KEY_H

#include <stdbool.h>
#include <stddef.h>

enum style_key_kind {
    STYLE_KEY_BOOL,  /* bool */
    STYLE_KEY_PLACES /* struct text */
};
struct style_key {
    const char         *name; /* NULL ends the table */
    enum style_key_kind kind;
    size_t              offset;  /* in the style's own struct */
    const char *const  *places;  /* STYLE_KEY_PLACES: what {places} the text may have; NULL-ended */
    const char         *missing; /* STYLE_KEY_PLACES: the fault where the key is not there; NULL: it may be left out */
    const char *elsewhere; /* the fault where another style's description says it; NULL: it is not looked at there */
};
struct style_keys {
    const struct style_key *keys; /* NULL: the style has none */
    size_t                  own_bytes;
};

#endif
