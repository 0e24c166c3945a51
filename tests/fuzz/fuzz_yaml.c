/* tests/fuzz/fuzz_yaml.c - any bytes as YAML: a refusal has a place and a text, and a tree that is written as JSON, which is YAML, is the same
 * tree when it is read again. */
#include "etl/core/notation/json_writer.h"
#include "etl/core/notation/yaml.h"
#include "etl/core/utf8.h"
#include "tests/fuzz/fuzzing.h"

static void write_tree(const struct yaml *y, struct json_writer *json)
{
    switch (y->kind) {
    case YAML_NULL: json_raw(json, STR("null")); break;
    case YAML_TEXT:
        HOLDS(utf8_valid(y->text));
        json_text(json, y->text);
        break;
    case YAML_LIST:
        json_begin_list(json);
        for (size_t i = 0; i < y->count; i++)
            write_tree(&y->items[i], json);
        json_end_list(json);
        break;
    case YAML_MAP:
        json_begin_object(json);
        for (size_t i = 0; i < y->count; i++) {
            HOLDS(utf8_valid(y->pairs[i].key));
            json_name_text(json, y->pairs[i].key);
            write_tree(&y->pairs[i].value, json);
        }
        json_end_object(json);
        break;
    }
}

/* The tree as JSON; false: it was refused, and `faults` says where and why. */
static bool load(struct str text, struct arena *mem, struct buf *out, struct findings *faults)
{
    struct yaml_source source = { "m.yaml", text };
    const struct yaml *y;
    struct json_writer json = json_writer(out);

    findings_init(faults, mem);
    y = yaml_load(&source, mem, faults);
    for (size_t i = 0; i < faults->count; i++)
        HOLDS(faults->items[i].err.line != 0 && faults->items[i].err.text[0] != '\0');
    HOLDS(y != NULL || faults->errors != 0);
    if (y == NULL || faults->errors != 0)
        return false;
    write_tree(y, &json);
    return true;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    AUTO(arena_release) struct arena mem;
    AUTO(buf_release) struct buf     first, again;
    struct findings                  faults;

    arena_init(&mem, 512U << 20, "one input");
    buf_init(&first, 64 << 20, "the tree");
    buf_init(&again, 64 << 20, "the tree read again");
    if (!load(str_of((const char *)data, size), &mem, &first, &faults))
        return 0;
    if (!load(buf_str(&first), &mem, &again, &faults) || !str_eq(buf_str(&first), buf_str(&again))) {
        fprintf(stderr, "%s\n%s\n%s\n", buf_cstr(&first), buf_cstr(&again),
                faults.count != 0 ? faults.items[0].err.text : "");
        abort();
    }
    return 0;
}
