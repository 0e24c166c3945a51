/* providers/wires/form_fields.h - reads an application/x-www-form-urlencoded body as strictly as a provider might.
 *
 * A raw blank, a raw byte beyond ASCII, a % without two hex digits, a field without = and a NUL are refused, since real servers differ in how
 * they read them. */
#ifndef PROVIDERS_WIRES_FORM_FIELDS_H
#define PROVIDERS_WIRES_FORM_FIELDS_H

#include "providers/wires/wire.h"

/* Fields in the order they came, duplicates included. ETL_REJECT with the reason. */
enum etl_status form_fields_parse(struct str body, struct arena *mem, struct wire_field **out, size_t *count,
                                  struct err *err);
/* One percent-encoded word, as it stands in an address; false: it is not encoded so. */
bool form_word_decode(struct str raw, struct arena *mem, struct str *out);

#endif
