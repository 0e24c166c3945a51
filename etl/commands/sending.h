/* etl/commands/sending.h - what apply and test share: their options, opening run and connection, the first line they say. */
#ifndef ETL_COMMANDS_SENDING_H
#define ETL_COMMANDS_SENDING_H

#include "etl/apply/delivery.h"
#include "etl/commands/cli.h"

struct sending_options {
    const char *connection, *only, *skip;
    uint64_t    limit;
};
/* NOLINTBEGIN(bugprone-macro-parentheses): `field` is the name of a member, and offsetof takes no parentheses */
#define SENDING_OPTIONS(type, field, connection_help)                                                                  \
    OPT(type, field.connection, "connection", 0, "NAME", NULL, connection_help),                                       \
        OPT(type, field.limit, "limit", 0, "N", NULL, "only the first N subscribers (of those chosen)"),               \
        OPT(type, field.only, "only", 0, "FILE", NULL,                                                                 \
            "only the subscribers whose lane keys stand in FILE, one a line"),                                         \
        OPT(type, field.skip, "skip", 0, "FILE", NULL, "all but those")
/* NOLINTEND(bugprone-macro-parentheses) */
/* Opens the run and the connection; from here on signals ask for a stop. Returns -1 to go on, else the exit code: what is wrong was said. */
int sending_open(struct cli *cli, const struct sending_options *o, const char *run, struct delivery *out);
/* "LIVE ispn-live: 9,412 calls for 2,353 subscribers, about 8 min" */
void sending_say_first(const struct delivery *w, const char *mode, uint64_t calls, uint64_t lanes, const char *rest);

#endif
