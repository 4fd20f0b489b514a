/*
 * The first row of a CSV: which column each field is.
 */
#ifndef CLIENT_IMPORT_HEADING_H
#define CLIENT_IMPORT_HEADING_H

#include "client/import/csv.h"
#include "common/catalogue/catalogue.h"

enum heading_kind {
	HEADING_COLUMN,
	HEADING_ID,    /* of the record itself */
	HEADING_PUPIL, /* id of the pupil in whose dossier it lies */
	HEADING_UPN,   /* the same by UPN */
};

struct heading {
	struct {
		enum heading_kind kind;
		const struct column *column;
	} fields[CSV_FIELDS];

	uint32_t count;
};

/* Whether rows of the collection need to say whose dossier they belong to. */
bool heading_needs_pupil(const struct collection *collection);

/* STATUS_USAGE says which heading is not known, stands twice or is lacking. */
enum status heading_read(const struct collection *collection,
    const struct csv_row *row, struct heading *heading, struct error *err);

#endif
