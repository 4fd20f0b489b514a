/*
 * The jobs of a night, and what each of them has at hand.
 *
 * A job runs on the pool.  It reads and writes by work->replica alone, a
 * connection of its own that is closed behind it, and says how it went in
 * outcome.  One that takes long asks night_goes_on now and then; when that
 * says no it returns soon, and its outcome does not count.
 *
 * One more job is one more line in plan.c.
 */
#ifndef SERVER_NIGHT_PLAN_H
#define SERVER_NIGHT_PLAN_H

#include <stdatomic.h>
#include <stdbool.h>

#include "server/authority/hub_folder.h"
#include "server/night/outcome.h"

struct night_work {
	struct replica *replica;      /* of this job */
	const char *folder;           /* the hub's */
	struct hub_settings settings; /* as they were in the evening */
	struct buffer certificate;    /* hub.crt and ca.crt, DER */
	struct buffer authority;
	bool renewed;         /* hub.crt, this night */
	bool wants_renewal;   /* still, or nobody may renew it here */
	struct error renewal; /* why it could not be renewed */
	uint64_t now_ms;      /* when the night began */
	uint64_t last_ms;     /* the one before; 0: none */
	char *backup;         /* tonight's, once verified; or NULL */
	/* Seen from both threads. */
	atomic_bool stop;
	atomic_uint percent;
	void (*progress)(struct night_work *work); /* percent has changed */
};

typedef void night_job_run(struct night_work *work,
    struct night_outcome *outcome);

struct night_job {
	const char *name; /* [a-z_]+ */
	night_job_run *run;
};

/* Ended by one without a name. */
extern const struct night_job night_plan[];

/* A fold_progress; context is the work.  of 0: it is not known. */
bool night_goes_on(void *context, uint64_t done, uint64_t of);

/* A connection that ends what it does, with STATUS_CANCELLED, once the night
 * is to stop. */
void night_watch(struct night_work *work, struct replica *replica);

/* --- the jobs, by file ---------------------------------------------------- */

/* job_database.c */
night_job_run job_integrity, job_checkpoint;
/* job_backup.c */
night_job_run job_backup, job_second_backup;
/* job_certificates.c */
night_job_run job_certificates;
/* job_computer.c */
night_job_run job_disk, job_clock;
/* job_purge.c */
night_job_run job_purge;
/* job_report.c */
night_job_run job_report;

#endif
