/* etl/mapping/keywords.c - the words of the mapping language. */
#include "etl/mapping/keywords.h"

#include <stddef.h>

const char *const mapping_head_keys[] = { "mapping", "name",  "title",   "provider", "vars",  "lane",
                                          "inputs",  "let",   "lookups", "guards",   "allow", "before",
                                          "calls",   "after", "rules",   "tests",    NULL };
const char *const mapping_input_keys[] = { "format",   "delimiter",        "quote",  "encoding",
                                           "header",   "records",          "unique", "secret",
                                           "optional", "optional_columns", "expect", "lane",
                                           "parent",   "orphans",          "key",    NULL };
const char *const mapping_expect_keys[] = { "rows", "max_age", NULL };
const char *const mapping_lookup_keys[] = { "file",   "key",       "value", "values",   "missing",
                                            "secret", "delimiter", "quote", "encoding", NULL };
const char *const mapping_guard_keys[] = { "rejects", "cuts", "destroys", "spends", "notifies", NULL };
const char *const mapping_guard_limit_keys[] = { "hold", "stop", NULL };
const char *const mapping_call_keys[] = { "command", "input", "as", "when", "once_per", "on", "fields", "each", NULL };
const char *const mapping_test_keys[] = { "name",  "input", "record", "parent",  "nth",      "count",
                                          "today", "lane",  "calls",  "rejects", "warnings", NULL };
const char *const mapping_reason_keys[] = { "field", "rule", NULL };

const char *const mapping_formats[] = { "csv", "json", "jsonl", NULL };
const char *const mapping_orphan_words[] = { "rejected", "allowed", NULL };
const char *const mapping_missing_words[] = { "empty", "reject", "keep", NULL };
const char *const mapping_severities[] = { "error", "warn", "info", NULL };
const char *const mapping_on_words[] = { "added", "changed", "removed", NULL };
const char *const mapping_dangers[] = { "cuts", "destroys", "spends", "notifies", NULL };

const struct mapping_words mapping_words[] = {
    { "mapping", mapping_head_keys, true },     { "input", mapping_input_keys, true },
    { "expect", mapping_expect_keys, true },    { "lookup", mapping_lookup_keys, true },
    { "guards", mapping_guard_keys, true },     { "guard", mapping_guard_limit_keys, true },
    { "call", mapping_call_keys, true },        { "test", mapping_test_keys, true },
    { "reason", mapping_reason_keys, true },    { "format", mapping_formats, false },
    { "orphans", mapping_orphan_words, false }, { "missing", mapping_missing_words, false },
    { "severity", mapping_severities, false },  { "on", mapping_on_words, false },
    { "danger", mapping_dangers, false },       { NULL, NULL, false },
};
