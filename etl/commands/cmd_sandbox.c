/* etl/commands/cmd_sandbox.c - subferry sandbox: the providers, on loopback, till a signal ends them. */
#include <errno.h>
#include <signal.h>
#include <unistd.h>

#include "etl/commands/cli.h"
#include "etl/core/notation/json_writer.h"
#include "etl/core/system/files.h"
#include "etl/core/system/log.h"
#include "providers/description/load.h"
#include "providers/sandbox/folder.h"
#include "providers/sandbox/server.h"
#include "providers/sandbox/store/seed.h"

enum { PROVIDERS_MAX = 32 };

struct cmd_sandbox_options {
    const char     *port_file, *folder, *config_out, *ca_file, *journal;
    struct opt_list faults, providers, seed_tables;
    uint64_t        port, threads, seed, random, rate_limit, session_uses;
    bool            plain, with_parent, show_secrets;
};
static const struct opt cmd_sandbox_options[] = {
    OPT(struct cmd_sandbox_options, port, "port", 'p', "N", "0", "the port; 0: any that is free"),
    OPT(struct cmd_sandbox_options, port_file, "port-file", 0, "FILE", NULL,
        "where the port is written once it listens"),
    OPT(struct cmd_sandbox_options, folder, "dir", 'd', "DIR", NULL,
        "where subferry.yaml, CA and credentials go (default: a folder of its own, removed at the end)"),
    OPT(struct cmd_sandbox_options, config_out, "config-out", 0, "FILE", NULL,
        "where the ready subferry.yaml goes (default: into the folder)"),
    OPT(struct cmd_sandbox_options, ca_file, "ca-file", 0, "FILE", NULL,
        "where the CA certificate goes (default: into the folder)"),
    OPT(struct cmd_sandbox_options, plain, "plain", 0, NULL, NULL, "plain HTTP instead of TLS"),
    OPT(struct cmd_sandbox_options, faults, "fault", 0, "SPEC", NULL,
        "KIND[=N][:RATE%][,command=X][,provider=P][,after=N][,times=N][,reused]; repeatable; kinds: drop-before, drop-after, delay=MS, status=N, status-after=N, cutoff[=BYTES], garbage, html, empty, throttle, login, lapse, close-idle, no-length[=BYTES], latin1, control, raw-quotes, roots"),
    OPT(struct cmd_sandbox_options, seed, "seed", 's', "N", "0", "subscribers to begin with, at each provider"),
    OPT(struct cmd_sandbox_options, seed_tables, "seed-table", 0, "TABLE", NULL,
        "seed only this table (or PROVIDER/TABLE); repeatable"),
    OPT(struct cmd_sandbox_options, random, "random", 0, "N", "1",
        "what chance starts from: equal numbers, equal days"),
    OPT(struct cmd_sandbox_options, rate_limit, "rate-limit", 0, "N", "0",
        "requests a second and provider; beyond that: 429. 0: no limit"),
    OPT(struct cmd_sandbox_options, session_uses, "session-uses", 0, "N", "0",
        "a session lapses after so many requests; 0: never"),
    OPT(struct cmd_sandbox_options, journal, "journal", 'j', "FILE", NULL, "one JSON line a request, secrets masked"),
    OPT(struct cmd_sandbox_options, providers, "provider", 0, "FILE", NULL, "serve this description too; repeatable"),
    OPT(struct cmd_sandbox_options, show_secrets, "show-secrets", 0, NULL, NULL,
        "/_/state shows secret columns as they are"),
    OPT(struct cmd_sandbox_options, with_parent, "with-parent", 0, NULL, NULL,
        "end when the process that started it ends"),
    OPT(struct cmd_sandbox_options, threads, "threads", 't', "N", "0", "0: one a core"),
    { 0 },
};

/* The running sandbox: what it serves, and from what. */
struct sandbox_stand {
    struct cli                       *cli;
    const struct cmd_sandbox_options *options;
    struct folder                     folder;
    const char                       *ca_path, *config_path;
    struct hosted_provider            all_hosted[PROVIDERS_MAX];
    size_t                            hosted_count;
    struct sandbox_shared             shared;
    struct control                    control;
    struct seeding                    seeding;
    struct server                    *server;
};

