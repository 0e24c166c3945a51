/* etl/core/value.h - a parameter's value on its way from the cell to the wire.
 *
 * Absent sends nothing; clear sends the provider's own word for "empty this field"; text is text; a
 * reference is what an earlier call of the lane will have captured. Secrecy travels with the value.
 *
 * A list (an address of six parts, contacts of four) is one text as well: a JSON array of strings, or of such arrays, as list.h
 * writes it. A mapping makes one from a YAML list in `fields:` (rendered part by part, empty parts kept as ""), a JSON reader gives
 * a list's cell in the same form; where the parameter's type is a list, the rules take a VALUE_TEXT of that form for a VALUE_LIST.
 * In plan.jsonl it stands as a JSON array; a secret one is sealed as one text. References do not stand inside lists.
 *
 * Values keep our own form on the whole way: dates are ISO, lists are lists. Only wire styles write them as the provider
 * wants them (providers/model/value_form.h). Booleans are in the provider's words once the rules have passed them. */
#ifndef ETL_CORE_VALUE_H
#define ETL_CORE_VALUE_H

#include "etl/core/str.h"

enum value_kind { VALUE_ABSENT, VALUE_CLEAR, VALUE_TEXT, VALUE_REF, VALUE_LIST };

struct value {
    enum value_kind kind;
    bool            secret;
    struct str      text; /* VALUE_TEXT: the text; VALUE_REF: "customer.id"; VALUE_LIST: ["a","b"] */
};

struct pair_value { /* what a name stands for */
    struct str name, value;
};

#define VALUE_NONE  ((struct value){ VALUE_ABSENT, false, { NULL, 0 } })
#define VALUE_OF(s) ((struct value){ VALUE_TEXT, false, (s) })

#endif
