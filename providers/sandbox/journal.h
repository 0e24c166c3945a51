/* providers/sandbox/journal.h - the requests that the sandbox received and their outcomes: one JSON line a request, secrets as "***".
 *
 *   {"seq":7,"provider":"ispn","command":"addmbox","params":{"billid":"999","pass":"***"},"mode":"live",
 *    "outcome":"done","reason":"","fault":"drop-after","executed":true,"connection":3}
 *
 * Outcomes: done, nothing, refused, login, unknown, malformed, dropped (a fault prevented processing).
 *
 * Threads  any; it locks. Lines are numbered in the order they are written.
 * Limits   the last 100,000 lines are kept for reading back; a file gets all of them. */
#ifndef PROVIDERS_SANDBOX_JOURNAL_H
#define PROVIDERS_SANDBOX_JOURNAL_H

#include "etl/core/err.h"

struct journal;
/* path NULL: in memory only. */
enum etl_status journal_open(const char *path, struct journal **out, struct err *err);
void            journal_close(struct journal *j);
/* `rest` is a line without its number: everything after {"seq":N, and up to the closing brace. */
void journal_add(struct journal *j, struct str rest);
void journal_text(struct journal *j, struct buf *out);
void journal_reset(struct journal *j); /* clears the lines in memory; the file is never truncated */

#endif
