/* providers/description/load_style_keys.h - reads the keys that a wire or reply style brings with its row (model/style_key.h). */
#ifndef PROVIDERS_DESCRIPTION_LOAD_STYLE_KEYS_H
#define PROVIDERS_DESCRIPTION_LOAD_STYLE_KEYS_H

#include "providers/description/description_reader.h"
#include "providers/model/style_key.h"

/* `node` may have the keys `common` and those of any style. `styles` are all there are, `count` of them. */
void check_style_keys(struct description_reader *r, const struct yaml *node, const char *what,
                      const char *const *common, const struct style_keys *const *styles, size_t count);
/* The style's own struct, filled from `node`; NULL: it has no keys. A fault has the id `rule`. */
const void *read_style_keys(struct description_reader *r, const struct yaml *node, const char *rule,
                            const struct style_keys *own);
/* Faults for keys of other styles, where their rows say that they are refused elsewhere. */
void refuse_keys_of_others(struct description_reader *r, const struct yaml *node, const char *rule,
                           const struct style_keys *own, const struct style_keys *const *styles, size_t count);

#endif
