/* etl/commands/cmd_connection.c - subferry connection: the accounts that are configured, and whether one can be worked with tonight. */
#include <inttypes.h>

#include "etl/commands/cli.h"
#include "etl/connection/exchanges.h"
#include "etl/connection/session.h"
#include "etl/core/notation/json_writer.h"
#include "etl/core/system/log.h"
#include "providers/description/load.h"

enum { CLOCK_TOLERATED_S = 120 };

static const struct cli_command list_cmd, check_cmd;

/* ---- list ---- */

static void credentials_named(const struct config_connection *c, struct buf *out)
{
    const struct yaml *map = c->credentials;

    for (size_t i = 0; map != NULL && map->kind == YAML_MAP && i < map->count; i++)
        buf_fmt(out, "%s%.*s from %.*s", i != 0 ? ", " : "", STR_ARG(map->pairs[i].key),
                STR_ARG(map->pairs[i].value.text));
}

static void list_one(const struct config_connection *c, struct str url, struct buf *out)
{
    buf_fmt(out, "%.*s  %s%.*s at %.*s\n    ", STR_ARG(c->name), c->live ? "LIVE " : "", STR_ARG(c->provider),
            STR_ARG(url));
    credentials_named(c, out);
    for (unsigned i = 0; rung_names[i] != NULL; i++)
        if ((c->require & 1U << i) != 0)
            buf_fmt(out, "; requires %s", rung_names[i]);
    buf_byte(out, '\n');
}

static void list_json(const struct config_connection *c, struct str url, bool first, struct json_writer *w)
{
    json_gap(w, first ? NULL : "\n ");
    json_begin_object(w);
    json_member_text(w, "name", c->name);
    json_member_text(w, "provider", c->provider);
    json_member_text(w, "url", url);
    json_member_bool(w, "live", c->live);
    json_member_bool(w, "plain_http", c->plain_http);
    json_member_list(w, "require");
    for (unsigned i = 0; rung_names[i] != NULL; i++)
        if ((c->require & 1U << i) != 0)
            json_text(w, str_from(rung_names[i]));
    json_end_list(w);
    json_end_object(w);
}

static struct str url_of(const struct config_connection *c, struct arena *mem, struct findings *faults)
{
    const struct provider *p;
    struct str             url = c->url;

    if (url.ptr != NULL)
        return url;
    if (provider_load(c->provider, mem, &p, faults) != ETL_OK)
        return STR("(its provider cannot be loaded)");
    url = p->url;
    provider_free(p);
    return url;
}

static int run_list(struct cli *cli, int argc, char **argv)
{
    AUTO(buf_release) struct buf out = { 0 };
    struct findings              faults;
    struct config                config;
    struct json_writer           w = json_writer(&out);
    int                          code = cli_parse(cli, &list_cmd, NULL, argc, argv, 0, 0, NULL);

    if (code >= 0)
        return code;
    buf_init(&out, 4 << 20, "a list");
    findings_init(&faults, &cli->mem);
    if (config_load(cli->config, &cli->mem, &config, &faults) != ETL_OK)
        return cli_faults(cli, ETL_FAIL, &faults);
    if (cli->json)
        json_begin_list(&w);
    for (size_t i = 0; i < config.connection_count; i++) {
        struct str url = url_of(&config.connections[i], &cli->mem, &faults);

        if (cli->json)
            list_json(&config.connections[i], url, i == 0, &w);
        else
            list_one(&config.connections[i], url, &out);
    }
    if (cli->json) {
        json_end_list(&w);
        buf_byte(&out, '\n');
    } else if (config.path == NULL)
        say("there is no configuration: no ./subferry.yaml, none in the home folder, no -c FILE");
    else if (config.connection_count == 0)
        say("%s names no connection", config.path);
    cli_out(buf_str(&out));
    return faults.errors != 0 ? cli_faults(cli, ETL_FAIL, &faults) : EXIT_WELL;
}

/* ---- check ---- */

struct check_line {
    const char *name;
    bool        asked, good;
    struct str  text;
};
enum { LINE_CREDENTIALS, LINE_ADDRESS, LINE_TLS, LINE_LOGIN, LINE_CLOCK, LINE_TEST_MODE, LINE_READ, LINES };
struct connection_check {
    struct arena      *mem;
    struct connection *connection;
    struct check_line  checks[LINES];
};

