/* providers/sandbox/control.h - what tests ask of the sandbox itself, under /_/ of the same address.
 *
 *   GET  /_/journal                    the journal, one JSON line a request
 *   GET  /_/counts                     per provider and command: received, executed, refused …; creates carried out twice
 *   GET  /_/state[/PROVIDER[/TABLE]]   the rows; secret columns as "***" unless the sandbox was told to show them
 *   POST /_/faults                     the body's faults replace those that were ordered; an empty body: none
 *   POST /_/reset                      the body names what: journal counts faults state; an empty body: all of them
 *
 * Threads  any. */
#ifndef PROVIDERS_SANDBOX_CONTROL_H
#define PROVIDERS_SANDBOX_CONTROL_H

#include "providers/sandbox/respond.h"

struct control {
    const struct sandbox_shared *shared;
    struct hosted_provider      *all_hosted;
    size_t                       hosted_count;
    bool                         show_secrets;
    void (*fill)(void                   *context,
                 struct hosted_provider *hosted); /* seeds a provider that was emptied, its lock held; or NULL */
    void *context;
};
struct control_reply {
    int         status;
    const char *type;
    struct buf  body; /* the caller's */
};
/* `path` is what stands behind /_/ */
void control_answer(struct control *c, struct str method, struct str path, struct str body, struct control_reply *out);

#endif
