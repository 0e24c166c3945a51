/* providers/rules/dictionary.c - is a password a dictionary word, or very weak? */
#include "providers/rules/dictionary.h"

#include <zxcvbn.h>

enum { LONGEST_WORD = 64, WEAK_BITS = 10 };

/* Which kinds of match cover the whole value by themselves, as bits. */
static double judge(struct str value, bool *dictionary, bool *leet)
{
    char        text[LONGEST_WORD + 1];
    ZxcMatch_t *info = NULL;
    double      bits;
    unsigned    type;

    memcpy(text, value.ptr, value.len);
    text[value.len] = '\0';
    bits = ZxcvbnMatch(text, NULL, &info);
    *dictionary = *leet = false;
    if (info != NULL && info->Next == NULL && info->Length == (int)value.len) {
        type = (unsigned)info->Type & ~(unsigned)MULTIPLE_MATCH;
        *dictionary = type == DICTIONARY_MATCH;
        *leet = type == DICT_LEET_MATCH;
    }
    ZxcvbnFreeInfo(info);
    explicit_bzero(text, sizeof text);
    return bits;
}

static bool only_letters(struct str value)
{
    for (size_t i = 0; i < value.len; i++) {
        unsigned char c = (unsigned char)(value.ptr[i] | 0x20);

        if (c < 'a' || c > 'z')
            return false;
    }
    return true;
}

bool word_is_dictionary(struct str value)
{
    bool dictionary, leet;

    if (value.len == 0 || value.len > LONGEST_WORD || !only_letters(value))
        return false;
    judge(value, &dictionary, &leet);
    return dictionary;
}

/* Eight or more characters of mixed case with digits inside: no word, pattern or repetition, so never under 10 bits. */
static bool cannot_be_weak(struct str value)
{
    bool   upper = false, lower = false, digit = false;
    size_t changes = 0;
    int    last = -1;

    for (size_t i = 0; i < value.len; i++) {
        char c = value.ptr[i];
        int  kind = c >= 'a' && c <= 'z' ? 0 : c >= 'A' && c <= 'Z' ? 1 : c >= '0' && c <= '9' ? 2 : 3;

        lower = lower || kind == 0;
        upper = upper || kind == 1;
        digit = digit || kind == 2;
        changes += last >= 0 && kind != last;
        last = kind;
    }
    return value.len >= 8 && upper && lower && digit && changes >= 4;
}

bool word_is_weak(struct str value)
{
    bool   dictionary, leet;
    double bits;

    if (value.len == 0 || value.len > LONGEST_WORD || cannot_be_weak(value))
        return false;
    bits = judge(value, &dictionary, &leet);
    return dictionary || leet || bits < WEAK_BITS;
}
