/* providers/description/load_replies.h - replies of a description: how an answer is told. */
#ifndef PROVIDERS_DESCRIPTION_LOAD_REPLIES_H
#define PROVIDERS_DESCRIPTION_LOAD_REPLIES_H

#include "providers/description/node_reader.h"

void read_replies(struct reading *r, const struct yaml *node);

#endif
