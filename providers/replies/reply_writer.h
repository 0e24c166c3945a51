/* providers/replies/reply_writer.h - rows of a report written as an answer of a style: the way back from rows.h, for the sandbox.
 *
 * A style's row names its writer. What is written is read again by the same style; `rot` makes it as bad as real servers are, so that
 * repair.h has something to mend.
 *
 * Lifetime  a cell is good until the row it is of changes. */
#ifndef PROVIDERS_REPLIES_REPLY_WRITER_H
#define PROVIDERS_REPLIES_REPLY_WRITER_H

#include "etl/core/buf.h"
#include "providers/model/provider.h"

enum reply_rot {
    ROT_NONE,
    ROT_LATIN1,     /* texts are Latin-1 */
    ROT_CONTROL,    /* a control byte within words */
    ROT_RAW_QUOTES, /* CSV: quotes inside a cell are not doubled */
    ROT_ROOTS       /* flat XML: no element around the records */
};
struct written_report { /* what is being written */
    const struct report  *report;
    const struct command *command;
    const struct wire    *wire;
    enum reply_rot        rot;
};
struct written_row { /* where its cells come from */
    /* The cell of the report's column, in the provider's words. */
    struct str (*cell)(const struct written_row *row, size_t column);
};
struct reply_writer {
    void (*begin)(const struct written_report *r, struct buf *out);
    /* previous: the row that was written before this one; NULL for the first. */
    void (*row)(const struct written_report *r, const struct written_row *row, const struct written_row *previous,
                struct buf *out);
    /* last: the row that was written last; NULL: there was none. */
    void (*end)(const struct written_report *r, const struct written_row *last, struct buf *out);
};
extern const struct reply_writer write_csv, write_xml, write_json, write_tree_xml;

/* Rows whose paths have outer {keys} must stand together: less than 0, 0 or more, as `a` goes before, with or behind `b`. */
int  written_order(const struct written_report *r, const struct written_row *a, const struct written_row *b);
bool written_is_ordered(const struct written_report *r); /* has its path such keys? */

/* ---- for the writers ---- */

/* Two fields may name one column, where the document's own spelling is in doubt: only the first is written. */
bool written_is_repeated(const struct report *report, size_t column);
/* The text, damaged as `rot` says; it may live in `scratch`. */
struct str written_rotten(const struct written_report *r, struct str text, struct buf *scratch);
/* The command's first path to its records; without one, a path of no steps. */
const struct path *written_way(const struct written_report *r);
/* The first step that is a {key}; the path's length when there is none. */
size_t written_first_key(const struct path *p);
bool   written_is_key(const struct written_report *r, struct str field);
/* The cell of a field; "0" where the report has no such field. */
struct str written_cell(const struct written_report *r, const struct written_row *row, struct str field);
/* The name of a step of the way for this row. */
struct str written_step(const struct written_report *r, const struct written_row *row, size_t step);
/* The first step, from `from` on, whose name differs from the row before. The last step always counts as different: it is the row itself. */
size_t written_first_other(const struct written_report *r, const struct written_row *row,
                           const struct written_row *previous, size_t from);
/* Is a row nothing but the text at the end of its way? */
bool written_is_leaf(const struct written_report *r);

#endif
