/* providers/description/load_logins.h - the ways a description knows to prove who asks; after the credentials, which it adds to. */
#ifndef PROVIDERS_DESCRIPTION_LOAD_LOGINS_H
#define PROVIDERS_DESCRIPTION_LOAD_LOGINS_H

#include "providers/description/node_reader.h"

void read_logins(struct reading *r, const struct yaml *node);

#endif
