/* etl/secrets/secret_mode.c - what stands in an archive instead of a secret, and back. */
#include "etl/secrets/secret_mode.h"

const char *const secret_mode_names[] = { "fingerprint", "drop", "sealed", "keep", NULL };

/* Equal values are equal wherever they stand: that is how two archives are compared. */
static const struct seal_place archive_place = { { "archive", 7 }, { "value", 5 }, { "", 0 }, { "", 0 } };

void secret_replace(void *writer, struct str name, struct str clear, struct buf *out)
{
    struct secret_writer *w = writer;
    unsigned char         print[16];

    (void)name;
    switch (w->mode) {
    case SECRETS_FINGERPRINT:
        key_fingerprint(w->key, clear, print);
        buf_lit(out, FINGERPRINT_MARK);
        buf_hex(out, print, sizeof print);
        break;
    case SECRETS_DROP: break;
    case SECRETS_SEALED:
    case SECRETS_KEEP:
        buf_lit(out, SEALED_MARK);
        seal(w->sealer, &archive_place, clear, out);
        break;
    }
}

void secret_reveal(void *writer, struct str name, struct str kept, struct buf *out)
{
    struct secret_writer *w = writer;
    struct err            err = { 0 };

    (void)name;
    if (!str_starts(kept, STR(SEALED_MARK)) ||
        unseal(w->sealer, &archive_place, str_skip(kept, sizeof SEALED_MARK - 1), out, &err) != ETL_OK)
        buf_add(out, kept); /* another's: it stays what it is */
}

enum etl_status secret_unseal(struct sealer *s, struct str cell, struct buf *clear, struct err *err)
{
    return unseal(s, &archive_place, str_skip(cell, sizeof SEALED_MARK - 1), clear, err);
}