static enum etl_status host_provider(struct sandbox_stand *s, struct str name, struct findings *faults)
{
    const struct provider *p;
    const struct str      *credentials = NULL;
    struct err             err = { 0 };
    enum etl_status        st = provider_load(name, &s->cli->mem, &p, faults);

    if (st != ETL_OK)
        return st;
    st = s->hosted_count == PROVIDERS_MAX ? err_set(&err, ETL_FAIL, "provider", "more than %d providers", PROVIDERS_MAX)
                                          : folder_credentials(&s->folder, p, &s->cli->mem, &credentials, &err);
    if (st != ETL_OK) {
        provider_free(p);
        findings_add(faults, SEVERITY_ERROR, &err, NULL);
        return st;
    }
    hosted_provider_open(&s->all_hosted[s->hosted_count], p, credentials, s->cli->random, &s->cli->mem);
    entrance_session_uses(s->all_hosted[s->hosted_count++].entrance, s->options->session_uses);
    return ETL_OK;
}

static enum etl_status add_desks(struct sandbox_stand *s, struct findings *faults)
{
    enum etl_status st = ETL_OK;

    for (const struct embedded_file *f = stock_providers; st == ETL_OK && f->name != NULL; f++) {
        struct str name = str_from(f->name);

        if (str_ends(name, STR(".yaml")))
            st = host_provider(s, str_head(name, name.len - 5), faults);
    }
    for (size_t i = 0; st == ETL_OK && i < s->options->providers.count; i++)
        st = host_provider(s, str_from(s->options->providers.items[i]), faults);
    return st;
}

static void fill(void *context, struct hosted_provider *hosted)
{
    seed_state(hosted->state, hosted->provider, context);
}

/* Does a provider here have this TABLE or PROVIDER/TABLE? */
static bool is_table(const struct sandbox_stand *s, struct str name)
{
    struct str head, rest = str_cut(name, '/', &head);

    for (size_t i = 0; i < s->hosted_count; i++) {
        struct str only = rest.ptr != NULL ? rest : name;

        if (hosted_provider_has_table(&s->all_hosted[i], only) && seed_names(name, s->all_hosted[i].provider, only))
            return true;
    }
    return false;
}

static enum etl_status seed(struct sandbox_stand *s, struct err *err)
{
    const struct opt_list *only = &s->options->seed_tables;
    struct str            *tables = ARENA_ARRAY(&s->cli->mem, struct str, only->count + 1);
    char                   today[16];

    clock_today(s->cli->clock, today);
    for (size_t i = 0; i < only->count; i++) {
        tables[i] = str_from(only->items[i]);
        if (!is_table(s, tables[i]))
            return err_set(err, ETL_FAIL, "table", "no provider here has a table %s", shown(tables[i], false).text);
    }
    s->seeding = (struct seeding){ .subscribers = s->options->seed,
                                   .seed = s->options->random,
                                   .today = arena_str(&s->cli->mem, str_from(today)),
                                   .tables = tables,
                                   .table_count = only->count };
    for (size_t i = 0; i < s->hosted_count; i++)
        detail("%.*s: %llu rows", STR_ARG(s->all_hosted[i].provider->name),
               (unsigned long long)seed_state(s->all_hosted[i].state, s->all_hosted[i].provider, &s->seeding));
    return ETL_OK;
}

static enum etl_status set_faults(struct sandbox_stand *s, struct err *err)
{
    const struct opt_list *given = &s->options->faults;
    struct str            *specs = ARENA_ARRAY(&s->cli->mem, struct str, given->count + 1);

    for (size_t i = 0; i < given->count; i++)
        specs[i] = str_from(given->items[i]);
    return faults_set(s->shared.faults, specs, given->count, err);
}

