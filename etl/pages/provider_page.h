/* etl/pages/provider_page.h - a provider's description as a page for people: an overview of its commands and reports.
 *
 * The page says only what the description says. */
#ifndef ETL_PAGES_PROVIDER_PAGE_H
#define ETL_PAGES_PROVIDER_PAGE_H

#include "providers/model/provider.h"

void provider_page(const struct provider *p, struct buf *out);

#endif
