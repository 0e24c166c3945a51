/* etl/commands/progress_line.c - the line that says how far a long command is. */
#include "etl/commands/progress_line.h"

#include "etl/core/system/log.h"
#include "etl/pages/layout.h"

enum { PROGRESS_MS = 200 };

void progress_line_show(struct progress_line *p, uint64_t now_ms, uint64_t done, uint64_t of, const char *extra)
{
    AUTO(buf_release) struct buf line = { 0 };
    uint64_t                     rate;

    if (p->began_ms == 0)
        *p = (struct progress_line){ .began_ms = now_ms, .began_at = done };
    if (now_ms < p->shown_ms + PROGRESS_MS)
        return;
    p->shown_ms = now_ms;
    rate = now_ms > p->began_ms ? (done - p->began_at) * 1000 / (now_ms - p->began_ms) : 0;
    buf_init(&line, 1 << 12, "a line");
    layout_number(&line, done);
    buf_lit(&line, " of ");
    layout_number(&line, of);
    buf_text(&line, extra);
    if (rate != 0) {
        buf_fmt(&line, ", %llu/s, ", (unsigned long long)rate);
        layout_duration(&line, (of - done) / rate);
        buf_lit(&line, " left");
    }
    progress("%s", buf_cstr(&line));
}
