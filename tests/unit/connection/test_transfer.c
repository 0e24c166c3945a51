/* tests/unit/connection/test_transfer.c - what an end of a transfer proves, and that libcurl never repeats a request. */
#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

#include "etl/connection/transfer.h"
#include "tests/unit/connection/little_server.h"

struct play {
    enum {
        PLAY_OK,
        PLAY_CLOSE_SECOND,
        PLAY_CUT_OFF,
        PLAY_NO_LENGTH,
        PLAY_CLOSE,
        PLAY_REDIRECT,
        PLAY_SLOW,
        PLAY_CHUNKED,
        PLAY_LONG,
        PLAY_CONTINUE
    } what;
    unsigned bodies_wrong, closed_on_reuse;
};

static void script(void *context, const struct asked_of_us *asked, struct our_answer *answer)
{
    struct play *play = context;

    play->bodies_wrong += !str_is(asked->body, "a=1&b=2");
    switch (play->what) {
    case PLAY_OK: answer_text(answer, "1; OK"); break;
    case PLAY_CLOSE_SECOND: /* processed, as far as anybody can know; then the kept-open connection is gone */
        if (asked->nth == 1)
            answer_text(answer, "1; OK");
        answer->close = asked->nth > 1;
        play->closed_on_reuse += asked->nth > 1;
        break;
    case PLAY_CUT_OFF:
        buf_lit(&answer->bytes, "HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n1; OK");
        answer->close = true;
        break;
    case PLAY_NO_LENGTH:
        buf_lit(&answer->bytes, "HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n1; OK");
        answer->close = true;
        break;
    case PLAY_CLOSE: answer->close = true; break;
    case PLAY_REDIRECT: answer_status(answer, 307, "Location: /other\r\n", ""); break;
    case PLAY_SLOW:
        answer->delay_ms = 3500;
        answer_text(answer, "1; OK");
        break;
    case PLAY_CHUNKED:
        buf_lit(&answer->bytes, "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\n1; OK\r\n0\r\n\r\n");
        break;
    case PLAY_LONG:
        buf_lit(&answer->bytes, "HTTP/1.1 200 OK\r\nContent-Length: 5000\r\n\r\n");
        for (int i = 0; i < 5000; i++)
            buf_byte(&answer->bytes, 'x');
        break;
    case PLAY_CONTINUE:
        buf_lit(&answer->bytes, "HTTP/1.1 100 Continue\r\nX: y\r\n\r\n");
        answer_text(answer, "1; OK");
        break;
    }
}

static struct transfers *open_to(const struct little_server *s, uint64_t timeout_ms)
{
    struct transfer_options o = { .concurrency = 4,
                                  .timeout_ms = timeout_ms,
                                  .ca_file = little_server_ca(s),
                                  .user_agent = "test",
                                  .max_reply = 4096 };
    struct transfers       *t;
    struct err              err = { 0 };

    assert_int_equal(transfers_open(&o, &t, &err), ETL_OK);
    return t;
}

static struct transfer *send_one(struct transfers *t, const char *url)
{
    struct transfer *x = transfer_take(t), *back = NULL;

    assert_non_null(x);
    buf_text(&x->request.url, url);
    buf_lit(&x->request.headers, "Content-Type: application/x-www-form-urlencoded\n");
    buf_lit(&x->request.body, "a=1&b=2");
    transfer_start(t, x);
    while (back == NULL)
        back = transfers_next(t, 1000);
    assert_ptr_equal(back, x);
    return x;
}

static void each_end_proves_what_it_proves(void **state)
{
    static const struct {
        unsigned          play;
        enum transfer_end end;
        int               status;
        const char       *body;
    } cases[] = {
        { PLAY_OK, TRANSFER_WHOLE, 200, "1; OK" },
        { PLAY_CHUNKED, TRANSFER_WHOLE, 200, "1; OK" },
        { PLAY_CONTINUE, TRANSFER_WHOLE, 200, "1; OK" },
        { PLAY_REDIRECT, TRANSFER_WHOLE, 307, "" }, /* an answer; not followed */
        { PLAY_CUT_OFF, TRANSFER_LOST, 200, NULL },
        { PLAY_NO_LENGTH, TRANSFER_LOST, 200, NULL }, /* whole or cut off: nobody knows */
        { PLAY_CLOSE, TRANSFER_LOST, 0, NULL },
        { PLAY_SLOW, TRANSFER_LOST, 0, NULL },
        { PLAY_LONG, TRANSFER_LOST, 200, NULL },
    };

    for (int tls = 0; tls < 2; tls++)
        for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
            struct play           play = { .what = cases[i].play };
            struct little_server *s = little_server_new(tls != 0, script, &play);
            struct transfers     *t =
                open_to(s, play.what == PLAY_SLOW ? 2500 : 5000); /* a busy machine takes a second to shake hands */
            struct transfer *x = send_one(t, little_server_url(s));

            assert_int_equal(x->end, cases[i].end);
            assert_int_equal(x->status, cases[i].status);
            if (cases[i].body != NULL)
                assert_true(str_is(buf_str(&x->body), cases[i].body));
            if (x->end != TRANSFER_WHOLE)
                assert_true(x->why[0] != '\0');
            assert_int_equal(little_server_requests(s), 1);
            assert_int_equal(play.bodies_wrong, 0);
            transfer_give_back(t, x);
            transfers_close(t);
            little_server_free(s);
        }
    (void)state;
}

