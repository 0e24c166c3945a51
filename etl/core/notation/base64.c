/* etl/core/notation/base64.c - bytes as base64 and base64url, and back, by OpenSSL. */
#include "etl/core/notation/base64.h"

#include <openssl/evp.h>

enum { PIECE_BYTES = 3 * 1024, PIECE_DIGITS = 4 * 1024 }; /* OpenSSL counts in int, so long texts go piece by piece */

void base64_add(struct buf *out, struct str bytes)
{
    while (bytes.len != 0) {
        struct str piece = str_head(bytes, PIECE_BYTES);

        if (!buf_reserve(out, (piece.len + 2) / 3 * 4 + 1)) /* and the NUL that OpenSSL writes */
            return;
        out->len += (size_t)EVP_EncodeBlock((unsigned char *)out->ptr + out->len, (const unsigned char *)piece.ptr,
                                            (int)piece.len);
        bytes = str_skip(bytes, piece.len);
    }
}

void base64url_add(struct buf *out, struct str bytes)
{
    size_t begin = out->len;

    base64_add(out, bytes);
    for (size_t i = begin; i < out->len; i++)
        if (out->ptr[i] == '+')
            out->ptr[i] = '-';
        else if (out->ptr[i] == '/')
            out->ptr[i] = '_';
    while (out->len > begin && out->ptr[out->len - 1] == '=')
        out->len--;
}

/* Digits of section 4, without padding; bits that make no whole byte are dropped. */
static void decode_piece(struct buf *out, char digits[PIECE_DIGITS], size_t count)
{
    size_t whole = (count + 3) / 4 * 4;

    memset(digits + count, 'A', whole - count);
    if (whole == 0 || !buf_reserve(out, whole / 4 * 3))
        return;
    EVP_DecodeBlock((unsigned char *)out->ptr + out->len, (const unsigned char *)digits, (int)whole);
    out->len += count * 6 / 8;
}

static bool is_digit(char c, char plus, char slash)
{
    return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == plus || c == slash;
}

void base64_decode(struct buf *out, struct str text)
{
    char   digits[PIECE_DIGITS];
    size_t count = 0;

    for (size_t i = 0; i < text.len && text.ptr[i] != '='; i++) {
        if (!is_digit(text.ptr[i], '+', '/'))
            continue;
        digits[count++] = text.ptr[i];
        if (count == PIECE_DIGITS) {
            decode_piece(out, digits, count);
            count = 0;
        }
    }
    decode_piece(out, digits, count);
    explicit_bzero(digits, sizeof digits);
}

bool base64url_decode(struct buf *out, struct str text)
{
    char   digits[PIECE_DIGITS];
    size_t count = 0;

    for (size_t i = 0; i < text.len; i++) {
        if (!is_digit(text.ptr[i], '-', '_'))
            return false;
        digits[count++] = (char)(text.ptr[i] == '-' ? '+' : text.ptr[i] == '_' ? '/' : text.ptr[i]);
        if (count == PIECE_DIGITS) {
            decode_piece(out, digits, count);
            count = 0;
        }
    }
    decode_piece(out, digits, count);
    explicit_bzero(digits, sizeof digits);
    return !buf_failed(out);
}
