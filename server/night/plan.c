#include "server/night/plan.h"

/* The backup comes before what may still alter something. */
const struct night_job night_plan[] = {
	{ "integrity", job_integrity },
	{ "backup", job_backup },
	{ "second_backup", job_second_backup },
	{ "checkpoint", job_checkpoint },
	{ "certificates", job_certificates },
	{ "disk", job_disk },
	{ "clock", job_clock },
	{ "purge", job_purge },
	{ "report", job_report }, /* tells of those above */
	{ NULL, NULL },
};

bool
night_goes_on(void *context, uint64_t done, uint64_t of)
{
	struct night_work *work = context;
	unsigned percent = of == 0 ? 0 : (unsigned)(done * 100 / of);

	if (of > 0 && atomic_exchange(&work->percent, percent) != percent &&
	    work->progress != NULL)
		work->progress(work);
	return !atomic_load(&work->stop);
}

void
night_watch(struct night_work *work, struct replica *replica)
{
	replica_stop_when(replica, &work->stop);
}
