/* etl/lane/lane.h - the records of one lane as data: what is looked for, and what was found. */
#ifndef ETL_LANE_LANE_H
#define ETL_LANE_LANE_H

#include "etl/extract/file_source.h"
#include "etl/mapping/mapper.h"

enum { LANE_RECORDS_MAX = 200 };

struct lane_record {
    struct record record;
    size_t        input;
    uint64_t      nth;    /* among its input's rows in the lane, 1-based; a reject keeps its number */
    struct str    where;  /* "customers.csv:17" */
    struct err    damage; /* no record, or one with the wrong number of cells; text empty: none */
};
struct lane_file {             /* one an input */
    const char   *path;        /* NULL: not to be read */
    bool          has_reasons; /* a headerless file that came from rejects/: one cell more than names: */
    struct hex256 digest;      /* of the whole file */
    struct err    problem;     /* why it cannot be read; text empty: it was read to its end */
};
struct lane_records {
    /* the caller's */
    struct mapping   *mapping;
    struct lane_file *files;         /* by input */
    const struct key *key;           /* opens sealed cells; may be NULL */
    const char       *after;         /* the run that this one was planned after; or NULL */
    struct str        today, wanted; /* a lane's name, or a record's place; ptr NULL becomes the first record's */
    bool (*is_reject)(void *context, struct str where); /* was it rejected in planning? NULL: none was */
    void         *context;
    struct arena *mem;
    /* found */
    struct mapper        *mapper; /* to be freed by the caller */
    struct str            lane;   /* ptr NULL: nothing is `wanted` */
    struct lane_record   *records;
    size_t                count, cap, left_out;
    uint64_t             *counts;  /* by input: rows of the lane */
    const struct record **parents; /* by input: the lane's first accepted row */
};

#endif
