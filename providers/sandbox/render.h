/* providers/sandbox/render.h - rows as a report shows them: XML elements under a root, or CSV cells by position. */
#ifndef PROVIDERS_SANDBOX_RENDER_H
#define PROVIDERS_SANDBOX_RENDER_H

#include "etl/base/buf.h"
#include "providers/sandbox/faults.h"
#include "providers/sandbox/state.h"

struct render {
    const struct report *report;
    enum fault_kind      rot;         /* latin1, raw-quotes, control, roots; all else: as it should be */
};
void render_begin(const struct render *r, struct buf *out);
void render_row(const struct render *r, const struct state_table *t, const struct state_row *row, struct buf *out);
void render_end(const struct render *r, struct buf *out);

#endif
