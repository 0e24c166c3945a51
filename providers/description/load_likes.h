/* providers/description/load_likes.h - commands with `like: OTHER` written out in full. */
#ifndef PROVIDERS_DESCRIPTION_LOAD_LIKES_H
#define PROVIDERS_DESCRIPTION_LOAD_LIKES_H

#include "providers/description/description_reader.h"

const struct yaml *expand_likes(struct description_reader *r, const struct yaml *commands);

#endif
