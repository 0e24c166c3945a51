/* providers/model/value_form.h - a value as the provider writes it: dates in its form, lists joined; and the way back.
 *
 * Values travel in our own form (etl/core/value.h); only the two functions here apply a type's `date:` and `list:`, one for the wire
 * styles, one for the sandbox. What was written is read back unchanged: the rules refuse values for which that would not hold. */
#ifndef PROVIDERS_MODEL_VALUE_FORM_H
#define PROVIDERS_MODEL_VALUE_FORM_H

#include "providers/model/provider.h"

/* Does the provider write values of this type in a form of its own? Otherwise the text is sent as it is. */
bool value_form_differs(const struct value_type *type);
/* Appends the provider's form. Not for lists that go as an array of the wire. */
void value_form_write(const struct value_type *type, struct str value, struct buf *out);
/* The way back. false: the text is not in that form. A list becomes a VALUE_LIST. */
bool value_form_read(const struct value_type *type, struct str text, struct arena *mem, struct value *out);

/* ISO dates: YYYY-MM-DD, a real day of the calendar. */
bool date_is_iso(struct str text);
/* Is this a valid form for `date:`? YYYY, MM and DD once each, with separators between them. */
bool date_form_is_known(struct str form);
/* Can this part be joined into the list and be split off again? */
bool list_part_fits(const struct list_form *list, struct str part);

#endif
