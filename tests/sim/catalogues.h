/*
 * A later catalogue than today's, for tests of an older and a newer program
 * side by side: everything of the built-in one, and
 *
 *	pupil.call_name		  a text; also contact.call_name
 *	interest		  in the pupil's dossier, columns name and note
 *	contact.relationship	  the code NEXT_CODE
 */
#ifndef TESTS_SIM_CATALOGUES_H
#define TESTS_SIM_CATALOGUES_H

#include "common/catalogue/in_force.h"

#define NEXT_COLUMN     "call_name"
#define NEXT_COLLECTION "interest"
#define NEXT_CODE       "GDP"

/* Made at the first call; lives as long as the process. */
const struct catalogue *catalogues_next(void);

#endif
