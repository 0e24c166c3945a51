/* etl/apply/dependencies.h - which earlier call of its lane a call needs, by the rows that commands make and by references.
 *
 * A row that a call belongs to (`within`), changes or removes is looked for among the rows that earlier calls of the lane will make. A row
 * that is not among them exists at the provider already.
 * Memory one lane. */
#ifndef ETL_APPLY_DEPENDENCIES_H
#define ETL_APPLY_DEPENDENCIES_H

#include "etl/apply/loaded_call.h"

struct dependencies;
struct dependencies *dependencies_new(void);
void                 dependencies_free(struct dependencies *n);
void                 dependencies_reset(struct dependencies *n); /* another lane */
/* The position in the lane of the first earlier call that it needs, 0: none; *name: what that call is called. */
uint64_t dependencies_find(const struct dependencies *n, const struct loaded_call *call, struct str *name);
/* The lane's call at this position (from 1) is yet to be done. */
void dependencies_add(struct dependencies *n, const struct loaded_call *call, uint64_t position);

#endif
