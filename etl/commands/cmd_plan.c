/* etl/commands/cmd_plan.c - subferry plan: dry run, extract → checked calls. */
#include <limits.h>
#include <signal.h>
#include <unistd.h>

#include "etl/commands/cli.h"
#include "etl/connection/config.h"
#include "etl/core/system/log.h"
#include "etl/core/system/state_path.h"
#include "etl/mapping/keywords.h"
#include "etl/pages/layout.h"
#include "etl/plan/guards.h"
#include "etl/plan/pipeline.h"
#include "etl/plan/plan.h"

struct cmd_plan_options {
    const char     *mapping, *run, *after, *today, *max[GUARDS], *decrypt_key, *passphrase_file;
    struct opt_list set, allow, because;
    uint64_t        threads;
    bool            replace, sha256;
};
static const struct opt cmd_plan_options[] = {
    OPT(struct cmd_plan_options, mapping, "mapping", 'm', "MAPPING", NULL,
        "a mapping file, or a stock mapping's name (subferry mapping list)"),
    OPT(struct cmd_plan_options, run, "output", 'o', "RUN", NULL, "the run folder to make"),
    OPT(struct cmd_plan_options, replace, "replace", 0, NULL, NULL,
        "replace RUN when it exists and nothing was sent from it"),
    OPT(struct cmd_plan_options, sha256, "sha256", 0, NULL, NULL,
        "plain digests of plan and findings in the summary, too"),
    OPT(struct cmd_plan_options, after, "after", 0, "RUN", NULL,
        "plan mended rejects: lanes, unique values and parents of RUN count as known"),
    OPT(struct cmd_plan_options, set, "set", 's', "NAME=VALUE", NULL,
        "a variable of the mapping; may be given several times"),
    OPT(struct cmd_plan_options, today, "today", 0, "YYYY-MM-DD", NULL,
        "the date that rules on dates go by (default: today, local time)"),
    OPT(struct cmd_plan_options, max[GUARD_REJECTS], "max-rejects", 0, "N|P%", NULL,
        "stop with 5 when more records are rejected: 50, 2%, \"2% floor 20\""),
    OPT(struct cmd_plan_options, max[GUARD_CUTS], "max-cuts", 0, "N|P%", NULL,
        "likewise when more calls cut a service; the share is of all calls"),
    OPT(struct cmd_plan_options, max[GUARD_DESTROYS], "max-destroys", 0, "N|P%", NULL, "… destroy content"),
    OPT(struct cmd_plan_options, max[GUARD_SPENDS], "max-spends", 0, "N|P%", NULL, "… spend money"),
    OPT(struct cmd_plan_options, max[GUARD_NOTIFIES], "max-notifies", 0, "N|P%", NULL, "… write to a person"),
    OPT(struct cmd_plan_options, allow, "allow", 0, "GUARD=N", NULL,
        "let N pass this guard, for this plan: rejects=61, rows:INPUT=500, replay=INPUT; may be given several times"),
    OPT(struct cmd_plan_options, because, "because", 0, "TEXT", NULL, "why; --allow needs it, and the plan records it"),
    OPT(struct cmd_plan_options, decrypt_key, "decrypt-key", 0, "KEY.pem", NULL,
        "the private key that opens an encrypted archive"),
    OPT(struct cmd_plan_options, passphrase_file, "passphrase-file", 0, "FILE", NULL, "whose first line opens it"),
    OPT(struct cmd_plan_options, threads, "threads", 'j', "N", "0", "0: one a core"),
    { 0 },
};

static void stop_on_signal(int number)
{
    (void)number;
    pipeline_stop = 1;
}

/* "9,412" */
static const char *grouped(struct cli *cli, uint64_t n)
{
    AUTO(buf_release) struct buf out = { 0 };

    buf_init(&out, 64, "a number");
    layout_number(&out, n);
    return arena_cstr(&cli->mem, buf_str(&out));
}

