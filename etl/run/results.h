/* etl/run/results.h - results.csv, lanes.csv and test.csv: what became of every call and every subscriber, from the ledger.
 *
 * Written whenever a command ends, also after a stop. A file is replaced as a whole. No cell is taken for a formula by a spreadsheet.
 *   results.csv  lane,from,command,outcome,reason,http,tries,at,how,reply,id
 *   lanes.csv    lane,outcome,calls,done,refused,failed,uncertain,blocked,not_sent,command,reason     (the first call that is not done)
 *   test.csv     lane,from,command,outcome,reason,http,id
 *
 * Memory flat in calls. Secrets: none; the ledger holds none. */
#ifndef ETL_RUN_RESULTS_H
#define ETL_RUN_RESULTS_H

#include "etl/ledger/ledger.h"
#include "etl/run/run_folder.h"

enum etl_status results_write(const struct run_folder *run, struct ledger *l, struct err *err);
enum etl_status results_write_test(const struct run_folder *run, struct ledger *l, struct err *err);
/* As the files word it: "done" … "not sent". */
const char *outcome_word(enum call_state state);

#endif
