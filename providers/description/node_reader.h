/* providers/description/node_reader.h - what the parts of the loader share: the provider that is being read, and small readers that
 * place their faults. For description*.c; the small readers serve mapping files too. */
#ifndef PROVIDERS_DESCRIPTION_NODE_READER_H
#define PROVIDERS_DESCRIPTION_NODE_READER_H

#include "providers/description/provider.h"

struct reading {
    const struct yaml_source *source;
    struct arena             *mem;
    struct findings          *faults;
    struct provider          *provider;
    struct command           *commands; /* the provider's, while they can still be changed */
};
#define FAULT(r, node, rule, ...) yaml_fault((r)->faults, (r)->source, (node)->line, (node)->column, rule, __VA_ARGS__)

/* Each answers its default, after a fault, when the node is there but not what it should be. */
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
/* Texts with {places}: each must be a parameter of `c` (may be NULL: any) or one of `extras` ("row." stands for row.anything). */
struct text  read_place_text(struct reading *r, const struct yaml *node, const struct command *c,
                             const char *const *extras);
struct pairs read_pairs(struct reading *r, const struct yaml *node, const struct command *c, const char *const *extras);
/* A fault with "did you mean". */
void unknown_name(struct reading *r, const struct yaml *node, const char *what, struct str typed,
                  const struct str *names, size_t n);

/* "result.customer", "*.rows.{id}" */
bool read_path(struct reading *r, const struct yaml *node, struct path *out);
/* "PUT /customTableEntries", or "/API/{command}" alone: the method stays as it is. */
void               read_route(struct reading *r, const struct yaml *node, const char **method, struct text *path);
const struct wire *find_wire(struct reading *r, const struct yaml *node);

/* Of a command: */
struct together_item     read_item(struct reading *r, const struct yaml *node, const struct command *c);
extern const char *const answer_extras[];
void                     read_steps(struct reading *r, const struct yaml *node, struct command *c);
void                     read_finds(struct reading *r, const struct yaml *node, struct command *c);
void                     link_finds(struct reading *r, const struct yaml *node, struct command *c);
void                     link_lists(struct reading *r, const struct yaml *node, struct command *c);
void                     read_captures(struct reading *r, const struct yaml *node, struct command *c);
void                     read_record(struct reading *r, const struct yaml *node, struct command *c);
void                     read_routes(struct reading *r, const struct yaml *node, struct command *c);

/* The parts, in the order they are read: each may use what stands before it. */
void read_wires(struct reading *r, const struct yaml *root);
void read_rules(struct reading *r, const struct yaml *node);
void read_types(struct reading *r, const struct yaml *node);
void check_roles(struct reading *r, const struct yaml *rules); /* each role that a rule asks is some type's */
void read_replies(struct reading *r, const struct yaml *node);
void read_commands(struct reading *r, const struct yaml *node);
void read_reports(struct reading *r, const struct yaml *node);
void link_commands(struct reading *r, const struct yaml *node); /* verify, test, lists: what names other commands */
void read_logins(struct reading *r, const struct yaml *node);
/* Commands with `like: OTHER` written out in full. */
const struct yaml *expand_likes(struct reading *r, const struct yaml *commands);
/* One command; pair is its name and what it says. */
void read_command(struct reading *r, const struct yaml_pair *pair, struct command *c);
void read_param_ways(struct reading *r, const struct yaml *node,
                     struct param *out); /* family, default, clear, test, headers */
void find_name_param(struct reading *r, const struct yaml *node, struct command *c);
bool name_place(struct str name, struct str *before, struct str *place, struct str *after); /* "addon_{id}" */
const struct value_type *find_type(struct reading *r, const struct yaml *node);
const struct reply      *find_reply(struct reading *r, const struct yaml *node);
const struct command    *find_command(struct reading *r, const struct yaml *node);
/* The parameter's index; -1 after a fault. */
int param_named(struct reading *r, const struct yaml *node, const struct command *c, struct str name);

#endif