static void tell(struct cli *cli, const char *run, const struct plan_counts *c)
{
    say("read      %10s records%s", grouped(cli, c->read),
        c->empty_lines == 0 ? ""
        : c->empty_lines == 1
            ? "; 1 empty line was skipped"
            : arena_fmt(&cli->mem, "; %s empty lines were skipped", grouped(cli, c->empty_lines)).ptr);
    say("planned   %10s records: %s calls for %s subscribers", grouped(cli, c->planned), grouped(cli, c->calls),
        grouped(cli, c->lanes));
    say("rejected  %10s records%s%s%s", grouped(cli, c->rejected), c->rejected != 0 ? ", see " : "",
        c->rejected != 0 ? run : "", c->rejected != 0 ? "/rejects and findings.jsonl" : "");
    say("no calls  %10s records", grouped(cli, c->without_calls));
    if (c->held != 0)
        warn("%s record%s of %s subscriber%s held by a guard, in no call of this plan: see %s/held",
             grouped(cli, c->held), c->held == 1 ? "" : "s", grouped(cli, c->held_lanes),
             c->held_lanes == 1 ? " is" : "s are", run);
    for (size_t d = 0; d < 4; d++)
        if (c->dangers[d] != 0)
            warn("%s calls %s", grouped(cli, c->dangers[d]), guard_words[GUARD_CUTS + d]);
    if (c->warnings != 0)
        say("warnings  %10s, see %s/findings.jsonl", grouped(cli, c->warnings), run);
    say("next: subferry status %s", run);
}

/* What each stage took, for -v: over all threads, so it may be more than the time that passed. */
static void tell_stages(const struct stage_times *t)
{
    uint64_t total_ns = stage_times_total_ns(t);

    for (int i = 0; i < STAGES; i++)
        detail("%-7s %8.3f s  %3.0f %%  %s%s", stage_rows[i].name, (double)t->ns[i] / 1e9,
               i == STAGE_WAIT || total_ns == 0 ? 0 : 100 * (double)t->ns[i] / (double)total_ns, stage_rows[i].what,
               stage_rows[i].in_order ? "; one thread at a time" : "");
}

/* Several guards stop with a message each, which names --allow and --because: typed one behind the other they are one reason, or several. */
static const char *join_reasons(struct cli *cli, const struct opt_list *because)
{
    struct str joined = STR_NONE;

    for (size_t i = 0; i < because->count; i++) {
        struct str text = str_trim(str_from(because->items[i]));

        if (text.len == 0 || (joined.ptr != NULL && str_contains(joined, text)))
            continue;
        joined = joined.ptr == NULL ? text : arena_fmt(&cli->mem, "%.*s; %.*s", STR_ARG(joined), STR_ARG(text));
    }
    return joined.ptr != NULL ? arena_cstr(&cli->mem, joined) : NULL;
}

/* --max-rejects and its like, --allow, --because */
static void read_guards(struct cli *cli, const struct cmd_plan_options *o, struct plan_options *p,
                        struct findings *faults)
{
    struct threshold *max = ARENA_ARRAY(&cli->mem, struct threshold, GUARDS);

    for (int i = 0; i < GUARDS; i++) {
        if (o->max[i] == NULL)
            continue;
        p->max[i] = &max[i];
        if (!threshold_read(str_from(o->max[i]), &max[i]))
            findings_say(faults, SEVERITY_ERROR, NULL, 0, 0, "option-value",
                         "--max-%s takes 50, 2%% or \"2%% floor 20\", got \"%s\"", mapping_guard_keys[i], o->max[i]);
    }
    p->allow = ARENA_ARRAY(&cli->mem, struct allowance, o->allow.count + 1);
    p->because = join_reasons(cli, &o->because);
    for (size_t i = 0; i < o->allow.count; i++)
        if (allowance_read(o->allow.items[i], &p->allow[p->allow_count], faults))
            p->allow_count++;
    if (o->allow.count != 0 && p->because == NULL)
        findings_say(faults, SEVERITY_ERROR, NULL, 0, 0, "option-missing",
                     "--because TEXT is missing: why may this plan do what --allow lets pass?");
    if (o->allow.count == 0 && o->because.count != 0)
        findings_say(faults, SEVERITY_ERROR, NULL, 0, 0, "option-missing",
                     "--because tells why of an --allow, and there is none: --allow cuts=61 --because TEXT");
}