#define TELL(c, which, is_good, ...)                                                                                   \
    ((c)->checks[which].asked = true, (c)->checks[which].good = (is_good),                                             \
     (c)->checks[which].text = arena_fmt((c)->mem, __VA_ARGS__))

static void check_test_mode(struct connection_check *c)
{
    const struct provider *p = c->connection->provider;
    size_t                 sent = 0, asked = 0, writes = 0;

    for (size_t i = 0; i < p->command_count; i++) {
        writes += p->commands[i].effect != EFFECT_READ;
        sent += p->commands[i].effect != EFFECT_READ && p->commands[i].test.read == NULL && p->commands[i].test_send;
        asked += p->commands[i].effect != EFFECT_READ && p->commands[i].test.read != NULL;
    }
    if (sent != 0)
        TELL(c, LINE_TEST_MODE, true,
             "the provider has one: %zu of %zu changing commands can be sent in it, %zu are tested by look-ups", sent,
             writes, asked);
    else
        TELL(c, LINE_TEST_MODE, true,
             "the provider has none: %zu of %zu changing commands are tested by look-ups, the rest is untestable",
             asked, writes);
}

/* How far the request got tells which parts of the transport work. */
static void check_transport(struct connection_check *c, const struct exchange *x)
{
    struct str url = c->connection->url;
    bool       plain = str_starts(url, STR("http:"));

    if (x->reach == REACH_NAME)
        TELL(c, LINE_ADDRESS, false, "%.*s: the name cannot be resolved: %.*s; is the url right, does DNS work here?",
             STR_ARG(url), STR_ARG(x->why));
    else if (x->reach == REACH_CONNECT)
        TELL(c, LINE_ADDRESS, false, "%.*s cannot be reached: %.*s; is the url right, does a firewall let us out?",
             STR_ARG(url), STR_ARG(x->why));
    else
        TELL(c, LINE_ADDRESS, true, "%.*s is reached", STR_ARG(url));
    if (x->reach == REACH_TLS)
        TELL(c, LINE_TLS, false,
             "%.*s; an authority of your own is named with ca_file:, verification is never turned off",
             STR_ARG(x->why));
    else if (x->reach == REACH_ANSWER && plain)
        TELL(c, LINE_TLS, true, "none: plain http, as plain_http: true allows; passwords travel in clear");
    else if (x->reach == REACH_ANSWER)
        TELL(c, LINE_TLS, true, "the server's certificate is verified%s%s",
             c->connection->config->ca_file != NULL ? ", besides the system's authorities by " : "",
             c->connection->config->ca_file != NULL ? c->connection->config->ca_file : "");
}

/* A Date header counts whole seconds, and it was written at some time between our request and the answer. Only a difference that neither
 * explains is reported. */
static void check_clock(struct connection_check *c, const struct exchange *x, uint64_t asked_ms, uint64_t answered_ms)
{
    int64_t ours_from = (int64_t)(asked_ms / 1000), ours_to = (int64_t)(answered_ms / 1000), apart = 0;

    if (x->server_time < 0) {
        TELL(c, LINE_CLOCK, true, "the answer bears no Date header, so the clocks cannot be compared");
        return;
    }
    if (x->server_time + 1 < ours_from)
        apart = ours_from - x->server_time;
    else if (x->server_time > ours_to + 1)
        apart = ours_to - x->server_time;
    if (apart == 0)
        TELL(c, LINE_CLOCK, true, "ours and the server's agree");
    else
        TELL(c, LINE_CLOCK, (apart < 0 ? -apart : apart) <= CLOCK_TOLERATED_S,
             "ours is %" PRId64 " s %s the server's%s", apart < 0 ? -apart : apart, apart < 0 ? "behind" : "ahead of",
             (apart < 0 ? -apart : apart) <= CLOCK_TOLERATED_S
                 ? ""
                 : "; set this host's clock (NTP): rules on dates and certificates go by it");
}

