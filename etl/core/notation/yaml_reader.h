/* etl/core/notation/yaml_reader.h - small readers of YAML nodes, for provider descriptions and mapping files. Each reports its faults at the
 * node's place, and then answers its default.
 *
 * Lifetime  what is read lives in `mem`; texts are slices of the source. */
#ifndef ETL_CORE_NOTATION_YAML_READER_H
#define ETL_CORE_NOTATION_YAML_READER_H

#include "etl/core/arena.h"
#include "etl/core/notation/yaml.h"

struct pattern;

struct yaml_reader {
    const struct yaml_source *source;
    struct arena             *mem;
    struct findings          *faults;
};
#define YAML_FAULT(r, node, rule, ...)                                                                                 \
    yaml_fault((r)->faults, (r)->source, (node)->line, (node)->column, rule, __VA_ARGS__)

/* If the node is there but of the wrong kind, there is a fault and the default is returned. */
bool       yaml_read_bool(struct yaml_reader *r, const struct yaml *map, const char *key, bool deflt);
struct str yaml_read_text(struct yaml_reader *r, const struct yaml *map, const char *key); /* STR_NONE when absent */
uint32_t   yaml_read_u32(struct yaml_reader *r, const struct yaml *map, const char *key, uint32_t deflt);
int yaml_read_word(struct yaml_reader *r, const struct yaml *node, const char *const *words, const char *what); /* -1 */
bool yaml_read_range(struct yaml_reader *r, const struct yaml *node, int64_t *min, int64_t *max); /* 3..15, 10, 1.. */
bool yaml_read_class(struct yaml_reader *r, const struct yaml *node, bool chars[256]);
const struct str *yaml_read_texts(struct yaml_reader *r, const struct yaml *node,
                                  size_t *count); /* a list, or one text */
struct pattern   *yaml_read_pattern(struct yaml_reader *r, const struct yaml *node, const char *before,
                                    const char *after);
struct yaml       yaml_key_place(const struct yaml *map, size_t i); /* where the i-th key stands, for faults */
bool              yaml_expect(struct yaml_reader *r, const struct yaml *node, enum yaml_kind kind, const char *what);
/* A fault with "did you mean". */
void yaml_unknown_name(struct yaml_reader *r, const struct yaml *node, const char *what, struct str typed,
                       const struct str *names, size_t n);

#endif
