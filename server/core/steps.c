#include "server/core/steps.h"

#include <assert.h>
#include <string.h>

#include "common/replica/ledger.h"
#include "server/core/admission.h"
#include "server/core/consequences.h"
#include "server/core/written.h"

typedef enum status follower(struct admission *admission,
    struct hub_writer *writer, struct error *err);

struct legal_step {
	const char *from; /* NULL: the record begins */
	const char *to;
	uint32_t actor; /* RIGHT_HOLDER, _DESTINATION or _OWN */
	follower *follow;
};

static const struct legal_step creation = { NULL, "held", RIGHT_HOLDER,
	follow_creation };

static const struct legal_step transfer_steps[] = {
	{ NULL, "open", RIGHT_HOLDER, follow_opened },
	{ "answered", "accepted", RIGHT_DESTINATION, follow_accepted },
	{ "open", "cancelled", RIGHT_HOLDER, follow_cancelled },
	{ "answered", "cancelled", RIGHT_HOLDER, follow_cancelled },
	{ "open", "sent_out", RIGHT_HOLDER, NULL },
	{ NULL, NULL, 0, NULL },
};

static const struct legal_step envelope_steps[] = {
	{ "waiting", "ours", RIGHT_OWN, follow_ours },
	{ "waiting", "not_ours", RIGHT_OWN, follow_not_ours },
	{ "ours", "not_ours", RIGHT_OWN, follow_not_ours },
	{ NULL, NULL, 0, NULL },
};

static const struct legal_step *
find_step(const struct legal_step *steps, const struct value *from,
    const struct value *to)
{
	if (to == NULL)
		return NULL;
	for (; steps->to != NULL; steps++)
		if (value_is_text(to, steps->to) &&
		    (from == NULL ? steps->from == NULL
				  : steps->from != NULL &&
					value_is_text(from, steps->from)))
			return steps;
	return NULL;
}

/* --- compare and swap -----------------------------------------------------
 */

/* The field's one head, and nothing else, is replaced. */
static enum status
compare_and_swap(struct admission *admission, const struct change *change,
    const struct collection *collection, const struct field_write *field,
    struct error *err)
{
	const struct field_heads *present;
	struct record_heads heads;
	uint32_t head_count;
	enum status status;

	if (written_is_new(&admission->commit, change->record))
		return STATUS_OK; /* there is no head */
	status = record_get_heads(admission->replica, change->record,
	    admission->arena, &heads, err);
	if (status != STATUS_OK)
		return status;
	present = heads_field(&heads, heads_field_name(collection, field));
	head_count = present == NULL ? 0 : present->head_count;
	if (head_count > 1 || field->replace_count != head_count ||
	    (head_count == 1 && field->replaces[0] != present->heads[0].change))
		return admission_refuse(admission, REFUSAL_STALE);
	return STATUS_OK;
}

/* Note which change of the step this is; false for one that is too many. */
static bool
note_part(struct step *step, const struct change *change)
{
	const struct change **part = NULL;

	if (bytes_equal_text(change->collection, "pupil"))
		part = &step->pupil;
	else if (bytes_equal_text(change->collection, "transfer"))
		part = &step->transfer;
	else if (bytes_equal_text(change->collection, "envelope"))
		part = &step->envelope;
	if (part == NULL || (*part != NULL && *part != change))
		return false;
	*part = change;
	return true;
}

/* Where a transfer goes is fixed when it is opened: its envelope was sent. */
static bool
redirects(const struct commit *commit, uint32_t i)
{
	const struct change *change = &commit->changes[i];

	return bytes_equal_text(change->collection, "transfer") &&
	       !written_creates(commit, i) &&
	       (written_value(change, "to_school") != NULL ||
		   written_value(change, "from_school") != NULL);
}

static enum status
find_parts(struct admission *admission, struct error *err)
{
	const struct commit *commit = &admission->commit;
	const struct collection *collection;
	enum status status;

	for (uint32_t i = 0; i < commit->change_count; i++) {
		const struct change *change = &commit->changes[i];

		collection = catalogue_collection(change->collection);
		if (redirects(commit, i))
			return admission_refuse(admission, REFUSAL_STEP);
		for (uint32_t j = 0; j < change->field_count; j++) {
			if (!written_is_arbitrated(collection,
				&change->fields[j]))
				continue;
			status = compare_and_swap(admission, change, collection,
			    &change->fields[j], err);
			if (status != STATUS_OK ||
			    admission->refusal != REFUSAL_NONE)
				return status;
			if (!note_part(&admission->step, change))
				return admission_refuse(admission,
				    REFUSAL_STEP);
		}
	}
	return STATUS_OK;
}

