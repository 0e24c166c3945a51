/* tests/unit/pages/test_call_balance.c - etl/pages/call_balance.h: the parts are the whole, and a call in flight counts as uncertain. */
#include "etl/pages/call_balance.h"

#include "tests/unit/check.h"

static void the_parts_are_the_whole(void **state)
{
    struct ledger_counts         c = { .calls = 2000 };
    AUTO(buf_release) struct buf out;
    struct json_writer           w;

    (void)state;
    c.by_state[CALL_DONE] = 1990;
    c.by_state[CALL_REFUSED] = 3;
    c.by_state[CALL_SENDING] = 2; /* a killed command left them in flight */
    c.by_state[CALL_UNCERTAIN] = 1;
    c.by_state[CALL_PENDING] = 4;
    buf_init(&out, 10000, "a test");
    assert_true(call_balance_line(&out, "calls", &c));
    assert_is(buf_str(&out),
              "calls     2,000 = 1,990 done + 3 refused + 0 failed + 3 uncertain + 0 blocked + 4 not sent");
    buf_reset(&out);
    w = json_writer(&out);
    call_balance_json(&w, "chosen", &c);
    assert_is(buf_str(&out),
              "\n \"chosen\":{\"planned\":2000,\"done\":1990,\"refused\":3,\"failed\":0,\"uncertain\":3,\"blocked\":0,"
              "\"not_sent\":4}");
    c.calls++;
    assert_false(call_balance_line(&out, "calls", &c));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_parts_are_the_whole),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
