/* etl/pages/call_balance.h - how many calls there are, and what became of them: the sum that must come out even. */
#ifndef ETL_PAGES_CALL_BALANCE_H
#define ETL_PAGES_CALL_BALANCE_H

#include "etl/core/notation/json_writer.h"
#include "etl/ledger/ledger.h"

/* "calls     9,412 = 9,400 done + 10 refused + …". False: the parts are not the whole, which is an error of ours. */
bool call_balance_line(struct buf *out, const char *label, const struct ledger_counts *c);
/* "calls":{"planned":…,"done":…} */
void call_balance_json(struct json_writer *w, const char *name, const struct ledger_counts *c);

#endif