/* --- which step it is -----------------------------------------------------
 */

/* By the grants of this moment: nobody takes a step by a right that ended. */
static enum status
check_actor(struct admission *admission, uint32_t actor, struct error *err)
{
	struct grant grant = { 0 };
	enum grant_kind kind = GRANT_HOLDER;
	enum status status;

	assert(actor != RIGHT_OWN && !admission->begins);
	if (actor == RIGHT_DESTINATION)
		kind = GRANT_DESTINATION;
	status = grants_get(admission->replica, admission->school,
	    admission->commit.dossier, &grant, err);
	if (status != STATUS_OK && status != STATUS_NOT_FOUND)
		return status;
	if (status == STATUS_NOT_FOUND || grant.kind != kind ||
	    grant.frozen != 0 || grant.closed != 0)
		return admission_refuse(admission, REFUSAL_RIGHTS);
	return STATUS_OK;
}

static enum status
check_creation(struct admission *admission)
{
	struct step *step = &admission->step;
	/* Who began it holds it, though the values are dropped since. */
	bool dropped = admission->retaken != NULL && step->pupil->redacted;

	if (!admission->begins ||
	    (!dropped && written_reference(step->pupil, "holder") !=
			     admission->school) ||
	    written_reference(step->pupil, "open_transfer") != 0)
		return admission_refuse(admission, REFUSAL_STEP);
	step->legal = &creation;
	return STATUS_OK;
}

/* The school that is told of a transfer: none when it is no member. */
static enum status
find_member(struct admission *admission, uint64_t school, uint64_t *member,
    struct error *err)
{
	struct record record;
	struct value is;
	enum status status;

	*member = 0;
	if (school == 0)
		return STATUS_OK;
	status = record_get(admission->replica, school, admission->arena,
	    &record, err);
	if (status != STATUS_OK)
		return status == STATUS_NOT_FOUND ? STATUS_OK : status;
	is = record_value(&record, "member");
	if (strcmp(record.collection->name, "school") == 0 &&
	    value_is_text(&is, "Y"))
		*member = school;
	return STATUS_OK;
}

/* Do the changes of transfer and pupil fit together? */
static bool
parts_agree(const struct admission *admission, const struct record *pupil)
{
	const struct step *step = &admission->step;
	const struct value *open = written_value(step->pupil, "open_transfer");
	const struct value *holder = written_value(step->pupil, "holder");
	uint64_t present = record_reference(pupil, "open_transfer");

	if (open == NULL)
		return false;
	if (step->legal->actor == RIGHT_DESTINATION) {
		if (holder == NULL || written_reference(step->pupil,
					  "holder") != admission->school)
			return false;
	} else if (holder != NULL) {
		return false;
	}
	if (step->legal->from == NULL)
		return present == 0 &&
		       written_reference(step->pupil, "open_transfer") ==
		           step->transfer_id;
	return present == step->transfer_id && open->type == VALUE_NULL;
}

/* What the step asks of the schools it goes between.  Who was told is told the
 * rest, member or not. */
static enum status
check_schools(struct admission *admission, uint64_t to_school,
    struct error *err)
{
	struct step *step = &admission->step;
	bool opens = step->legal->from == NULL;
	uint64_t member;
	enum status status;

	status = find_member(admission, to_school, &member, err);
	if (status != STATUS_OK)
		return status;
	step->to_school = opens ? member : to_school;
	if (opens && (to_school == admission->school ||
			 written_reference(step->transfer, "from_school") !=
			     admission->school))
		return admission_refuse(admission, REFUSAL_STEP);
	if (strcmp(step->legal->to, "sent_out") == 0 && member != 0)
		return admission_refuse(admission, REFUSAL_STEP);
	return STATUS_OK;
}

