/* providers/description/place_reader.h - reads texts with {places}, maps of them, and ways into a tree (model/path.h); a fault names its place. */
#ifndef PROVIDERS_DESCRIPTION_PLACE_READER_H
#define PROVIDERS_DESCRIPTION_PLACE_READER_H

#include "providers/description/description_reader.h"

/* Each place must be a parameter of `c` (NULL: none is known) or one of `extras`, NULL-ended ("row." stands for row.anything). */
struct text  read_place_text(struct description_reader *r, const struct yaml *node, const struct command *c,
                             const char *const *extras);
struct pairs read_pairs(struct description_reader *r, const struct yaml *node, const struct command *c,
                        const char *const *extras);
/* "result.customer", "*.rows.{id}"; false after a fault. */
bool read_path(struct description_reader *r, const struct yaml *node, struct path *out);

#endif
