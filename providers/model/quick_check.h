/* providers/model/quick_check.h - the plain rules of a type merged into one table, so that one pass over a value's bytes checks them all.
 *
 * A rule is plain if it looks at the whole value and is a length, a class of characters, a pattern of one class with a count ([0-9]{10}), or
 * not_clear. A value that does not pass may still be right (letters beyond ASCII): then the rules are asked one by one, and say what is wrong.
 *
 * Lifetime  made when the description is loaded, in its arena; read-only. */
#ifndef PROVIDERS_MODEL_QUICK_CHECK_H
#define PROVIDERS_MODEL_QUICK_CHECK_H

#include "providers/model/provider.h"

struct quick_check {
    unsigned char
        wrong[256]; /* 1: not allowed. No byte beyond ASCII is, so that a byte is a character and the value is UTF-8 */
    size_t                    min, max;
    bool                      not_clear;
    const struct rule *const *others; /* rules that are not plain: not merged here */
    size_t                    other_count;
};

const struct quick_check *quick_check_new(const struct rule *const *rules, size_t count, struct arena *run_mem);

/* `clear` is the word that empties the field; ptr NULL where there is none. */
static inline bool quick_check_passes(const struct quick_check *q, struct str value, struct str clear)
{
    const unsigned char *bytes = (const unsigned char *)value.ptr;
    unsigned char        wrong = 0;
    size_t               i = 0;

    if (value.len < q->min || value.len > q->max)
        return false;
    for (; i + 4 <= value.len; i += 4) /* no branch for each byte: values are short, and nearly all of them pass */
        wrong |= q->wrong[bytes[i]] | q->wrong[bytes[i + 1]] | q->wrong[bytes[i + 2]] | q->wrong[bytes[i + 3]];
    for (; i < value.len; i++)
        wrong |= q->wrong[bytes[i]];
    return wrong == 0 && (!q->not_clear || clear.ptr == NULL || !str_eq(clear, value));
}

#endif