static void check_answer(struct connection_check *c, const struct exchange *x)
{
    const struct provider *p = c->connection->provider;
    struct str             why = x->verdict.reason;

    if (x->verdict.is == REPLY_LOGIN) {
        TELL(c, LINE_LOGIN, false,
             "the provider refuses the credentials: %.*s; see credentials: of %.*s in the configuration", STR_ARG(why),
             STR_ARG(c->connection->name));
        return;
    }
    if ((p->probe_expect & 1U << x->verdict.is) != 0) {
        TELL(c, LINE_LOGIN, true, "the credentials are taken");
        TELL(c, LINE_READ, true, "%.*s answers as it should (%s), HTTP %d, %" PRIu64 " ms", STR_ARG(p->probe->name),
             reply_is_names[x->verdict.is], x->http, x->took_us / 1000);
    } else if (x->verdict.is == REPLY_REFUSED) {
        TELL(c, LINE_READ, false, "%.*s is refused: %.*s; the credentials may be wrong, or lack the right to this",
             STR_ARG(p->probe->name), STR_ARG(why));
    } else if (x->verdict.is == REPLY_OUTAGE || x->verdict.is == REPLY_THROTTLED) {
        TELL(c, LINE_READ, false, "HTTP %d: %.*s; try again later", x->http, STR_ARG(why));
    } else {
        TELL(c, LINE_READ, false, "HTTP %d: %.*s; is the url right? This is not what %.*s answers", x->http,
             STR_ARG(why), STR_ARG(p->name));
    }
}

/* If the session could not be opened, the probe was never sent: report what happened to the request that opens it. */
static bool look_at_opening(struct connection_check *c, const struct exchanges *e, struct exchange *x)
{
    const struct exchange *opening = &e->session->x;

    if (x->tries != 0 || !opening->opens_session)
        return false;
    x->reach = opening->reach;
    x->end = opening->end;
    x->server_time = opening->server_time;
    x->why = arena_str(c->mem, str_from(e->stop_err.text));
    return true;
}

/* Sends the probe once. The probe only reads at the provider. */
static enum etl_status ask(struct connection_check *c, struct err *err)
{
    const struct provider *p = c->connection->provider;
    struct exchange        x;
    struct exchanges       e;
    uint64_t               asked = clock_wall_ms(c->connection->clock);
    bool                   no_session;
    enum etl_status        st;

    exchange_probe(p, c->mem, &x);
    c->connection->limits.tries = 1;
    c->connection->limits.concurrency = 1;
    st = exchanges_open(c->connection, c->mem, &e, err);
    if (st != ETL_OK)
        return st;
    exchanges_run(&e, &x);
    no_session = look_at_opening(c, &e, &x);
    exchanges_close(&e);
    if (x.end == EXCHANGE_UNSENDABLE)
        return err_set(err, ETL_FAIL, "probe", "the probe cannot be sent: %.*s", STR_ARG(x.why));
    check_transport(c, &x);
    if (x.end != EXCHANGE_ANSWERED) {
        if (x.reach == REACH_ANSWER)
            TELL(c, LINE_READ, false, "no whole answer came: %.*s; try again later", STR_ARG(x.why));
        return ETL_AGAIN;
    }
    check_clock(c, &x, asked, clock_wall_ms(c->connection->clock));
    if (no_session)
        TELL(c, LINE_LOGIN, false, "%.*s; see credentials: of %.*s in the configuration", STR_ARG(x.why),
             STR_ARG(c->connection->name));
    else
        check_answer(c, &x);
    return c->checks[LINE_READ].good ? ETL_OK : ETL_AGAIN;
}

static void json_checks(const struct connection_check *c, bool all_good, struct buf *out)
{
    const struct connection *k = c->connection;
    struct json_writer       w = json_writer(out);

    json_begin_object(&w);
    json_member_text(&w, "connection", k->name);
    json_member_text(&w, "provider", k->provider->name);
    json_member_text(&w, "url", k->url);
    json_member_bool(&w, "live", k->config->live);
    json_member_bool(&w, "ok", all_good);
    json_member_list(&w, "checks");
    for (size_t i = 0; i < LINES; i++) {
        const struct check_line *line = &c->checks[i];

        if (!line->asked)
            continue;
        json_gap(&w, "\n ");
        json_begin_object(&w);
        json_member_text(&w, "name", str_from(line->name));
        json_member_bool(&w, "ok", line->good);
        json_member_text(&w, "message", line->text);
        json_end_object(&w);
    }
    json_end_list(&w);
    json_end_object(&w);
    buf_byte(out, '\n');
}

