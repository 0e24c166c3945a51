/* formats/csv_form.h - how a CSV file is written, so that rejects can be written in the same way. */
#ifndef FORMATS_CSV_FORM_H
#define FORMATS_CSV_FORM_H

#include "formats/encoding.h"

enum line_end { LINE_LF, LINE_CRLF, LINE_CR };
struct csv_form {
    enum encoding encoding;
    bool          has_bom, has_header;
    enum line_end line_end; /* of the first line */
    char          delimiter, quote;
    struct str    header_raw; /* its bytes, without the line end */
};

#endif
