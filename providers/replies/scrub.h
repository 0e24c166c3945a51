/* providers/replies/scrub.h - replaces the secrets in a reply as it streams by; all other bytes stay unchanged.
 *
 * The result is what is stored and what the records are read from, so no parser can find a secret in it. If the reply is so damaged that the place
 * of a secret is unclear, everything after that is replaced, line by line. In a CSV with secrets a line end inside quotes counts as such damage.
 *
 * Threads  one scrub, one thread. Limits: a secret of SCRUB_SECRET_MAX bytes; a longer one is replaced in pieces. */
#ifndef PROVIDERS_REPLIES_SCRUB_H
#define PROVIDERS_REPLIES_SCRUB_H

#include "providers/model/provider.h"

enum { SCRUB_SECRET_MAX = 1 << 16 };

struct scrub_how {
    /* Names of what is secret, with dots ("password", "card.number"): matched against the end of a value's path in the document; * is any
     * one step. For a CSV, names of columns. */
    const struct str *secrets;
    size_t            secret_count;
    /* Appends the replacement; the scrub quotes and escapes it. The clear text is UTF-8. */
    void (*replace)(void *context, struct str name, struct str clear, struct buf *out);
    void *context;
};
struct scrub;
enum scrub_form { SCRUB_TEXT /* has no structure: passes unchanged */, SCRUB_CSV, SCRUB_XML, SCRUB_JSON };
/* `columns`: of a CSV, in order. Names of columns and secrets must outlive the scrub. */
struct scrub *scrub_new(enum scrub_form form, const struct scrub_how *how, const struct str *columns,
                        size_t column_count);
/* Appends all that is decided so far. */
void scrub_add(struct scrub *s, struct str bytes, struct buf *out);
void scrub_end(struct scrub *s, struct buf *out);
void scrub_free(struct scrub *s); /* wipes; NULL is fine */

/* ---- what the forms share; private to scrub*.c ---- */
struct scrub_state {
    const struct scrub_how *how;
    struct buf              secret;         /* the one being collected, as it stands in the reply */
    struct buf              clear, instead; /* scratch */
};
bool scrub_is_secret(const struct scrub_how *how, const struct str *way, size_t depth);
/* The replacement for `clear`; valid until the next call. */
struct str scrub_replaced(struct scrub_state *s, struct str name, struct str clear);

struct scrub_lexer {
    size_t size;
    void (*begin)(void *lexer, const struct str *columns, size_t column_count);
    void (*byte)(void *lexer, struct scrub_state *s, char c, struct buf *out);
    void (*end)(void *lexer, struct scrub_state *s, struct buf *out);
    void (*release)(void *lexer);
};
extern const struct scrub_lexer scrub_csv, scrub_xml, scrub_json;

#endif
