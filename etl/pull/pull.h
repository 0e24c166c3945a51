/* etl/pull/pull.h - brings a provider's reports into an archive of normalized tables.
 *
 * The way of an answer: asked (request_journal.h) → its secrets taken out, kept in the work folder (stored_answer.h) → records → rows of its table
 * (normalize.h, table_file.h) → packed with a manifest (archive_writer.h). The work folder ARCHIVE.pull stands until the archive is
 * whole: a pull that was interrupted goes on from it and asks nothing again that it has.
 *
 * Complete    everything was answered, and transport, document or a second, equal answer said that it is whole
 * Unproven    it was answered, and nothing could tell whether that is all
 * Incomplete  something was not answered, or could not be read
 *
 * Memory  flat in the reports' size: one answer of ANSWER_SMALL bytes a concurrent request, one record, what SQLite caches.
 * Errors  ETL_AGAIN: stopped by the provider, the network, a signal or a full disk; the same command goes on. ETL_GUARD: a guard
 *         of the options; what was pulled lies in the work folder. */
#ifndef ETL_PULL_PULL_H
#define ETL_PULL_PULL_H

#include <signal.h>

#include "etl/pull/stored_answer.h"
#include "etl/secrets/secret_mode.h"
#include "formats/envelope.h"

struct pull_options {
    const char               *archive;
    struct connection        *connection;
    const char *const        *reports; /* by name; none: all */
    size_t                    report_count;
    const char               *from, *to; /* "2026-11-24": of reports that have dates */
    const struct pair_value  *ask;       /* parameter and value, for reports that have to be told what to ask */
    size_t                    ask_count;
    struct secret_writer      secrets;
    const struct envelope_to *to_whom; /* or NULL */
    const char               *against; /* an archive that this one must not be much smaller than; or NULL */
    bool                      accept_shrink;
    const char               *version, *made; /* "2026-11-24T03:04:05Z" */
    volatile sig_atomic_t    *stop_asked;
};

enum proof { PROOF_COMPLETE, PROOF_UNPROVEN, PROOF_INCOMPLETE };
extern const char *const proof_names[];

struct pulled_report {
    struct answer_kind     kind;
    struct str             name, table;
    bool                   wanted;
    bool                   untold; /* it has to be told what to ask, and was not */
    enum proof             proof;
    struct question_counts counts;
    uint64_t               odd; /* values that are not written as their type is */
    char                   first_odd[160];
};
struct pulled_table {
    const struct table *table;
    bool               *fills;
    bool                joined;
    uint64_t            rows;
    enum proof          proof; /* the worst of its reports */
};
struct pull {
    const struct pull_options *options;
    const struct provider     *provider;
    struct arena              *mem;
    struct tables              tables;
    struct pulled_report      *reports; /* by the provider's */
    struct pulled_table       *results; /* by tables */
    const char                *folder, *raw_folder, *table_folder;
    struct request_journal    *questions;
    struct exchanges           exchanges;
    bool                       connected;
    struct scrub_how           how;
    uint64_t                   asked; /* questions sent by this command */
};
/* Faults of options and description all at once in `faults`; what stops it later in err. Fills `out` for the summary. */
enum etl_status pull_run(const struct pull_options *options, struct arena *mem, struct pull *out,
                         struct findings *faults, struct err *err);
void            pull_release(struct pull *p);

/* ---- its parts, in the order in which they are called ---- */
enum etl_status pull_ask(struct pull *p, size_t report, struct err *err); /* ask.c: all questions of a report */
enum etl_status pull_build(struct pull *p, size_t table,
                           struct err *err);                /* build_tables.c: a table from its answers */
enum etl_status pull_pack(struct pull *p, struct err *err); /* pack.c: the archive */
char           *pull_table_path(const struct pull *p, const struct table *t, struct arena *mem);
/* What lies in the work folder of one question, from its first byte, piece by piece. ETL_FAIL: it is not what was settled. */
enum etl_status pull_read_answer(const struct pull *p, const struct asked             *a,
                                 void (*bytes)(void *context, struct str bytes), void *context, struct err *err);
/* The values and the row that a question was asked with. */
enum etl_status question_load(const struct report *report, const struct asked *a, struct arena *mem,
                              struct question *out, struct err *err);

#endif
