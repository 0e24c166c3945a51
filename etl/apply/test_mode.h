/* etl/apply/test_mode.h - asks the provider what it would say, and changes nothing there.
 *
 * A call is tested by sending it in the provider's test mode, or by the look-up that its command names; a reading command by itself. What
 * cannot be asked is untestable, and so is what needs an earlier call of its lane: only a look-up for something in the way is asked
 * all the same. Outcomes go into the ledger.
 * Outcomes  "passed", "refused", "untestable", "no answer". */
#ifndef ETL_APPLY_TEST_MODE_H
#define ETL_APPLY_TEST_MODE_H

#include "etl/apply/delivery.h"

struct test_counts {
    uint64_t passed, refused, untestable, no_answer;
};
struct test_options {
    void (*tell)(void *context, const struct delivery *w, uint64_t calls, uint64_t lanes);
    void (*progress)(void *context, const struct test_counts *c);
    void *context;
};
struct test_report {
    struct test_counts counts;
    uint64_t           calls, requests;
    bool               rung;        /* the rung "test" is passed */
    struct err         results_err; /* text "" : test.csv is written */
};
enum etl_status test_run(struct delivery *w, const struct test_options *o, struct test_report *out, struct err *err);

#endif
