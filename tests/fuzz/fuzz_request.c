/* tests/fuzz/fuzz_request.c - each wire style (form, rest, soap): any bytes as a request's body are decoded, or refused with a reason; and any
 * text as a parameter's value arrives as it was sent. The first byte chooses the command, the rest is the body and the value. */
#include "etl/core/utf8.h"
#include "providers/description/load.h"
#include "providers/model/example.h"
#include "providers/wires/wire.h"
#include "tests/fuzz/fuzzing.h"

static const struct {
    const char *provider, *command, *wire;
} kinds[] = {
    { "ispn", "addcust", NULL },           /* form */
    { "billmanager", "vds.edit", "json" }, /* form */
    { "simpler", "addCustomer", "rest" },
    { "simpler", "addCustomer", "soap" },
};
enum { KINDS = sizeof kinds / sizeof kinds[0] };
static const struct command *commands[KINDS];
static const struct wire    *wires[KINDS];
static struct arena          run_mem;

int LLVMFuzzerInitialize(int *argc, char ***argv)
{
    struct findings faults;

    (void)argc;
    (void)argv;
    arena_init(&run_mem, 512U << 20, "the descriptions");
    findings_init(&faults, &run_mem);
    for (size_t i = 0; i < KINDS; i++) {
        const struct provider *p;

        HOLDS(provider_load(str_from(kinds[i].provider), &run_mem, &p, &faults) == ETL_OK);
        commands[i] = provider_command(p, str_from(kinds[i].command));
        wires[i] = kinds[i].wire != NULL ? provider_wire(p, str_from(kinds[i].wire)) : &p->wires[0];
        HOLDS(commands[i] != NULL && wires[i] != NULL);
    }
    return 0;
}

static enum etl_status decode(size_t kind, struct str headers, struct str body, struct arena *mem,
                              struct wire_decoded *out)
{
    struct wire_received received = { commands[kind]->provider, headers, body };
    struct err           err = { 0 };
    enum etl_status      st;

    *out = (struct wire_decoded){ .word = STR_NONE };
    st = wires[kind]->style->decode(&received, mem, out, &err);
    HOLDS(st == ETL_OK || (st == ETL_REJECT && err.text[0] != '\0'));
    for (size_t i = 0; st == ETL_OK && i < out->field_count; i++)
        HOLDS(out->fields[i].name.ptr != NULL && out->fields[i].value.ptr != NULL);
    return st;
}

static void compare(const struct wire_call *call, const struct wire_decoded *in)
{
    struct wire_walk  walk;
    struct wire_field sent;

    wire_walk_begin(&walk, call);
    while (wire_walk_next(&walk, &sent)) {
        bool is_there = false;

        for (size_t i = 0; i < in->field_count; i++)
            is_there |= str_eq(in->fields[i].name, sent.name) && str_eq(in->fields[i].value, sent.value) &&
                        in->fields[i].is_array == sent.is_array;
        HOLDS(is_there);
    }
    wire_walk_end(&walk);
}

static void there_and_back(size_t kind, struct str text, struct arena *mem)
{
    struct request      request;
    struct value       *values;
    struct wire_decoded decoded;
    struct wire_call    call = { .command = example_call(commands[kind], mem, &values), .wire = wires[kind] };
    struct err          err = { 0 };

    for (size_t i = 0; i < call.command->param_count; i++)
        if (values[i].kind == VALUE_TEXT)
            values[i].text = text;
    call.url = STR("https://example.net");
    call.values = values;
    request_init(&request, 1 << 20);
    if (wire_encode(&call, &request, &err) == ETL_OK) {
        HOLDS(decode(kind, buf_str(&request.headers), buf_str(&request.body), mem, &decoded) == ETL_OK);
        compare(&call, &decoded);
    } else {
        HOLDS(err.text[0] != '\0');
    }
    request_release(&request);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    AUTO(arena_release) struct arena mem;
    struct wire_decoded              decoded;
    size_t                           kind;
    struct str                       rest;

    arena_init(&mem, 512U << 20, "one request");
    if (size == 0)
        return 0;
    kind = data[0] % KINDS;
    rest = str_of((const char *)data + 1, size - 1);
    decode(kind, arena_fmt(&mem, "Content-Type: %s\n", wires[kind]->style->content_type), rest, &mem, &decoded);
    if (utf8_valid(rest) && memchr(rest.ptr, '\0', rest.len) == NULL)
        there_and_back(kind, rest, &mem);
    return 0;
}
