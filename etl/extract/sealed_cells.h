/* etl/extract/sealed_cells.h - secret cells that stand sealed in a file of ours, "sealed:…", and are opened when it is read again.
 *
 * A reject file seals a cell for its column, so it opens in that column only. If the row has too few or too many cells, the cell may belong
 * to another column: it is sealed for none, and opens wherever it is put when the record is mended. A JSON record's texts are sealed for
 * their path, without the numbers of elements. What pull --secrets sealed writes into an archive opens as well. */
#ifndef ETL_EXTRACT_SEALED_CELLS_H
#define ETL_EXTRACT_SEALED_CELLS_H

#include "etl/mapping/program.h"
#include "etl/secrets/sealer.h"

extern const struct str sealed_mark;
struct seal_place       sealed_place(const struct mapping *m, struct str column);
struct seal_place       sealed_place_moved(const struct mapping *m);
/* A JSON path's; `mem` holds the place's text. */
struct seal_place sealed_place_path(const struct mapping *m, struct str path, struct arena *mem);

/* Opens the record's sealed cells: its cells and rows are replaced by others, which live in `mem`. ETL_REJECT: one does not open. */
enum etl_status sealed_cells_open(struct sealer *s, const struct mapping *m, size_t input, struct record *r,
                                  struct arena *mem, struct err *err);

#endif
