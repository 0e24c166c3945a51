/* tests/sim/witness.c - looks into a life's ledger from beside it. */
#include "tests/sim/witness.h"

#include <stdlib.h>

#include "tests/sim/disk.h"

struct witness {
    struct world       *world;
    struct ledger      *ledger;
    struct script_index index;
    uint64_t            number_of[CALLS_MAX]; /* in the ledger */
};

int script_call_of(struct script_index *index, const struct ledger_row *row)
{
    struct world     *w = index->world;
    enum command_kind command = command_from(row->command);

    if (command >= WRITES)
        return -1;
    for (size_t i = 0; i < w->call_count; i++) {
        struct sim_call *c = &w->calls[i];

        if (c->command == command && str_is(row->lane_key, c->lane_key) && c->nth == index->seen[c->lane][command]) {
            index->seen[c->lane][command]++;
            return (int)i;
        }
    }
    return -1;
}

static enum etl_status note_number(void *context, const struct ledger_row *row)
{
    struct witness *t = context;
    int             call = script_call_of(&t->index, row);

    if (call >= 0)
        t->number_of[call] = row->number;
    return ETL_OK;
}

struct witness *witness_open(struct world *w)
{
    struct witness *t = calloc(1, sizeof *t);
    struct err      err = { 0 };

    if (t == NULL)
        memory_exhausted("the witness", sizeof *t);
    t->world = w;
    t->index.world = w;
    if (ledger_open(w->run, STR_NONE, false, &t->ledger, &err) != ETL_OK ||
        ledger_each(t->ledger, 1, note_number, t, &err) != ETL_OK)
        world_violation(w, SOUND, "unreadable", -1, "the ledger cannot be read from beside it: %s", err.text);
    return t;
}

void witness_look(struct witness *t, int call)
{
    const struct sim_call *c = &t->world->calls[call];
    struct ledger_lane     lane = { 0 };
    struct ledger_call     row = { 0 };
    struct err             err = { 0 };
    uint64_t               number = t->number_of[call];

    if (t->ledger == NULL)
        return;
    if (disk_unsynced() != 0)
        world_violation(t->world, DURABLE, "unsynced", call,
                        "%s %s leaves while %zu bytes of the ledger are not on the disk", command_names[c->command],
                        c->key, disk_unsynced());
    if (number == 0 || ledger_call_at(t->ledger, number, &row, &err) != ETL_OK || row.state != CALL_SENDING)
        world_violation(t->world, DURABLE, "not-claimed", call, "%s %s leaves, and the ledger has it as %s",
                        command_names[c->command], c->key, number != 0 ? call_state_names[row.state] : "nothing");
    if (number == 0 || ledger_lane_at(t->ledger, row.lane, &lane, &err) != ETL_OK)
        return;
    for (uint64_t n = lane.first; n < number; n++)
        if (ledger_call_at(t->ledger, n, &row, &err) == ETL_OK && row.state != CALL_DONE)
            world_violation(t->world, ORDER, "overtaken", call, "%s %s leaves, and an earlier call of its lane is %s",
                            command_names[c->command], c->key, call_state_names[row.state]);
}

void witness_close(struct witness *t)
{
    if (t == NULL)
        return;
    ledger_close(t->ledger);
    free(t);
}
