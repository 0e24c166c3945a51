/* providers/replies/reply.h - what an answer says: the judge. No network here.
 *
 * An answer is a success only if a case says so; an answer that fits no case is a failure, and the message quotes it. An answer that did not
 * arrive whole is not judged here: for the caller it is REPLY_UNCERTAIN.
 *
 * Lifetime  a verdict's texts live in the arena given to reply_judge().
 * Limits    answers up to max_body (16 MiB by default), 256 fields a record. */
#ifndef PROVIDERS_REPLIES_REPLY_H
#define PROVIDERS_REPLIES_REPLY_H

#include "etl/core/system/clock.h"
#include "providers/model/provider.h"
#include "providers/replies/reply_style.h"

struct reply_message {
    const struct wire *wire;   /* the request's; NULL: the provider's default */
    int                status; /* HTTP */
    struct str         content_type;
    struct str         headers; /* lines "Name: value\n", as they came */
    struct str         body;
};
struct verdict {
    enum reply_is              is;
    bool                       by_description; /* a case of the description decided, not the table of HTTP statuses */
    struct str                 reason;   /* the provider's words, or what came, clipped; never empty unless done */
    const struct pair_value   *captures; /* by command->captures order; absent: STR_NONE */
    size_t                     capture_count;
    const struct reply_record *records;
    size_t                     record_count;
    uint64_t                   retry_after_ms; /* 0: not said */
};

struct reply_judge;                                             /* match data; one per thread */
struct reply_judge *reply_judge_new(const struct clock *clock); /* by which a date in Retry-After is a wait */
void                reply_judge_free(struct reply_judge *j);
void reply_judge_call(struct reply_judge *j, const struct command *command, const struct reply_message *m,
                      struct arena *call_mem, struct verdict *out);
/* The same by other cases than the command's own: for answers in test mode. There are no captures. */
void reply_judge_as(struct reply_judge *j, const struct command *command, const struct reply *reply,
                    const struct reply_message *m, struct arena *call_mem, struct verdict *out);

/* The answer to a report that was streamed: m->body is only its first REPLY_HEAD bytes, and the records were counted as they came. */
enum { REPLY_HEAD = 1 << 16 };
struct reply_streamed {
    size_t            records;
    enum etl_status   status; /* ETL_REJECT: it could not be read, `err` says why */
    const struct err *err;
};
void reply_judge_streamed(struct reply_judge *j, const struct command *command, const struct reply_message *m,
                          const struct reply_streamed *streamed, struct arena *call_mem, struct verdict *out);

#endif
