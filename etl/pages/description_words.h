/* etl/pages/description_words.h - parts of a provider's description as words: what the pages about a provider share. */
#ifndef ETL_PAGES_DESCRIPTION_WORDS_H
#define ETL_PAGES_DESCRIPTION_WORDS_H

#include "providers/model/provider.h"

/* How a call of the command can be tested: "mode=test", "usercheck"; how a lost answer is settled: "usercheck", "repeat".
 * STR_NONE: it cannot. */
struct str command_test_word(const struct command *c, struct arena *mem);
struct str command_verify_word(const struct command *c);
/* A text with its {places} as the description has it; pairs of them, "name=text". */
void text_source(const struct text *t, struct buf *out);
void pairs_source(const struct pairs *pairs, const char *between, struct buf *out);
/* The dangers' names with commas between, `before` ahead of the first. */
void dangers_text(unsigned dangers, const char *before, struct buf *out);

#endif
