/* providers/sandbox/folder.h - the files that let a person or a test in: the CA, the credentials, a ready subferry.yaml.
 *
 *   ca.pem  subferry.yaml  ispn.auth  safepages.login_rid  safepages.login_pwd  …       all 0600, the folder 0700
 *
 * Credentials that a named folder holds already are taken again, so that a run stays bound to the same account when the
 * sandbox is started anew; a temporary folder goes with the sandbox. */
#ifndef PROVIDERS_SANDBOX_FOLDER_H
#define PROVIDERS_SANDBOX_FOLDER_H

#include "providers/sandbox/desk.h"

struct folder {
    const char    *path; /* absolute */
    bool           temporary;
    struct random *random; /* what credentials are made up from */
};
/* path NULL: a new one under $TMPDIR. */
enum etl_status folder_open(const char *path, struct random *random, struct arena *mem, struct folder *out,
                            struct err *err);
/* Removes a temporary one with what the sandbox wrote into it. */
void folder_close(struct folder *f);
/* A file of the folder. */
const char *folder_file(const struct folder *f, const char *name, struct arena *mem);

/* By the provider's order; those that are not there are made up, within what the description allows, and written. */
enum etl_status folder_credentials(const struct folder *f, const struct provider *p, struct arena *mem,
                                   const struct str **out, struct err *err);
/* Whole or not at all. */
enum etl_status folder_write(const char *path, struct str text, struct err *err);
/* Connections sandbox-<provider> for every desk, and sandbox-<provider>-<wire> for its other wires. ca_file NULL: plain HTTP. */
enum etl_status folder_config(const struct folder *f, const char *path, const char *ca_file, uint16_t port,
                              const struct desk *desks, size_t count, struct arena *mem, struct err *err);

#endif
