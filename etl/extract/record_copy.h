/* etl/extract/record_copy.h - copies a record out of its block. */
#ifndef ETL_EXTRACT_RECORD_COPY_H
#define ETL_EXTRACT_RECORD_COPY_H

#include "etl/mapping/program.h"

/* The record with its lists, living in `mem`; without its raw bytes. */
struct record record_copy(const struct mapping *m, size_t input, const struct record *r, struct arena *mem);

#endif
