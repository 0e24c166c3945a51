/* providers/sandbox/respond.h - a request becomes an answer, by the provider's description and nothing else.
 *
 * A workspace holds what a thread needs to answer: memory, match data, a journal line. Threads borrow one for a request and give it back.
 *
 * The checks come in the order a provider would make them: the body's form, the credentials, the command, its parameters one by one,
 * their values (the same rules that planning uses), the rules between them, the state. A request in test mode passes
 * all of them and changes nothing. */
#ifndef PROVIDERS_SANDBOX_RESPOND_H
#define PROVIDERS_SANDBOX_RESPOND_H

#include "providers/rules/rules.h"
#include "providers/sandbox/faults.h"
#include "providers/sandbox/hosted_provider.h"
#include "providers/sandbox/intake.h"
#include "providers/sandbox/journal.h"
#include "providers/sandbox/listing.h"

struct workspace {
    struct workspace  *next;
    char               today[16]; /* the date for rules on dates */
    struct rule_check *rules;
    struct arena       mem;  /* one request */
    struct buf         line; /* its journal line */
};
struct workspace *workspace_new(struct str today);
void              workspace_free(struct workspace *b);

enum outcome {
    OUTCOME_DONE,
    OUTCOME_NOTHING,
    OUTCOME_REFUSED,
    OUTCOME_LOGIN,
    OUTCOME_UNKNOWN,
    OUTCOME_MALFORMED,
    OUTCOME_DROPPED
};
extern const char *const outcome_names[];

struct answered { /* texts live in the workspace until its next request */
    enum outcome        outcome;
    struct fault_choice fault;
    int                 status;
    struct str          type, body;
    struct listing     *listing;     /* a long report, instead of the body; the caller frees it */
    bool                retry_after; /* Retry-After: 1 */
    struct str          reason;
};
struct sandbox_shared { /* shared by all hosted providers */
    struct faults  *faults;
    struct journal *journal;
    uint64_t        rate_limit; /* requests a second and provider; 0: none */
};
void respond(const struct sandbox_shared *shared, struct hosted_provider *hosted, struct workspace *workspace,
             const struct asked *asked, struct answered *out);

#endif
