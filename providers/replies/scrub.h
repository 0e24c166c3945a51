/* providers/replies/scrub.h - takes the secrets out of a reply as it streams by: each is replaced in place, all other bytes stay as they came.
 *
 * What comes out is what is kept and what the records are read from: whatever a parser makes of it, there is no secret left in it.
 * Where the reply is damaged so that nobody can say where a secret stands, all that follows is replaced, line by line. In a CSV with
 * secrets a line end inside quotes counts as that.
 *
 * Threads  one scrub, one thread. Limits: a secret of SCRUB_SECRET_MAX bytes; a longer one is replaced in pieces. */
#ifndef PROVIDERS_REPLIES_SCRUB_H
#define PROVIDERS_REPLIES_SCRUB_H

#include "providers/model/provider.h"

enum { SCRUB_SECRET_MAX = 1 << 16 };

struct scrub_how {
    /* What is secret: names by dots, matched with the end of a value's way through the document ("password", "card.number");
     * a * is any one step. Of a CSV its columns' names. */
    const struct str *secrets;
    size_t            secret_count;
    /* Appends what stands instead of a secret; it is quoted and escaped here. The clear text is UTF-8. */
    void (*replace)(void *context, struct str name, struct str clear, struct buf *out);
    void *context;
};
struct scrub;
enum scrub_form { SCRUB_TEXT /* nothing in it can be told apart: it passes */, SCRUB_CSV, SCRUB_XML, SCRUB_JSON };
/* `columns`: of a CSV, in order. Names of columns and secrets must outlive the scrub. */
struct scrub *scrub_new(enum scrub_form form, const struct scrub_how *how, const struct str *columns,
                        size_t column_count);
/* Appends what is clear by now. */
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
/* What stands instead of `clear`; good until the next. */
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
