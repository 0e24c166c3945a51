/* etl/commands/cmd_pull.c - subferry pull: all reports of a provider, or those named, into an archive. */
#include <inttypes.h>

#include "etl/apply/delivery.h"
#include "etl/commands/cli.h"
#include "etl/core/notation/date.h"
#include "etl/core/notation/json_writer.h"
#include "etl/core/system/log.h"
#include "etl/core/system/signals.h"
#include "etl/pull/pull.h"
#include "etl/secrets/sealer.h"

struct cmd_pull_options {
    const char     *archive, *from, *to, *secrets, *passphrase_file, *against;
    struct opt_list encrypt_to, ask;
    uint64_t        days;
    bool            accept_shrink;
};
static const struct opt cmd_pull_options[] = {
    OPT(struct cmd_pull_options, archive, "output", 'o', "ARCHIVE", NULL, "what is made: .zip, .tar.gz or .tar.zst"),
    OPT(struct cmd_pull_options, from, "from", 0, "DATE", NULL,
        "of reports that have dates: the first day (default: --days before --to)"),
    OPT(struct cmd_pull_options, to, "to", 0, "DATE", NULL, "and the last day (default: today)"),
    OPT(struct cmd_pull_options, days, "days", 0, "N", "92", "how far back, where --from is not said"),
    OPT(struct cmd_pull_options, ask, "ask", 0, "PARAM=VALUE", NULL,
        "what a report that has to be told asks with; repeatable"),
    OPT(struct cmd_pull_options, secrets, "secrets", 0, "HOW", "fingerprint",
        "fingerprint, drop, sealed (this installation can open them) or keep (the archive is encrypted then)"),
    OPT(struct cmd_pull_options, encrypt_to, "encrypt-to", 0, "CERT.pem", NULL,
        "whose key opens the archive; repeatable"),
    OPT(struct cmd_pull_options, passphrase_file, "passphrase-file", 0, "FILE", NULL, "whose first line opens it"),
    OPT(struct cmd_pull_options, against, "against", 0, "ARCHIVE", NULL,
        "stop (5) when a table is more than 2 % smaller than in this one"),
    OPT(struct cmd_pull_options, accept_shrink, "accept-shrink", 0, NULL, NULL, "that is right"),
    { 0 },
};

static int mode_of(const char *word)
{
    for (int i = 0; secret_mode_names[i] != NULL; i++)
        if (strcmp(word, secret_mode_names[i]) == 0)
            return i;
    return -1;
}

/* --from, --to and --days become two dates. */
static void settle_dates(struct cmd_pull_options *o, const struct clock *clock, struct arena *mem,
                         struct findings *faults)
{
    struct moment from, to;
    char          today[16], text[DATE_FORM_BYTES];

    clock_today(clock, today);
    if (o->to == NULL)
        o->to = arena_cstr(mem, str_from(today));
    if (!date_form_read(NULL, str_from(o->to), &to)) {
        findings_say(faults, SEVERITY_ERROR, NULL, 0, 0, "option-value", "--to takes a date, YYYY-MM-DD, got \"%s\"",
                     o->to);
        return;
    }
    if (o->from == NULL) {
        from = to;
        moment_add_days(&from, -(int64_t)(o->days < 36500 ? o->days : 36500));
        o->from = arena_cstr(mem, str_of(text, date_form_write(NULL, &from, text)));
    } else if (!date_form_read(NULL, str_from(o->from), &from)) {
        findings_say(faults, SEVERITY_ERROR, NULL, 0, 0, "option-value", "--from takes a date, YYYY-MM-DD, got \"%s\"",
                     o->from);
        return;
    }
    if (moment_compare(&from, &to) > 0)
        findings_say(faults, SEVERITY_ERROR, NULL, 0, 0, "option-value", "--from %s is behind --to %s", o->from, o->to);
}

static void check_options(struct cmd_pull_options *o, const struct clock *clock, struct arena *mem,
                          struct findings *faults)
{
    bool encrypted = o->encrypt_to.count != 0 || o->passphrase_file != NULL;

