/*
 * Who may write what: the right masks of the catalogue, against what the
 * school is to the dossier and to the record.
 *
 * A right to write lasts until the site has confirmed the place where its
 * grant ended, so that what was written before the end is still taken; and no
 * longer than LIMIT_WRITE_AFTER_END_DAYS.
 */
#ifndef SERVER_CORE_RIGHTS_H
#define SERVER_CORE_RIGHTS_H

#include "protocol/status.h"

struct admission;

/* Needs commit, kind and begins; finds rights.  RIGHTS */
enum status rights_check(struct admission *admission, struct error *err);

#endif
