/* providers/sandbox/render.h - rows of the state as a report shows them, in the style that the command's answers have on the wire they go by.
 *
 * The style writes (replies/reply_writer.h); here the state's cells become the provider's words. */
#ifndef PROVIDERS_SANDBOX_RENDER_H
#define PROVIDERS_SANDBOX_RENDER_H

#include "etl/core/buf.h"
#include "providers/replies/reply_writer.h"
#include "providers/sandbox/faults.h"
#include "providers/sandbox/store/state.h"

struct render {
    const struct report  *report;
    const struct command *command;
    const struct wire    *wire;
    enum fault_kind       rot; /* latin1, raw-quotes, control, roots damage the answer; any other kind does not */
};
/* A cell in the provider's words. */
struct str render_cell(const struct report *report, const struct state_table *t, const struct state_row *row,
                       size_t column);
/* Sorts rows so that those under one key ({table}, {customerid} …) stand together. Called before the first is rendered. */
void render_sort(const struct render *r, const struct state_table *t, struct state_row **rows, size_t count);
void render_begin(const struct render *r, struct buf *out);
/* previous: NULL for the first. */
void render_row(const struct render *r, const struct state_table *t, const struct state_row *row,
                const struct state_row *previous, struct buf *out);
/* last: the row that was rendered last; NULL: there was none. */
void render_end(const struct render *r, const struct state_table *t, const struct state_row *last, struct buf *out);

#endif
