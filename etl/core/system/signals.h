/* etl/core/system/signals.h - SIGINT, SIGTERM, SIGHUP while something is sent: the first asks for a stop, the second leaves at once (130).
 *
 * What a second one leaves under way counts as uncertain when the run is taken up again. */
#ifndef ETL_CORE_SYSTEM_SIGNALS_H
#define ETL_CORE_SYSTEM_SIGNALS_H

#include <signal.h>

extern volatile sig_atomic_t stop_asked;
void                         signals_ask_to_stop(void);

#endif
