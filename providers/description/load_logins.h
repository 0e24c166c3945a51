/* providers/description/load_logins.h - logins of a description. Read after the credentials, to which it adds those that logins make. */
#ifndef PROVIDERS_DESCRIPTION_LOAD_LOGINS_H
#define PROVIDERS_DESCRIPTION_LOAD_LOGINS_H

#include "providers/description/description_reader.h"

void read_logins(struct description_reader *r, const struct yaml *node);

#endif
