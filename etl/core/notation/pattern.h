/* etl/core/notation/pattern.h - regular expressions: PCRE2, UTF-8, compiled once, with a match limit.
 *
 * Threads  a pattern is read-only after compiling and may be shared; a struct pattern_match belongs
 *          to one thread.
 * Limits   match and depth limits keep a hostile value from stopping a night: past them the answer
 *          is PATTERN_LIMIT, which is never taken for "no match". */
#ifndef ETL_CORE_NOTATION_PATTERN_H
#define ETL_CORE_NOTATION_PATTERN_H

#include "etl/core/err.h"

struct pattern;
struct pattern_match;
enum pattern_answer { PATTERN_NO, PATTERN_YES, PATTERN_LIMIT };

enum etl_status       pattern_new(struct str expression, struct pattern **out, struct err *err);
void                  pattern_free(struct pattern *p);
struct pattern_match *pattern_match_new(void); /* any pattern, up to 32 groups */
void                  pattern_match_free(struct pattern_match *m);
enum pattern_answer   pattern_run(const struct pattern *p, struct str text, struct pattern_match *m);
/* After PATTERN_YES: group 0 is the whole match; STR_NONE for a group that took no part. */
struct str pattern_group(const struct pattern_match *m, size_t n);
struct str pattern_named(const struct pattern *p, const struct pattern_match *m, const char *name);
size_t     pattern_groups(const struct pattern *p); /* capture groups, without the whole */

#endif
