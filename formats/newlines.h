/* formats/newlines.h - counts line ends. */
#ifndef FORMATS_NEWLINES_H
#define FORMATS_NEWLINES_H

#include <stddef.h>
#include <stdint.h>

uint64_t newlines_count(const char *p, size_t len, char newline);

#endif
