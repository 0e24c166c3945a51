/* formats/archive_manifest.h - manifest.json, an archive's last member: which reports were asked, how complete they are, which members the archive has.
 *
 * Lifetime  what is read lives in the arena given. */
#ifndef FORMATS_ARCHIVE_MANIFEST_H
#define FORMATS_ARCHIVE_MANIFEST_H

#include "etl/core/err.h"

struct archive_manifest_part {
    struct str name, sha256;
    uint64_t   bytes;
};
struct archive_manifest_member {
    struct str                          name, table; /* table: ptr NULL for a raw answer */
    uint64_t                            rows;
    bool                                encrypted;
    const struct archive_manifest_part *parts; /* as stored: one, or several of an encrypted member */
    size_t                              part_count;
};
struct archive_manifest_report {
    struct str name, table, proof, why; /* proof: complete | unproven | incomplete */
    uint64_t   asked, records, repairs, odd;
    struct str odd_value;
};
struct archive_manifest {
    struct str                            version, provider, connection, made, from, to, secrets, key;
    const struct archive_manifest_report *reports;
    size_t                                report_count;
    const struct archive_manifest_member *members;
    size_t                                member_count;
};
#define MANIFEST_NAME "manifest.json"

void archive_manifest_write(const struct archive_manifest *m, struct buf *out);
/* ETL_FAIL: the file is not an archive that subferry made. */
enum etl_status archive_manifest_read(const char *archive, struct arena *mem, struct archive_manifest *out,
                                      struct err *err);
const struct archive_manifest_member *archive_manifest_table(const struct archive_manifest *m,
                                                             struct str table); /* NULL: it has none */

#endif
