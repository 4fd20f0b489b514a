/*
 * Who a pupil of a CTF is, among those that are here: by UPN, or by a former
 * UPN.  By nothing else: names and birth dates are shared by strangers.
 */
#ifndef CLIENT_IMPORT_MATCH_H
#define CLIENT_IMPORT_MATCH_H

#include "client/import/plan.h"

/*
 * *pupil: the record, or 0 for a child that is new here.  What makes a person
 * necessary is remarked with its doubt, unless it is in accept.
 */
enum status match_pupil(struct replica *replica, const struct plan *plan,
    uint32_t accept, struct arena *arena, struct remarks *remarks,
    uint64_t *pupil, struct error *err);

/* A school by LAEstab, or a former one when none has it now; 0: none. */
enum status match_school(struct replica *replica, struct bytes laestab,
    struct arena *arena, uint64_t *school, struct error *err);

/* Whether an LAEstab is, or was, that of the school; false for 0. */
enum status match_is_school(struct replica *replica, uint64_t school,
    struct bytes laestab, struct arena *arena, bool *is, struct error *err);

#endif
