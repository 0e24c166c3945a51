/* etl/connection/session.h - a connection's session: opened once a run by the login's command, opened anew when an answer says that it lapsed.
 *
 * Only one opening at a time; what wants to be sent waits for it. An answer to a request of an older session says nothing about this
 * one: such a request is only sent again. Three sessions in a row in which nothing was answered but a refused login end it all, and so
 * does one call that was refused in five of them.
 * Secrecy  the token stands among the connection's credentials, so it is masked like them; it is in no file.
 * Threads  belongs to the exchanges. */
#ifndef ETL_CONNECTION_SESSION_H
#define ETL_CONNECTION_SESSION_H

#include "etl/connection/exchange.h"

enum session_state { SESSION_NOT_NEEDED, SESSION_CLOSED, SESSION_OPENING, SESSION_OPEN };
enum { SESSIONS_FRUITLESS = 3, SESSIONS_A_CALL = 5 };

struct session {
    enum session_state state;
    uint32_t           number;    /* of the session that is open, or was last */
    uint32_t           fruitless; /* opened since anything but a refused login was answered */
    struct exchange    x;         /* the opening */
    struct arena       mem;       /* the opening's, wiped behind it */
};

void session_init(struct session *s, const struct connection *c);
void session_release(struct session *s);
/* The request that opens it, ready to be sent. */
struct exchange *session_begin(struct session *s, const struct connection *c);
/* It was answered: true when it is open now. */
bool session_opened(struct session *s, struct connection *c);
/* It has lapsed, or was never really there. */
void session_close(struct session *s, struct connection *c);

#endif