    if (o->archive == NULL)
        findings_say(faults, SEVERITY_ERROR, NULL, 0, 0, "option-missing",
                     "-o ARCHIVE is missing: a .zip, .tar.gz or .tar.zst");
    if (mode_of(o->secrets) < 0)
        findings_say(faults, SEVERITY_ERROR, NULL, 0, 0, "option-value",
                     "--secrets takes fingerprint, drop, sealed or keep, got \"%s\"", o->secrets);
    else if (mode_of(o->secrets) == SECRETS_KEEP && !encrypted)
        findings_say(
            faults, SEVERITY_ERROR, NULL, 0, 0, "secrets-keep",
            "--secrets keep writes passwords into the archive: say who may open it, --encrypt-to CERT.pem or --passphrase-file FILE");
    settle_dates(o, clock, mem, faults);
}

/* With SOURCE_DATE_EPOCH (reproducible-builds.org), two archives of the same answers are equal to the byte. */
static uint64_t made_ms(const struct clock *clock)
{
    const char *epoch = getenv("SOURCE_DATE_EPOCH");
    uint64_t    seconds;

    return epoch != NULL && str_to_u64(str_from(epoch), &seconds) ? seconds * 1000 : clock_wall_ms(clock);
}

static void tell_people(const struct pulled *p, const char *archive)
{
    uint64_t rows = 0;

    for (size_t i = 0; i < p->provider->report_count; i++) {
        const struct pulled_report *r = &p->reports[i];

        if (r->untold)
            say("  %-24.*s not asked: it has to be told what, --ask %.*s=…", STR_ARG(r->name),
                STR_ARG(p->provider->reports[i].ask.param));
        if (!r->wanted)
            continue;
        say("  %-24.*s %-10s %" PRIu64 " records, %" PRIu64 " question%s%s%.*s", STR_ARG(r->name),
            proof_names[r->proof], r->counts.records, r->counts.asked, r->counts.asked == 1 ? "" : "s",
            r->counts.why.len != 0 ? ": " : "", STR_ARG(str_head(r->counts.why, 200)));
        if (r->odd != 0)
            warn("%.*s: %" PRIu64 " values are not written as their columns are, the first: %s", STR_ARG(r->name),
                 r->odd, r->first_odd);
        if (r->counts.repairs != 0)
            warn("%.*s: %" PRIu64 " bytes were mended (wrong UTF-8, control bytes, bare &)", STR_ARG(r->name),
                 r->counts.repairs);
    }
    for (size_t t = 0; t < p->tables.count; t++)
        rows += p->results[t].rows;
    say("%s: %" PRIu64 " rows, %" PRIu64 " questions asked now; subferry archive list %s", archive, rows, p->asked,
        archive);
}

static bool has_rows(const struct pulled *p, size_t table)
{
    for (size_t c = 0; c < p->tables.items[table].column_count; c++)
        if (p->results[table].fills[c])
            return true;
    return false;
}

static void tell_programs(const struct pulled *p, const char *archive)
{
    AUTO(buf_release) struct buf out = { 0 };
    struct json_writer           w = json_writer(&out);

    buf_init(&out, 4 << 20, "a summary");
    json_begin_object(&w);
    json_member_text(&w, "archive", str_from(archive));
    json_member_number(&w, "asked", p->asked);
    json_member_list(&w, "reports");
    for (size_t i = 0; i < p->provider->report_count; i++) {
        const struct pulled_report *r = &p->reports[i];

        if (!r->wanted)
            continue;
        json_begin_object(&w);
        json_member_text(&w, "name", r->name);
        json_member_text(&w, "proof", str_from(proof_names[r->proof]));
        json_member_number(&w, "records", r->counts.records);
        json_member_number(&w, "asked", r->counts.asked);
        json_member_text(&w, "why", r->counts.why);
        json_end_object(&w);
    }
    json_end_list(&w);
    json_member_object(&w, "tables");
    for (size_t t = 0; t < p->tables.count; t++) {
        if (!has_rows(p, t))
            continue;
        json_name_text(&w, p->tables.items[t].name);
        json_number(&w, p->results[t].rows);
    }
    json_end_object(&w);
    json_end_object(&w);
    buf_byte(&out, '\n');
    cli_out(buf_str(&out));
}

static const struct pair_value *read_asks(const struct cmd_pull_options *o, struct arena *mem, struct findings *faults)
{
    struct pair_value *out = ARENA_ARRAY(mem, struct pair_value, o->ask.count + 1);

    for (size_t i = 0; i < o->ask.count; i++) {
        out[i].value = str_cut(str_from(o->ask.items[i]), '=', &out[i].name);
        if (out[i].value.len == 0 || out[i].name.len == 0)
            findings_say(faults, SEVERITY_ERROR, NULL, 0, 0, "option-value", "--ask takes PARAM=VALUE, got \"%s\"",
                         o->ask.items[i]);
    }
    return out;
}

