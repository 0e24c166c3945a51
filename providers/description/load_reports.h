/* providers/description/load_reports.h - reports of a description: what is asked, how often, and which table the answers fill. */
#ifndef PROVIDERS_DESCRIPTION_LOAD_REPORTS_H
#define PROVIDERS_DESCRIPTION_LOAD_REPORTS_H

#include "providers/description/description_reader.h"

void read_reports(struct description_reader *r, const struct yaml *node);

#endif
