/* etl/core/limits.h - what a file, a value or a reply may have at most, in one table. A message that refuses says the limit that was hit.
 *
 * Units are in the names: bytes, levels (of nesting), else a number of things. Sizes that are only a module's own working room are not here. */
#ifndef ETL_CORE_LIMITS_H
#define ETL_CORE_LIMITS_H

enum {
    /* extracts */
    RECORD_BYTES_MAX = 1 << 20, /* where `max_record` does not say otherwise */
    JSON_DOCUMENT_LEVELS_MAX = 1024,
    JSON_RECORD_LEVELS_MAX = 64,
    JSON_LISTS_MAX = 63,        /* lists that a mapping walks */
    JSON_LIST_ROWS_MAX = 10000, /* elements of a list in one record */
    MANIFEST_BYTES_MAX = 16 << 20,

    /* mappings, descriptions, configuration */
    YAML_LEVELS_MAX = 64,
    EXPRESSION_LEVELS_MAX = 64,
    VALUE_BYTES_MAX = 1 << 20, /* what an expression yields */
    LOOKUP_FILE_BYTES_MAX = 64 << 20,
    MAPPING_INPUTS_MAX = 64,
    MAPPING_CALLS_MAX = 512,
    MAPPING_LETS_MAX = 256,
    MAPPING_LET_LEVELS_MAX = 32, /* a let: that names another */
    MAPPING_LOOKUPS_MAX = 64,
    INPUT_UNIQUE_COLUMNS_MAX = 16,
    CONFIG_BYTES_MAX = 1 << 20,
    CREDENTIAL_BYTES_MAX = 4096,

    /* the state folder */
    HISTORY_PLANS_MAX = 4000, /* of one mapping's name: two years of five a night; older ones are dropped */
    HISTORY_BYTES_MAX = 128 << 20,

    /* requests and replies */
    REQUEST_BYTES_MAX = 16 << 20,
    REPLY_WHOLE_BYTES_MAX = 256 << 20, /* of a style that cannot be read piece by piece */
    REPLY_ROW_BYTES_MAX = 16 << 20,
    REPLY_ROW_FIELDS_MAX = 256,
    REPLY_TREE_LEVELS_MAX = 64,
    REPLY_TREE_FIELDS_MAX = 512, /* of one record */
    REDACT_SECRET_BYTES_MAX = 1 << 16
};

#endif
