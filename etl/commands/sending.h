/* etl/commands/sending.h - what apply and test say: counts, durations, books; for people and for programs. */
#ifndef ETL_COMMANDS_SENDING_H
#define ETL_COMMANDS_SENDING_H

#include "etl/apply/delivery.h"
#include "etl/commands/cmd.h"

/* What test and apply both take. */
struct sending_options {
    const char *connection, *only, *skip;
    uint64_t    limit;
};
#define SENDING_OPTIONS(type, field, connection_help)                                                                  \
    OPT(type, field.connection, "connection", 0, "NAME", NULL, connection_help),                                       \
        OPT(type, field.limit, "limit", 0, "N", NULL, "only the first N subscribers (of those chosen)"),               \
        OPT(type, field.only, "only", 0, "FILE", NULL,                                                                 \
            "only the subscribers whose lane keys stand in FILE, one a line"),                                         \
        OPT(type, field.skip, "skip", 0, "FILE", NULL, "all but those")
/* Opens the run and the connection; signals ask for a stop from here on. -1 to go on, else the exit code; what is wrong was told. */
int tell_open(struct cli *cli, const struct sending_options *o, const char *run, struct delivery *out);

/* "LIVE ispn-live: 9,412 calls for 2,353 subscribers, about 8 min" */
void tell_first(const struct delivery *w, const char *mode, uint64_t calls, uint64_t lanes, const char *rest);
/* "calls 9,412 = 9,400 done + 10 refused + …", and whether they balance. */
void tell_books(const char *label, const struct ledger_counts *c);
/* "1,234 of 9,412, 18/s, about 6 min left" over the last line; a few times a second. */
struct pace {
    uint64_t began_ms, told_ms, began_at;
};
void tell_progress(struct pace *p, uint64_t done, uint64_t of, const char *extra);
/* ,"calls":{"planned":…,"done":…} */
void json_books(struct buf *out, const char *name, const struct ledger_counts *c);
void json_text(struct buf *out, const char *before, struct str value); /* null when absent */
void json_stopped(struct buf *out, const struct err *err);             /* ,"stopped":{"rule","message"} or null */
#endif
