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

/* Of 10,000 requests. Lost answers are everywhere. Each world has one trouble that leads, by its seed, so that the fixed seeds meet each several
 * times; and a few others, or none, so that it is seen with and without them. */
void fate_draw_rates(struct world *w)
{
    static const uint32_t leading[] = { 800, 1500, 2000, 3000 }, besides[] = { 50, 200, 800, 1500 };
    enum {
        LESS_OFTEN = 6, /* what ends a life at once, else nothing else would be seen */
        MORE_OFTEN = 4  /* a life reads the report once or twice */
    };

    for (int i = SLOW; i < FATES; i++) {
        if (i == SLOW + (int)(w->seed % (FATES - SLOW)))
            w->rate[i] = one_of(w, leading);
        else if (world_chance(w, i == LOST_BEFORE || i == LOST_AFTER ? 60 : 15))
            w->rate[i] = one_of(w, besides);
        if (i == LOGIN || i == LOGIN_401 || i == ERROR_403_AFTER)
            w->rate[i] /= LESS_OFTEN;
        if (i == REPORT_SHORT)
            w->rate[i] *= MORE_OFTEN;
    }
    w->lag_us = world_chance(w, 50) ? world_between(w, 2000000, 4900000) : 0;
    /* What reads do wrong matters only for calls whose answer got lost. */
    w->killed_of_100 = 85;
    if (w->rate[REPORT_SHORT] > besides[3]) {
        w->rate[LOST_AFTER] = leading[1];
        w->killed_of_100 = 15; /* two lives have to read it, behind all lanes */
    }
    if (w->lag_us != 0 && w->rate[LOST_BEFORE] < besides[2])
        w->rate[LOST_BEFORE] = besides[2];
}

enum fate fate_draw(struct world *w, enum command_kind command)
{
    bool     writes = command < WRITES;
    uint64_t at = world_between(w, 0, 9999), sum = 0;

    if (w->broken == BREAK_ENDLESS && writes)
        return THROTTLED;
    if (!w->life.faults)
        return WELL;
    for (int i = SLOW; i < FATES; i++) {
        if (writes ? !fates[i].of_writes : !fates[i].of_reads)
            continue;
        if (i == REPORT_SHORT && command != MEMBERS)
            continue;
        sum += w->rate[i];
        if (at < sum)
            return (enum fate)i;
    }
    return WELL;
}
