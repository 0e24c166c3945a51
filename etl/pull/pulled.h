/* etl/pull/pulled.h - what a pull has brought so far, per report and per table, and how well it is proved. The stages of pull.h
 * share this state; a caller reads it when the pull is over.
 *
 * Proof
 *   complete    every request was answered, and the transport, the document or a second, equal answer showed that the answer is whole
 *   unproven    every request was answered, and nothing could show whether an answer is whole
 *   incomplete  a request was not answered, or an answer could not be read
 *
 * Lifetime  everything lives in `mem`; pulled_release() closes the connection's requests and the journal.
 * Threads   one owner. */
#ifndef ETL_PULL_PULLED_H
#define ETL_PULL_PULLED_H

#include "etl/connection/exchanges.h"
#include "etl/pull/answer_kind.h"
#include "etl/pull/pull_folder.h"
#include "etl/pull/pull_options.h"

enum proof { PROOF_COMPLETE, PROOF_UNPROVEN, PROOF_INCOMPLETE };
extern const char *const proof_names[];

struct pulled_report {
    struct answer_kind    kind;
    struct str            name, table;
    bool                  wanted;
    bool                  untold; /* it cannot be asked without --ask, and there was none */
    enum proof            proof;
    struct journal_counts counts;
    uint64_t              odd; /* values that do not have the form of their column's type */
    char                  first_odd[160];
};
struct pulled_table {
    const struct table *table;
    bool               *fills;  /* by the table's columns: does a wanted report say anything of it */
    bool                joined; /* rows of one key come more than once and become one */
    uint64_t            rows;
    enum proof          proof; /* the weakest of its reports */
};
struct pulled {
    const struct pull_options *options;
    const struct provider     *provider;
    struct arena              *mem;
    struct tables              tables;
    struct pulled_report      *reports; /* in the order of the provider's */
    struct pulled_table       *results; /* in the order of `tables` */
    struct pull_folder         folder;
    struct request_journal    *journal;
    struct exchanges           exchanges;
    bool                       connected;
    struct redactor_how        how;
    uint64_t                   asked; /* requests sent by this command */
};

void pulled_release(struct pulled *p);
/* The table that the report's records go to. */
struct pulled_table *pulled_table_of(const struct pulled *p, const struct pulled_report *r);
/* Does a wanted report fill any column of it? */
bool pulled_table_is_filled(const struct pulled_table *t);
/* Counts what the journal holds of each wanted report and says how well it is proved. A report that was asked for each row of a table
 * is proved no better than that table. */
enum etl_status pulled_weigh(struct pulled *p, struct err *err);

#endif
