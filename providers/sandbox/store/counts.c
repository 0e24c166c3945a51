/* providers/sandbox/store/counts.c - numbers per command, and a set of the writes that were carried out. */
#include "providers/sandbox/store/counts.h"

struct counted_write {
    uint64_t hash[2]; /* both 0: free */
    uint32_t times;
    uint32_t duplicate; /* 1 + index in duplicates; 0: none */
};
struct duplicate {
    const struct command *command;
    uint64_t              times;
    struct str            shown; /* owned */
};
struct counts {
    const struct provider *provider;
    uint64_t (*numbers)[COUNT_KINDS]; /* by command; the last row is "unknown" */
    struct counted_write *writes;     /* open addressing */
    size_t                write_count, write_room;
    struct duplicate     *duplicates;
    size_t                duplicate_count, duplicate_room;
};
static const char *const kind_names[COUNT_KINDS] = {
    "received", "executed", "answered", "refused", "tested", "dropped"
};

static void *need(void *p)
{
    if (p == NULL)
        memory_exhausted("the sandbox's counts", 0);
    return p;
}

struct counts *counts_new(const struct provider *p)
{
    struct counts *c = need(calloc(1, sizeof *c));

    c->provider = p;
    c->numbers = need(calloc(p->command_count + 1, sizeof *c->numbers));
    return c;
}

void counts_reset(struct counts *c)
{
    for (size_t i = 0; i < c->duplicate_count; i++)
        free((void *)(uintptr_t)c->duplicates[i].shown.ptr);
    free(c->duplicates);
    free(c->writes);
    memset(c->numbers, 0, (c->provider->command_count + 1) * sizeof *c->numbers);
    *c = (struct counts){ .provider = c->provider, .numbers = c->numbers };
}

void counts_free(struct counts *c)
{
    if (c == NULL)
        return;
    counts_reset(c);
    free(c->numbers);
    free(c);
}

/* The command's index. A command with members of families is a copy of the described one, so names are compared. Commands of logins are not
 * counted here. */
static size_t row_of(const struct counts *c, const struct command *command)
{
    const struct provider *p = c->provider;

    for (size_t i = 0; command != NULL && i < p->command_count; i++)
        if (command == &p->commands[i] || str_eq(command->name, p->commands[i].name))
            return i;
    return p->command_count;
}

void counts_add(struct counts *c, const struct command *command, enum count_kind kind)
{
    c->numbers[row_of(c, command)][kind]++;
}

/* 128 bits from two independent 64-bit mixes: with ten million writes the odds of a false duplicate are 1 in 10^24. */
static void identify(const struct command *command, const struct value *values, uint64_t hash[2])
{
    hash[0] = str_hash(command->name);
    hash[1] = hash[0] * UINT64_C(0xff51afd7ed558ccd) + 1;
    for (size_t i = 0; i < command->param_count; i++) {
        uint64_t h = values[i].kind == VALUE_TEXT ? str_hash(values[i].text) : (uint64_t)values[i].kind;
        uint64_t other = 0;

        for (size_t k = 0; values[i].kind == VALUE_TEXT && k < values[i].text.len; k++)
            other = (other + (unsigned char)values[i].text.ptr[k] + 1) * UINT64_C(0xc4ceb9fe1a85ec53);
        hash[0] = (hash[0] ^ h) * UINT64_C(0x9e3779b97f4a7c15) + i;
        hash[1] = (hash[1] ^ other ^ h >> 32) * UINT64_C(0xff51afd7ed558ccd) + i;
        hash[1] ^= hash[1] >> 31;
    }
    hash[1] |= 1; /* 0 marks a free place */
}

static struct counted_write *place_for(struct counted_write *writes, size_t room, const uint64_t hash[2])
{
    size_t at = (hash[0] ^ hash[0] >> 32) & (room - 1);

    while (writes[at].hash[1] != 0 && (writes[at].hash[0] != hash[0] || writes[at].hash[1] != hash[1]))
        at = (at + 1) & (room - 1);
    return &writes[at];
}

static void grow(struct counts *c)
{
    size_t                room = c->write_room == 0 ? 1024 : c->write_room * 2;
    struct counted_write *writes = need(calloc(room, sizeof *writes));

    for (size_t i = 0; i < c->write_room; i++)
        if (c->writes[i].hash[1] != 0)
            *place_for(writes, room, c->writes[i].hash) = c->writes[i];
    free(c->writes);
    c->writes = writes;
    c->write_room = room;
}

static void note_duplicate(struct counts *c, struct counted_write *w, const struct command *command, struct str shown)
{
    struct duplicate *d;
    char             *copy;

    if (w->duplicate != 0) {
        c->duplicates[w->duplicate - 1].times = w->times;
        return;
    }
    if (c->duplicate_count == c->duplicate_room) {
        c->duplicate_room = c->duplicate_room == 0 ? 16 : c->duplicate_room * 2;
        c->duplicates = need(realloc(c->duplicates, c->duplicate_room * sizeof *c->duplicates));
    }
    copy = need(malloc(shown.len + 1));
    memcpy(copy, shown.ptr, shown.len);
    d = &c->duplicates[c->duplicate_count++];
    *d = (struct duplicate){ &c->provider->commands[row_of(c, command)], w->times, str_of(copy, shown.len) };
    w->duplicate = (uint32_t)c->duplicate_count;
}

void counts_executed(struct counts *c, const struct command *command, const struct value *values, struct str shown)
{
    uint64_t              hash[2];
    struct counted_write *w;

    counts_add(c, command, COUNT_EXECUTED);
    if (c->write_count * 4 >= c->write_room * 3)
        grow(c);
    identify(command, values, hash);
    w = place_for(c->writes, c->write_room, hash);
    if (w->hash[1] == 0) {
        *w = (struct counted_write){ .hash = { hash[0], hash[1] } };
        c->write_count++;
    }
    w->times++;
    if (w->times > 1 && command->effect == EFFECT_CREATE)
        note_duplicate(c, w, command, shown);
}

void counts_json(const struct counts *c, struct json_writer *json)
{
    json_name_text(json, c->provider->name);
    json_begin_object(json);
    json_member_object(json, "commands");
    for (size_t i = 0; i <= c->provider->command_count; i++) {
        if (c->numbers[i][COUNT_RECEIVED] == 0)
            continue;
        json_name_text(json, i < c->provider->command_count ? c->provider->commands[i].name : STR(""));
        json_begin_object(json);
        for (size_t k = 0; k < COUNT_KINDS; k++) {
            json_name(json, kind_names[k]);
            json_number(json, c->numbers[i][k]);
        }
        json_end_object(json);
    }
    json_end_object(json);
    json_member_list(json, "duplicates");
    for (size_t i = 0; i < c->duplicate_count; i++) {
        json_begin_object(json);
        json_member_text(json, "command", c->duplicates[i].command->name);
        json_name(json, "times");
        json_number(json, c->duplicates[i].times);
        json_name(json, "params");
        json_raw(json, c->duplicates[i].shown);
        json_end_object(json);
    }
    json_end_list(json);
    json_end_object(json);
}
