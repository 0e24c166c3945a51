/* etl/commands/sending.c - what apply and test share: their options, opening run and connection, the first line. */
#include "etl/commands/sending.h"

#include "etl/core/system/log.h"
#include "etl/core/system/signals.h"
#include "etl/pages/layout.h"

int sending_open(struct cli *cli, const struct sending_options *o, const char *run, struct delivery *out)
{
    struct delivery_options w = { .run = run,
                                  .connection = o->connection,
                                  .config = cli->config,
                                  .selection = { o->only, o->skip, o->limit },
                                  .stop_asked = &stop_asked,
                                  .clock = cli->clock,
                                  .random = cli->random };
    struct findings         faults;
    struct err              err = { 0 };
    enum etl_status         st;

    if (o->connection == NULL) {
        fault("--connection NAME is missing; subferry connection list shows those that are configured");
        return EXIT_WRONG;
    }
    findings_init(&faults, &cli->mem);
    signals_ask_to_stop();
    progress("%s: checking the seal, loading the ledger", run);
    st = delivery_open(&w, &cli->mem, out, &faults, &err);
    progress_end();
    if (faults.count != 0)
        cli_faults(cli, st, &faults);
    if (st == ETL_OK)
        return -1;
    return err.text[0] != '\0' ? cli_fail(cli, st, &err) : exit_from(st);
}

void sending_say_first(const struct delivery *w, const char *mode, uint64_t calls, uint64_t lanes, const char *rest)
{
    AUTO(buf_release) struct buf line = { 0 };
    uint64_t                     per_second = w->connection.limits.per_second;

    buf_init(&line, 1 << 16, "a line");
    buf_fmt(&line, "%s%s%.*s%s: ", mode, w->connection.config->live ? "LIVE " : "", STR_ARG(w->connection.name),
            w->connection.config->live ? "" : " (not live)");
    layout_number(&line, calls);
    buf_text(&line, calls == 1 ? " call for " : " calls for ");
    layout_number(&line, lanes);
    buf_text(&line, lanes == 1 ? " subscriber, " : " subscribers, ");
    layout_duration(&line, (calls + per_second - 1) / per_second);
    buf_text(&line, rest);
    say("%s", buf_cstr(&line));
}
