/* etl/commands/cmd_mapping.h - what the two files of subferry mapping share. */
#ifndef ETL_COMMANDS_CMD_MAPPING_H
#define ETL_COMMANDS_CMD_MAPPING_H

#include "etl/commands/cmd.h"
#include "etl/mapping/mapping.h"

/* words: MAPPING [INPUT=]FILE… [KEY]. Returns the exit code. */
int mapping_try(struct cli *cli, const struct mapping_source *source, struct str today, const struct opt_list *words);

#endif
