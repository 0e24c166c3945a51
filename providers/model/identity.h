/* providers/model/identity.h - which thing a call is about, as bytes: the row that it makes, or else what it names.
 *
 * In this order: the key of the `tables` statement that sets the parameter asked about; of the first make; of the first change or removal;
 * where none of these keys is whole (the provider numbers the row, or a part is empty), what `verify` asks for and compares; else the
 * command's name. Statements whose condition does not hold count as absent. A reference stands for itself by its name.
 * Limits  two calls that are about the same row have the same bytes, whichever commands they are. Secrets identify nothing: a key or
 *         pair that has one is left out. */
#ifndef PROVIDERS_MODEL_IDENTITY_H
#define PROVIDERS_MODEL_IDENTITY_H

#include "etl/core/buf.h"
#include "providers/model/command.h"

/* Adds the bytes to `out`; `param`: the index of the parameter that the question is about. */
void identity_of_call(const struct command *c, const struct value *values, size_t param, struct arena *mem,
                      struct buf *out);
/* Does the identity of this command's calls depend on the parameter? Then it must have its value first. */
bool identity_asks(const struct command *c, size_t param);

#endif