static int pull(struct cli *cli, const struct cmd_pull_options *o, const struct opt_list *words, struct connection *k,
                struct key *key, const struct envelope_to *to)
{
    char                made[32];
    struct pull_options p = { .archive = o->archive,
                              .connection = k,
                              .reports = words->items + 1,
                              .report_count = words->count - 1,
                              .from = o->from,
                              .to = o->to,
                              .ask_count = o->ask.count,
                              .secrets = { (enum secret_mode)mode_of(o->secrets), key, sealer_new(key) },
                              .to_whom = to,
                              .against = o->against,
                              .accept_shrink = o->accept_shrink,
                              .version = SUBFERRY_VERSION,
                              .made = made,
                              .stop_asked = &stop_asked };
    struct pulled       done;
    struct findings     faults;
    struct err          err = { 0 };
    enum etl_status     st;
    int                 code = EXIT_WELL;

    time_text(made_ms(cli->clock), made);
    findings_init(&faults, &cli->mem);
    p.ask = read_asks(o, &cli->mem, &faults);
    if (faults.errors != 0)
        return cli_faults(cli, ETL_FAIL, &faults);
    say("%s%.*s at %.*s → %s; it only reads", k->config->live ? "LIVE " : "", STR_ARG(k->name), STR_ARG(k->url),
        o->archive);
    signals_ask_to_stop();
    st = pull_run(&p, &cli->mem, &done, &faults, &err);
    if (st != ETL_OK) {
        code = faults.errors != 0 ? cli_faults(cli, st, &faults) : cli_fail(cli, st, &err);
        if (stop_asked != 0)
            code = EXIT_INTERRUPTED;
    } else {
        tell_people(&done, o->archive);
        if (cli->json)
            tell_programs(&done, o->archive);
        for (size_t i = 0; i < done.provider->report_count; i++)
            if (done.reports[i].wanted && done.reports[i].proof == PROOF_INCOMPLETE)
                code = EXIT_PARTLY;
    }
    pulled_release(&done);
    sealer_free(p.secrets.sealer);
    return code;
}

static int run(struct cli *cli, int argc, char **argv)
{
    struct cmd_pull_options o = { 0 };
    struct opt_list         words;
    struct findings         faults;
    struct config           config;
    struct connection       k;
    struct key             *key = NULL;
    struct envelope_to     *to = NULL;
    struct err              err = { 0 };
    enum etl_status         st = ETL_OK;
    int                     code = cli_parse(cli, &cmd_pull, &o, argc, argv, 1, 0, &words);

    if (code >= 0)
        return code;
    findings_init(&faults, &cli->mem);
    check_options(&o, cli->clock, &cli->mem, &faults);
    if (faults.errors != 0)
        return cli_faults(cli, ETL_FAIL, &faults);
    if (o.encrypt_to.count != 0 || o.passphrase_file != NULL)
        st = envelope_to_open(o.encrypt_to.items, o.encrypt_to.count, o.passphrase_file, &to, &err);
    if (st == ETL_OK)
        st = config_key(cli->config, cli->random, &key, &err);
    if (st != ETL_OK)
        return cli_fail(cli, st, &err);
    if (config_load(cli->config, &cli->mem, &config, &faults) != ETL_OK ||
        connection_open(&(struct connection_options){ .config = &config,
                                                      .name = str_from(words.items[0]),
                                                      .key = key,
                                                      .clock = cli->clock,
                                                      .random = cli->random },
                        &cli->mem, &k, &faults) != ETL_OK) {
        code = cli_faults(cli, ETL_FAIL, &faults);
    } else {
        code = pull(cli, &o, &words, &k, key, to);
        connection_close(&k);
    }
    envelope_to_free(to);
    key_free(key);
    return code;
}

const struct cli_command cmd_pull = {
    .name = "pull",
    .operands = "CONNECTION -o ARCHIVE [REPORT...]",
    .summary = "the provider's reports → an archive of normalized tables",
    .about =
        "Reads all reports of a provider, or those named, and writes an archive: normalized CSV tables, the replies as they came,\n"
        "and a manifest that says of each report whether it is complete. It changes nothing at the provider; interrupted,\n"
        "the same command goes on and asks nothing again that it has.\n\n"
        "  subferry pull ispn-live -o ispn-2026-11-25.tar.zst --against ispn-2026-11-24.tar.zst",
    .options = cmd_pull_options,
    .run = run,
};
