/* etl/language/compare.h - the order of two texts that are numbers or dates.
 *
 * Numbers are compared as decimals of any length, never as binary floats. */
#ifndef ETL_LANGUAGE_COMPARE_H
#define ETL_LANGUAGE_COMPARE_H

#include "etl/core/str.h"

/* *order is -1, 0 or 1. false: they are neither two decimal numbers nor two ISO dates (YYYY-MM-DD, with or without a time). */
bool compare_ordered(struct str a, struct str b, int *order);

#endif
