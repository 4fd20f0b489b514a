/*
 * Viewers of one role each, and every column of every collection.
 */
#ifndef TESTS_UNIT_ACCESS_ROLES_H
#define TESTS_UNIT_ACCESS_ROLES_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "client/access/rights.h"

/* By the codes of the staff directory, so that these are looked at too. */
static const char *const role_codes[] = { "lead", "deputy_lead", "head",
	"senco", "head_of_year", "transition_lead", "office", "teacher",
	"teaching_assistant", "other" };

enum {
	ROLE_CODES = sizeof(role_codes) / sizeof(role_codes[0])
};

static inline struct viewer
viewer_as(const char *code)
{
	return (struct viewer){
		.login = 1,
		.staff = 2,
		.roles = viewer_roles_of(bytes_of_text(code)),
	};
}

static inline bool
is_among(const char *word, const char *const *words)
{
	for (; *words != NULL; words++)
		if (strcmp(word, *words) == 0)
			return true;
	return false;
}

#define AMONG(word, ...) \
	is_among(word, (const char *const[]){ __VA_ARGS__, NULL })

/* Called with each column of each collection, each of its kinds (or none), in
 * each kind of dossier in which it lies; written by others. */
typedef void each_column(const struct rights_about *about,
    const struct column *column);

static inline void
each_column_of_kind(struct rights_about *about, each_column *visit)
{
	for (uint32_t dossier = DOSSIER_KIND_PARTNERSHIP;
	     dossier <= DOSSIER_KIND_SAFEGUARDING; dossier *= 2) {
		if ((about->collection->dossiers & dossier) == 0)
			continue;
		about->dossier = (enum dossier_kind)dossier;
		for (const struct column *column = about->collection->columns;
		     column->name != NULL; column++)
			visit(about, column);
	}
}

static inline void
for_each_column(each_column *visit)
{
	uint32_t count;
	const struct collection *all = catalogue_collections(&count);

	for (uint32_t i = 0; i < count; i++) {
		const struct column *kind =
		    collection_column(&all[i], bytes_of_text("kind"));
		struct rights_about about = { .collection = &all[i] };

		each_column_of_kind(&about, visit);
		for (const struct code *code = kind == NULL ||
		                                       kind->codes == NULL
		                                   ? NULL
		                                   : kind->codes->codes;
		     code != NULL && code->code != NULL; code++) {
			about.kind = bytes_of_text(code->code);
			each_column_of_kind(&about, visit);
		}
	}
}

#endif
