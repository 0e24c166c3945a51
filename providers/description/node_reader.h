/* providers/description/node_reader.h - small readers of YAML nodes, for provider descriptions and for mapping files. A fault names the node's place.
 *
 * Lifetime  what is read lives in the arena of the reading; texts are slices of the source. */
#ifndef PROVIDERS_DESCRIPTION_NODE_READER_H
#define PROVIDERS_DESCRIPTION_NODE_READER_H

#include "etl/core/arena.h"
#include "etl/core/notation/yaml.h"
#include "providers/model/provider.h"

struct reading {
    const struct yaml_source *source;
    struct arena             *mem;
    struct findings          *faults;
    struct provider          *provider; /* being read; NULL in a mapping file */
    struct command           *commands; /* the provider's, while they can still be changed */
};
#define FAULT(r, node, rule, ...) yaml_fault((r)->faults, (r)->source, (node)->line, (node)->column, rule, __VA_ARGS__)

/* If the node is there but of the wrong kind, there is a fault and the default is returned. */
bool       read_bool(struct reading *r, const struct yaml *map, const char *key, bool deflt);
struct str read_text(struct reading *r, const struct yaml *map, const char *key); /* STR_NONE when absent */
uint32_t   read_u32(struct reading *r, const struct yaml *map, const char *key, uint32_t deflt);
int        read_word(struct reading *r, const struct yaml *node, const char *const *words, const char *what); /* -1 */
bool       read_range(struct reading *r, const struct yaml *node, int64_t *min, int64_t *max); /* 3..15, 10, 1.. */
bool       read_class(struct reading *r, const struct yaml *node, bool chars[256]);
const struct str *read_texts(struct reading *r, const struct yaml *node, size_t *count); /* a list, or one text */
struct pattern   *read_pattern(struct reading *r, const struct yaml *node, const char *before, const char *after);
struct yaml       key_place(const struct yaml *map, size_t i); /* where the i-th key stands, for faults */
bool              expect_kind(struct reading *r, const struct yaml *node, enum yaml_kind kind, const char *what);
/* A fault with "did you mean". */
void unknown_name(struct reading *r, const struct yaml *node, const char *what, struct str typed,
                  const struct str *names, size_t n);

#endif
