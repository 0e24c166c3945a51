/* providers/sandbox/render.h - rows as a report shows them, in the style that the command's answers have on the wire they go by: CSV by
 * position, XML elements, or a tree in JSON, XML or SOAP, at the path where the command has its records. */
#ifndef PROVIDERS_SANDBOX_RENDER_H
#define PROVIDERS_SANDBOX_RENDER_H

#include "etl/core/buf.h"
#include "providers/sandbox/faults.h"
#include "providers/sandbox/store/state.h"

struct render {
    const struct report  *report;
    const struct command *command;
    const struct wire    *wire;
    enum fault_kind       rot; /* latin1, raw-quotes, control, roots; all else: as it should be */
};
/* Brings rows that stand under keys of their own ({table}, {customerid} …) together; before the first is rendered. */
void render_sort(const struct render *r, const struct state_table *t, struct state_row **rows, size_t count);
void render_begin(const struct render *r, struct buf *out);
/* previous: NULL for the first. */
void render_row(const struct render *r, const struct state_table *t, const struct state_row *row,
                const struct state_row *previous, struct buf *out);
/* last: the row that was rendered last; NULL: there was none. */
void render_end(const struct render *r, const struct state_table *t, const struct state_row *last, struct buf *out);

#endif
