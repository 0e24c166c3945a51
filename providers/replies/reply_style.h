/* providers/replies/reply_style.h - a reply style as a row: how answers of one form are read, written (by the sandbox) and redacted.
 *
 * One more style is one file with its row, and its name in reply_styles. Nobody asks which style it is: what depends on a style is a
 * field here. */
#ifndef PROVIDERS_REPLIES_REPLY_STYLE_H
#define PROVIDERS_REPLIES_REPLY_STYLE_H

#include "providers/model/provider.h"
#include "providers/model/style_key.h"
#include "providers/redact/redactor.h"

struct reply_field {
    struct str name, value;
};
struct reply_record {
    const struct reply_field *fields;
    size_t                    count;
};

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
    enum redactor_form         form; /* how secrets stand in it */
    const struct row_parser   *rows;
    const struct reply_writer *writer; /* rows as an answer (reply_writer.h), for the sandbox */
    /* How many first steps of a path the envelope stands for (SOAP: `result`); they are not written as elements */
    size_t envelope_steps;
    enum etl_status (*records)(const struct command *command, struct str body, struct arena *call_mem,
                               const struct reply_record **out, size_t *count, struct err *err);
    enum etl_status (*tree)(const struct reply *reply, struct str body, struct arena *call_mem, const struct tree **out,
                            struct err *err);
};
extern const struct reply_style        reply_text, reply_csv, reply_xml, reply_json, reply_soap, reply_xml_tree;
extern const struct reply_style *const reply_styles[];

#endif