static enum status
check_transfer(struct admission *admission, struct error *err)
{
	struct step *step = &admission->step;
	bool opens = written_is_new(&admission->commit, step->transfer->record);
	struct record transfer, pupil;
	struct value from = value_null();
	uint64_t to_school = written_reference(step->transfer, "to_school");
	enum status status;

	step->transfer_id = step->transfer->record;
	step->pupil_id = step->pupil->record;
	status = record_get(admission->replica, step->pupil_id,
	    admission->arena, &pupil, err);
	if (status == STATUS_OK && !opens) {
		status = record_get(admission->replica, step->transfer_id,
		    admission->arena, &transfer, err);
		if (status == STATUS_OK) {
			from = record_value(&transfer, "state");
			to_school = record_reference(&transfer, "to_school");
		}
	}
	if (status != STATUS_OK)
		return status;
	step->legal = find_step(transfer_steps, opens ? NULL : &from,
	    written_value(step->transfer, "state"));
	if (step->legal == NULL || !parts_agree(admission, &pupil))
		return admission_refuse(admission, REFUSAL_STEP);
	status = check_actor(admission, step->legal->actor, err);
	if (status != STATUS_OK || admission->refusal != REFUSAL_NONE)
		return status;
	return check_schools(admission, to_school, err);
}

/* An answer, while the transfer may still be answered. */
static enum status
check_envelope(struct admission *admission, struct error *err)
{
	struct step *step = &admission->step;
	struct record envelope, transfer;
	struct value from, state;
	enum status status;

	if (written_is_new(&admission->commit, step->envelope->record))
		return admission_refuse(admission, REFUSAL_STEP);
	status = record_get(admission->replica, step->envelope->record,
	    admission->arena, &envelope, err);
	if (status != STATUS_OK)
		return status;
	step->pupil_id = record_reference(&envelope, "dossier");
	step->transfer_id = record_reference(&envelope, "transfer");
	step->to_school = envelope.dossier;
	from = record_value(&envelope, "state");
	step->legal = find_step(envelope_steps, &from,
	    written_value(step->envelope, "state"));
	if (step->legal == NULL)
		return admission_refuse(admission, REFUSAL_STEP);
	status = record_get(admission->replica, step->transfer_id,
	    admission->arena, &transfer, err);
	if (status == STATUS_NOT_FOUND)
		return admission_refuse(admission, REFUSAL_STEP);
	if (status != STATUS_OK)
		return status;
	state = record_value(&transfer, "state");
	if (!value_is_text(&state, "open") &&
	    !value_is_text(&state, "answered"))
		return admission_refuse(admission, REFUSAL_STEP);
	return STATUS_OK;
}

/* The numbers behind the commit, which its consequences take. */
static enum status
check_reserved(struct admission *admission, struct error *err)
{
	uint64_t first = admission->commit.id + admission->commit.change_count;
	bool holds;
	enum status status;

	if (identifier_site(first + LIMIT_RESERVED_IDS) != admission->site)
		return admission_refuse(admission, REFUSAL_LIMIT);
	status = ledger_holds_any(admission->replica, first, LIMIT_RESERVED_IDS,
	    &holds, err);
	if (status == STATUS_OK && holds)
		return admission_refuse(admission, REFUSAL_REUSED);
	return status;
}

enum status
steps_check(struct admission *admission, struct error *err)
{
	struct step *step = &admission->step;
	enum status status;

	*step = (struct step){ 0 };
	status = find_parts(admission, err);
	if (status != STATUS_OK || admission->refusal != REFUSAL_NONE)
		return status;
	if (step->pupil == NULL && step->transfer == NULL &&
	    step->envelope == NULL)
		return STATUS_OK;
	if (step->envelope != NULL && step->transfer == NULL &&
	    step->pupil == NULL)
		status = check_envelope(admission, err);
	else if (step->pupil != NULL && step->transfer != NULL &&
		 !admission->begins)
		status = check_transfer(admission, err);
	else if (step->pupil != NULL && step->transfer == NULL)
		status = check_creation(admission);
	else
		status = admission_refuse(admission, REFUSAL_STEP);
	if (status != STATUS_OK || admission->refusal != REFUSAL_NONE)
		return status;
	return check_reserved(admission, err);
}

/* What the catalogue does not let be written is the school's fault: a child
 * without a birth date cannot be announced. */
enum status
steps_follow(struct admission *admission, struct error *err)
{
	struct hub_writer writer = *admission->writer;
	enum status status;

	if (admission->step.legal == NULL ||
	    admission->step.legal->follow == NULL)
		return STATUS_OK;
	hub_writer_follow(&writer, &admission->commit);
	status = admission->step.legal->follow(admission, &writer, err);
	switch ((int)status) {
	case STATUS_INVALID:
	case STATUS_EXISTS:
	case STATUS_NOT_FOUND:
		return admission_refuse(admission, REFUSAL_STEP);
	default:
		return status;
	}
}
