/* etl/pages/provider_page.h - a provider's description as pages for people: an overview, and a page a command.
 *
 * Nothing is said here that the description does not say: the pages are its readers, like rules and wire encoding are. */
#ifndef ETL_PAGES_PROVIDER_PAGE_H
#define ETL_PAGES_PROVIDER_PAGE_H

#include "providers/description/provider.h"

void provider_page(const struct provider *p, struct buf *out);
/* `mem` holds what the example request needs. */
void command_page(const struct command *c, struct arena *mem, struct buf *out);

/* How a call of the command can be tested, and how a lost answer is settled, as one word or two: "mode=test", "usercheck",
 * "repeat"; STR_NONE: it cannot. */
struct str command_test_word(const struct command *c, struct arena *mem);
struct str command_verify_word(const struct command *c);
/* A text with its {places} as the description has it. */
void text_source(const struct text *t, struct buf *out);
void pairs_source(const struct pairs *pairs, const char *between, struct buf *out);
/* The dangers' names, `before` ahead of the first. */
void dangers_text(unsigned dangers, const char *before, struct buf *out);

#endif