static enum etl_status serve(struct sandbox_stand *s, struct err *err)
{
    struct server_options o = { .port = (uint16_t)s->options->port,
                                .threads = (unsigned)s->options->threads,
                                .clock = s->cli->clock };
    struct certificates   certificates;
    enum etl_status       st = ETL_OK;

    if (o.threads == 0)
        o.threads = (unsigned)sysconf(_SC_NPROCESSORS_ONLN);
    if (!s->options->plain) {
        s->ca_path =
            s->options->ca_file != NULL ? s->options->ca_file : folder_file(&s->folder, "ca.pem", &s->cli->mem);
        st = certificates_make((int64_t)(clock_wall_ms(s->cli->clock) / 1000), s->cli->random, &s->cli->mem,
                               &certificates, err);
        if (st == ETL_OK)
            st = folder_write(s->ca_path, str_from(certificates.ca), err);
        o.certificates = &certificates;
    }
    return st == ETL_OK ? server_start(&o, &s->shared, &s->control, &s->server, err) : st;
}

/* The port file is written last: whoever waits for it can rely on the other files. */
static enum etl_status write_files(struct sandbox_stand *s, struct err *err)
{
    const struct cmd_sandbox_options *o = s->options;
    struct arena                     *mem = &s->cli->mem;
    uint16_t                          port = server_port(s->server);
    char                             *ca = s->ca_path != NULL ? files_real_path(s->ca_path, NULL) : NULL;
    enum etl_status                   st;

    s->config_path = o->config_out != NULL ? o->config_out : folder_file(&s->folder, "subferry.yaml", mem);
    st = folder_config(&s->folder, s->config_path, ca, port, s->all_hosted, s->hosted_count, mem, err);
    free(ca);
    if (st == ETL_OK && o->port_file != NULL)
        st = folder_write(o->port_file, arena_fmt(mem, "%u\n", port), err);
    return st;
}

static void tell(const struct sandbox_stand *s)
{
    const char *scheme = s->options->plain ? "http" : "https";
    unsigned    port = server_port(s->server);

    for (size_t i = 0; i < s->hosted_count; i++)
        say("sandbox-%-12.*s %s://127.0.0.1:%u%.*s", STR_ARG(s->all_hosted[i].provider->name), scheme, port,
            STR_ARG(s->all_hosted[i].path));
    say("look inside: %s://127.0.0.1:%u/_/", scheme, port);
    say("next: subferry connection check sandbox-%.*s -c %s", STR_ARG(s->all_hosted[0].provider->name), s->config_path);
    say("Ctrl-C ends it");
}

static void tell_json(const struct sandbox_stand *s)
{
    AUTO(buf_release) struct buf out;
    struct json_writer           w = json_writer(&out);
    char                         url[64];

    buf_init(&out, 1 << 16, "the summary");
    snprintf(url, sizeof url, "%s://127.0.0.1:%u", s->options->plain ? "http" : "https", server_port(s->server));
    json_begin_object(&w);
    json_member_number(&w, "port", server_port(s->server));
    json_member_text(&w, "url", str_from(url));
    json_member_text(&w, "config", str_from(s->config_path));
    if (s->ca_path != NULL)
        json_member_text(&w, "ca_file", str_from(s->ca_path));
    json_end_object(&w);
    buf_byte(&out, '\n');
    cli_out(buf_str(&out));
}

/* Blocks the signals that end the sandbox, in this thread and in those that it starts. */
static sigset_t end_signals(void)
{
    sigset_t set;

    sigemptyset(&set);
    sigaddset(&set, SIGINT);
    sigaddset(&set, SIGTERM);
    sigaddset(&set, SIGHUP);
    pthread_sigmask(SIG_BLOCK, &set, NULL);
    return set;
}

static void wait_for_end(const struct cmd_sandbox_options *o, const sigset_t *set, pid_t parent)
{
    const struct timespec second = { 1, 0 };

    for (;;) {
        if (sigtimedwait(set, NULL, &second) > 0)
            return;
        if (o->with_parent && getppid() != parent)
            return;
    }
}

