/*
 * Circumstances: one collection whose kinds lie in three places of a CTF.
 */
#include "client/import/plan.h"

static enum status
plan_meals(struct element *pupil, struct plan *plan, struct arena *arena,
    struct remarks *remarks, struct error *err)
{
	static const char *const places[][2] = {
		{ "value", "FSMCategory" },
		{ "start_date", "FSMstartDate" },
		{ "end_date", "FSMendDate" },
		{ "uk_country", "UKcountry" },
		{ "verified_on", "FSMEligibilityVerificationDate" },
	};
	struct element *each = NULL;
	struct plan_record *record = NULL;
	enum status status = STATUS_OK;

	while (status == STATUS_OK &&
	       (each = element_each(pupil, "FSMhistory/FSMinstance", each)) !=
		   NULL) {
		if (element_text(each, "FSMstartDate").size == 0 &&
		    element_text(each, "FSMCategory").size == 0)
			continue;
		status =
		    plan_add_record(plan, arena, "circumstance", &record, err);
		if (status != STATUS_OK)
			break;
		plan_set_text(record, "kind", "fsm");
		for (size_t i = 0; i < sizeof(places) / sizeof(places[0]) &&
				   status == STATUS_OK;
		     i++)
			status = plan_set(record, places[i][0],
			    element_find(each, places[i][1]), arena, remarks,
			    err);
	}
	return status;
}

static enum status
plan_disabilities(struct element *pupil, struct plan *plan, struct arena *arena,
    struct remarks *remarks, struct error *err)
{
	struct element *each = NULL;
	struct plan_record *record = NULL;
	enum status status = STATUS_OK;

	while (status == STATUS_OK &&
	       (each = element_each(pupil,
		    "BasicDetails/Disabilities/Disability", each)) != NULL) {
		if (each->text.size == 0)
			continue;
		status =
		    plan_add_record(plan, arena, "circumstance", &record, err);
		if (status != STATUS_OK)
			break;
		plan_set_text(record, "kind", "disability");
		status = plan_set(record, "value", each, arena, remarks, err);
	}
	return status;
}

static bool
means_yes(struct bytes text)
{
	return text.size > 0 &&
	       (text.data[0] == '1' || (text.data[0] | 0x20) == 't' ||
		   (text.data[0] | 0x20) == 'y');
}

enum status
plan_circumstances(struct element *pupil, struct plan *plan,
    struct arena *arena, struct remarks *remarks, struct error *err)
{
	struct element *in_care = element_find(pupil, "LookedAfter/InCare");
	struct plan_record *record = NULL;
	enum status status;

	status = plan_meals(pupil, plan, arena, remarks, err);
	if (status == STATUS_OK)
		status = plan_disabilities(pupil, plan, arena, remarks, err);
	if (status != STATUS_OK || in_care == NULL)
		return status;
	in_care->used = true;
	if (!means_yes(in_care->text))
		return STATUS_OK;
	status = plan_add_record(plan, arena, "circumstance", &record, err);
	if (status != STATUS_OK)
		return status;
	plan_set_text(record, "kind", "looked_after");
	return plan_set(record, "value",
	    element_find(pupil, "LookedAfter/CareAuthority"), arena, remarks,
	    err);
}
