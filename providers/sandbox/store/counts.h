/* providers/sandbox/store/counts.h - how often each command was received, with which outcome, and which writes were carried out twice.
 *
 * A write's identity is its command with all its values. A create that is carried out twice is a fault of the
 * client; a change that is may be right. Both are counted, creates are listed.
 *
 * Threads  whoever uses it holds the provider's lock. Memory: 32 bytes per different write. */
#ifndef PROVIDERS_SANDBOX_STORE_COUNTS_H
#define PROVIDERS_SANDBOX_STORE_COUNTS_H

#include "etl/core/notation/json_writer.h"
#include "etl/core/value.h"
#include "providers/model/provider.h"

struct counts;
struct counts *counts_new(const struct provider *p);
void           counts_free(struct counts *c);
void           counts_reset(struct counts *c);

enum count_kind {
    COUNT_RECEIVED,
    COUNT_EXECUTED,
    COUNT_ANSWERED,
    COUNT_REFUSED,
    COUNT_TESTED,
    COUNT_DROPPED,
    COUNT_KINDS
};
/* command NULL: an unknown command. */
void counts_add(struct counts *c, const struct command *command, enum count_kind kind);
/* A write was carried out; `shown` is its parameters as JSON, secrets masked, kept if the write is a duplicate. */
void counts_executed(struct counts *c, const struct command *command, const struct value *values, struct str shown);

/* "name":{"commands":{…},"duplicates":[{"command","times","params"}]}; as a member of what the writer has open. */
void counts_json(const struct counts *c, struct json_writer *json);

#endif
