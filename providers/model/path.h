/* providers/model/path.h - a way into a tree: names with dots between. `*` is any child, {id} any child, whose name becomes the field id, {#id} one whose name is a number. */
#ifndef PROVIDERS_MODEL_PATH_H
#define PROVIDERS_MODEL_PATH_H

#include "etl/core/str.h"

struct path_step {
    struct str name;  /* ptr NULL: any child */
    struct str field; /* {id}: id */
    bool       is_number;
};
struct path {
    const struct path_step *steps;
    size_t                  count;
};

#endif
