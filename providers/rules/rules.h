/* providers/rules/rules.h - is this value, and this call, what the provider takes?
 *
 * The rules say what is wrong and change nothing: cleaning up is the mapping's work, and no value is cut to length.
 *
 * Threads  rules are read-only; a struct rule_check (match data, scratch, the date) belongs to one thread.
 * Source   every rule names its own in the description. zxcvbn is asked for dictionary words and weak passwords, and only
 *          for values that could be one (20-400 us a value). dictionary = the whole value, letters only,
 *          one DICTIONARY_MATCH; weak = DICTIONARY or LEET over the whole, or under 10 bits. */
#ifndef PROVIDERS_RULES_RULES_H
#define PROVIDERS_RULES_RULES_H

#include "providers/model/provider.h"

struct rule_check;                                   /* one per thread */
struct rule_check *rule_check_new(struct str today); /* "2026-11-24" */
void               rule_check_free(struct rule_check *c);

/* How severe a broken rule is: a mapping may ease `param.rule` or `rule`. */
struct severity_table;
typedef enum severity (*severity_of)(const void *context, const struct command *c, const struct param *p,
                                     struct str rule, enum severity described);

struct rule_sink { /* where broken rules go: field, rule id, text; secrets masked */
    void (*add)(void *context, enum severity severity, const struct err *err);
    void       *context;
    severity_of severity; /* NULL: as the description says */
    const void *severity_context;
};

/* One value against its type, alone (no relations). `type` may differ from the param's own by a type_of rule. ETL_OK or ETL_REJECT; the first fault goes to err (may be NULL). */
enum etl_status rules_value(struct rule_check *c, const struct param *p, const struct value_type *type,
                            struct str value, struct err *err);

/* A whole call: values[i] belongs to command->params[i]. Written forms first (booleans, dates: values are
 * changed to what is sent), then required, types, relations, together. A reference counts as given and
 * valid. All faults go to the sink. ETL_REJECT if any was an error. */
enum etl_status rules_call(struct rule_check *c, const struct command *command, struct value *values,
                           const struct rule_sink *sink, struct arena *record_mem);
/* Would this value pass as the param-th of a call that has `values` so far? Checked are its type (also by a type_of rule) and its relations to
 * the other values. Warnings, and errors that `sink` eases, do not count. Nothing is reported or changed. For `valid` in a mapping. */
bool rules_would_take(struct rule_check *c, const struct command *command, size_t param, struct value *values,
                      struct str value, const struct rule_sink *sink);
/* The dangers of this very call: the command's and those of its values. */
unsigned rules_dangers(const struct command *command, const struct value *values);

/* One rule alone, for the descriptions' own examples and for tests. */
enum etl_status rule_holds(struct rule_check *c, const struct rule *r, struct str value, const struct pair_value *roles,
                           size_t role_count, struct err *err);

#endif
