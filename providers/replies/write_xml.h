/* providers/replies/write_xml.h - texts and fields of a row in XML, for flat records and for trees. */
#ifndef PROVIDERS_REPLIES_WRITE_XML_H
#define PROVIDERS_REPLIES_WRITE_XML_H

#include "providers/replies/reply_writer.h"

void write_xml_text(const struct written_report *r, struct buf *out, struct str text);
/* A row's fields as elements, without those that are names on the way to it. */
void write_xml_fields(const struct written_report *r, const struct written_row *row, struct buf *out);

#endif
