/* etl/extract/rejects.h - rejects/INPUT.csv (or .json): the record as it stood, with its reasons; mend it and plan it --after.
 *
 * The file keeps the input's encoding, delimiter, quotes, line ends and header; record bytes are unchanged (padded if short),
 * but cells of secret columns stand as "sealed:…", which planning opens again. If a record has too few or too many cells, every cell
 * that may belong to a secret column is sealed. Bytes that are no record go to INPUT.damaged: a JSON line each, the bytes sealed.
 *
 * The rejects of a JSON input are the same list, at the same path, or the same lines: each record's bytes, with _errors as its last member,
 * and the texts under secret paths sealed.
 *
 * Threads  one owner: the stage that accepts records in input order. A file is made with its first reject. */
#ifndef ETL_EXTRACT_REJECTS_H
#define ETL_EXTRACT_REJECTS_H

#include "etl/core/err.h"
#include "etl/mapping/program.h"
#include "etl/secrets/key.h"

struct rejects;
/* `folder` is where the files go; `form` says how the input, a CSV, is written (NULL: it is JSON). Both are lent until rejects_free(). */
struct rejects *rejects_new(const char *folder, const struct mapping *m, size_t input, const struct csv_form *form,
                            const struct key *key);
enum etl_status rejects_add(struct rejects *r, const struct record *record, const struct finding *findings,
                            size_t count, struct err *err);
enum etl_status rejects_add_damaged(struct rejects *r, const struct record *record, const struct err *why,
                                    struct err *err);
enum etl_status rejects_commit(struct rejects *r, struct err *err);
void            rejects_free(struct rejects *r);

/* The name of the column that reject files add; an input that has it as its last column is a reject file. */
#define REJECTS_COLUMN "_errors"
/* The rejects of a headerless file have that column after those that the mapping names: adds it to `csv`. */
void rejects_expect_reasons(struct csv_options *csv, struct arena *mem);

#endif
