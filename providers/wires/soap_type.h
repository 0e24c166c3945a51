/* providers/wires/soap_type.h - which XML Schema type SOAP::Lite gives a text by its looks.
 *
 * Perl has no types, so SOAP::Lite guesses: digits are xsd:int, text beyond ASCII xsd:base64Binary, 2026-01-02 an xsd:date. A server that was written
 * for SOAP::Lite gets the same types from us. One exception: SOAP::Lite sends FALSE as the boolean true; here it is a string.
 * Source    SOAP::Lite 1.27, SOAP::Serializer, typelookup; SOAP::Constants, ELMASK. */
#ifndef PROVIDERS_WIRES_SOAP_TYPE_H
#define PROVIDERS_WIRES_SOAP_TYPE_H

#include "etl/core/str.h"

const char *soap_type(struct str text);       /* "xsd:int" … */
bool        soap_is_base64(const char *type); /* the text goes in base64 */
/* Can it be an element's name? A hash with a key that cannot is sent as apachens:Map. */
bool soap_name_fits(struct str name);

#endif
