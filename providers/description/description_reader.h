/* providers/description/description_reader.h - what the parts of loading a description share. */
#ifndef PROVIDERS_DESCRIPTION_DESCRIPTION_READER_H
#define PROVIDERS_DESCRIPTION_DESCRIPTION_READER_H

#include "etl/core/notation/yaml_reader.h"
#include "providers/model/provider.h"

struct description_reader {
    struct yaml_reader yaml;
    struct provider   *provider; /* being read */
    struct command    *commands; /* the provider's, while they can still be changed */
};

#endif
