/* providers/model/reply.c - the verdicts' names, as `is:` says them. */
#include "providers/model/reply.h"

const char *const reply_is_names[] = { "done",   "nothing", "refused",   "throttled", "login",
                                       "outage", "failed",  "uncertain", NULL };
