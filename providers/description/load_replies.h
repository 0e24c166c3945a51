/* providers/description/load_replies.h - replies of a description: how an answer is told. */
#ifndef PROVIDERS_DESCRIPTION_LOAD_REPLIES_H
#define PROVIDERS_DESCRIPTION_LOAD_REPLIES_H

#include "providers/description/description_reader.h"

void read_replies(struct description_reader *r, const struct yaml *node);

#endif
