/* providers/replies/reply.h - what an answer says: the reply styles and the judge. No network here.
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
#include "providers/model/style_key.h"
#include "providers/replies/scrub.h"

struct reply_message {
    const struct wire *wire;   /* the request's; NULL: the provider's default */
    int                status; /* HTTP */
    struct str         content_type;
    struct str         headers; /* lines "Name: value\n", as they came */
    struct str         body;
};
struct reply_field {
    struct str name, value;
};
struct reply_record {
    const struct reply_field *fields;
    size_t                    count;
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

/* Splits a body into records: piece by piece (rows.h), or, where `rows` is NULL, only whole. A style without records has none. A style
 * with `tree` reads it as a tree (tree.h), from which the command's `record:` paths take them. ETL_REJECT: the body is not what it should be. */
struct row_parser;
struct reply_writer;
struct tree;
struct reply_style {
    const char *name, *summary;
    bool        has_records; /* if not, captures are taken from its text by patterns */
    bool is_table; /* nothing but rows: columns go by position, named by the report, and any of them may be secret */
    struct style_keys          own;  /* the description's keys that are its own, and the struct they fill: reply->own */
    enum scrub_form            form; /* how secrets stand in it */
    const struct row_parser   *rows;
    const struct reply_writer *writer; /* rows as an answer (reply_writer.h), for the sandbox */
    size_t
        envelope_steps; /* how many first steps of a path the envelope stands for (SOAP: `result`); they are not written as elements */
    enum etl_status (*records)(const struct command *command, struct str body, struct arena *call_mem,
                               const struct reply_record **out, size_t *count, struct err *err);
    enum etl_status (*tree)(const struct reply *reply, struct str body, struct arena *call_mem, const struct tree **out,
                            struct err *err);
};
extern const struct reply_style        reply_text, reply_csv, reply_xml, reply_json, reply_soap, reply_xml_tree;
extern const struct reply_style *const reply_styles[];

#endif
