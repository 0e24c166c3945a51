/* providers/model/value_type.h - what a value must be: rules, each with one check, and types, which put rules together.
 *
 * Lifetime  the provider's arena; a rule's pattern is freed by provider_free(). */
#ifndef PROVIDERS_MODEL_VALUE_TYPE_H
#define PROVIDERS_MODEL_VALUE_TYPE_H

#include "etl/core/err.h"
#include "etl/core/notation/pattern.h"
#include "providers/model/template.h"

enum check {
    CHECK_LENGTH,
    CHECK_CHARS,
    CHECK_FIRST,
    CHECK_PATTERN,
    CHECK_ONE_OF,
    CHECK_NONE_OF,
    CHECK_DATE,
    CHECK_NUMBER,
    CHECK_ADDRESS,
    CHECK_NOT_EQUAL,
    CHECK_NOT_CONTAINING,
    CHECK_NOT_WORD,
    CHECK_NOT_WEAK,
    CHECK_NOT_CLEAR,
    CHECK_NOT_CARD
};
enum part { PART_WHOLE, PART_LOCAL, PART_DOMAIN, PART_EACH };

struct rule {
    struct str        id, message, source;
    enum severity     severity;
    enum check        check;
    enum part         part;
    int64_t           min, max;   /* length, number */
    bool              chars[256]; /* chars, first */
    struct pattern   *pattern;
    struct str        expression; /* the pattern as written */
    const struct str *words;      /* one_of, none_of; date: words that are allowed instead of a date */
    size_t            word_count;
    struct str        form;              /* date: "YYYY-MM-DD"; address: "ipv4" | "mac" */
    bool              future, today_too; /* date: after today; today_too: or today */
    struct str        role;              /* not_equal, not_containing */
    const struct str *good, *bad;
    size_t            good_count, bad_count;
    struct pairs      with; /* role: value, for the rule's own examples */
    uint64_t          line;
};

/* How a list is written: either named parts by position, or any number of values of one type. */
struct list_part {
    struct str               name;
    const struct value_type *type;
};
struct list_form {
    struct str               join;        /* ":::"; ptr NULL: the wire's own kind of array */
    struct str               open, close; /* texts before and after it: "{" "}" */
    bool                     quoted;      /* each part in double quotes; \" and \\ inside */
    const struct list_part  *parts;
    size_t                   part_count;
    const struct value_type *each;     /* instead of parts */
    int64_t                  min, max; /* how many */
};

struct value_type {
    struct str                name, title, role, example;
    const struct rule *const *rules;
    size_t                    rule_count;
    bool                      secret, is_bool, no_is_absent;
    struct str                yes, no; /* write: */
    struct str                date;    /* "" or the form a date is written in; values themselves are ISO */
    const struct list_form   *list;    /* NULL: a text */
    const struct quick_check *quick;   /* of its rules; NULL for lists and dates (quick_check.h) */
};

#endif
