/* etl/core/system/log.h - talk for people, on stderr. Commands talk; the floors below return errors instead. */
#ifndef ETL_CORE_SYSTEM_LOG_H
#define ETL_CORE_SYSTEM_LOG_H

#include "etl/core/str.h"

enum log_level { LOG_QUIET, LOG_NORMAL, LOG_VERBOSE };

extern enum log_level log_level;          /* set once by main */
void                  log_color(bool on); /* whether faults and warnings are coloured */
/* One line each; the newline is added. say: what a stage did. detail: only with -v. */
void say(const char *fmt, ...) __attribute__((format(printf, 1, 2)));
void detail(const char *fmt, ...) __attribute__((format(printf, 1, 2)));
void warn(const char *fmt, ...) __attribute__((format(printf, 1, 2)));
void fault(const char *fmt, ...) __attribute__((format(printf, 1, 2))); /* shown even with -q */
void say_text(struct str text);                                         /* as it is, shown even with -q */
/* A line that is drawn over the last one; ends when anything else is said. No-op unless turned on. */
void progress_on(bool on);
void progress(const char *fmt, ...) __attribute__((format(printf, 1, 2)));
void progress_end(void);

#endif
