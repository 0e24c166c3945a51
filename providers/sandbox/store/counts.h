/* providers/sandbox/store/counts.h - how often each command came and what became of it, and which writes were carried out twice.
 *
 * A write's identity is its command with all its values. A create carried out twice is what must never happen; a change
 * carried out twice may be right. Both are counted, creates are listed.
 *
 * Threads  whoever uses it holds the provider's lock. Memory: 32 bytes per different write. */
#ifndef PROVIDERS_SANDBOX_STORE_COUNTS_H
#define PROVIDERS_SANDBOX_STORE_COUNTS_H

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
/* command NULL: one that is not known. */
void counts_add(struct counts *c, const struct command *command, enum count_kind kind);
/* A write was carried out; `shown` is its parameters as JSON, secrets masked, kept if it is a second time. */
void counts_executed(struct counts *c, const struct command *command, const struct value *values, struct str shown);

/* "name":{"commands":{…},"duplicates":[{"command","times","params"}]}; without braces around. */
void counts_json(const struct counts *c, struct buf *out);

#endif
