/* providers/sandbox/as_xml.h - an answer that the description gives in JSON, written as XML: for providers that answer in one shape in both.
 *
 * A member becomes an element, each item of a list an element of the list's name. A member whose name begins with `mark` becomes an attribute, and
 * the member named `mark` the element's own text: {"doc":{"error":{"$type":"x","msg":{"$":"no"}}}} is <doc><error type="x"><msg>no</msg></error></doc>. A list without
 * items is left out; where `empty_list` gives attributes for it (SOAP), it becomes an element with them, so that it differs from a missing
 * member. */
#ifndef PROVIDERS_SANDBOX_AS_XML_H
#define PROVIDERS_SANDBOX_AS_XML_H

#include "etl/core/arena.h"

/* STR_NONE: the text is not JSON. */
struct str as_xml(struct str json, struct str mark, const char *empty_list, struct arena *mem);

#endif
