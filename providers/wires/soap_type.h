/* providers/wires/soap_type.h - which XML Schema type SOAP::Lite gives a text by its looks.
 *
 * Perl knows no types, so SOAP::Lite guesses: digits are xsd:int, other letters than ASCII xsd:base64Binary, 2026-01-02 an xsd:date. A server that was
 * written against it gets the same types from us. SOAP::Lite takes FALSE for a boolean and sends true; that one is a string here.
 * Source    SOAP::Lite 1.27, SOAP::Serializer, typelookup; SOAP::Constants, ELMASK. */
#ifndef PROVIDERS_WIRES_SOAP_TYPE_H
#define PROVIDERS_WIRES_SOAP_TYPE_H

#include "etl/core/str.h"

const char *soap_type(struct str text);       /* "xsd:int" … */
bool        soap_is_base64(const char *type); /* the text goes in base64 */
/* May it be an element's name? A hash with a key that may not goes as apachens:Map. */
bool soap_name_fits(struct str name);

#endif
