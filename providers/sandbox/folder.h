/* providers/sandbox/folder.h - the files that a client of the sandbox needs: the CA, the credentials, a ready subferry.yaml.
 *
 *   ca.pem  subferry.yaml  ispn.auth  safepages.login_rid  safepages.login_pwd  …       all 0600, the folder 0700
 *
 * Credentials that a named folder already holds are used again. So a run stays bound to the same account when the sandbox is started
 * again. A temporary folder is removed when the sandbox ends. */
#ifndef PROVIDERS_SANDBOX_FOLDER_H
#define PROVIDERS_SANDBOX_FOLDER_H

#include "providers/sandbox/hosted_provider.h"

struct folder {
    const char    *path; /* absolute */
    bool           temporary;
    struct random *random; /* new credentials are made of it */
};
/* path NULL: a new one under $TMPDIR. */
enum etl_status folder_open(const char *path, struct random *random, struct arena *mem, struct folder *out,
                            struct err *err);
/* Removes a temporary one with what the sandbox wrote into it. */
void folder_close(struct folder *f);
/* A file of the folder. */
const char *folder_file(const struct folder *f, const char *name, struct arena *mem);

/* In the provider's order. Missing ones are made, within what the description allows, and written. */
enum etl_status folder_credentials(const struct folder *f, const struct provider *p, struct arena *mem,
                                   const struct str **out, struct err *err);
/* Whole or not at all. */
enum etl_status folder_write(const char *path, struct str text, struct err *err);
/* Connections sandbox-<provider> for every provider, and sandbox-<provider>-<wire> for its other wires. ca_file NULL: plain HTTP. */
enum etl_status folder_config(const struct folder *f, const char *path, const char *ca_file, uint16_t port,
                              const struct hosted_provider *all_hosted, size_t count, struct arena *mem,
                              struct err *err);

#endif
