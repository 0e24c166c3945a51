/* etl/core/system/random.c - random bytes from the kernel, or from a seed. */
#include "etl/core/system/random.h"

#include <errno.h>
#include <string.h>
#include <sys/random.h>

/* getrandom(2) gives up to 256 bytes whole; more may be cut short by a signal. */
static bool kernel_bytes(struct random *r, void *out, size_t len)
{
    unsigned char *to = out;

    (void)r;
    while (len != 0) {
        ssize_t got = getrandom(to, len < 256 ? len : 256, 0);

        if (got < 0 && errno != EINTR)
            return false;
        to += got > 0 ? got : 0;
        len -= got > 0 ? (size_t)got : 0;
    }
    return true;
}

struct random real_random = { .bytes = kernel_bytes };

/* splitmix64 (Steele, Lea, Flood 2014): every seed gives a different sequence, and a step is a few instructions. */
static uint64_t step(struct random *r)
{
    uint64_t z = r->state += UINT64_C(0x9e3779b97f4a7c15);

    z = (z ^ z >> 30) * UINT64_C(0xbf58476d1ce4e5b9);
    z = (z ^ z >> 27) * UINT64_C(0x94d049bb133111eb);
    return z ^ z >> 31;
}

static bool seeded_bytes(struct random *r, void *out, size_t len)
{
    unsigned char *to = out;

    while (len != 0) {
        uint64_t number = step(r);
        size_t   n = len < sizeof number ? len : sizeof number;

        memcpy(to, &number, n);
        to += n;
        len -= n;
    }
    return true;
}

void random_seed(struct random *r, uint64_t seed)
{
    *r = (struct random){ .bytes = seeded_bytes, .state = seed };
}

bool random_bytes(struct random *r, void *out, size_t len)
{
    return r->bytes(r, out, len);
}

uint64_t random_u64(struct random *r)
{
    uint64_t number = 0;

    return r->bytes(r, &number, sizeof number) ? number : 0;
}
