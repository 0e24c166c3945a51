/* providers/description/load.h - loads a provider: its YAML file is checked whole and compiled into model/provider.h.
 *
 * Errors    all faults at once, each with its line, column and rule. What is returned is whole, or nothing.
 * Lifetime  the provider lives in run_mem; provider_free() frees its patterns. */
#ifndef PROVIDERS_DESCRIPTION_LOAD_H
#define PROVIDERS_DESCRIPTION_LOAD_H

#include "etl/core/arena.h"
#include "etl/core/embedded.h"
#include "etl/core/notation/yaml.h"
#include "providers/model/provider.h"

/* `name` is a stock provider's name or a path (one with a slash, or ending in .yaml or .yml). */
enum etl_status provider_load(struct str name, struct arena *run_mem, const struct provider **out,
                              struct findings *faults);
enum etl_status provider_load_text(const struct yaml_source *source, struct arena *run_mem, const struct provider **out,
                                   struct findings *faults);
extern const struct embedded_file stock_providers[]; /* "ispn.yaml" …, ended by a NULL name */

#endif