static int run_plan(struct cli *cli, const struct cmd_plan_options *o, const struct opt_list *files)
{
    AUTO(buf_release) struct buf summary;
    struct findings              faults;
    struct plan_counts           counts;
    struct plan_options          p = { 0 };
    struct err                   err = { 0 };
    struct key                  *key = NULL;
    struct envelope_keys        *archive_keys = NULL;
    struct stage_times           times = { 0 };
    char                         history[PATH_MAX];
    enum etl_status              st;

    buf_init(&summary, 16U << 20, "the summary");
    findings_init(&faults, &cli->mem);
    if (o->mapping == NULL)
        findings_say(&faults, SEVERITY_ERROR, NULL, 0, 0, "option-missing",
                     "-m MAPPING is missing; subferry mapping list shows the stock ones");
    if (o->run == NULL)
        findings_say(&faults, SEVERITY_ERROR, NULL, 0, 0, "option-missing",
                     "-o RUN is missing: the folder that the plan goes to");
    p = (struct plan_options){ .mapping = o->mapping,
                               .run = o->run,
                               .after = o->after,
                               .files = files->items,
                               .file_count = files->count,
                               .set = cli_set(cli, &o->set, &faults),
                               .set_count = o->set.count,
                               .today = cli_today(cli, o->today, &faults),
                               .clock = cli->clock,
                               .random = cli->random,
                               .sha256 = o->sha256,
                               .times = log_level == LOG_VERBOSE ? &times : NULL,
                               .replace = o->replace,
                               .version = SUBFERRY_VERSION };
    read_guards(cli, o, &p, &faults);
    p.threads = o->threads != 0 ? (unsigned)o->threads : (unsigned)sysconf(_SC_NPROCESSORS_ONLN);
    if (faults.errors != 0)
        return cli_faults(cli, ETL_FAIL, &faults);
    st = config_key(cli->config, o->after == NULL ? cli->random : NULL, &key, &err);
    if (st == ETL_OK && (o->decrypt_key != NULL || o->passphrase_file != NULL))
        st = envelope_keys_open(o->decrypt_key, o->passphrase_file, &archive_keys, &err);
    if (st != ETL_OK)
        return cli_fail(cli, st, &err);
    if (state_path("plans", history, sizeof history, &err) == ETL_OK)
        p.history = history;
    else
        warn("this plan will not be compared with the last one: %s", err.text);
    p.key = key;
    p.archive_keys = archive_keys;
    signal(SIGINT, stop_on_signal);
    signal(SIGTERM, stop_on_signal);
    say("dry run: %s → %s; nothing is sent", o->mapping, o->run);
    st = plan_make(&p, &cli->mem, &counts, &summary, &faults);
    key_free(key);
    envelope_keys_free(archive_keys);
    if (faults.count != 0)
        cli_faults(cli, st, &faults);
    if (pipeline_stop != 0)
        return EXIT_INTERRUPTED;
    if (faults.errors == 0) {
        tell(cli, o->run, &counts);
        tell_stages(&times);
        if (cli->json)
            cli_out(buf_str(&summary));
    }
    return faults.errors != 0 && exit_from(st) <= EXIT_PARTLY ? EXIT_WRONG : exit_from(st);
}

static int run(struct cli *cli, int argc, char **argv)
{
    struct cmd_plan_options o = { 0 };
    struct opt_list         files;
    int                     code = cli_parse(cli, &cmd_plan, &o, argc, argv, 1, 0, &files);

    return code >= 0 ? code : run_plan(cli, &o, &files);
}

const struct cli_command cmd_plan = {
    .name = "plan",
    .operands = "-m MAPPING -o RUN [INPUT=]FILE...",
    .summary = "dry run: extract → checked calls; touches no network",
    .about =
        "Reads billing extracts, maps every record to calls, checks every value by the provider's\n"
        "rules and writes plan, rejects and findings into the folder RUN.\n\n"
        "  subferry plan -m serverplus-to-safepages -o run-1 customers=customers.csv dialup=dialup.csv",
    .options = cmd_plan_options,
    .run = run,
};
