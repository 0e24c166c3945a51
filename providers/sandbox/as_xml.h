/* providers/sandbox/as_xml.h - an answer that the description words in JSON, said in XML: for providers that speak one shape in both.
 *
 * Members are elements, items repeat their list's name, a member whose name begins with `mark` is an attribute, the one of just that name
 * is the element's own text: {"doc":{"error":{"$type":"x","msg":{"$":"no"}}}} is <doc><error type="x"><msg>no</msg></error></doc>. A list without
 * items is nothing, or, where `empty_list` gives the attributes that say so (SOAP), an element of its own: so it differs from what is not there. */
#ifndef PROVIDERS_SANDBOX_AS_XML_H
#define PROVIDERS_SANDBOX_AS_XML_H

#include "etl/core/arena.h"

/* STR_NONE: it is no JSON. */
struct str as_xml(struct str json, struct str mark, const char *empty_list, struct arena *mem);

#endif
