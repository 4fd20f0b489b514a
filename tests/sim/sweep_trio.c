#include "tests/sim/sweep_trio.h"

#include <stdio.h>
#include <stdlib.h>

enum {
	TRIES = 6,         /* of people, and of switching on */
	ENDURED_S = 30,    /* how long a lasting fault lasts */
	SETTLED_S = 4,     /* of quiet */
	CONVERGED_S = 400, /* by then all must be in step */
};

static enum status
start_all(struct trio *trio, struct error *err)
{
	enum status status = STATUS_OK;

	for (uint32_t i = 0; i < TRIO_NODES; i++)
		if (!trio_is_on(&trio->nodes[i]) && status == STATUS_OK)
			status = trio_start(&trio->nodes[i], err);
	return status;
}

static enum status
act(struct trio *trio, const struct trio_step *step,
    const struct trio_fault *fault, struct error *err)
{
	enum status status = STATUS_AGAIN;

	for (uint32_t i = 0; i < TRIES && status != STATUS_OK; i++) {
		status = start_all(trio, err);
		if (status == STATUS_OK)
			status = step->act(trio, err);
		fault->look_after(trio, i < 2);
	}
	return status;
}

static enum status
converge(struct trio *trio, const struct trio_fault *fault, struct error *err)
{
	uint32_t quiet_s = 0;
	enum status status = STATUS_OK;

	for (uint32_t s = 0; s < CONVERGED_S; s++) {
		bool quiet = false;

		fault->look_after(trio, s < ENDURED_S);
		status = start_all(trio, err);
		trio_pass_second(trio, &quiet);
		quiet_s = quiet && status == STATUS_OK ? quiet_s + 1 : 0;
		if (quiet_s >= SETTLED_S && trio_is_proved(trio))
			return STATUS_OK;
	}
	return status;
}

static enum status
live_step(struct trio *trio, const struct trio_step *step,
    const struct trio_fault *fault, struct error *err)
{
	enum status status;

	for (uint32_t i = TRIO_NODES; i > 0; i--)
		trio_stop(&trio->nodes[i - 1]);
	fault->let_come(trio, true);
	status = act(trio, step, fault, err);
	if (status == STATUS_OK)
		status = converge(trio, fault, err);
	fault->let_come(trio, false);
	fault->end(trio);
	if (status == STATUS_OK)
		status = start_all(trio, err);
	if (status == STATUS_OK)
		status = converge(trio, fault, err);
	if (status == STATUS_OK)
		status = trio_check(trio, err);
	if (status == STATUS_OK)
		status = step->expect(trio, err);
	return status;
}

static void
live(void *context)
{
	const struct trio_fault *fault = context;
	struct trio trio;
	struct error err = { 0 };
	const char *where = "at first";
	enum status status = trio_create(&trio, &err);

	for (uint32_t i = 0;
	     i < trio_step_count && status == STATUS_OK && sweep_nth() == 0;
	     i++) {
		where = trio_steps[i].name;
		status = live_step(&trio, &trio_steps[i], fault, &err);
	}
	if (status != STATUS_OK) {
		printf("%s: %s: %s\n", where, status_name(status), err.text);
		exit(EXIT_FAILURE);
	}
	trio_destroy(&trio);
}

void
sweep_trio(const char *name, uint32_t runs_most, struct sweep_series *series,
    uint32_t series_count, const struct trio_fault *fault)
{
	struct trio_fault own = *fault;

	sweep_live(name, runs_most, series, series_count, live, &own);
}
