/* providers/redact/redactor.h - replaces the secrets in a reply as it streams by; all other bytes stay unchanged.
 *
 * The result is what is stored and what the records are read from, so no parser can find a secret in it. If the reply is so damaged that the place
 * of a secret is unclear, everything after that is replaced, line by line. In a CSV with secrets a line end inside quotes counts as such damage.
 *
 * Threads  one redactor, one thread. Limits: a secret of REDACT_SECRET_BYTES_MAX bytes; a longer one is replaced in pieces. */
#ifndef PROVIDERS_REDACT_REDACTOR_H
#define PROVIDERS_REDACT_REDACTOR_H

#include "etl/core/limits.h"
#include "providers/model/provider.h"

struct redactor_how {
    /* Names of what is secret, with dots ("password", "card.number"): matched against the end of a value's path in the document; * is any
     * one step. For a CSV, names of columns. */
    const struct str *secrets;
    size_t            secret_count;
    /* Appends the replacement; the redactor quotes and escapes it. The clear text is UTF-8. */
    void (*replace)(void *context, struct str name, struct str clear, struct buf *out);
    void *context;
};
struct redactor;
enum redactor_form { REDACT_TEXT /* has no structure: passes unchanged */, REDACT_CSV, REDACT_XML, REDACT_JSON };
/* `columns`: of a CSV, in order. Names of columns and secrets must outlive the redactor. */
struct redactor *redactor_new(enum redactor_form form, const struct redactor_how *how, const struct str *columns,
                              size_t column_count);
/* Appends all that is decided so far. */
void redactor_add(struct redactor *s, struct str bytes, struct buf *out);
void redactor_end(struct redactor *s, struct buf *out);
void redactor_free(struct redactor *s); /* wipes; NULL is fine */

/* ---- what the forms share; private to redactor*.c ---- */
struct redactor_state {
    const struct redactor_how *how;
    struct buf                 secret;         /* the one being collected, as it stands in the reply */
    struct buf                 clear, instead; /* scratch */
};
bool redact_is_secret(const struct redactor_how *how, const struct str *way, size_t depth);
/* The replacement for `clear`; valid until the next call. */
struct str redactor_replaced(struct redactor_state *s, struct str name, struct str clear);

struct redact_lexer {
    size_t size;
    void (*begin)(void *lexer, const struct str *columns, size_t column_count);
    void (*byte)(void *lexer, struct redactor_state *s, char c, struct buf *out);
    void (*end)(void *lexer, struct redactor_state *s, struct buf *out);
    void (*release)(void *lexer);
};
extern const struct redact_lexer redact_csv, redact_xml, redact_json;

#endif
