/* tests/sim/fate.c - what can befall a request. */
#include "tests/sim/fate.h"

#define PAGE "<html><body>We will be back soon</body></html>"

/* In the order of enum fate. */
const struct fate_row fates[FATES] = {
    { "well", true, true, ACT_SOON, END_ANSWER, 0, NULL, NULL, NULL },
    { "slow", true, true, ACT_SLOWLY, END_ANSWER, 0, NULL, NULL, NULL },
    { "connection refused", true, true, ACT_NEVER, END_REFUSED, 0, NULL, NULL, NULL },
    { "lost before", true, true, ACT_NEVER, END_RESET, 0, NULL, NULL, NULL },
    { "lost after", true, true, ACT_SOON, END_RESET, 0, NULL, NULL, NULL },
    { "silence", true, true, ACT_NEVER, END_SILENCE, 0, NULL, NULL, NULL },
    { "late", true, true, ACT_TOO_LATE, END_SILENCE, 0, NULL, NULL, NULL },
    { "answer cut off", true, true, ACT_SOON, END_RESET, 200, NULL, NULL, NULL },
    { "answer garbled", true, true, ACT_SOON, END_ANSWER, 0, NULL, NULL, "\x01\xff\xfe;\x80 1" },
    { "report too short", false, true, ACT_SOON, END_ANSWER, 0, NULL, NULL, NULL },
    { "refused", true, false, ACT_NEVER, END_ANSWER, 0, NULL, NULL, "0; no credit" },
    { "429", true, true, ACT_NEVER, END_ANSWER, 429, "Retry-After: 3\n", NULL, "slow down" },
    { "429 without a time", true, true, ACT_NEVER, END_ANSWER, 429, NULL, NULL, "slow down" },
    { "500", true, true, ACT_NEVER, END_ANSWER, 500, NULL, NULL, "oops" },
    { "500 after", true, true, ACT_SOON, END_ANSWER, 500, NULL, NULL, "oops" },
    { "502", true, true, ACT_NEVER, END_ANSWER, 502, NULL, "text/html", PAGE },
    { "502 after", true, true, ACT_SOON, END_ANSWER, 502, NULL, "text/html", PAGE },
    { "503", true, true, ACT_NEVER, END_ANSWER, 503, "Retry-After: 2\n", "text/html", PAGE },
    { "503 after", true, true, ACT_SOON, END_ANSWER, 503, NULL, "text/html", PAGE },
    { "504 after", true, true, ACT_SOON, END_ANSWER, 504, NULL, "text/html", PAGE },
    { "login", true, true, ACT_NEVER, END_ANSWER, 0, NULL, NULL, "2; wrong access code" },
    { "401", true, true, ACT_NEVER, END_ANSWER, 401, NULL, NULL, "who are you?" },
    { "403 after", true, false, ACT_SOON, END_ANSWER, 403, NULL, "text/html", PAGE },
    { "404 after", true, false, ACT_SOON, END_ANSWER, 404, NULL, "text/html", PAGE },
    { "web page", true, true, ACT_NEVER, END_ANSWER, 0, NULL, "text/html", PAGE },
    { "web page that says OK", true, false, ACT_NEVER, END_ANSWER, 0, NULL, "text/html", "1; OK" },
};

static uint32_t one_of(struct world *w, const uint32_t rates[4])
{
    return rates[world_between(w, 0, 3)];
}

/* A report that ends early matters where answers get lost, and two lives get behind all lanes to read it. Nothing else disturbs them. */
static void lead_to_reports(struct world *w)
{
    memset(w->rate, 0, sizeof w->rate);
    w->rate[REPORT_SHORT] = 8000;
    w->rate[LOST_AFTER] = 2000;
    w->killed_of_100 = 5;
    w->lives_least = 4;
    w->backups_of_100 = 0;
}

/* A clock that is set ahead matters where a thing is not shown at once, and a life dies between the two looks that miss it. */
static void lead_to_clocks(struct world *w)
{
    memset(w->rate, 0, sizeof w->rate);
    w->rate[LOST_AFTER] = 3000;
    w->lag_us = 4900000;
    w->clock_steps_of_100 = 100;
    w->killed_of_100 = 100;
    w->lives_least = 4;
    w->backups_of_100 = 0;
}

/* Of 10,000 requests. Lost answers are everywhere. Each world has one trouble that leads, by its seed, so that the fixed seeds meet each several
 * times; and a few others, or none, so that it is seen with and without them. Behind the fates, a clock that is set may lead. */
void fate_draw_rates(struct world *w)
{
    static const uint32_t leading[] = { 800, 1500, 2000, 3000 }, besides[] = { 50, 200, 800, 1500 };
    enum {
        LESS_OFTEN = 6, /* what ends a life at once, else nothing else would be seen */
        MORE_OFTEN = 4, /* a life reads the report once or twice */
        CLOCKS = 2      /* of so many seeds as there are fates */
    };
    int leads = SLOW + (int)(w->seed % (FATES - SLOW + CLOCKS));

    for (int i = SLOW; i < FATES; i++) {
        if (i == leads)
            w->rate[i] = one_of(w, leading);
        else if (world_chance(w, i == LOST_BEFORE || i == LOST_AFTER ? 60 : 15))
            w->rate[i] = one_of(w, besides);
        if (i == LOGIN || i == LOGIN_401 || i == ERROR_403_AFTER)
            w->rate[i] /= LESS_OFTEN;
        if (i == REPORT_SHORT)
            w->rate[i] *= MORE_OFTEN;
    }
    w->killed_of_100 = 85;
    w->lives_least = 1;
    w->backups_of_100 = 12;
    w->clock_steps_of_100 = 2;
    w->lag_us = world_chance(w, 50) ? world_between(w, 2000000, 4900000) : 0;
    if (w->lag_us != 0 && w->rate[LOST_BEFORE] < besides[2])
        w->rate[LOST_BEFORE] = besides[2];
    if (leads == REPORT_SHORT)
        lead_to_reports(w);
    if (leads >= FATES)
        lead_to_clocks(w);
}

enum fate fate_draw(struct world *w, const struct asked *asked)
{
    bool     writes = asked->command < WRITES;
    uint64_t at = world_between(w, 0, 9999), sum = 0;

    if (w->broken == BREAK_ENDLESS && writes)
        return THROTTLED;
    if (!w->life.faults ||
        (strcmp(asked->key, "probe") == 0 && world_chance(w, 75))) /* else many lives end before they begin */
        return WELL;
    for (int i = SLOW; i < FATES; i++) {
        if (writes ? !fates[i].of_writes : !fates[i].of_reads)
            continue;
        if (i == REPORT_SHORT && asked->command != MEMBERS)
            continue;
        sum += w->rate[i];
        if (at < sum)
            return (enum fate)i;
    }
    return WELL;
}
