/* providers/model/param.h - a parameter of a command: its names, its type, and what is sent for it. */
#ifndef PROVIDERS_MODEL_PARAM_H
#define PROVIDERS_MODEL_PARAM_H

#include "providers/model/value_type.h"

struct danger_value {
    struct str value;
    unsigned   dangers;
};
struct header_value { /* when the parameter has this value, this header is sent */
    struct str value, name, text;
};
struct param {
    struct str               name, wire, title;
    const struct value_type *type; /* NULL for `always` */
    bool                     required, recommended, secret;
    struct str               always;    /* sent as it is; ptr NULL otherwise */
    struct str               deflt;     /* sent when a mapping sets no value; ptr NULL: none */
    struct str               clear;     /* the word that empties this field; ptr NULL: the command's */
    bool                     in_name;   /* it fills the place of the command's wire name and is not sent as a field */
    bool                     live_only; /* left out in test mode */
    bool                     is_family; /* "addon_{id}": stands for any number of parameters and has no value itself */
    bool                     key_chars[256]; /* of a family: the characters that may fill its place */
    const struct param      *family;         /* the family it is a member of (command_with_members()); NULL: none */
    struct str               omit;           /* the value for which nothing is sent: `all`; ptr NULL: none */
    const struct danger_value *danger_values;
    size_t                     danger_value_count;
    const struct header_value *headers;
    size_t                     header_count;
};

#endif
