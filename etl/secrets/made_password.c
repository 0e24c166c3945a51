/* etl/secrets/made_password.c - passwords that are made. */
#include "etl/secrets/made_password.h"

#include <openssl/crypto.h>

enum { PLACE_MAX = 4 << 20 };

void made_password(const struct key *k, struct str lane, struct str param, unsigned attempt, size_t length,
                   struct buf *out)
{
    /* 54 letters and digits that cannot be mistaken for each other: no 0 O o, 1 l I. */
    static const char lower[] = "abcdefghijkmnpqrstuvwxyz", upper[] = "ABCDEFGHJKLMNPQRSTUVWXYZ", digit[] = "23456789";
    static const char all[] = "abcdefghijkmnpqrstuvwxyzABCDEFGHJKLMNPQRSTUVWXYZ23456789";
    unsigned char     stream[32];
    uint32_t          counter = 0;
    size_t            used = sizeof stream;
    AUTO(buf_release) struct buf message;

    buf_init(&message, 2 * PLACE_MAX, "the place of a password");

    for (size_t i = 0; i < length; i++) {
        const char *set = i == 0 ? lower : i == 1 ? upper : i == 2 ? digit : all;
        size_t      set_len = strlen(set);

        for (;;) { /* rejection sampling: every character equally likely */
            if (used == sizeof stream) {
                buf_reset(&message);
                buf_fmt(&message, "%u/%u/%zu/%zu/", attempt, counter++, lane.len, param.len);
                buf_add(&message, lane);
                buf_add(&message, param);
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
}
