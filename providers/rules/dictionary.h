/* providers/rules/dictionary.h - is a password a dictionary word, or very weak? zxcvbn decides, and is asked only if it could say yes.
 *
 * Threads  any; the dictionaries stand inside the library.
 * Source   zxcvbn-c (Debian libzxcvbn). A question costs 20-400 us, so values that cannot be words are not asked. */
#ifndef PROVIDERS_RULES_DICTIONARY_H
#define PROVIDERS_RULES_DICTIONARY_H

#include "etl/core/str.h"

/* The whole value, letters only, is one word of a dictionary. */
bool word_is_dictionary(struct str value);
/* The whole value is one dictionary word or its leet spelling, or it takes under 10 bits of guessing. */
bool word_is_weak(struct str value);

#endif
