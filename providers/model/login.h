/* providers/model/login.h - the ways to prove who asks. A connection uses one; with a command it is a session, opened once a run and anew after REPLY_LOGIN. */
#ifndef PROVIDERS_MODEL_LOGIN_H
#define PROVIDERS_MODEL_LOGIN_H

#include "providers/model/command.h"

struct login {
    struct str            name, title;
    const struct command *command; /* opens the session; no mapping can call it. NULL: none is needed */
    struct pairs          with;    /* its parameters, from {credentials} */
    struct str            token;   /* which of its captures is the session */
};
struct credential {
    struct str name, title;
    struct str wire;     /* the field it is sent in; empty: not sent by itself */
    bool       optional; /* a connection may leave it out */
    bool       chars[256];
    int64_t    min, max;
    /* It is made from other credentials and {token}, for connections of this login; NULL: the connection gives it */
    const struct login *made_by;
    struct text         made;
};

/* Does a connection of this login have to name this credential, one of the `count` that the provider knows? login NULL: there are no logins. */
bool login_needs(const struct login *l, const struct credential *all, size_t count, const struct credential *c);

#endif
