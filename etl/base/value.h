/* etl/base/value.h - a parameter's value on its way from the cell to the wire.
 *
 * Absent sends nothing; clear sends the provider's own word for "empty this field"; text is text; a
 * reference is what an earlier call of the lane will have captured. Secrecy travels with the value. */
#ifndef ETL_BASE_VALUE_H
#define ETL_BASE_VALUE_H

#include "etl/base/str.h"

enum value_kind { VALUE_ABSENT, VALUE_CLEAR, VALUE_TEXT, VALUE_REF };

struct value {
    enum value_kind kind;
    bool            secret;
    struct str      text;       /* VALUE_TEXT: the text; VALUE_REF: "customer.id" */
};

#define VALUE_NONE     ((struct value){ VALUE_ABSENT, false, { NULL, 0 } })
#define VALUE_OF(s)    ((struct value){ VALUE_TEXT, false, (s) })

#endif
