/* providers/model/family.h - names with a place: families of commands ("{type}.edit") and of parameters ("addon_{id}").
 *
 * The place of a command's wire name is filled by one of its parameters. A family of parameters has no value itself: for the names that a
 * mapping or a request really uses, command_with_members() gives the command parameters of their own. */
#ifndef PROVIDERS_MODEL_FAMILY_H
#define PROVIDERS_MODEL_FAMILY_H

#include "etl/core/arena.h"
#include "etl/core/buf.h"
#include "providers/model/provider.h"

/* "addon_{id}" in three; false: it has no place. */
bool name_place(struct str name, struct str *before, struct str *place, struct str *after);
/* How the command is called on the wire: the place of its name filled from the values. */
void command_wire_name(const struct command *c, const struct value *values, struct buf *out);
/* The command of a name on the wire; *place is the part that fills its place, STR_NONE: it has none. A name without a place wins over one
 * with. */
const struct command *provider_command_on_wire(const struct provider *p, struct str wire, struct str *place);
/* The family that "addon_5" is a member of; NULL: none. on_wire: by wire names. */
const struct param *command_family(const struct command *c, struct str name, bool on_wire);
/* The command with a parameter of its own, behind the others, for each name that is a member of a family. The command as it is
 * when there are none. Parameters of the description keep their indices; values belong to the command that is returned. */
const struct command *command_with_members(const struct command *c, const struct str *names, size_t count, bool on_wire,
                                           struct arena *mem);
struct str            param_member(const struct param *p); /* "5" of addon_5; STR_NONE: it is of no family */

#endif
