/* providers/sandbox/render_private.h - what render.c (CSV, flat XML) and render_tree.c share. */
#ifndef PROVIDERS_SANDBOX_RENDER_PRIVATE_H
#define PROVIDERS_SANDBOX_RENDER_PRIVATE_H

#include "providers/replies/reply.h"
#include "providers/sandbox/render.h"

struct rendering {
    void (*begin)(const struct render *r, struct buf *out);
    void (*row)(const struct render *r, const struct state_table *t, const struct state_row *row,
                const struct state_row *previous, struct buf *out);
    void (*end)(const struct render *r, const struct state_table *t, const struct state_row *last, struct buf *out);
};
extern const struct rendering render_json, render_tree_xml;

/* A cell in the provider's words. */
struct str render_cell(const struct report *report, const struct state_table *t, const struct state_row *row,
                       size_t column);
/* The text as a rotten provider has it; it may live in `scratch`. */
struct str render_rotten(const struct render *r, struct str text, struct buf *scratch);
void       render_xml_text(const struct render *r, struct buf *out, struct str text);
/* A row's fields as elements; without those that are names on the way to it. */
void render_xml_fields(const struct render *r, const struct state_table *t, const struct state_row *row,
                       struct buf *out);
bool render_is_key(const struct render *r, struct str field);
/* Two fields may name one column, where the document's own spelling is in doubt: the first is written. */
bool render_is_repeated(const struct report *report, size_t column);

#endif
