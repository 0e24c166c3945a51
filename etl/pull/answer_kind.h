/* etl/pull/answer_kind.h - what all answers to one report share: how they are read, redacted, normalized, and where they are kept.
 *
 * Lifetime  everything pointed at outlives the pull's stages. */
#ifndef ETL_PULL_ANSWER_KIND_H
#define ETL_PULL_ANSWER_KIND_H

#include "etl/pull/normalizer.h"
#include "etl/pull/pull_folder.h"
#include "etl/pull/request_journal.h"
#include "providers/redact/redactor.h"

struct answer_kind {
    const struct pull_folder *folder;
    const struct report      *report;
    const struct wire        *wire; /* NULL: the provider's default */
    struct normalizer        *normalizer;
    struct redactor_how       how;
    struct request_journal   *journal;
};
enum redactor_form answer_kind_form(const struct answer_kind *k);
struct redactor   *answer_kind_redactor(const struct answer_kind *k, const struct redactor_how *how);

#endif