static void show_checks(const struct connection_check *c, bool json, struct buf *out)
{
    bool all_good = true;

    for (size_t i = 0; i < LINES; i++)
        all_good = all_good && (!c->checks[i].asked || c->checks[i].good);
    if (json) {
        json_checks(c, all_good, out);
        return;
    }
    for (size_t i = 0; i < LINES; i++) {
        const struct check_line *line = &c->checks[i];

        if (line->asked)
            buf_fmt(out, "%-12s %-6s %.*s\n", line->name, line->good ? "ok" : "WRONG", STR_ARG(line->text));
        else
            buf_fmt(out, "%-12s -      not known, see what is WRONG\n", line->name);
    }
}

static int check(struct cli *cli, struct connection *k)
{
    static const char *const names[LINES] = { "credentials", "address", "TLS", "login", "clock", "test mode", "read" };
    AUTO(buf_release) struct buf out, sources;
    struct connection_check      c = { .mem = &cli->mem, .connection = k };
    struct err                   err = { 0 };
    enum etl_status              st = ETL_OK;

    buf_init(&out, 1 << 20, "a page");
    buf_init(&sources, 1 << 16, "a line");
    for (size_t i = 0; i < LINES; i++)
        c.checks[i].name = names[i];
    credentials_named(k->config, &sources);
    TELL(&c, LINE_CREDENTIALS, true, "%.*s; of the documented form", STR_ARG(buf_str(&sources)));
    check_test_mode(&c);
    say("%s%.*s: %.*s at %.*s; writes nothing", k->config->live ? "LIVE " : "", STR_ARG(k->name),
        STR_ARG(k->provider->title), STR_ARG(k->url));
    if (k->provider->probe == NULL)
        TELL(&c, LINE_READ, false, "the description of %.*s names no probe:, a harmless read; nothing can be asked",
             STR_ARG(k->provider->name));
    else
        st = ask(&c, &err);
    if (err.text[0] != '\0')
        return cli_fail(cli, st, &err);
    show_checks(&c, cli->json, &out);
    cli_out(buf_str(&out));
    if (st != ETL_OK)
        return exit_from(st);
    for (size_t i = 0; i < LINES; i++)
        if (c.checks[i].asked && !c.checks[i].good)
            return EXIT_PARTLY;
    return EXIT_WELL;
}

static int run_folder_check(struct cli *cli, int argc, char **argv)
{
    struct opt_list   words;
    struct findings   faults;
    struct config     config;
    struct connection k;
    int               code = cli_parse(cli, &check_cmd, NULL, argc, argv, 1, 1, &words);

    if (code >= 0)
        return code;
    findings_init(&faults, &cli->mem);
    if (config_load(cli->config, &cli->mem, &config, &faults) != ETL_OK ||
        connection_open(
            &(struct connection_options){
                .config = &config, .name = str_from(words.items[0]), .clock = cli->clock, .random = cli->random },
            &cli->mem, &k, &faults) != ETL_OK)
        return cli_faults(cli, ETL_FAIL, &faults);
    code = check(cli, &k);
    connection_close(&k);
    return code;
}

static const struct cli_command list_cmd = {
    .name = "connection list",
    .operands = "",
    .summary = "the connections of the configuration",
    .about =
        "Lists the accounts that subferry.yaml names, with where their credentials are found (never what they are).\n\n"
        "  subferry connection list",
    .run = run_list,
};
static const struct cli_command check_cmd = {
    .name = "connection check",
    .operands = "NAME",
    .summary = "TLS, login, clock, test mode, a harmless read; writes nothing",
    .about =
        "Sends one harmless read and says, line by line, what is well and what is wrong and what to do about it.\n"
        "Exit code 0: all well; 1: the clock is off; 2: the configuration; 4: network, login or provider.\n\n"
        "  subferry connection check ispn-live",
    .run = run_folder_check,
};

static int run(struct cli *cli, int argc, char **argv)
{
    static const struct cli_command *const subs[] = { &list_cmd, &check_cmd, NULL };

    return cli_sub(cli, &cmd_connection, subs, argc, argv);
}

const struct cli_command cmd_connection = {
    .name = "connection",
    .operands = "list | check NAME",
    .summary = "the accounts that are configured; can one be worked with?",
    .about = "A connection is a named account at a provider: where it is, with which credentials, within which limits.",
    .run = run,
};
