/* etl/secrets/made_password.c - passwords that are made. */
#include "etl/secrets/made_password.h"

#include <openssl/crypto.h>

static bool add_place(struct buf *message, const struct password_place *place, unsigned attempt, uint32_t block)
{
    buf_reset(message);
    buf_fmt(message, "%u/%u/", attempt, block);
    buf_counted(message, place->lane);
    buf_counted(message, place->param);
    buf_counted(message, place->identity);
    buf_counted(message, place->word);
    return !buf_failed(message);
}

bool made_password(const struct key *k, const struct password_place *place, unsigned attempt, size_t length,
                   struct buf *out)
{
    /* 54 letters and digits that cannot be mistaken for each other: no 0 O o, 1 l I. */
    static const char lower[] = "abcdefghijkmnpqrstuvwxyz", upper[] = "ABCDEFGHJKLMNPQRSTUVWXYZ", digit[] = "23456789";
    static const char all[] = "abcdefghijkmnpqrstuvwxyzABCDEFGHJKLMNPQRSTUVWXYZ23456789";
    unsigned char     stream[32];
    uint32_t          block = 0;
    size_t            used = sizeof stream;
    AUTO(buf_release) struct buf message;

    buf_init(&message, MADE_PASSWORD_PLACE_BYTES_MAX, "the place of a password");
    for (size_t i = 0; i < length; i++) {
        const char *set = i == 0 ? lower : i == 1 ? upper : i == 2 ? digit : all;
        size_t      set_len = strlen(set);

        for (;;) { /* rejection sampling: every character equally likely */
            if (used == sizeof stream) {
                if (!add_place(&message, place, attempt, block++))
                    return false;
                key_password_mac(k, buf_str(&message), stream);
                used = 0;
            }
            unsigned char byte = stream[used++];

            if (byte < 256 - 256 % set_len) {
                buf_byte(out, set[byte % set_len]);
                break;
            }
        }
    }
    OPENSSL_cleanse(stream, sizeof stream);
    return true;
}
