/* etl/core/system/files_fault.c - what errno says about a file, as a struct err. Apart from files.c, so that a simulator links it too. */
#include <errno.h>

#include "etl/core/system/files.h"

enum etl_status files_fault(struct err *err, const char *doing, const char *what)
{
    bool full = errno == ENOSPC || errno == EDQUOT;

    return err_set(err, full ? ETL_AGAIN : ETL_FAIL, full ? "disk-full" : "file-io", "cannot %s %s: %s", doing, what,
                   full ? "the disk is full" : strerror(errno));
}
