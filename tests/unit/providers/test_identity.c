/* tests/unit/providers/test_identity.c - providers/model/identity.h: which thing a call is about. */
#include "tests/unit/check.h"

#include "providers/description/load.h"
#include "providers/model/family.h"
#include "providers/model/identity.h"

struct shop {
    struct arena           mem;
    const struct provider *provider;
};

static void open_shop(struct shop *s, const char *name)
{
    struct findings faults;

    arena_init(&s->mem, 64 << 20, "a test");
    findings_init(&faults, &s->mem);
    assert_int_equal(provider_load(str_from(name), &s->mem, &s->provider, &faults), ETL_OK);
}

static void close_shop(struct shop *s)
{
    provider_free(s->provider);
    arena_release(&s->mem);
}

/* The identity of COMMAND's call with these values, "mbox=john@abc.com", as the parameter `asked` wants it. A value "<x.id>" is a reference. */
static struct str identity(struct shop *s, const char *command, const char *asked, const char *const *given)
{
    const struct command        *c = provider_command(s->provider, str_from(command));
    struct value                *values = ARENA_ARRAY(&s->mem, struct value, c->param_count + 1);
    AUTO(buf_release) struct buf out;
    int                          at;

    for (; *given != NULL; given++) {
        struct str name, text = str_cut(str_from(*given), '=', &name);

        at = command_param_index(c, name);
        assert_true(at >= 0);
        values[at] = VALUE_OF(text);
        if (text.ptr[0] == '<')
            values[at] = (struct value){ VALUE_REF, false, str_head(str_skip(text, 1), text.len - 2) };
    }
    at = command_param_index(c, str_from(asked));
    assert_true(at >= 0);
    buf_init(&out, 1 << 16, "a test");
    identity_of_call(c, values, (size_t)at, &s->mem, &out);
    return arena_str(&s->mem, buf_str(&out));
}
#define IDENTITY(shop, command, asked, ...)                                                                            \
    identity((shop), (command), (asked), (const char *const[]){ __VA_ARGS__, NULL })

static void the_row_that_gets_the_value(void **state)
{
    struct shop s;

    (void)state;
    open_shop(&s, "ispn");
    assert_is(IDENTITY(&s, "addmbox", "pass", "billid=7", "mbox=john@abc.com"),
              "3:row9:mailboxes7:mailbox12:john@abc.com");
    /* Whoever sets it later speaks of the same row. */
    assert_is(IDENTITY(&s, "changempass", "pass", "billid=7", "mbox=john@abc.com"),
              "3:row9:mailboxes7:mailbox12:john@abc.com");
    assert_is(IDENTITY(&s, "addcust", "pass", "billid=<customer.id>"),
              "3:row9:customers11:customer_id12:\xff"
              "customer.id");
    close_shop(&s);
}

static void conditions_choose_the_row(void **state)
{
    struct shop s;

    (void)state;
    open_shop(&s, "safepages");
    /* It makes a customer too, but the login gets the password; a customer who is there already changes nothing. */
    assert_is(IDENTITY(&s, "dialup_add", "password", "username=jdoe", "acct_num=7"), "3:row6:logins5:login4:jdoe");
    assert_is(IDENTITY(&s, "dialup_add", "password", "username=jdoe", "acct_num=7", "already_used=Y"),
              "3:row6:logins5:login4:jdoe");
    /* No statement sets this one: the first make that is in force. */
    assert_is(IDENTITY(&s, "dialup_add", "already_used", "username=jdoe", "acct_num=7"),
              "3:row9:customers11:customer_id1:7");
    assert_is(IDENTITY(&s, "dialup_add", "already_used", "username=jdoe", "acct_num=7", "already_used=Y"),
              "3:row6:logins5:login4:jdoe");
    close_shop(&s);
}

static void a_row_that_the_provider_numbers(void **state)
{
    struct shop s;

    (void)state;
    open_shop(&s, "simpler");
    assert_is(
        IDENTITY(&s, "addCustomer", "password", "name=John Doe", "invoicingid=7"),
        "6:verify11:addCustomer11:invoicingid1:714:case_sensitive1:15:limit4:10009:firstname4:John8:lastname3:Doe");
    /* A password does not identify, though the read compares it. */
    assert_is(IDENTITY(&s, "addRADIUSdetails", "radius_password", "customerid=7", "radius_password=x"),
              "6:verify16:addRADIUSdetails10:customerid1:710:customerid1:7");
    close_shop(&s);
    open_shop(&s, "ispn");
    assert_is(IDENTITY(&s, "addequip", "value", "value=1"), "7:command8:addequip");
    close_shop(&s);
}

static void what_has_to_be_known_first(void **state)
{
    static const struct {
        const char *provider, *command, *param;
        bool        asked;
    } rows[] = {
        { "ispn", "addmbox", "mbox", true },
        { "ispn", "addmbox", "pass", false },
        { "ispn", "addmbox", "billid", true },               /* verify compares it */
        { "safepages", "dialup_add", "already_used", true }, /* a condition */
        { "simpler", "addRADIUSdetails", "radius_username", true },
        { "simpler", "addRADIUSdetails", "radius_password", false },
        { "simpler", "addRADIUSdetails", "radius_priority", false },
    };

    (void)state;
    for (size_t i = 0; i < COUNT(rows); i++) {
        struct shop           s;
        const struct command *c;

        open_shop(&s, rows[i].provider);
        c = provider_command(s.provider, str_from(rows[i].command));
        if (identity_asks(c, (size_t)command_param_index(c, str_from(rows[i].param))) != rows[i].asked)
            fail_row(i, "%s.%s", rows[i].command, rows[i].param);
        close_shop(&s);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_row_that_gets_the_value),
        cmocka_unit_test(conditions_choose_the_row),
        cmocka_unit_test(a_row_that_the_provider_numbers),
        cmocka_unit_test(what_has_to_be_known_first),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
