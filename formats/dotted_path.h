/* formats/dotted_path.h - a place in a JSON record, as a mapping writes it: `services.0.name`.
 *
 * Numbers are elements of lists. Here they do not count: services.0.name is within services, and within services.name. */
#ifndef FORMATS_DOTTED_PATH_H
#define FORMATS_DOTTED_PATH_H

#include "etl/core/arena.h"

/* Is `path` this place or below it? */
bool       dotted_path_is_within(struct str path, struct str place);
struct str dotted_path_without_numbers(struct str path, struct arena *mem);

#endif
