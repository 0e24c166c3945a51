/* etl/commands/progress_line.h - the line on stderr that says how far a long command is: "1,234 of 9,412, 18/s, about 6 min left". */
#ifndef ETL_COMMANDS_PROGRESS_LINE_H
#define ETL_COMMANDS_PROGRESS_LINE_H

#include <stdint.h>

struct progress_line { /* all 0 at the start */
    uint64_t began_ms, shown_ms, began_at;
};
/* Writes over the line before it, at most five times a second. extra: what stands behind the numbers, or "". */
void progress_line_show(struct progress_line *p, uint64_t now_ms, uint64_t done, uint64_t of, const char *extra);

#endif
