/* etl/apply/test_mode.h - asks the provider how it would answer each call, and changes nothing there.
 *
 * A call is tested by sending it in the provider's test mode, or by the look-up that its command names; a reading command is sent as it is.
 * A call without any of these is untestable. So is a call that needs an earlier call of its lane, unless its look-up searches for something
 * in its way: that can be asked now. Outcomes go into the ledger.
 * Outcomes  "passed", "refused", "untestable", "no answer". */
#ifndef ETL_APPLY_TEST_MODE_H
#define ETL_APPLY_TEST_MODE_H

#include "etl/apply/delivery.h"

struct test_mode_counts {
    uint64_t passed, refused, untestable, no_answer;
};
struct test_mode_options {
    void (*tell)(void *context, const struct delivery *d, uint64_t calls, uint64_t lanes);
    void (*progress)(void *context, const struct test_mode_counts *c);
    void *context;
};
struct test_mode_report {
    struct test_mode_counts counts;
    uint64_t                calls, requests;
    bool                    rung;        /* the rung "test" is passed */
    struct err              results_err; /* text "" : test.csv is written */
};
enum etl_status test_mode_run(struct delivery *d, const struct test_mode_options *o, struct test_mode_report *out,
                              struct err *err);

#endif
