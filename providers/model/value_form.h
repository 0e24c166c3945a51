/* providers/model/value_form.h - a value in the provider's hand: dates turned, lists joined; and read back again.
 *
 * Values travel in our own form (etl/core/value.h); these two are the only places where a type's `date:` and `list:` are obeyed, one for the
 * wire styles, one for whoever receives a request. What was written reads back as it was: the rules refuse parts that could not. */
#ifndef PROVIDERS_MODEL_VALUE_FORM_H
#define PROVIDERS_MODEL_VALUE_FORM_H

#include "providers/model/provider.h"

/* Does this type keep its values in another form than it sends them? Else the text goes as it is. */
bool value_form_differs(const struct value_type *type);
/* Appends the provider's form. A list that is an array of the wire's own is not for this one. */
void value_form_write(const struct value_type *type, struct str value, struct buf *out);
/* The other way. false: it is not written so. Lists come as VALUE_LIST. */
bool value_form_read(const struct value_type *type, struct str text, struct arena *mem, struct value *out);

/* ISO dates: YYYY-MM-DD, a real day of the calendar. */
bool date_is_iso(struct str text);
/* Is this a form that `date:` may say? Two digits of month and day, four of the year, something between them. */
bool date_form_is_known(struct str form);
/* Can a part of a list stand between these separators and be told apart again? */
bool list_part_fits(const struct list_form *list, struct str part);

#endif
