/* etl/commands/mapping_try.h - subferry mapping try: one record's way through a mapping, step by step; nothing is written. */
#ifndef ETL_COMMANDS_MAPPING_TRY_H
#define ETL_COMMANDS_MAPPING_TRY_H

#include "etl/commands/cli.h"
#include "etl/mapping/mapping.h"

/* words: MAPPING [INPUT=]FILE… [KEY]. Returns the exit code. */
int mapping_try(struct cli *cli, const struct mapping_source *source, struct str today, const struct opt_list *words);

#endif
