/* providers/sandbox/respond_private.h - one request while it is answered, and the three steps: parameters, answer, wording. */
#ifndef PROVIDERS_SANDBOX_RESPOND_PRIVATE_H
#define PROVIDERS_SANDBOX_RESPOND_PRIVATE_H

#include "providers/sandbox/respond.h"
#include "providers/sandbox/store/fill.h"

struct served {
    const struct sandbox_shared *shared;
    struct hosted_provider      *hosted;
    struct workspace            *workspace;
    const struct wire           *wire; /* NULL: malformed */
    const struct wire_field     *fields;
    size_t                       field_count;
    const struct command        *command; /* NULL: none, or not known */
    const struct login          *login;   /* the command opens a session of this login */
    const struct asked          *asked;
    struct str                   command_word;
    struct value                *values;
    bool                         test, executed;
    struct answered             *out;
};

/* ---- respond_params.c: the fields become values ---- */

/* Reads the fields as the command's parameters and checks them, alone and together. ETL_REJECT: refused; the answer is set. */
enum etl_status request_read(struct served *w);
int request_param(const struct command *c, struct str wire_name); /* -1: no parameter has this name on the wire */
const struct pair *request_test_field(const struct provider *p,
                                      struct str             name); /* NULL: not a field of the test mode */

/* ---- respond_answer.c: carries it out; the provider's lock is held ---- */

void answer_read(struct served *w);
/* params: the parameters as the journal shows them. */
void answer_write(struct served *w, struct str params);
void answer_login(struct served *w); /* needs no lock */

/* ---- respond_words.c: the answer's text ---- */

struct str answer_type(const struct served *w);
/* The answer as it stands on the request's wire. */
struct str      answer_worded(struct served *w, const struct text *answer, struct fill *from);
void            answer_with(struct served *w, enum outcome outcome, const struct text *text, struct str reason);
enum etl_status answer_refusal(struct served *w, const char *fmt, ...)
    __attribute__((format(printf, 2, 3))); /* ETL_REJECT */

#endif