static enum etl_status open_stand(struct sandbox_stand *s, struct findings *faults)
{
    const struct cmd_sandbox_options *o = s->options;
    struct err                        err = { 0 };
    enum etl_status                   st = folder_open(o->folder, s->cli->random, &s->cli->mem, &s->folder, &err);

    if (st == ETL_OK)
        st = journal_open(o->journal, &s->shared.journal, &err);
    if (st == ETL_OK) {
        s->shared.faults = faults_new(o->random);
        s->shared.rate_limit = o->rate_limit;
        st = set_faults(s, &err);
    }
    if (st == ETL_OK) {
        st = add_desks(s, faults);
        if (st != ETL_OK)
            return st;
        s->control = (struct control){ .shared = &s->shared,
                                       .all_hosted = s->all_hosted,
                                       .hosted_count = s->hosted_count,
                                       .show_secrets = o->show_secrets,
                                       .fill = fill,
                                       .context = &s->seeding };
        st = seed(s, &err);
    }
    if (st == ETL_OK)
        st = serve(s, &err);
    if (st == ETL_OK)
        st = write_files(s, &err);
    if (st != ETL_OK)
        findings_add(faults, SEVERITY_ERROR, &err, NULL);
    return st;
}

static void close_stand(struct sandbox_stand *s)
{
    server_stop(s->server);
    for (size_t i = 0; i < s->hosted_count; i++) {
        const struct provider *p = s->all_hosted[i].provider;

        hosted_provider_close(&s->all_hosted[i]);
        provider_free(p);
    }
    faults_free(s->shared.faults);
    journal_close(s->shared.journal);
    folder_close(&s->folder);
}

static int run_sandbox(struct cli *cli, const struct cmd_sandbox_options *o)
{
    struct sandbox_stand s = { .cli = cli, .options = o };
    struct findings      faults;
    pid_t                parent = getppid();
    sigset_t             set = end_signals();
    enum etl_status      st;

    findings_init(&faults, &cli->mem);
    if (o->port_file != NULL)
        files_remove(o->port_file); /* an old file would give whoever waits for it the wrong port */
    if (o->port > 65535)
        findings_say(&faults, SEVERITY_ERROR, NULL, 0, 0, "option-value", "--port takes a number up to 65535");
    if (o->plain && o->ca_file != NULL)
        findings_say(&faults, SEVERITY_ERROR, NULL, 0, 0, "option-value", "--plain has no CA to write to --ca-file");
    if (faults.errors != 0)
        return cli_faults(cli, ETL_FAIL, &faults);
    st = open_stand(&s, &faults);
    if (st == ETL_OK) {
        if (cli->json)
            tell_json(&s);
        tell(&s);
        wait_for_end(o, &set, parent);
    }
    close_stand(&s);
    return st == ETL_OK ? EXIT_WELL : cli_faults(cli, st, &faults);
}

static int run(struct cli *cli, int argc, char **argv)
{
    struct cmd_sandbox_options o = { 0 };
    struct opt_list            operands = { 0 };
    int                        code = cli_parse(cli, &cmd_sandbox, &o, argc, argv, 0, 0, &operands);

    if (code >= 0)
        return code;
    if (operands.count != 0) {
        fault("subferry sandbox takes options only, got \"%s\"", operands.items[0]);
        return EXIT_WRONG;
    }
    return run_sandbox(cli, &o);
}

const struct cli_command cmd_sandbox = {
    .name = "sandbox",
    .operands = "[--port N] [--port-file F] [--dir DIR] [--fault SPEC]...",
    .summary = "stand-ins for the providers, on loopback",
    .about =
        "Serves every provider as its description says: strict, with rows that stay till it ends, over TLS by\n"
        "a CA made at start. Writes a ready subferry.yaml with a connection sandbox-NAME for each.\n\n"
        "  subferry sandbox --dir sandbox --port 8443 --fault drop-after:2%",
    .options = cmd_sandbox_options,
    .run = run,
};
