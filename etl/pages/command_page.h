/* etl/pages/command_page.h - a provider's command as a page for people: what it does, what it takes, what it answers, how it is tested and
 * verified, an example request.
 *
 * The page says only what the description says. */
#ifndef ETL_PAGES_COMMAND_PAGE_H
#define ETL_PAGES_COMMAND_PAGE_H

#include "providers/model/provider.h"

/* `mem` holds what the example request needs. */
void command_page(const struct command *c, struct arena *mem, struct buf *out);

#endif
