/* providers/model/provider.h - what a provider is: one YAML file, loaded, checked and compiled, as data.
 *
 * providers/reference.md tells the file format; providers/description loads it. Whoever needs a fact of a provider reads it here: rules,
 * wire and reply styles, the plan, the pages, the sandbox.
 *
 * Lifetime  a provider lives in the arena it was loaded into; compiled patterns are freed by provider_free().
 * Threads   read-only after loading, so threads share it. */
#ifndef PROVIDERS_MODEL_PROVIDER_H
#define PROVIDERS_MODEL_PROVIDER_H

#include "providers/model/login.h"
#include "providers/model/report.h"

struct provider_limits {
    uint32_t concurrency, per_second, timeout_seconds, tries;
    uint64_t per_day; /* 0: none */
};

struct provider {
    struct str               name, title, document;
    struct str               url;   /* the default wire's */
    const struct wire       *wires; /* the first is the default */
    size_t                   wire_count;
    struct str               command_field;
    const struct credential *credentials;
    size_t                   credential_count; /* the given ones first, then those that are made from them */
    const struct login      *logins; /* the first is the default; none: the credentials go with every request */
    size_t                   login_count;
    struct provider_limits   limits;
    const struct rule       *rules;
    size_t                   rule_count;
    const struct value_type *types;
    size_t                   type_count;
    const struct reply      *replies;
    size_t                   reply_count;
    const struct command    *commands;
    size_t                   command_count;
    const struct report     *reports;
    size_t                   report_count;
    struct pairs          test_send; /* fields that turn any call into a test; count 0: the provider has no test mode */
    const struct reply   *test_reply; /* the cases of answers in test mode; NULL: the command's own */
    const struct command *probe;
    struct pairs          probe_with;
    unsigned              probe_expect; /* bits 1 << enum reply_is */
    struct text           answer_refused, answer_login, answer_unknown,
        answer_test; /* sandbox; answer_test without parts: the command's answer */
    struct str answer_type;
    struct str source_name, source; /* the file itself: its digest is sealed into plans */
};

void provider_free(const struct provider *p); /* its patterns; NULL is fine */

const struct command *provider_command(const struct provider *p, struct str name); /* NULL: there is none */
/* "" or absent: the default; NULL: unknown. */
const struct wire *provider_wire(const struct provider *p, struct str name);

#endif
