/* etl/pages/capabilities.h - what all providers can do, as one page of tables: providers/capabilities.md is made from it. */
#ifndef ETL_PAGES_CAPABILITIES_H
#define ETL_PAGES_CAPABILITIES_H

#include "providers/model/provider.h"

void capabilities_head(struct buf *out);
/* A provider's section. `mem` holds words. */
void capabilities_of(const struct provider *p, struct arena *mem, struct buf *out);

#endif
