/*
 * Which computers have not told that they dropped what was closed to their
 * school.
 *
 * A computer that held a closed file writes a receipt for it, and confirms no
 * place past the close until that is done.  One that joined after the close
 * never had the file.  One that is past the close without a receipt never
 * fetched it, or lost it before: counted, not chased.
 */
#ifndef SERVER_NIGHT_UNPURGED_H
#define SERVER_NIGHT_UNPURGED_H

#include "common/replica/replica.h"

struct unpurged {
	uint32_t site;
	uint64_t files;    /* closed, and neither receipted nor past */
	uint64_t past;     /* without a receipt, but the computer is past */
	uint64_t since_ms; /* when the first of files was closed */
};

typedef void unpurged_visitor(void *context, const struct unpurged *unpurged);

/* By number; those that have nothing to tell are left out. */
enum status unpurged_each(struct replica *replica, unpurged_visitor *visit,
    void *context, struct error *err);

#endif
