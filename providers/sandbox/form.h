/* providers/sandbox/form.h - reads an application/x-www-form-urlencoded body as strictly as a provider might.
 *
 * A raw blank, a raw byte beyond ASCII, a % without two hex digits, a field without =, a NUL: each a refusal, since one
 * real server takes it in one way and the next in another. */
#ifndef PROVIDERS_SANDBOX_FORM_H
#define PROVIDERS_SANDBOX_FORM_H

#include "etl/core/err.h"

struct form_field {
    struct str name, value;
    bool       is_list; /* a list (list.h) that came as the wire's own kind of array; never by this reader */
};
/* Fields in the order they came, duplicates included. ETL_REJECT with the reason. */
enum etl_status form_parse(struct str body, struct arena *mem, const struct form_field **out, size_t *count,
                           struct err *err);

#endif