/* The trap: on a reused connection that closes without an answer, libcurl by itself sends a POST again and says all is well. */
static void a_reused_connection_that_closes_is_lost_and_not_repeated(void **state)
{
    for (int tls = 0; tls < 2; tls++) {
        struct play           play = { .what = PLAY_CLOSE_SECOND };
        struct little_server *s = little_server_new(tls != 0, script, &play);
        struct transfers     *t = open_to(s, 5000);
        struct transfer      *x = send_one(t, little_server_url(s));

        assert_int_equal(x->end, TRANSFER_WHOLE);
        transfer_give_back(t, x);
        x = send_one(t, little_server_url(s));
        assert_int_equal(x->end, TRANSFER_LOST);
        assert_int_equal(little_server_requests(s), 2); /* the second one exactly once */
        assert_int_equal(play.closed_on_reuse, 1);      /* the trap was there */
        transfer_give_back(t, x);
        x = send_one(t, little_server_url(s)); /* and the pool goes on */
        assert_int_equal(x->end, TRANSFER_WHOLE);
        transfer_give_back(t, x);
        transfers_close(t);
        little_server_free(s);
    }
    (void)state;
}

static void what_never_left_is_not_sent(void **state)
{
    struct play             play = { .what = PLAY_OK };
    struct little_server   *s = little_server_new(true, script, &play);
    struct transfer_options strangers = {
        .concurrency = 1, .timeout_ms = 5000, .user_agent = "test", .max_reply = 4096
    };
    struct transfers *t;
    struct transfer  *x;
    struct err        err = { 0 };
    char              url[128];

    assert_int_equal(transfers_open(&strangers, &t, &err), ETL_OK); /* does not trust the server's authority */
    x = send_one(t, little_server_url(s));
    assert_int_equal(x->end, TRANSFER_NOT_SENT);
    assert_int_equal(little_server_requests(s), 0);
    transfer_give_back(t, x);
    snprintf(url, sizeof url, "%s", little_server_url(s));
    little_server_free(s); /* nobody listens there now */
    x = send_one(t, url);
    assert_int_equal(x->end, TRANSFER_NOT_SENT);
    transfer_give_back(t, x);
    x = send_one(t, "ftp://127.0.0.1/x");
    assert_int_equal(x->end, TRANSFER_NOT_SENT);
    transfer_give_back(t, x);
    transfers_close(t);
    (void)state;
}

static void many_at_once_keep_their_connections(void **state)
{
    struct play           play = { .what = PLAY_OK };
    struct little_server *s = little_server_new(true, script, &play);
    struct transfers     *t = open_to(s, 5000);
    unsigned              started = 0, ended = 0;

    while (ended < 200) {
        struct transfer *x;

        while (started < 200 && (x = transfer_take(t)) != NULL) {
            buf_text(&x->request.url, little_server_url(s));
            buf_lit(&x->request.body, "a=1&b=2");
            transfer_start(t, x);
            started++;
        }
        x = transfers_next(t, 1000);
        if (x == NULL)
            continue;
        assert_int_equal(x->end, TRANSFER_WHOLE);
        transfer_give_back(t, x);
        ended++;
    }
    assert_int_equal(little_server_requests(s), 200);
    assert_true(little_server_connections(s) <= 4);
    assert_int_equal(play.bodies_wrong, 0);
    transfers_close(t);
    little_server_free(s);
    (void)state;
}

static void a_wrong_authority_file_is_told(void **state)
{
    struct transfer_options o = {
        .concurrency = 1, .timeout_ms = 1000, .ca_file = "/dev/null", .user_agent = "test", .max_reply = 1
    };
    struct transfers *t;
    struct err        err = { 0 };

    assert_int_equal(transfers_open(&o, &t, &err), ETL_FAIL);
    assert_string_equal(err.rule, "ca-file");
    (void)state;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_end_proves_what_it_proves),
        cmocka_unit_test(a_reused_connection_that_closes_is_lost_and_not_repeated),
        cmocka_unit_test(what_never_left_is_not_sent),
        cmocka_unit_test(many_at_once_keep_their_connections),
        cmocka_unit_test(a_wrong_authority_file_is_told),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
