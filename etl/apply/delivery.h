/* etl/apply/delivery.h - a run and a connection, opened together: what testing and applying stand on.
 *
 * Opening checks, in this order and before anything is sent: the configuration, the run's lock, its seal, the connection and that it is
 * of the sealed description, the ledger (loaded from the plan the first time), the lanes that were chosen.
 *
 * Lifetime  everything lives in the arena given, and until delivery_close(). Threads: one owner. */
#ifndef ETL_APPLY_DELIVERY_H
#define ETL_APPLY_DELIVERY_H

#include "etl/apply/scheduler.h"
#include "etl/core/system/clock.h"
#include "etl/run/run_folder.h"

struct delivery_options {
    const char                   *run, *connection;
    const char                   *config; /* -c FILE or NULL */
    struct lane_selection_options choice;
    volatile sig_atomic_t        *stop_asked;
};
struct delivery {
    struct arena           *mem;
    struct delivery_options options;
    struct config           config;
    struct key             *key;
    struct run_folder       run;
    struct run_facts        facts;
    struct connection       connection;
    struct ledger          *ledger;
    struct call_source      source;
    struct lane_selection   choice;
    struct exchanges        exchanges; /* delivery_connect() */
    bool                    connected;
};
/* Faults of the configuration come all at once in `faults`; everything else in err. */
enum etl_status delivery_open(const struct delivery_options *options, struct arena *mem, struct delivery *out,
                              struct findings *faults, struct err *err);
/* The way to the provider. Nothing is sent yet. */
enum etl_status delivery_connect(struct delivery *w, struct err *err);
void            delivery_close(struct delivery *w);

/* The provider's harmless read must answer as the description expects. */
enum etl_status delivery_probe(struct delivery *w, struct err *err);
/* Does this run belong to another connection by now? ETL_FAIL then. *bound: to this one. same_account: other credentials are taken for
 * renewed ones; then it is to be bound anew. */
enum etl_status delivery_check_binding(struct delivery *w, bool same_account, bool *bound, struct err *err);
enum etl_status delivery_bind(struct delivery *w, struct err *err);
/* Rungs of the ladder passed at this account. */
enum etl_status delivery_rung_passed(struct delivery *w, const char *name, bool *passed, struct err *err);
enum etl_status delivery_rung_add(struct delivery *w, const char *name, struct err *err);

#endif
