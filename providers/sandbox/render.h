/* providers/sandbox/render.h - rows as a report shows them: XML elements under a root, or CSV cells by position. */
#ifndef PROVIDERS_SANDBOX_RENDER_H
#define PROVIDERS_SANDBOX_RENDER_H

#include "providers/sandbox/state.h"

/* The body lives in `mem`. XML when the report has a record element, else CSV. */
struct str render_rows(const struct report *report, const struct state_table *t, struct state_row *const *rows,
                       size_t count, struct arena *mem);

#endif
