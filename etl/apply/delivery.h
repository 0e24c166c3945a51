/* etl/apply/delivery.h - a run and a connection, opened together, as test and apply need them.
 *
 * Opening does, in this order and before anything is sent: read the configuration, take the run's lock, check its seal, open the connection with
 * the description that the run carries, open the ledger (the first time it is loaded from the plan), select the lanes.
 *
 * Lifetime  everything lives in the arena given, and until delivery_close(). Threads: one owner. */
#ifndef ETL_APPLY_DELIVERY_H
#define ETL_APPLY_DELIVERY_H

#include "etl/apply/scheduler.h"
#include "etl/core/system/clock.h"
#include "etl/run/run_facts.h"

struct delivery_options {
    const char                   *run, *connection;
    const char                   *config; /* -c FILE or NULL */
    struct lane_selection_options selection;
    volatile sig_atomic_t        *stop_asked;
    const struct clock           *clock;
    struct random                *random;
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
    struct plan_head        head;
    struct call_source      source;
    struct lane_selection   selection;
    struct exchanges        exchanges; /* delivery_connect() */
    bool                    connected;
};
/* Faults of the configuration come all at once in `faults`; everything else in err. */
enum etl_status delivery_open(const struct delivery_options *options, struct arena *mem, struct delivery *out,
                              struct findings *faults, struct err *err);
/* The way to the provider. Nothing is sent yet. */
enum etl_status delivery_connect(struct delivery *d, struct err *err);
void            delivery_close(struct delivery *d);

/* The provider's harmless read must answer as the description expects. */
enum etl_status delivery_probe(struct delivery *d, struct err *err);
/* ETL_FAIL: this run was sent to another connection before. *bound: it was sent to this one. same_account: other credentials count as
 * renewed ones of the same account; the run is to be bound anew then. */
enum etl_status delivery_check_binding(struct delivery *d, bool same_account, bool *bound, struct err *err);
enum etl_status delivery_bind(struct delivery *d, struct err *err);
/* Rungs of the ladder passed at this account. */
enum etl_status delivery_rung_passed(struct delivery *d, const char *name, bool *passed, struct err *err);
enum etl_status delivery_rung_add(struct delivery *d, const char *name, struct err *err);

#endif
